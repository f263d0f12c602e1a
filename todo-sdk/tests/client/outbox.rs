//! Writes that wait: what is sent when, and that nothing is lost, doubled or overwritten.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tempfile::TempDir;
use todo_sdk::{
    Error,
    model::{CreateTask, UpdateTask},
    outbox::{self, Done, Operation, Outbox, Sent, State, Stopped, provisional},
};

use super::support::{
    Script,
    Step::{self, Answer, Broken, Unreachable},
    header, pair, problem, task,
};

fn outbox() -> (TempDir, Outbox) {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox.jsonl"));
    (folder, outbox)
}

/// A client that tries everything once.
fn client(script: &Script) -> todo_sdk::Client {
    script.builder().session(pair("a")).retries(0).build().unwrap()
}

fn create(title: &str) -> Operation {
    Operation::create(CreateTask { title: title.to_owned(), ..CreateTask::default() })
}

fn rename(id: i64, title: &str) -> Operation {
    Operation::update(id, UpdateTask { title: Some(title.to_owned()), ..UpdateTask::default() })
}

fn ready() -> Step {
    Answer(200, Value::Null)
}

fn version(id: i64, version: i64) -> Value {
    let mut task = task(id);
    task["version"] = json!(version);
    task
}

fn changed(id: i64, to: i64) -> Step {
    Answer(200, json!({"created": [], "updated": [version(id, to)], "deleted": []}))
}

fn comment(id: i64, task: i64) -> Step {
    Answer(201, json!({"id": id, "task_id": task, "content": "c", "posted_date": "2026-11-01T10:00:00Z", "version": 1}))
}

fn bodies(script: &Script) -> Vec<String> {
    script.seen().iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect()
}

fn keys(script: &Script) -> Vec<String> {
    script.seen().iter().map(|request| header(request, "idempotency-key").to_owned()).collect()
}

#[tokio::test]
async fn what_the_server_takes_at_once_never_waits() {
    let (folder, outbox) = outbox();
    let script = Script::of([Answer(201, task(1)), problem(422, "invalid_fields")]);
    let sender = client(&script).outbox(&outbox);
    assert!(matches!(sender.send(create("one")).await.unwrap(), Sent::Done(Done::Task(task)) if task.id == 1));
    let refused = sender.send(create("")).await.unwrap_err();
    assert!(matches!(refused, outbox::Error::Call(error) if error.status() == Some(422)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is written for that");
}

#[tokio::test]
async fn what_waits_goes_out_in_order_and_finds_its_task() {
    let (_folder, outbox) = outbox();
    let away = Script::of([Unreachable, Unreachable, Unreachable, Unreachable]);
    let sender = client(&away).outbox(&outbox);
    let Sent::Queued(made) = sender.send(create("one")).await.unwrap() else { panic!("it is queued") };
    let id = provisional(made.number);
    for operation in [rename(id, "two"), Operation::comment(id, "c"), Operation::complete(id, true)] {
        assert!(matches!(sender.send(operation).await.unwrap(), Sent::Queued(_)));
    }
    assert_eq!(outbox.real_id(id).unwrap(), None);
    assert_eq!(away.paths()[1..], ["GET /api/ready"; 3], "later ones only ask whether it is back");

    let back =
        Script::of([ready(), Answer(201, task(7)), changed(7, 2), comment(1, 7), changed(7, 3), Answer(201, task(8))]);
    let client = client(&back);
    let replay = outbox.replay(&client).await.unwrap();
    assert_eq!((replay.done.len(), replay.aside.len()), (4, 0));
    assert!(replay.stopped.is_none() && outbox.entries().unwrap().is_empty());
    assert_eq!(
        back.paths()[1..],
        ["POST /api/tasks", "POST /api/tasks/bulk", "POST /api/comments", "POST /api/tasks/bulk"]
    );
    let bodies = bodies(&back);
    assert_eq!(bodies[2], r#"{"update":[{"id":7,"version":1,"title":"two"}]}"#);
    assert_eq!(bodies[3], r#"{"task_id":7,"content":"c"}"#);
    assert_eq!(bodies[4], r#"{"update":[{"id":7,"version":2,"completed":true}]}"#, "over its own change, no other");
    assert_eq!(keys(&back)[1], made.key);

    // What it turned out to be is remembered.
    assert_eq!(outbox.real_id(id).unwrap(), Some(7));
    client.outbox(&outbox).send(create("three")).await.unwrap();
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_is_sent_again_to_the_byte() {
    let (_folder, outbox) = outbox();
    // The tag is made for the first attempt; the second one does not ask again.
    let home = json!({"id": 5, "name": "Home", "version": 1});
    let lost = Script::of([Answer(200, json!([])), Answer(201, home), Broken]);
    let operation = Operation::CreateTask {
        task: Box::new(CreateTask { title: "one".to_owned(), ..CreateTask::default() }),
        tags: vec!["Home".to_owned()],
    };
    let Sent::Queued(entry) = client(&lost).outbox(&outbox).send(operation).await.unwrap() else { panic!("queued") };
    let back = Script::of([ready(), Broken, ready(), Answer(201, task(1))]);
    let replay = outbox.replay(&client(&back)).await.unwrap();
    assert!(replay.stopped.is_some_and(|stopped| stopped.is_away()));
    assert_eq!(outbox.replay(&client(&back)).await.unwrap().done.len(), 1);
    let first = (lost.seen()[2].body().clone(), keys(&lost)[2].clone());
    for attempt in [1, 3] {
        assert_eq!((back.seen()[attempt].body().clone(), keys(&back)[attempt].clone()), first);
    }
    assert_eq!(first.1, entry.key);
}

#[tokio::test]
async fn a_version_that_is_not_known_is_asked_for_once() {
    let (_folder, outbox) = outbox();
    outbox.queue(rename(7, "mine")).unwrap();
    let script = Script::of([ready(), Answer(200, version(7, 4)), Broken, ready(), changed(7, 5)]);
    let client = client(&script);
    outbox.replay(&client).await.unwrap();
    outbox.replay(&client).await.unwrap();
    let bodies = bodies(&script);
    assert_eq!((bodies[2].as_str(), &bodies[2]), (r#"{"update":[{"id":7,"version":4,"title":"mine"}]}"#, &bodies[4]));
    assert!(outbox.entries().unwrap().is_empty());
}

#[tokio::test]
async fn what_somebody_changed_meanwhile_is_not_overwritten() {
    let (_folder, outbox) = outbox();
    outbox.queue(rename(7, "mine")).unwrap();
    let mut theirs = version(7, 4);
    theirs["date_updated"] = json!("2999-01-01T00:00:00Z");
    let script = Script::of([ready(), Answer(200, theirs)]);
    let replay = outbox.replay(&client(&script)).await.unwrap();
    assert!(matches!(&replay.aside[0].state, State::Conflict { theirs: Some(task), .. } if task.version == 4));
    assert_eq!(script.seen().len(), 2, "nothing is sent");
}

/// A conflict about task 7, and a change of it that stands behind.
async fn in_conflict(outbox: &Outbox) {
    outbox.queue(rename(7, "mine").if_match(3)).unwrap();
    outbox.queue(Operation::complete(7, true).if_match(3)).unwrap();
    outbox.queue(rename(8, "other").if_match(1)).unwrap();
    let script = Script::of([ready(), problem(412, "version_moved"), Answer(200, version(7, 5)), changed(8, 2)]);
    let replay = outbox.replay(&client(&script)).await.unwrap();
    assert_eq!((replay.done[0].0.number, replay.aside[0].number), (3, 1), "what is about another task goes on");
    let State::Conflict { problem, theirs: Some(theirs) } = &replay.aside[0].state else { panic!("{replay:?}") };
    assert_eq!((problem.status, theirs.version), (412, 5));
    assert_eq!(outbox.entries().unwrap().len(), 2);
}

#[tokio::test]
async fn a_conflict_is_decided_for_ours() {
    let (_folder, outbox) = outbox();
    in_conflict(&outbox).await;
    let before = outbox.entries().unwrap()[0].key.clone();
    assert_ne!(outbox.resend(1).unwrap().key, before, "it is another call");
    let script = Script::of([ready(), changed(7, 6), changed(7, 7)]);
    assert_eq!(outbox.replay(&client(&script)).await.unwrap().done.len(), 2);
    let bodies = bodies(&script);
    assert_eq!(bodies[1], r#"{"update":[{"id":7,"version":5,"title":"mine"}]}"#, "over what was shown");
    assert_eq!(bodies[2], r#"{"update":[{"id":7,"version":6,"completed":true}]}"#);
}

#[tokio::test]
async fn a_conflict_is_decided_for_theirs() {
    let (_folder, outbox) = outbox();
    in_conflict(&outbox).await;
    assert!(matches!(outbox.resend(2), Err(outbox::Error::StillWaits(2))));
    assert!(matches!(outbox.drop_entry(9), Err(outbox::Error::NoSuchEntry(9))));
    assert_eq!(outbox.drop_entry(1).unwrap().len(), 1);
    // The other change was made on version 3 as well.
    let script = Script::of([ready(), problem(412, "version_moved"), Answer(200, version(7, 5))]);
    assert_eq!(outbox.replay(&client(&script)).await.unwrap().aside[0].number, 2);
}

#[tokio::test]
async fn the_same_change_by_two_is_no_conflict() {
    let (_folder, outbox) = outbox();
    outbox.queue(rename(7, "task 7").if_match(3)).unwrap();
    outbox.queue(Operation::delete(8).if_match(1)).unwrap();
    let gone = problem(404, "not_found");
    let script = Script::of([ready(), problem(412, "version_moved"), Answer(200, version(7, 5)), gone]);
    let replay = outbox.replay(&client(&script)).await.unwrap();
    assert_eq!((replay.done.len(), replay.aside.len()), (2, 0));
}

#[tokio::test]
async fn what_depends_on_a_refused_task_is_held_and_dropped_with_it() {
    let (_folder, outbox) = outbox();
    let made = outbox.queue(create("refused")).unwrap();
    let id = provisional(made.number);
    outbox.queue(Operation::comment(id, "c")).unwrap();
    outbox.queue(create("fine")).unwrap();
    let script = Script::of([ready(), problem(422, "invalid_fields"), Answer(201, task(9))]);
    let client = client(&script);
    let replay = outbox.replay(&client).await.unwrap();
    assert!(matches!(&replay.aside[0].state, State::Refused { problem } if problem.status == 422));
    assert_eq!(replay.done[0].0.number, 3);
    let dropped: Vec<u64> = outbox.drop_entry(1).unwrap().iter().map(|entry| entry.number).collect();
    assert_eq!(dropped, [1, 2]);
    assert!(outbox.replay(&client).await.unwrap().done.is_empty());
}

#[tokio::test]
async fn nothing_is_set_aside_for_what_passes() {
    let (_folder, outbox) = outbox();
    outbox.queue(create("one")).unwrap();
    let portal = || Answer(200, json!("<h1>Please sign in to the hotel</h1>"));
    let steps = [problem(401, "expired"), problem(429, "too_many_requests"), problem(503, "unavailable"), portal()];
    for step in steps {
        let script = Script::of([ready(), step]);
        let client = script.builder().access_token("t").retries(0).build().unwrap();
        let replay = outbox.replay(&client).await.unwrap();
        assert!(matches!(replay.stopped, Some(Stopped::Call(_))), "{replay:?}");
        assert!(outbox.entries().unwrap()[0].waits());
    }
}

/// As if all of it had happened so many hours earlier.
fn age(outbox: &Outbox, hours: i64) {
    fn earlier(value: &mut Value, hours: i64) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match value.as_str().filter(|_| name == "at").and_then(|at| at.parse::<DateTime<Utc>>().ok()) {
                        Some(at) => *value = json!(at - TimeDelta::hours(hours)),
                        None => earlier(value, hours),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| earlier(item, hours)),
            _ => {}
        }
    }
    let mut text = String::new();
    for line in std::fs::read_to_string(outbox.path()).unwrap().lines() {
        let mut record = serde_json::from_str(line).unwrap();
        earlier(&mut record, hours);
        text += &format!("{record}\n");
    }
    std::fs::write(outbox.path(), text).unwrap();
}

#[tokio::test]
async fn what_the_server_may_have_forgotten_is_not_done_twice() {
    let (_folder, outbox) = outbox();
    // One got no answer, the other never left.
    let script = Script::of([Broken, Unreachable]);
    let lost = client(&script).outbox(&outbox).send(create("sent")).await.unwrap();
    assert!(matches!(lost, Sent::Queued(entry) if entry.attempt.is_some()));
    outbox.queue(create("unsent")).unwrap();
    age(&outbox, 30);
    let script = Script::of([ready(), Answer(201, task(2))]);
    let replay = outbox.replay(&client(&script)).await.unwrap();
    assert_eq!((replay.aside[0].number, replay.done[0].0.number), (1, 2));
    let problem = replay.aside[0].state.problem().unwrap();
    assert_eq!(problem.code, State::OUTCOME_UNKNOWN);
    // Who has looked may have it sent all the same.
    outbox.resend(1).unwrap();
    let script = Script::of([ready(), Answer(201, task(3))]);
    assert_eq!(outbox.replay(&client(&script)).await.unwrap().done.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_earlier_attempt_without_an_answer_counts() {
    let script = Script::of([Broken, Unreachable]);
    let client = script.builder().session(pair("a")).retries(1).build().unwrap();
    let error = client.tasks().create("one").send().await.unwrap_err();
    assert!(matches!(error, Error::OutOfReach { source, .. } if source.was_sent()), "it may have been done");
}
