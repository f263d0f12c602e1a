//! How reminders are delivered: relative ones, repeated ones, fairly, on several channels, and after a long time.

use chrono::{DateTime, TimeDelta, Utc};
use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    access::{self, SECRET, in_chat, service},
    api::{Api, id},
    reminders::{deliverer, in_seconds, ledger},
};

pub(crate) async fn claim_on(api: &Api, channel: &str) -> Vec<Value> {
    api.post("/api/reminders/claim", json!({"channel": channel, "limit": 100})).await.items()
}

/// What is still to come, as `due_at`.
pub(crate) async fn pending(api: &Api) -> Vec<String> {
    let rows = api.get("/api/reminders").await.items();
    rows.iter().map(|row| row["due_at"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn a_reminder_before_the_due_date_follows_it(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let body = json!({"title": "one", "due": "2900-01-01T12:00:00Z", "remind_before_seconds": 1800});
    let task = ann.post("/api/tasks", body).await.is(201);
    assert_eq!(task["remind_time"], "2900-01-01T11:30:00Z");
    let path = format!("/api/tasks/{}", task["id"]);
    let moved = ann.patch(&path, json!({"due": "2900-01-02T12:00:00Z"})).await.is(200);
    assert_eq!(
        (&moved["remind_time"], &moved["remind_before_seconds"]),
        (&json!("2900-01-02T11:30:00Z"), &json!(1800))
    );
    assert_eq!(pending(&ann).await, ["2900-01-02T11:30:00Z"]);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await, ["2900-01-01T11:30:00Z"]);
    // What was read can be written.
    let again = json!({"title": "two", "due": "2900-02-01T12:00:00Z", "remind_time": "2900-01-01T11:30:00Z",
                       "remind_before_seconds": 1800});
    assert_eq!(ann.put(&path, again).await.is(200)["remind_time"], "2900-02-01T11:30:00Z");

    // A whole day begins when it does where the person is.
    let day = ann.patch(&path, json!({"due": "2900-01-01", "remind_before_seconds": -32_400})).await.is(200);
    assert_eq!(day["remind_time"], "2900-01-01T09:00:00Z");
    ann.patch("/api/users/me", json!({"timezone": "Asia/Kathmandu"})).await.is(200);
    assert_eq!(pending(&ann).await, ["2900-01-01T03:15:00Z"]);

    let fixed = ann.patch(&path, json!({"remind_time": "2900-01-01T08:00:00Z"})).await.is(200);
    assert_eq!(fixed["remind_before_seconds"], Value::Null);
    ann.patch(&path, json!({"due": "2900-03-01"})).await.is(200);
    assert_eq!(pending(&ann).await, ["2900-01-01T08:00:00Z"], "it stands by itself");
    ann.patch(&path, json!({"remind_before_seconds": 0})).await.is(200);
    let cleared = ann.patch(&path, json!({"due": null})).await.is(200);
    assert_eq!((&cleared["remind_time"], &cleared["remind_before_seconds"]), (&Value::Null, &Value::Null));
    assert_eq!(pending(&ann).await, [""; 0]);
    ann.patch(&path, json!({"remind_before_seconds": 60})).await.faults("remind_before_seconds", "needs_due");
    ann.patch(&path, json!({"remind_before_seconds": 40_000_000}))
        .await
        .faults("remind_before_seconds", "out_of_range");
    ann.patch(&path, json!({"nag_seconds": 1})).await.faults("nag_seconds", "out_of_range");
}

#[rstest]
#[tokio::test]
async fn a_reminder_comes_again_until_the_task_is_done(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let body = json!({"title": "one", "remind_time": in_seconds(-1), "nag_seconds": 900});
    let task = id(&ann.post("/api/tasks", body).await.is(201));
    let path = format!("/api/tasks/{task}");
    let deliver = async || {
        let claimed = claim_on(&deliverer, "test").await;
        let sent = json!({"lease": claimed[0]["lease"]});
        deliverer.post(&format!("/api/reminders/{}/sent", claimed[0]["id"]), sent).await.is(200);
    };
    deliver().await;
    let next: DateTime<Utc> = pending(&ann).await[0].parse().unwrap();
    let pause = next - Utc::now();
    assert!(pause > TimeDelta::minutes(14) && pause <= TimeDelta::minutes(15), "{pause}");
    ann.patch(&path, json!({"completed": true})).await.is(200);
    assert_eq!((pending(&ann).await.len(), ledger(&ann, task).await), (0, vec!["acknowledged".to_owned()]));
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await.len(), 1, "it goes on");
    ann.patch(&path, json!({"remind_time": in_seconds(-1)})).await.is(200);
    deliver().await;
    ann.patch(&path, json!({"nag_seconds": null})).await.is(200);
    assert_eq!(pending(&ann).await, [""; 0]);
}

#[rstest]
#[tokio::test]
async fn one_person_s_many_do_not_keep_others_waiting(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let (ann, bob) = (Api::person(&stack, "ann").await, Api::person(&stack, "bob").await);
    let many: Vec<Value> =
        (0..500).map(|number| json!({"title": format!("{number}"), "remind_time": in_seconds(-60)})).collect();
    ann.post("/api/tasks/bulk", json!({"create": many})).await.is(200);
    bob.post("/api/tasks", json!({"title": "bob's", "remind_time": in_seconds(-1)})).await.is(201);
    let deliverer = deliverer(&stack).await;
    let claim = json!({"channel": "test", "limit": 15});
    let claimed = deliverer.post("/api/reminders/claim", claim).await.items();
    let bobs = claimed.iter().filter(|reminder| reminder["task"]["title"] == "bob's").count();
    assert_eq!((claimed.len(), bobs), (15, 1));
}

#[rstest]
#[tokio::test]
async fn a_chat_that_blocked_the_bot_is_left_alone_until_it_comes_back(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let bob = in_chat(&stack, 42).await;
    let bot = service(&stack, "bot", SECRET).await;
    let remind = async |title: &str| {
        id(&bob.post("/api/tasks", json!({"title": title, "remind_time": in_seconds(-1)})).await.is(201))
    };
    let first = remind("one").await;
    let claimed = claim_on(&bot, "telegram").await;
    let failed = json!({"lease": claimed[0]["lease"], "reason": "bot was blocked by the user", "blocked": true});
    let row = bot.post(&format!("/api/reminders/{}/failed", claimed[0]["id"]), failed).await.is(200);
    assert_eq!((&row["state"], &row["channel"]), (&json!("dead"), &json!("telegram")));
    assert_eq!(ledger(&bob, first).await, ["dead", "queued"], "it waits for a channel");
    let second = remind("two").await;
    assert_eq!(claim_on(&bot, "telegram").await, [] as [Value; 0]);

    bot.post("/api/token/telegram", json!({"chat_id": 42})).await.is(200);
    let claimed = claim_on(&bot, "telegram").await;
    let mut tasks: Vec<i64> = claimed.iter().map(|reminder| id(&reminder["task"])).collect();
    tasks.sort_unstable();
    assert_eq!(tasks, [first, second]);
    assert!(claimed.iter().all(|reminder| reminder["chat_id"] == 42));
}

#[rstest]
#[tokio::test]
async fn a_message_is_kept_true_to_its_task(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = access::start(backend);
    let bob = in_chat(&stack, 42).await;
    let bot = service(&stack, "bot", SECRET).await;
    let task = id(&bob.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-1)})).await.is(201));
    let path = format!("/api/tasks/{task}");
    let reminder = claim_on(&bot, "telegram").await.remove(0);
    let sent = json!({"lease": reminder["lease"], "message_id": "7", "version": reminder["task"]["version"]});
    bot.post(&format!("/api/reminders/{}/sent", reminder["id"]), sent).await.is(200);
    let claim = async || bot.post("/api/reminders/shown/claim", json!({"lease_seconds": 3600})).await.items();
    assert_eq!(claim().await, [] as [Value; 0], "it says how the task stands");

    // One that waits is told of what another client does.
    let wait = bot.post("/api/reminders/shown/claim", json!({"wait_seconds": 20}));
    let edit = bob.patch(&path, json!({"title": "two"}));
    let (mut behind, edited) = tokio::join!(async { wait.await.items() }, edit);
    edited.is(200);
    let message = behind.remove(0);
    assert_eq!((&message["chat_id"], &message["message_id"]), (&json!(42), &json!("7")));
    assert_eq!((&message["task"]["title"], &message["state"]), (&json!("two"), &json!("sent")));
    assert_eq!(claim().await, [] as [Value; 0], "somebody has it");
    let settle = async |message: &Value| {
        let changed = json!({"id": message["id"], "shown": message["shown"], "seq": message["seq"]});
        bot.post("/api/reminders/shown/settle", json!({"changed": [changed]})).await.is(204);
    };
    settle(&message).await;
    bob.post("/api/tasks", json!({"title": "another"})).await.is(201);
    assert_eq!(claim().await, [] as [Value; 0]);

    let until = in_seconds(3600);
    bob.post(&format!("/api/reminders/{}/snooze", reminder["id"]), json!({"until": until})).await.is(200);
    let message = claim().await.remove(0);
    assert_eq!((&message["state"], &message["task"]["completed"]), (&json!("snoozed"), &json!(false)));
    assert!(message["snoozed_until"].is_string());
    // What changes while somebody is at it comes again.
    bob.patch(&path, json!({"completed": true})).await.is(200);
    settle(&message).await;
    let message = claim().await.remove(0);
    assert_eq!((&message["task"]["completed"], &message["snoozed_until"]), (&json!(true), &Value::Null));
    settle(&message).await;
    bob.delete(&path).await.is(204);
    let message = claim().await.remove(0);
    assert_eq!((&message["task"], &message["task_id"]), (&Value::Null, &json!(task)));
    bot.post("/api/reminders/shown/settle", json!({"gone": [message["id"]]})).await.is(204);
    bob.post("/api/undo", json!({})).await.is(200);
    assert_eq!(claim().await, [] as [Value; 0], "it is forgotten");
}

#[rstest]
#[tokio::test]
async fn what_is_long_past_comes_in_one_message(#[values(Sqlite, Postgres)] backend: Backend) {
    let services = format!("comments:{SECRET}2");
    let settings = [("TODO_SERVER_SERVICES", &*services), ("TODO_SERVER_GATHER_AFTER_HOURS", "1")];
    let stack = Stack::start_with(backend, &settings);
    let (ann, bob) = (Api::person(&stack, "ann").await, Api::person(&stack, "bob").await);
    let deliverer = deliverer(&stack).await;
    for (person, count) in [(&ann, 60), (&bob, 1)] {
        let old: Vec<Value> = (0..count)
            .map(|number| json!({"title": format!("old {number}"), "remind_time": in_seconds(-7200 - number)}))
            .collect();
        person.post("/api/tasks/bulk", json!({"create": old})).await.is(200);
    }
    let fresh = id(&ann.post("/api/tasks", json!({"title": "fresh", "remind_time": in_seconds(-1)})).await.is(201));
    let claim = async || -> (Vec<Value>, Value) {
        let mut claimed = claim_on(&deliverer, "test").await;
        let gathered = claimed.iter().position(|reminder| reminder["gathered_count"].is_number()).unwrap();
        let gathered = claimed.remove(gathered);
        (claimed, gathered)
    };
    let (others, gathered) = claim().await;
    let mut titles: Vec<&str> = others.iter().map(|reminder| reminder["task"]["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    assert_eq!(titles, ["fresh", "old 0"], "bob's only one is his own");
    assert_eq!((&gathered["task"]["title"], &gathered["gathered_count"]), (&json!("old 59"), &json!(59)));
    assert_eq!(gathered["gathered"].as_array().unwrap().len(), 50, "the others are counted");
    assert!(gathered["gathered"][0]["late_by_seconds"].as_i64().unwrap() >= 7200);
    assert_eq!(claim_on(&deliverer, "test").await, [] as [Value; 0], "all are leased");

    let path = |reminder: &Value, what: &str| format!("/api/reminders/{}/{what}", reminder["id"]);
    let failed = json!({"lease": gathered["lease"], "reason": "busy", "retry_after": 0});
    deliverer.post(&path(&gathered, "failed"), failed).await.is(200);
    let (_, again) = claim().await;
    assert_eq!((&again["gathered_count"], &again["attempt"]), (&json!(59), &json!(2)), "all come back together");
    let sent = json!({"lease": again["lease"], "message_id": "m7"});
    deliverer.post(&path(&again, "sent"), sent).await.is(200);
    for reminder in again["gathered"].as_array().unwrap() {
        let rows = ann.get(&format!("/api/tasks/{}/reminders", reminder["task"]["id"])).await.items();
        assert_eq!((&rows[0]["state"], &rows[0]["message_id"]), (&json!("sent"), &json!("m7")));
    }
    assert_eq!(ledger(&ann, fresh).await, ["leased"]);
    assert_eq!(pending(&ann).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn many_are_settled_at_once(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = access::start(backend);
    let deliverer = deliverer(&stack).await;
    let mut people = Vec::new();
    for name in ["ann", "bob", "cid"] {
        let person = Api::person(&stack, name).await;
        for number in 0..3 {
            let task = json!({"title": format!("{name} {number}"), "remind_time": in_seconds(-1)});
            person.post("/api/tasks", task).await.is(201);
        }
        people.push(person);
    }
    let claimed = claim_on(&deliverer, "test").await;
    assert_eq!(claimed.len(), 9);
    let sent: Vec<Value> = claimed[..7]
        .iter()
        .map(|reminder| json!({"id": reminder["id"], "lease": reminder["lease"], "message_id": "m"}))
        .chain([json!({"id": claimed[7]["id"], "lease": "another's"}), json!({"id": 1_i64 << 50, "lease": "gone"})])
        .collect();
    let failed = json!([{"id": claimed[8]["id"], "lease": claimed[8]["lease"], "reason": "busy"}]);
    let settled = deliverer.post("/api/reminders/settle", json!({"sent": sent, "failed": failed})).await.is(200);
    assert_eq!(settled["settled"].as_array().unwrap().len(), 8);
    assert_eq!(settled["lost"], json!([claimed[7]["id"], 1_i64 << 50]));
    let mut states = Vec::new();
    for person in &people {
        for task in person.get("/api/tasks").await.items() {
            states.extend(ledger(person, id(&task)).await);
        }
        let events = person.get("/api/changes?since=0").await.items();
        let told = events.iter().filter(|change| change["event"] == "reminder.updated").count();
        assert!(told >= 2, "the journal tells it: {events:?}");
        let seqs: Vec<i64> = events.iter().map(|change| change["seq"].as_i64().unwrap()).collect();
        assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>(), "without gaps");
    }
    states.sort_unstable();
    assert_eq!(states, ["failed", "leased", "sent", "sent", "sent", "sent", "sent", "sent", "sent"]);
    let many: Vec<Value> = (0..1001).map(|id| json!({"id": id, "lease": "a"})).collect();
    deliverer.post("/api/reminders/settle", json!({"sent": many})).await.faults("sent", "too_many");
}

#[rstest]
#[tokio::test]
async fn a_program_of_one_s_own_shows_what_no_channel_has(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201));
    let later = ann.post("/api/tasks", json!({"title": "two", "remind_time": in_seconds(3600)})).await.is(201);
    let rows = ann.get("/api/reminders").await.items();
    let shown = ann.post(&format!("/api/reminders/{}/shown", rows[0]["id"]), json!({})).await.is(200);
    assert_eq!(
        (&shown["state"], &shown["channel"], &shown["attempts"]),
        (&json!("sent"), &json!("desktop"), &json!(1))
    );
    assert_eq!(ledger(&ann, task).await, ["sent"]);
    ann.post(&format!("/api/reminders/{}/shown", rows[1]["id"]), json!({})).await.problem(409, "not_due");
    assert_eq!(ledger(&ann, id(&later)).await, ["queued"]);
}
