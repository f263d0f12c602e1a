//! Reminders that are put off, taken back, or come back with their task.

use chrono::{DateTime, TimeDelta, Utc};
use e2e::servers::Backend::{self, Postgres, Sqlite};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    access,
    api::{Api, id},
    delivery::{claim_on, pending},
    reminders::{deliverer, in_seconds, ledger},
};

#[rstest]
#[tokio::test]
async fn what_was_put_off_stays_so_when_a_task_comes_back(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(3600)})).await.is(201));
    let reminder = ann.get("/api/reminders").await.items()[0]["id"].clone();
    let until = "2900-01-01T00:00:00Z";
    ann.post(&format!("/api/reminders/{reminder}/snooze"), json!({"until": until})).await.is(200);
    let path = format!("/api/tasks/{task}");
    ann.patch(&path, json!({"completed": true})).await.is(200);
    assert_eq!(pending(&ann).await, [""; 0]);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await, [until]);
    ann.delete(&path).await.is(204);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await, [until]);
    ann.patch(&path, json!({"completed": true})).await.is(200);
    ann.patch(&path, json!({"completed": false})).await.is(200);
    assert_eq!(pending(&ann).await, [until], "reopened");
    let other = "2900-02-02T00:00:00Z";
    ann.patch(&path, json!({"completed": true})).await.is(200);
    ann.patch(&path, json!({"completed": false, "remind_time": other})).await.is(200);
    assert_eq!(pending(&ann).await, [other], "whoever asks for another gets that");
}

async fn sent(deliverer: &Api, claimed: &Value) {
    let body = json!({"lease": claimed["lease"]});
    deliverer.post(&format!("/api/reminders/{}/sent", claimed["id"]), body).await.is(200);
}

/// Whatever takes a reminder that is due away from its deliverer, undo brings it back.
#[rstest]
#[tokio::test]
async fn undo_loses_nothing_that_was_due(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let changes = [json!({"completed": true}), json!({"remind_time": null}), json!({"remind_time": in_seconds(9000)})];
    for change in changes.iter().map(Some).chain([None]) {
        let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201));
        let path = format!("/api/tasks/{task}");
        let act = async || match change {
            Some(change) => drop(ann.patch(&path, change.clone()).await.is(200)),
            None => drop(ann.delete(&path).await.is(204)),
        };
        act().await;
        assert_eq!(claim_on(&deliverer, "test").await, [] as [Value; 0], "{change:?}");
        ann.post("/api/undo", json!({})).await.is(200);
        let claimed = claim_on(&deliverer, "test").await;
        assert_eq!((claimed.len(), &claimed[0]["task"]["id"]), (1, &json!(task)), "{change:?}");
        sent(&deliverer, &claimed[0]).await;
        act().await;
        ann.post("/api/undo", json!({})).await.is(200);
        // With the task its ledger went.
        let again = if change.is_some() { 0 } else { claim_on(&deliverer, "test").await.len() };
        assert_eq!((claim_on(&deliverer, "test").await.len(), again), (0, 0), "once told it is told: {change:?}");
        ann.delete(&path).await.is(204);
    }
}

#[rstest]
#[tokio::test]
async fn undo_waits_again_for_whoever_has_a_reminder(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let leased = async || {
        let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201));
        let claimed = claim_on(&deliverer, "test").await.remove(0);
        ann.patch(&format!("/api/tasks/{task}"), json!({"completed": true})).await.is(200);
        (task, claimed)
    };
    let failed = async |claimed: &Value| {
        let body = json!({"lease": claimed["lease"], "reason": "the line was busy", "retry_after": 0});
        deliverer.post(&format!("/api/reminders/{}/failed", claimed["id"]), body).await.is(200)
    };
    let (task, claimed) = leased().await;
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await.len(), 1, "it returns when the lease ends");
    sent(&deliverer, &claimed).await;
    assert_eq!(ledger(&ann, task).await, ["sent"]);

    let (_, claimed) = leased().await;
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(failed(&claimed).await["state"], "failed");
    sent(&deliverer, &claim_on(&deliverer, "test").await[0]).await;

    let (task, claimed) = leased().await;
    assert_eq!(failed(&claimed).await["state"], "dead", "nobody wants it any more");
    ann.post("/api/undo", json!({})).await.is(200);
    sent(&deliverer, &claim_on(&deliverer, "test").await[0]).await;
    assert_eq!(ledger(&ann, task).await, ["dead", "sent"]);
}

#[rstest]
#[tokio::test]
async fn putting_off_can_be_taken_back(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201));
    let claimed = claim_on(&deliverer, "test").await.remove(0);
    sent(&deliverer, &claimed).await;
    let snooze = format!("/api/reminders/{}/snooze", claimed["id"]);
    let (first, second) = ("2900-01-01T00:00:00Z", "2900-01-02T00:00:00Z");
    ann.post(&snooze, json!({"until": first})).await.is(200);
    ann.post(&snooze, json!({"until": second})).await.is(200);
    assert_eq!(pending(&ann).await, [second], "tapped twice, it is put off twice");
    assert_eq!(ledger(&ann, task).await, ["snoozed", "snoozed", "queued"]);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await, [first]);
    ann.post("/api/undo", json!({})).await.is(200);
    assert_eq!(pending(&ann).await, [second], "an undo of an undo does it again");
    ann.post("/api/undo", json!({})).await.is(200);
    let (rows, changes) = (ledger(&ann, task).await, ann.get("/api/changes?since=0").await.items());
    assert_eq!(rows, ["snoozed", "queued"]);
    // The one before, by its number.
    let seq = changes.iter().find(|change| change["resource"]["state"] == "snoozed").unwrap()["seq"].clone();
    ann.post("/api/undo", json!({"seq": seq})).await.is(200);
    assert_eq!(ledger(&ann, task).await, ["sent"]);
    assert_eq!(ann.get(&format!("/api/tasks/{task}")).await.is(200)["completed"], false, "the task is there");

    // What is told can't be put off in hindsight.
    let new = ann.post(&snooze, json!({"until": in_seconds(1)})).await.is(200);
    let wait = json!({"channel": "test", "wait_seconds": 10});
    let again = deliverer.post("/api/reminders/claim", wait).await.items().remove(0);
    assert_eq!(again["id"], new["id"]);
    ann.post("/api/undo", json!({})).await.problem(409, "newer_change");
    sent(&deliverer, &again).await;
    ann.post(&snooze, json!({"until": first})).await.problem(409, "snoozed_before");
}

#[rstest]
#[tokio::test]
async fn an_old_message_does_not_put_off_a_newer_reminder(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201));
    let claimed = claim_on(&deliverer, "test").await.remove(0);
    sent(&deliverer, &claimed).await;
    let newer = "2900-01-01T00:00:00Z";
    ann.patch(&format!("/api/tasks/{task}"), json!({"remind_time": newer})).await.is(200);
    let snooze = format!("/api/reminders/{}/snooze", claimed["id"]);
    let problem = ann.post(&snooze, json!({"until": in_seconds(60)})).await.problem(409, "newer_reminder");
    assert!(problem["detail"].as_str().unwrap().contains(newer), "{problem}");
    assert_eq!(pending(&ann).await, [newer]);
}

#[rstest]
#[tokio::test]
async fn a_pause_that_is_set_later_counts_from_what_was_told(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201));
    sent(&deliverer, &claim_on(&deliverer, "test").await[0]).await;
    let path = format!("/api/tasks/{task}");
    let next_in = async || {
        let rows = ann.get("/api/reminders").await.items();
        let at: DateTime<Utc> = rows[0]["due_at"].as_str().unwrap().parse().unwrap();
        (rows.len(), rows[0]["nags"].clone(), (at - Utc::now()) + TimeDelta::seconds(30))
    };
    for minutes in [30, 10] {
        ann.patch(&path, json!({"nag_seconds": minutes * 60})).await.is(200);
        let (count, nags, pause) = next_in().await;
        assert_eq!((count, nags, pause.num_minutes()), (1, json!(1), minutes));
    }
    ann.patch(&path, json!({"completed": true})).await.is(200);
    ann.post("/api/undo", json!({})).await.is(200);
    let row = ann.get("/api/reminders").await.items().remove(0);
    assert_eq!((&row["nags"], &row["snoozed"]), (&json!(1), &json!(false)), "as it was");
    ann.patch(&path, json!({"nag_seconds": null})).await.is(200);
    assert_eq!(pending(&ann).await, [""; 0]);
}

#[rstest]
#[tokio::test]
async fn senseless_numbers_are_refused(#[values(Sqlite)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    for before in [i64::MIN, i64::MIN + 1, i64::MAX] {
        let body = json!({"title": "one", "due": "2026-12-01", "remind_before_seconds": before});
        ann.post("/api/tasks", body).await.faults("remind_before_seconds", "out_of_range");
    }
    let rule = json!({"title": "one", "repeat": {"rrule": "FREQ=DAILY;COUNT=0", "from": "schedule"}});
    ann.post("/api/tasks", rule).await.faults("repeat.rrule", "invalid_rule");
    let settle = json!({"sent": [{"id": 1, "lease": "a", "extra": 1}]});
    deliverer(&stack).await.post("/api/reminders/settle", settle).await.is(422);
}

#[rstest]
#[tokio::test]
async fn reminding_until_it_is_done_survives_second_thoughts(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    let task = json!({"title": "pills", "remind_time": in_seconds(-5), "nag_seconds": 900});
    let task = id(&ann.post("/api/tasks", task).await.is(201));
    let path = format!("/api/tasks/{task}");
    sent(&deliverer, &claim_on(&deliverer, "test").await[0]).await;
    let one_comes = async |after: &str| assert_eq!(pending(&ann).await.len(), 1, "{after}");
    one_comes("told once").await;
    for (what, body) in [("done", Some(json!({"completed": true}))), ("deleted", None)] {
        match body {
            Some(body) => drop(ann.patch(&path, body).await.is(200)),
            None => drop(ann.delete(&path).await.is(204)),
        }
        assert_eq!(pending(&ann).await.len(), 0, "{what}");
        ann.post("/api/undo", json!({})).await.is(200);
        one_comes(what).await;
        for pause in [1800, 900] {
            ann.patch(&path, json!({"nag_seconds": pause})).await.is(200);
            one_comes("another pause").await;
        }
        ann.patch(&path, json!({"completed": true})).await.is(200);
        ann.patch(&path, json!({"completed": false})).await.is(200);
        one_comes("reopened").await;
    }
    ann.patch(&path, json!({"nag_seconds": null})).await.is(200);
    assert_eq!(pending(&ann).await.len(), 0, "once is enough");
}

/// What moves along with a zone is nobody's change to take back.
#[rstest]
#[tokio::test]
async fn undo_passes_over_what_a_zone_moved(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let zone = async |zone: &str| drop(ann.patch("/api/users/me", json!({"timezone": zone})).await.is(200));
    zone("Europe/Berlin").await;
    let task = json!({"title": "one", "due": "2900-12-10", "remind_before_seconds": 1800});
    let path = format!("/api/tasks/{}", id(&ann.post("/api/tasks", task).await.is(201)));
    ann.patch(&path, json!({"due": "2900-12-20"})).await.is(200);
    assert_eq!(pending(&ann).await, ["2900-12-19T22:30:00Z"]);
    zone("America/New_York").await;
    assert_eq!(pending(&ann).await, ["2900-12-20T04:30:00Z"]);
    let moved = ann.get("/api/changes?limit=1000").await.items();
    let moved = moved.iter().rev().find(|change| change["event"] == "task.updated").unwrap();
    ann.post("/api/undo", json!({"seq": moved["seq"]})).await.problem(409, "not_undoable");
    ann.post("/api/undo", json!({})).await.is(200);
    let task = ann.get(&path).await.is(200);
    assert_eq!((&task["due"], &task["remind_time"]), (&json!("2900-12-10"), &json!("2900-12-10T04:30:00Z")));
    assert_eq!(pending(&ann).await, ["2900-12-10T04:30:00Z"]);
}

#[rstest]
#[tokio::test]
async fn a_deliverer_that_can_t_reach_somebody_leaves_the_reminder_to_others(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let stack = access::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let deliverer = deliverer(&stack).await;
    ann.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-5)})).await.is(201);
    let claimed = &claim_on(&deliverer, "test").await[0];
    let body = json!({"lease": claimed["lease"], "blocked": true, "reason": "x".repeat(2000)});
    let row = deliverer.post(&format!("/api/reminders/{}/failed", claimed["id"]), body).await.is(200);
    assert_eq!((&row["state"], row["reason"].as_str().unwrap().len()), (&json!("failed"), 500));
    assert_eq!(pending(&ann).await.len(), 1);
    assert_eq!(claim_on(&deliverer, "test").await, [] as [Value; 0], "not at once");
}
