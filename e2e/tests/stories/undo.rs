//! What was done can be taken back, from anywhere.

use std::env;

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use fastrand::Rng;
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, id};

/// Everything that a person sees, without what every change moves.
async fn state(api: &Api) -> Vec<Value> {
    let mut all = Vec::new();
    for path in ["/api/tasks", "/api/tags", "/api/comments"] {
        for mut item in api.all(&format!("{path}?limit=1000")).await {
            let fields = item.as_object_mut().unwrap();
            fields.remove("version");
            fields.remove("date_updated");
            all.push(item);
        }
    }
    all
}

async fn undo(api: &Api) -> Value {
    api.call(reqwest::Method::POST, "/api/undo").await.is(200)
}

#[rstest]
#[tokio::test]
async fn everything_can_be_taken_back_and_done_again(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    ann.post("/api/undo", json!({})).await.problem(409, "nothing_to_undo");
    let (home, work) = (ann.tag("home").await, ann.tag("work").await);
    let task = json!({"title": "one", "tags": [home, work], "due": "2026-12-01", "priority": 2,
        "repeat": {"rrule": "FREQ=DAILY"}, "remind_time": "2026-12-01T08:00:00Z", "description": "all of it"});
    let task = id(&ann.post("/api/tasks", task).await.is(201));
    let comment = ann.comment(task, "a word").await;
    let (task_path, comment_path) = (format!("/api/tasks/{task}"), format!("/api/comments/{comment}"));
    let edit = json!({"title": "two", "due": null, "tags": [work], "completed": true, "repeat": null});
    let calls = [
        ann.patch(&task_path, edit),
        ann.patch(&comment_path, json!({"content": "another word"})),
        ann.patch(&format!("/api/tags/{home}"), json!({"name": "house"})),
        ann.delete(&format!("/api/tags/{work}")),
        ann.post("/api/tasks/bulk", json!({"create": [{"title": "three"}], "update": [{"id": task, "title": "four"}]})),
        ann.delete(&comment_path),
        ann.delete(&task_path),
        ann.put(&task_path, json!({"title": "five", "tags": [home]})),
    ];
    for call in calls {
        let before = state(&ann).await;
        if call.await.status >= 400 {
            // The last call finds the task deleted; after the undo below it is there.
            continue;
        }
        let after = state(&ann).await;
        assert_ne!(before, after);
        undo(&ann).await;
        assert_eq!(state(&ann).await, before, "undone");
        let redone = undo(&ann).await;
        assert_eq!(state(&ann).await, after, "done again");
        undo(&ann).await;
        assert_eq!(state(&ann).await, before, "and undone again");
        assert!(redone["seq"].as_i64().unwrap() > redone["undone"]["seq"].as_i64().unwrap());
    }
    // Undone from another door, by its number.
    let deleted = ann.delete(&task_path).await;
    deleted.is(204);
    let listed = ann.get("/api/changes?ordering=-seq&limit=1").await.items();
    assert_eq!(listed[0]["event"], "task.deleted");
    let undone = ann.post("/api/undo", json!({"seq": listed[0]["seq"]})).await.is(200);
    assert_eq!(
        (&undone["undone"]["event"], &undone["undone"]["resource"]["id"]),
        (&json!("task.deleted"), &json!(task))
    );
    assert_eq!(ann.get("/api/comments").await.items().len(), 1, "a task comes back with its comments");
    ann.comment(task, "and can be commented on").await;
}

#[rstest]
#[tokio::test]
async fn nothing_newer_is_overwritten(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let tag = ann.tag("home").await;
    let task = ann.task("one").await;
    let path = format!("/api/tasks/{task}");
    let last = async || ann.get("/api/changes?ordering=-seq&limit=1").await.items()[0]["seq"].clone();
    let refused = async |seq: &Value, field: &str| {
        let before = state(&ann).await;
        let problem = ann.post("/api/undo", json!({"seq": seq})).await.problem(409, "newer_change");
        assert!(problem["errors"][field].is_array(), "{field}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(field), "{problem}");
        assert_eq!(state(&ann).await, before, "nothing is done by halves");
    };
    let made = last().await;
    ann.patch(&path, json!({"title": "two", "priority": 1})).await.is(200);
    let first = last().await;
    ann.patch(&path, json!({"title": "three"})).await.is(200);
    refused(&first, "title").await;
    refused(&made, "title").await;
    // What is on another field stays as it is.
    ann.patch(&path, json!({"description": "new", "tags": [tag]})).await.is(200);
    let second = last().await;
    ann.patch(&path, json!({"priority": 3})).await.is(200);
    ann.post("/api/undo", json!({"seq": second})).await.is(200);
    let now = ann.get(&path).await.is(200);
    assert_eq!((&now["description"], &now["tags"], &now["priority"]), (&json!(""), &json!([]), &json!(3)));

    ann.delete(&format!("/api/tags/{tag}")).await.is(204);
    let deleted = last().await;
    let other = ann.tag("HOME").await;
    refused(&deleted, "name").await;
    ann.delete(&format!("/api/tags/{other}")).await.is(204);
    ann.post("/api/undo", json!({"seq": deleted})).await.is(200);

    let another = ann.task("another").await;
    let made = last().await;
    let comment = ann.comment(another, "newer").await;
    refused(&made, "comments").await;
    ann.delete(&format!("/api/comments/{comment}")).await.is(204);
    let gone = last().await;
    ann.delete(&format!("/api/tasks/{another}")).await.is(204);
    refused(&gone, "task").await;
    refused(&made, "task").await;
    // What was deleted, came back, changed and was deleted again does not come back as it was at first.
    let again = ann.task("old").await;
    let again_path = format!("/api/tasks/{again}");
    ann.delete(&again_path).await.is(204);
    let stale = last().await;
    ann.post("/api/undo", json!({})).await.is(200);
    ann.patch(&again_path, json!({"title": "new"})).await.is(200);
    let newest = ann.get(&again_path).await.is(200)["version"].as_i64().unwrap();
    ann.delete(&again_path).await.is(204);
    refused(&stale, "task").await;
    ann.post("/api/undo", json!({})).await.is(200);
    let back = ann.get(&again_path).await.is(200);
    assert_eq!(back["title"], "new");
    assert!(back["version"].as_i64().unwrap() > newest, "a version is never used twice");
    // There is no room for more tags than a task may have.
    let mut tags = Vec::new();
    for number in 0..101 {
        tags.push(ann.tag(&format!("tag {number}")).await);
    }
    ann.patch(&again_path, json!({"tags": tags[..100]})).await.is(200);
    ann.patch(&again_path, json!({"tags": tags[..99]})).await.is(200);
    let one_less = last().await;
    let others = [&tags[..99], &tags[100..]].concat();
    ann.patch(&again_path, json!({"tags": others})).await.is(200);
    refused(&one_less, "tags").await;
    ann.post("/api/undo", Value::Null).await.is(200);
    ann.post("/api/undo", json!({"seq": 9999})).await.problem(404, "not_found");
    ann.post("/api/undo", json!({"seq": "x"})).await.faults("seq", "invalid");
    // Somebody else's journal is another one.
    let bob = Api::person(&stack, "bob").await;
    bob.post("/api/undo", json!({"seq": made})).await.problem(404, "not_found");
}

/// `E2E_RUNS` sets how many sequences there are: more find more.
#[rstest]
#[tokio::test]
async fn whatever_is_undone_leads_to_a_state_that_was(#[values(Sqlite, Postgres)] backend: Backend) {
    let runs: u64 = env::var("E2E_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(6);
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    for seed in 0..runs {
        let mut rng = Rng::with_seed(seed);
        // What there was, and the call that led from each to the next.
        let (mut past, mut calls) = (vec![state(&ann).await], Vec::new());
        for _ in 0..20 {
            if rng.u32(..3) == 0
                && let Some(seq) = calls.pop()
            {
                let undone = ann.post("/api/undo", json!({"seq": seq})).await.is(200);
                past.pop();
                assert_eq!(Some(&state(&ann).await), past.last(), "seed {seed}");
                if rng.bool() {
                    // To undo an undo is to redo.
                    let redone = ann.post("/api/undo", json!({"seq": undone["seq"]})).await.is(200);
                    calls.push(redone["seq"].clone());
                    past.push(state(&ann).await);
                }
                continue;
            }
            change(&ann, &mut rng).await;
            let now = state(&ann).await;
            if past.last() != Some(&now) {
                past.push(now);
                calls.push(ann.get("/api/changes?ordering=-seq&limit=1").await.items()[0]["seq"].clone());
            }
        }
        while let Some(seq) = calls.pop() {
            ann.post("/api/undo", json!({"seq": seq})).await.is(200);
            past.pop();
            assert_eq!(Some(&state(&ann).await), past.last(), "seed {seed}, all the way back");
        }
    }
}

/// One call that changes something, if it finds what it needs.
async fn change(api: &Api, rng: &mut Rng) {
    let tasks = api.get("/api/tasks").await.items();
    let tags = api.get("/api/tags").await.items();
    let comments = api.get("/api/comments").await.items();
    let one_of =
        |rng: &mut Rng, items: &[Value]| if items.is_empty() { 0 } else { id(&items[rng.usize(..items.len())]) };
    let (task, tag, comment) = (one_of(rng, &tasks), one_of(rng, &tags), one_of(rng, &comments));
    let some_tags = if tag == 0 { json!([]) } else { json!([tag]) };
    let word = rng.u32(..);
    let call = match rng.u32(..10) {
        0 | 1 => {
            api.post("/api/tasks", json!({"title": format!("task {word}"), "tags": some_tags, "due": "2026-12-01"}))
        }
        2 => api.patch(
            &format!("/api/tasks/{task}"),
            json!({"title": format!("changed {word}"), "priority": 1 + word % 4}),
        ),
        3 => api.patch(&format!("/api/tasks/{task}"), json!({"completed": rng.bool(), "tags": some_tags, "due": null})),
        4 => api.delete(&format!("/api/tasks/{task}")),
        5 => api.post("/api/tags", json!({"name": format!("tag {}", word % 5)})),
        6 => api.delete(&format!("/api/tags/{tag}")),
        7 => api.post("/api/comments", json!({"task_id": task, "content": format!("comment {word}")})),
        8 => api.patch(&format!("/api/comments/{comment}"), json!({"content": format!("comment {word}")})),
        _ => api.post("/api/tasks/bulk", json!({"create": [{"title": "a", "tags": some_tags}], "delete": [task]})),
    };
    assert!(call.await.status < 500);
}

#[rstest]
#[tokio::test]
async fn a_repeating_task_goes_on_once(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let tag = ann.tag("home").await;
    let body = json!({"title": "water the plants", "tags": [tag], "due": "2900-12-01", "priority": 2,
        "remind_time": "2900-12-01T08:00:00Z", "repeat": {"rrule": "FREQ=WEEKLY;COUNT=3"}});
    let first = id(&ann.post("/api/tasks", body).await.is(201));
    let path = format!("/api/tasks/{first}");
    // From several clients at once, in every way there is.
    let bulk = json!({"update": [{"id": first, "completed": true}]});
    let (one, two, three, four) = tokio::join!(
        ann.patch(&path, json!({"completed": true})).send(),
        ann.patch(&path, json!({"completed": true})).send(),
        ann.post("/api/tasks/bulk", bulk).send(),
        ann.patch(&path, json!({"completed": true})).send(),
    );
    for answer in [one, two, three, four] {
        answer.unwrap().is(200);
    }
    let open = ann.get("/api/tasks?completed=false").await.items();
    assert_eq!(open.len(), 1, "{open:?}");
    let next = &open[0];
    assert_eq!((&next["due"], &next["remind_time"]), (&json!("2900-12-08"), &json!("2900-12-08T08:00:00Z")));
    assert_eq!((&next["tags"], &next["priority"]), (&json!([tag]), &json!(2)));
    assert_eq!(next["repeat"]["rrule"], "FREQ=WEEKLY;COUNT=2");
    // Opened and completed again it makes no other.
    ann.patch(&path, json!({"completed": false})).await.is(200);
    ann.patch(&path, json!({"completed": true})).await.is(200);
    assert_eq!(ann.get("/api/tasks?completed=false").await.items().len(), 1);

    // Undone, the next one goes along, and comes back with it.
    let second = format!("/api/tasks/{}", id(next));
    ann.patch(&second, json!({"completed": true})).await.is(200);
    let last = ann.get("/api/tasks?completed=false").await.items();
    assert_eq!(last[0]["repeat"]["rrule"], "FREQ=WEEKLY;COUNT=1");
    undo(&ann).await;
    let open = ann.get("/api/tasks?completed=false").await.items();
    assert_eq!((open.len(), id(&open[0])), (1, id(next)));
    undo(&ann).await;
    assert_eq!(id(&ann.get("/api/tasks?completed=false").await.items()[0]), id(&last[0]));
    undo(&ann).await;
    ann.patch(&second, json!({"completed": true})).await.is(200);
    let again = ann.get("/api/tasks?completed=false").await.items();
    assert_eq!(again.len(), 1, "completed anew it goes on anew");
    // One that was touched since stays, and so does the completion.
    ann.patch(&format!("/api/tasks/{}", id(&again[0])), json!({"title": "mine"})).await.is(200);
    let listed = ann.get("/api/changes?ordering=-seq&limit=2").await.items();
    ann.post("/api/undo", json!({"seq": listed[1]["seq"]})).await.problem(409, "newer_change");
    // Deleted, brought back and completed again it makes no other.
    ann.delete(&second).await.is(204);
    ann.post("/api/undo", json!({})).await.is(200);
    for completed in [false, true] {
        ann.patch(&second, json!({"completed": completed})).await.is(200);
    }
    assert_eq!(ann.get("/api/tasks?completed=false").await.items().len(), 1);
    // The third is the last.
    ann.patch(&format!("/api/tasks/{}", id(&again[0])), json!({"completed": true})).await.is(200);
    assert_eq!(ann.get("/api/tasks?completed=false").await.items(), [] as [Value; 0]);
}
