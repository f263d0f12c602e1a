//! The bounds of what the servers take, and that they say what is wrong.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, ids};

/// A field of a body, with the most characters it takes.
struct Field {
    path: &'static str,
    name: &'static str,
    max: usize,
    /// What else the body needs.
    rest: Value,
}

impl Field {
    fn body(&self, text: &str) -> Value {
        let mut body = self.rest.clone();
        body[self.name] = json!(text);
        body
    }
}

#[rstest]
#[tokio::test]
async fn texts_have_their_lengths_in_characters(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("a").await;
    let fields = [
        Field { path: "/api/tasks", name: "title", max: 100, rest: json!({}) },
        Field { path: "/api/tags", name: "name", max: 50, rest: json!({}) },
        Field { path: "/api/comments", name: "content", max: 10_000, rest: json!({"task_id": task}) },
    ];
    for field in &fields {
        // One, two, three and four bytes each; an emoji of several characters; control sequences.
        let longest = ["a", "ж", "あ", "👍"].map(|character| character.repeat(field.max));
        for text in longest.iter().map(String::as_str).chain(["x", "👩‍👩‍👧", "\u{1b}[31mred\u{7}", " a "]) {
            let made = ann.post(field.path, field.body(text)).await.is(201);
            assert_eq!(made[field.name], text, "unchanged");
        }
        for text in longest.map(|text| text + "ж") {
            ann.post(field.path, field.body(&text)).await.faults(field.name, "too_long");
        }
        for text in ["", " ", "\t\r\n", "\u{200b}", "\u{feff}\u{2060}", "\u{3164}", "\u{1b}"] {
            ann.post(field.path, field.body(text)).await.faults(field.name, "blank");
        }
        ann.post(field.path, field.body("a\0b")).await.faults(field.name, "nul_character");
        ann.post(field.path, field.rest.clone()).await.faults(field.name, "required");
        let mut null = field.rest.clone();
        null[field.name] = Value::Null;
        ann.post(field.path, null).await.faults(field.name, "invalid");
    }
    let description = "ж".repeat(10_000);
    let made = ann.post("/api/tasks", json!({"title": "a", "description": description})).await.is(201);
    assert_eq!(made["description"], description);
    let path = format!("/api/tasks/{task}");
    ann.patch(&path, json!({"description": description + "ж"})).await.faults("description", "too_long");
    ann.patch(&path, json!({"title": ""})).await.faults("title", "blank");
    ann.patch(&path, json!({"description": "a\0"})).await.faults("description", "nul_character");
}

#[rstest]
#[tokio::test]
async fn bodies_are_json_of_known_fields(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("a").await;
    let raw = |path: &str, body: &[u8]| {
        ann.call(Method::POST, path).header("content-type", "application/json").body(body.to_vec())
    };
    for path in ["/api/tasks", "/api/tags", "/api/comments", "/api/users", "/api/token", "/api/tasks/bulk"] {
        for body in [&b"{"[..], b"", b"nope", b"{\"title\": \"a\",}", b"{} {}", b"\xff\xfe"] {
            raw(path, body).await.problem(400, "not_json");
        }
        raw(path, &vec![b'['; 100_000]).await.is_problem_of(&[400, 422]);
        for body in [&b"[]"[..], b"null", b"7", b"\"a\"", b"[\"a\"]", b"[\"ann\", \"correct horse\"]"] {
            raw(path, body).await.faults("body", "invalid");
        }
        let unknown = ann.post(path, json!({"nope": 1})).await;
        unknown.faults("nope", "unknown_field");
        for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
            let call = ann.call(Method::POST, path).header("content-type", kind).body("{}");
            call.await.problem(415, "not_said_json");
        }
        ann.call(Method::POST, path).body("{}").await.problem(415, "not_said_json");
        let large = format!("{{\"title\": \"{}\"}}", "a".repeat(2 << 20));
        raw(path, large.as_bytes()).await.problem(413, "too_large");
    }
    raw("/api/tasks", b"{\"title\": \"\\ud800\"}").await.problem(400, "not_json");
    let wrong = [
        (json!({"title": 5}), "title"),
        (json!({"title": "a", "tags": "1"}), "tags"),
        (json!({"title": "a", "tags": [1, "x"]}), "tags[1]"),
        (json!({"title": "a", "tags": [9_223_372_036_854_775_808_u64]}), "tags[0]"),
        (json!({"title": "a", "due": "tomorrow"}), "due"),
        (json!({"title": "a", "due": "2026-02-30"}), "due"),
        (json!({"title": "a", "remind_time": "2026-02-03"}), "remind_time"),
        (json!({"title": "a", "completed": "yes"}), "completed"),
        (json!({"title": "a", "repeat": {"rrule": "FREQ=DAILY", "from": "nowhere"}}), "repeat.from"),
    ];
    for (body, field) in wrong {
        ann.post("/api/tasks", body).await.faults(field, "invalid");
    }
    for priority in [0, 5, -1] {
        ann.post("/api/tasks", json!({"title": "a", "priority": priority})).await.faults("priority", "out_of_range");
    }
    ann.post("/api/tasks", json!({"title": "a", "repeat": {"rrule": "SOMETIMES"}}))
        .await
        .faults("repeat.rrule", "invalid_rule");
    assert_eq!(ids(&ann.all("/api/tasks").await), [task], "nothing that was refused left a trace");
}

#[rstest]
#[tokio::test]
async fn what_is_no_id_of_ours_is_not_found(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let strange = [
        "abc",
        "0",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999",
        "1.0",
        "1e3",
        "+1",
        "0x1",
        "%00",
        "%31%00",
        "1%20",
        "%D0%B6",
        "%F0%9F%91%8D",
        "%ff",
        "..%2f1",
        "1;drop",
    ];
    let changes =
        [("tasks", json!({"title": "a"})), ("tags", json!({"name": "a"})), ("comments", json!({"content": "a"}))];
    for (kind, change) in changes {
        for id in strange {
            let path = format!("/api/{kind}/{id}");
            ann.get(&path).await.problem(404, "not_found");
            ann.delete(&path).await.problem(404, "not_found");
            ann.patch(&path, change.clone()).await.problem(404, "not_found");
            if kind != "comments" {
                ann.put(&path, change.clone()).await.problem(404, "not_found");
            }
        }
    }
    ann.post("/api/tasks", json!({"title": "a", "tags": [1]})).await.faults("tags", "unknown_tag");
    for task in [0, -1, i64::MAX] {
        ann.post("/api/comments", json!({"task_id": task, "content": "a"})).await.problem(404, "not_found");
    }
}

#[rstest]
#[tokio::test]
async fn what_is_somebody_elses_is_not_there(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let (ann, bob) = (Api::person(&stack, "ann").await, Api::person(&stack, "bob").await);
    let (task, tag) = (bob.task("secret").await, bob.tag("secret").await);
    bob.patch(&format!("/api/tasks/{task}"), json!({"tags": [tag]})).await.is(200);
    let comment = bob.comment(task, "secret").await;
    let (own, _) = (ann.task("own").await, ann.tag("own").await);

    let theirs = [
        (format!("/api/tasks/{task}"), json!({"title": "mine"})),
        (format!("/api/tags/{tag}"), json!({"name": "mine"})),
        (format!("/api/comments/{comment}"), json!({"content": "mine"})),
    ];
    for (path, change) in &theirs {
        let before = bob.get(path).await.is(200);
        ann.get(path).await.problem(404, "not_found");
        ann.patch(path, change.clone()).await.problem(404, "not_found");
        ann.delete(path).await.problem(404, "not_found");
        ann.get(path).header("if-none-match", "*").await.problem(404, "not_found");
        ann.delete(path).header("if-match", "\"1\"").await.problem(404, "not_found");
        assert_eq!(bob.get(path).await.is(200), before);
    }
    for body in [json!({"title": "a", "tags": [tag]}), json!({"title": "a", "tags": [tag, i64::MAX]})] {
        ann.post("/api/tasks", body).await.faults("tags", "unknown_tag");
    }
    ann.patch(&format!("/api/tasks/{own}"), json!({"tags": [tag]})).await.faults("tags", "unknown_tag");
    ann.post("/api/comments", json!({"task_id": task, "content": "a"})).await.problem(404, "not_found");
    for bulk in [json!({"update": [{"id": task, "title": "mine"}]}), json!({"delete": [task]})] {
        ann.post("/api/tasks/bulk", bulk).await.problem(404, "not_found");
    }

    assert_eq!(ids(&ann.all("/api/tasks?limit=1").await), [own]);
    for empty in
        [format!("/api/tasks?tags_ids={tag}"), "/api/tasks?q=secret".to_owned(), "/api/tags?q=secret".to_owned()]
    {
        assert_eq!(ann.get(&empty).await.items(), [] as [Value; 0], "{empty}");
    }
    for empty in ["/api/comments".to_owned(), format!("/api/comments?task_id={task}")] {
        assert_eq!(ann.get(&empty).await.items(), [] as [Value; 0], "{empty}");
    }
}

#[rstest]
#[tokio::test]
async fn queries_are_strict(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    for list in ["/api/tasks", "/api/tags", "/api/comments"] {
        for (query, field, code) in [
            ("limit=0", "limit", "out_of_range"),
            ("limit=1001", "limit", "out_of_range"),
            ("limit=-1", "limit", "invalid"),
            ("limit=ten", "limit", "invalid"),
            ("limit=", "limit", "invalid"),
            ("limit=1&limit=2", "limit", "duplicate"),
            ("nope=1", "nope", "unknown_field"),
            ("Limit=1", "Limit", "unknown_field"),
            ("cursor=nope", "cursor", "invalid"),
            ("cursor=%00", "cursor", "invalid"),
            ("cursor=", "cursor", "invalid"),
            ("cursor=eyJvIjoibm9wZSIsImsiOjF9", "cursor", "invalid"),
            ("q=a%00b", "q", "nul_character"),
        ] {
            ann.get(&format!("{list}?{query}")).await.faults(field, code);
        }
        ann.get(&format!("{list}?limit=1000&q=%25_%5C%27%22")).await.is(200);
    }
    for (query, field, code) in [
        ("completed=maybe", "completed", "invalid"),
        ("priority=0", "priority", "out_of_range"),
        ("priority=high", "priority", "invalid"),
        ("tags_ids=a", "tags_ids", "invalid"),
        ("tags_ids=1,,2", "tags_ids", "invalid"),
        ("due_before=yesterday", "due_before", "invalid"),
        ("ordering=nope", "ordering", "unknown_field"),
        ("ordering=due,-due", "ordering", "duplicate"),
        ("ordering=", "ordering", "unknown_field"),
    ] {
        ann.get(&format!("/api/tasks?{query}")).await.faults(field, code);
    }
    for query in ["task_id=a", "posted_after=now", "telegram_chat_id=me"] {
        let field = query.split('=').next().unwrap();
        ann.get(&format!("/api/comments?{query}")).await.faults(field, "invalid");
    }
    let (_, _) = (ann.task("a").await, ann.task("b").await);
    let next = ann.get("/api/tasks?limit=1&ordering=title").await.next().unwrap();
    ann.get(&next.replace("ordering=title", "ordering=-title")).await.faults("cursor", "invalid");
    ann.get(&next.replace("limit=1", "limit=0")).await.faults("limit", "out_of_range");
}

#[rstest]
#[tokio::test]
async fn addresses_take_their_methods_and_any_trailing_slash(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let methods = [
        ("/api/tasks", "DELETE", vec!["GET", "POST"]),
        ("/api/tasks/1", "POST", vec!["GET", "PUT", "PATCH", "DELETE"]),
        ("/api/tasks/bulk", "GET", vec!["POST"]),
        ("/api/tags", "PATCH", vec!["GET", "POST"]),
        ("/api/tags/1", "POST", vec!["GET", "PUT", "PATCH", "DELETE"]),
        ("/api/comments", "PUT", vec!["GET", "POST"]),
        ("/api/comments/1", "POST", vec!["GET", "PATCH", "DELETE"]),
        ("/api/users", "GET", vec!["POST"]),
        ("/api/users/me", "POST", vec!["GET", "PATCH", "DELETE"]),
        ("/api/token", "GET", vec!["POST"]),
    ];
    for (path, method, allowed) in methods {
        let answer = ann.call(method.parse().unwrap(), path).await;
        answer.problem(405, "method_not_allowed");
        let allow: Vec<&str> = answer.header("allow").unwrap().split(',').map(str::trim).collect();
        assert!(allowed.iter().all(|method| allow.contains(method)), "{path}: {allow:?}");
        assert!(!allow.contains(&method), "{path}: {allow:?}");
    }
    for path in
        ["/", "/api", "/api/nope", "/api/tasks/1/nope", "/api/comments/1/nope", "/API/tasks", "/%2e%2e/etc/passwd"]
    {
        ann.get(path).await.problem(404, "not_found");
    }
    let task = ann.post("/api/tasks/", json!({"title": "a"})).await.is(201);
    assert_eq!(ann.get(&format!("/api/tasks/{}/", task["id"])).await.is(200), task);
    assert_eq!(ann.get("/api/tasks/?limit=5").await.items(), [task]);
    ann.get("/api/comments/").await.is(200);
    Api::anonymous(&stack).get("/api/health/").await.is(200);
}
