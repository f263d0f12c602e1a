//! Reminders arrive: each one, once, and the ledger tells what became of it.

use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    access::{self, SECRET, in_chat, service},
    api::{Api, eventually, id},
};

/// A moment so many seconds from now, as the API writes it.
pub(crate) fn in_seconds(seconds: i64) -> String {
    (Utc::now() + TimeDelta::seconds(seconds)).to_rfc3339()
}

pub(crate) async fn deliverer(stack: &Stack) -> Api {
    service(stack, "comments", &format!("{SECRET}2")).await
}

async fn claim(api: &Api, wait: u32) -> Vec<Value> {
    let claim = json!({"channel": "test", "limit": 10, "lease_seconds": 60, "wait_seconds": wait});
    api.post("/api/reminders/claim", claim).await.items()
}

/// States of a task's reminders, the oldest first.
pub(crate) async fn ledger(api: &Api, task: i64) -> Vec<String> {
    let rows = api.get(&format!("/api/tasks/{task}/reminders")).await.items();
    rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
}

#[rstest]
#[tokio::test]
async fn a_task_has_exactly_the_reminder_that_it_asks_for(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task =
        id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": "2900-01-01T08:00:00Z"})).await.is(201));
    let path = format!("/api/tasks/{task}");
    let pending = async || -> Vec<String> {
        let rows = ann.get("/api/reminders").await.items();
        rows.iter().map(|row| row["due_at"].as_str().unwrap().to_owned()).collect()
    };
    let first = ["2900-01-01T08:00:00Z"];
    assert_eq!(pending().await, first);
    ann.patch(&path, json!({"title": "two"})).await.is(200);
    assert_eq!(pending().await, first);
    ann.patch(&path, json!({"remind_time": "2900-02-01T08:00:00Z"})).await.is(200);
    let moved = ["2900-02-01T08:00:00Z"];
    assert_eq!(pending().await, moved);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending().await, first, "undone");
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending().await, moved, "done again");
    let none = [] as [&str; 0];
    ann.patch(&path, json!({"completed": true})).await.is(200);
    assert_eq!(pending().await, none);
    ann.patch(&path, json!({"completed": false})).await.is(200);
    assert_eq!(pending().await, moved);
    ann.patch(&path, json!({"remind_time": null})).await.is(200);
    assert_eq!(pending().await, none);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending().await, moved);
    ann.delete(&path).await.is(204);
    assert_eq!(pending().await, none);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending().await, moved);
    let bulk = json!({"update": [{"id": task, "remind_time": "2900-03-01T08:00:00Z"}],
        "create": [{"title": "three", "remind_time": "2900-04-01T08:00:00Z"}]});
    ann.post("/api/tasks/bulk", bulk).await.is(200);
    assert_eq!(pending().await, ["2900-03-01T08:00:00Z", "2900-04-01T08:00:00Z"]);
}

#[rstest]
#[tokio::test]
async fn a_reminder_is_delivered_once_and_its_ledger_tells(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    assert_eq!(claim(&deliverer, 0).await, [] as [Value; 0]);
    let late = json!({"title": "late", "remind_time": in_seconds(-3600)});
    let late = id(&ann.post("/api/tasks", late).await.is(201));
    let claimed = claim(&deliverer, 0).await;
    let reminder = &claimed[0];
    assert_eq!((claimed.len(), &reminder["task"]["id"], &reminder["attempt"]), (1, &json!(late), &json!(1)));
    assert!((3600..3660).contains(&reminder["late_by_seconds"].as_i64().unwrap()), "{reminder}");
    assert_eq!((&reminder["timezone"], &reminder["channel"]), (&json!("UTC"), &json!("test")));
    assert_eq!(ledger(&ann, late).await, ["leased"]);
    assert_eq!(claim(&deliverer, 0).await, [] as [Value; 0], "one claimant has it");

    let path = |what: &str| format!("/api/reminders/{}/{what}", reminder["id"]);
    let lease = &reminder["lease"];
    deliverer.post(&path("sent"), json!({"lease": "another"})).await.problem(409, "lease_lost");
    let sent = json!({"lease": lease, "message_id": "m1"});
    let row = deliverer.post(&path("sent"), sent.clone()).await.is(200);
    assert_eq!((&row["state"], &row["message_id"], &row["channel"]), (&json!("sent"), &json!("m1"), &json!("test")));
    assert!(row["late_by_seconds"].as_i64().unwrap() >= 3600);
    assert_eq!(deliverer.post(&path("sent"), sent).await.is(200), row, "said twice it is said once");
    ann.patch(&format!("/api/tasks/{late}"), json!({"completed": true})).await.is(200);
    assert_eq!(ledger(&ann, late).await, ["acknowledged"]);
    // Undo passes over what the deliverer did.
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(ann.get(&format!("/api/tasks/{late}")).await.is(200)["completed"], false);
    assert_eq!(claim(&deliverer, 0).await, [] as [Value; 0], "what comes back does not remind of what is past");

    // The claim waits, and hears of what is set meanwhile.
    let waiting = claim(&deliverer, 20);
    let set = async {
        let soon = json!({"title": "soon", "remind_time": in_seconds(2)});
        id(&ann.post("/api/tasks", soon).await.is(201))
    };
    let (claimed, soon) = tokio::join!(waiting, set);
    let lag = Utc::now() - claimed[0]["due_at"].as_str().unwrap().parse::<chrono::DateTime<Utc>>().unwrap();
    assert_eq!((claimed.len(), &claimed[0]["task"]["id"]), (1, &json!(soon)));
    assert!(lag >= TimeDelta::zero(), "never early");
}

#[rstest]
#[tokio::test]
async fn failures_are_tried_again_and_leases_end(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-1)})).await.is(201));
    let claimed = claim(&deliverer, 0).await;
    let failed = json!({"lease": claimed[0]["lease"], "reason": "the line was busy", "retry_after": 1});
    let row = deliverer.post(&format!("/api/reminders/{}/failed", claimed[0]["id"]), failed).await.is(200);
    assert_eq!((&row["state"], &row["reason"]), (&json!("failed"), &json!("the line was busy")));
    let again = claim(&deliverer, 10).await;
    assert_eq!(again[0]["attempt"], 2);
    assert_ne!(again[0]["lease"], claimed[0]["lease"]);
    // Nobody settles it, and it comes back.
    let short = json!({"channel": "test", "lease_seconds": 1});
    ann.patch(&format!("/api/tasks/{task}"), json!({"remind_time": in_seconds(-1)})).await.is(200);
    let begun = Instant::now();
    let lost = deliverer.post("/api/reminders/claim", short).await.items();
    assert_eq!(lost.len(), 1);
    let back = claim(&deliverer, 10).await;
    assert_eq!((back.len(), &back[0]["id"], &back[0]["attempt"]), (1, &lost[0]["id"], &json!(2)));
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let late = json!({"lease": lost[0]["lease"]});
    deliverer.post(&format!("/api/reminders/{}/sent", lost[0]["id"]), late).await.problem(409, "lease_lost");
    for (body, field) in [
        (json!({"channel": "", "limit": 1}), "channel"),
        (json!({"channel": "a", "limit": 0}), "limit"),
        (json!({"channel": "a", "lease_seconds": 99_999}), "lease_seconds"),
    ] {
        let problem = deliverer.post("/api/reminders/claim", body).await.problem(422, "invalid_fields");
        assert!(problem["errors"][field].is_array(), "{problem}");
    }
}

#[rstest]
#[tokio::test]
async fn a_reminder_is_put_off_and_its_task_stays(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let body = json!({"title": "one", "due": "2900-01-01", "remind_time": in_seconds(-1)});
    let task = ann.post("/api/tasks", body).await.is(201);
    let claimed = claim(&deliverer, 0).await;
    let sent = json!({"lease": claimed[0]["lease"]});
    deliverer.post(&format!("/api/reminders/{}/sent", claimed[0]["id"]), sent).await.is(200);
    let snooze = format!("/api/reminders/{}/snooze", claimed[0]["id"]);
    ann.post(&snooze, json!({"until": in_seconds(-5)})).await.faults("until", "past");
    let new = ann.post(&snooze, json!({"until": in_seconds(1)})).await.is(200);
    assert_eq!(new["state"], "queued");
    assert_eq!(ledger(&ann, id(&task)).await, ["snoozed", "queued"]);
    assert_eq!(ann.get(&format!("/api/tasks/{}", task["id"])).await.is(200), task, "the task is as it was");
    let again = claim(&deliverer, 10).await;
    assert_eq!((again.len(), &again[0]["snoozed"], &again[0]["id"]), (1, &json!(true), &new["id"]));
    ann.patch(&format!("/api/tasks/{}", task["id"]), json!({"completed": true})).await.is(200);
    ann.post(&format!("/api/reminders/{}/snooze", new["id"]), json!({"until": in_seconds(60)}))
        .await
        .problem(409, "task_completed");
}

#[rstest]
#[tokio::test]
async fn telegram_gets_those_who_have_a_chat(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let bob = in_chat(&stack, 42).await;
    for api in [&ann, &bob] {
        api.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-1)})).await.is(201);
    }
    let bot = service(&stack, "bot", SECRET).await;
    let claimed = bot.post("/api/reminders/claim", json!({"channel": "telegram", "wait_seconds": 1})).await.items();
    assert_eq!((claimed.len(), &claimed[0]["chat_id"]), (1, &json!(42)));
    assert_eq!(claim(&bot, 0).await[0]["chat_id"], Value::Null, "another channel has the other one");
}

/// Several deliverers at work through the SDK, and many reminders that fall due at once.
#[rstest]
#[tokio::test]
async fn many_deliverers_deliver_each_reminder_once(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    const REMINDERS: usize = 300;
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let due = in_seconds(-1);
    let tasks: Vec<Value> =
        (0..REMINDERS).map(|number| json!({"title": format!("task {number}"), "remind_time": due})).collect();
    ann.post("/api/tasks/bulk", json!({"create": tasks})).await.is(200);
    let (delivered, mut deliveries) = tokio::sync::mpsc::unbounded_channel();
    let mut deliverers = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let client = todo_sdk::Client::builder(stack.todo_url()).service("comments", format!("{SECRET}2")).build();
        let (client, delivered) = (client.unwrap(), delivered.clone());
        deliverers.spawn(async move {
            let deliver = |reminder: todo_sdk::model::ClaimedReminder| {
                delivered.send(reminder.task.id).unwrap();
                async move { Ok(Some(format!("m{}", reminder.id))) }
            };
            client.reminders().deliver("test", deliver).await
        });
    }
    let all = async {
        let mut seen = Vec::new();
        while seen.len() < REMINDERS {
            seen.push(deliveries.recv().await.unwrap());
        }
        eventually("all are settled", async || ann.get("/api/reminders").await.items().is_empty()).await;
        seen
    };
    let mut seen = tokio::time::timeout(Duration::from_secs(60), all).await.expect("all are delivered");
    deliverers.abort_all();
    while let Ok(more) = deliveries.try_recv() {
        seen.push(more);
    }
    seen.sort_unstable();
    let count = seen.len();
    seen.dedup();
    assert_eq!((count, seen.len()), (REMINDERS, REMINDERS), "each once");
}
