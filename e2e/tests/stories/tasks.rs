//! Tasks: fields, versions, and calls that are done once.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, id, ids};

#[rstest]
#[tokio::test]
async fn a_task_comes_back_as_it_was_made(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let tag = ann.tag("home").await;
    let body = json!({
        "title": "Call the bank", "description": "ask about the card", "priority": 1, "due": "2026-12-01T18:30:00+02:00",
        "remind_time": "2026-12-01T10:00:00.123456789Z", "repeat": {"rrule": "FREQ=WEEKLY;BYDAY=MO"}, "tags": [tag],
    });
    let made = ann.post("/api/tasks", body).await;
    let task = made.is(201);
    let path = format!("/api/tasks/{}", task["id"]);
    assert_eq!(made.header("location"), Some(path.as_str()));
    let expected = json!({
        "id": task["id"], "title": "Call the bank", "description": "ask about the card", "completed": false,
        "completed_at": null, "priority": 1, "due": "2026-12-01T16:30:00Z", "remind_time": "2026-12-01T10:00:00.123456Z",
        "repeat": {"rrule": "FREQ=WEEKLY;BYDAY=MO", "from": "schedule"}, "tags": [tag], "telegram_user": null,
        "remind_before_seconds": null, "nag_seconds": null,
        "date_created": task["date_created"], "date_updated": task["date_created"], "version": 1,
    });
    assert_eq!(task, expected);
    let got = ann.get(&path).await;
    assert_eq!(got.is(200), expected);
    assert_eq!(got.header("etag"), made.header("etag"));
    assert_eq!(ann.get("/api/tasks").await.items(), [expected]);

    let plain = ann.post("/api/tasks", json!({"title": "b", "due": "2026-12-01"})).await.is(201);
    let expected = json!({
        "id": plain["id"], "title": "b", "description": "", "completed": false, "completed_at": null, "priority": 4,
        "due": "2026-12-01", "remind_time": null, "repeat": null, "tags": [], "telegram_user": null,
        "remind_before_seconds": null, "nag_seconds": null,
        "date_created": plain["date_created"], "date_updated": plain["date_created"], "version": 1,
    });
    assert_eq!(ann.get(&format!("/api/tasks/{}", plain["id"])).await.is(200), expected);

    let done = ann.post("/api/tasks", json!({"title": "c", "completed": true})).await.is(201);
    assert_eq!(done["completed_at"], done["date_created"]);
    ann.delete(&path).await.is(204);
    ann.get(&path).await.problem(404, "not_found");
    ann.delete(&path).await.problem(404, "not_found");
}

/// A task with every field set, and its address.
async fn full_task(ann: &Api) -> (String, Value) {
    let tag = ann.tag("home").await;
    let body = json!({
        "title": "a", "description": "b", "priority": 2, "due": "2026-12-01", "remind_time": "2026-12-01T10:00:00Z",
        "repeat": {"rrule": "FREQ=DAILY", "from": "completion"}, "tags": [tag],
    });
    let task = ann.post("/api/tasks", body).await.is(201);
    (format!("/api/tasks/{}", task["id"]), task)
}

#[rstest]
#[tokio::test]
async fn patch_leaves_what_is_absent_and_clears_what_is_null(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (path, mut task) = full_task(&ann).await;
    assert_eq!(ann.patch(&path, json!({})).await.is(200), task, "nothing asked, nothing changed");
    assert_eq!(ann.patch(&path, json!({"title": "a", "priority": 2})).await.is(200), task);

    let cleared = [
        ("description", json!("")),
        ("priority", json!(4)),
        ("due", Value::Null),
        ("remind_time", Value::Null),
        ("repeat", Value::Null),
        ("tags", json!([])),
    ];
    for (field, empty) in cleared {
        let mut changes = json!({});
        changes[field] = Value::Null;
        let changed = ann.patch(&path, changes).await.is(200);
        task[field] = empty;
        task["version"] = json!(task["version"].as_i64().unwrap() + 1);
        task["date_updated"] = changed["date_updated"].clone();
        assert_eq!(changed, task, "{field}");
        assert_eq!(ann.get(&path).await.is(200), task, "{field}");
    }
    for field in ["title", "completed"] {
        let mut changes = json!({});
        changes[field] = Value::Null;
        ann.patch(&path, changes).await.faults(field, "invalid");
    }
    for field in ["id", "version", "date_created", "telegram_user"] {
        let mut changes = json!({});
        changes[field] = json!(7);
        ann.patch(&path, changes).await.faults(field, "unknown_field");
    }
    assert_eq!(ann.get(&path).await.is(200), task);
}

#[rstest]
#[tokio::test]
async fn put_replaces_everything(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (path, task) = full_task(&ann).await;
    let put = ann.put(&path, json!({"title": "new"})).await.is(200);
    let expected = json!({
        "id": task["id"], "title": "new", "description": "", "completed": false, "completed_at": null, "priority": 4,
        "due": null, "remind_time": null, "repeat": null, "tags": [], "telegram_user": null,
        "remind_before_seconds": null, "nag_seconds": null,
        "date_created": task["date_created"], "date_updated": put["date_updated"], "version": 2,
    });
    assert_eq!(put, expected);
    ann.put(&path, json!({"description": "no title"})).await.faults("title", "required");
    assert_eq!(ann.get(&path).await.is(200), expected);
}

#[rstest]
#[tokio::test]
async fn completing_notes_the_moment_and_reopening_forgets_it(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let path = format!("/api/tasks/{}", ann.task("a").await);
    let done = ann.patch(&path, json!({"completed": true})).await.is(200);
    assert_eq!(done["completed_at"], done["date_updated"]);
    assert_eq!(ann.patch(&path, json!({"completed": true})).await.is(200), done, "done once");
    let open = ann.patch(&path, json!({"completed": false})).await.is(200);
    assert_eq!((&open["completed"], &open["completed_at"]), (&json!(false), &Value::Null));
}

#[rstest]
#[tokio::test]
async fn a_version_is_changed_by_one_caller_only(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let made = ann.post("/api/tasks", json!({"title": "a"})).await;
    let path = format!("/api/tasks/{}", made.is(201)["id"]);
    let first = made.header("etag").unwrap().to_owned();
    ann.get(&path).header("if-none-match", &first).await.is(304);
    ann.get(&path).header("if-none-match", &format!("\"x\", W/{first}")).await.is(304);
    ann.get(&path).header("if-none-match", "\"x\"").await.is(200);

    let mut calls = tokio::task::JoinSet::new();
    for number in 0..8 {
        let call = ann.patch(&path, json!({"title": format!("by {number}")})).header("if-match", &first);
        calls.spawn(call.send());
    }
    let answers: Vec<_> = calls.join_all().await.into_iter().map(Result::unwrap).collect();
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    answers.iter().filter(|answer| answer.status != 200).for_each(|answer| {
        answer.problem(412, "version_moved");
    });
    let second = won[0].header("etag").unwrap();
    assert_eq!(ann.get(&path).header("if-none-match", &first).await.is(200), won[0].is(200));

    for stale in [first.as_str(), "\"x\"", "W/\"2\"", "\"\""] {
        ann.patch(&path, json!({"title": "b"})).header("if-match", stale).await.problem(412, "version_moved");
        ann.put(&path, json!({"title": "b"})).header("if-match", stale).await.problem(412, "version_moved");
        ann.delete(&path).header("if-match", stale).await.problem(412, "version_moved");
    }
    ann.put(&path, json!({"title": "b"})).header("if-match", &format!("{first}, {second}")).await.is(200);
    ann.patch(&path, json!({"title": "c"})).header("if-match", "*").await.is(200);
    ann.delete(&path).header("if-match", "\"4\"").await.is(204);
}

#[rstest]
#[tokio::test]
async fn a_call_with_a_key_is_done_once(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let (ann, bob) = (Api::person(&stack, "ann").await, Api::person(&stack, "bob").await);
    let key = "0c9b7a52-5d3c-4c8e-a8a5-7a7f1c0e1b11";
    let post = |api: &Api, path: &str, body: Value| api.post(path, body).header("idempotency-key", key);

    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..8 {
        calls.spawn(post(&ann, "/api/tasks", json!({"title": "once"})).send());
    }
    let answers: Vec<_> = calls.join_all().await.into_iter().map(Result::unwrap).collect();
    let task = answers[0].is(201);
    for answer in &answers {
        assert_eq!(answer.is(201), task);
        assert_eq!(
            (answer.header("etag"), answer.header("location")),
            (answers[0].header("etag"), answers[0].header("location"))
        );
    }
    let path = format!("/api/tasks/{}", task["id"]);
    ann.patch(&path, json!({"title": "changed"})).await.is(200);
    assert_eq!(post(&ann, "/api/tasks", json!({"title": "once"})).await.is(201), task, "the same answer, even so");
    post(&ann, "/api/tasks", json!({"title": "twice"})).await.faults("Idempotency-Key", "key_reused");
    post(&ann, "/api/tags", json!({"name": "once"})).await.faults("Idempotency-Key", "key_reused");
    assert_eq!(ids(&ann.all("/api/tasks").await), [id(&task)]);

    let theirs = post(&bob, "/api/tasks", json!({"title": "once"})).await.is(201);
    assert_ne!(theirs["id"], task["id"], "a key belongs to one person");

    for (path, body) in [
        ("/api/tags", json!({"name": "tag"})),
        ("/api/comments", json!({"task_id": id(&task), "content": "comment"})),
        ("/api/tasks/bulk", json!({"create": [{"title": "bulk"}]})),
    ] {
        let call = || ann.post(path, body.clone()).header("idempotency-key", path);
        let first = call().await;
        let second = call().await;
        assert_eq!((second.status, &second.text), (first.status, &first.text), "{path}");
        assert!([200, 201].contains(&first.status), "{path}: {}", first.text);
    }
    for bad in ["", &"k".repeat(256)] {
        ann.post("/api/tasks", json!({"title": "a"}))
            .header("idempotency-key", bad)
            .await
            .faults("Idempotency-Key", "invalid");
    }
}

#[rstest]
#[tokio::test]
async fn a_registration_with_a_key_is_done_once(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let register = |name: &str| {
        nobody
            .post("/api/users", json!({"username": name, "password": crate::api::PASSWORD}))
            .header("idempotency-key", "one")
    };
    let first = register("ann").await.is(201);
    assert_eq!(register("ann").await.is(201), first);
    register("bob").await.faults("Idempotency-Key", "key_reused");
}

#[rstest]
#[tokio::test]
async fn bulk_changes_are_made_together(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (keep, drop, tag) = (ann.task("keep").await, ann.task("drop").await, ann.tag("home").await);
    let body = json!({
        "create": [{"title": "x", "tags": [tag]}, {"title": "y", "completed": true}],
        "update": [{"id": keep, "version": 1, "title": "kept", "priority": 1}],
        "delete": [drop],
    });
    let result = ann.post("/api/tasks/bulk", body).await.is(200);
    assert_eq!(result["deleted"], json!([drop]));
    assert_eq!((&result["updated"][0]["title"], &result["updated"][0]["version"]), (&json!("kept"), &json!(2)));
    assert_eq!((&result["created"][0]["tags"], &result["created"][1]["completed"]), (&json!([tag]), &json!(true)));
    let now = ann.all("/api/tasks").await;
    assert_eq!(now, [&result["updated"][0], &result["created"][0], &result["created"][1]].map(Clone::clone));

    let good = json!({"title": "z"});
    let refused = [
        (json!({"create": [good, {"title": ""}]}), "create[1].title", "blank"),
        (json!({"create": [good, {"title": "a", "tags": [i64::MAX]}]}), "create[1].tags", "unknown_tag"),
        (json!({"create": [good, {"title": "a", "nope": 1}]}), "create[1].nope", "unknown_field"),
        (json!({"create": [good, {}]}), "create[1].title", "required"),
        (json!({"create": [good], "update": [{"id": keep, "priority": 9}]}), "update[0].priority", "out_of_range"),
        (json!({"create": vec![good.clone(); 1000], "delete": [keep]}), "create", "too_many"),
    ];
    for (body, field, code) in refused {
        ann.post("/api/tasks/bulk", body).await.faults(field, code);
    }
    let stale = json!({"create": [good], "update": [{"id": keep, "version": 1, "title": "late"}]});
    let problem = ann.post("/api/tasks/bulk", stale).await.problem(412, "version_moved");
    assert!(problem["detail"].as_str().unwrap().contains("update[0]"), "{problem}");
    let gone = json!({"create": [good], "delete": [keep, drop]});
    let problem = ann.post("/api/tasks/bulk", gone).await.problem(404, "not_found");
    assert!(problem["detail"].as_str().unwrap().contains("delete[1]"), "{problem}");
    assert_eq!(ann.all("/api/tasks").await, now, "all or nothing");

    let nothing = json!({"created": [], "updated": [], "deleted": []});
    assert_eq!(ann.post("/api/tasks/bulk", json!({})).await.is(200), nothing);
    let many = ann.post("/api/tasks/bulk", json!({"create": vec![good; 1000]})).await.is(200);
    assert_eq!(many["created"].as_array().unwrap().len(), 1000);
}
