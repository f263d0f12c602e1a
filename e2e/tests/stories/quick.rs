//! A task in one line, through the API and on the command line.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::Api;

#[rstest]
#[tokio::test]
async fn a_line_becomes_a_task(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    ann.patch("/api/users/me", json!({"timezone": "Asia/Kathmandu"})).await.is(200);
    let home = ann.tag("Home").await;
    let line = "Позвонить 2900-01-01 в 10:00 @home @дача p1 !30m // спросить";
    let understood = ann.post("/api/tasks/quick", json!({"text": line, "dry_run": true})).await.is(200);
    assert_eq!(understood["task"], Value::Null);
    assert_eq!(understood["parsed"]["spans"][0], json!({"start": 10, "end": 28, "field": "due"}));
    assert_eq!(ann.get("/api/tags").await.items().len(), 1, "nothing was made");

    let made = ann.post("/api/tasks/quick", json!({"text": line})).header("idempotency-key", "once").await;
    let task = made.is(201)["task"].clone();
    assert_eq!(made.header("location"), Some(format!("/api/tasks/{}", task["id"]).as_str()));
    assert_eq!((&task["title"], &task["description"]), (&json!("Позвонить"), &json!("спросить")));
    assert_eq!((&task["due"], &task["priority"]), (&json!("2900-01-01T04:15:00Z"), &json!(1)));
    assert_eq!(task["remind_before_seconds"], 1800);
    let names: Vec<Value> = ann.get("/api/tags").await.items().into_iter().map(|tag| tag["name"].clone()).collect();
    assert_eq!(names, ["Home", "дача"]);
    assert!(task["tags"].as_array().unwrap().contains(&json!(home)));
    let again = ann.post("/api/tasks/quick", json!({"text": line})).header("idempotency-key", "once").await;
    assert_eq!(again.is(201)["task"], task);

    ann.post("/api/tasks/quick", json!({"text": " "})).await.faults("text", "blank");
    ann.post("/api/tasks/quick", json!({"text": "a".repeat(101)})).await.faults("text", "too_long");
    ann.post("/api/tasks/quick", json!({"text": format!("a @{}", "b".repeat(51))})).await.faults("text", "too_long");
    assert_eq!(ann.get("/api/tags").await.items().len(), 2, "and nothing of it is kept");
    let sdk = ann.sdk().tasks().quick("Buy milk @дача").send().await.unwrap();
    assert_eq!(sdk.task.unwrap().tags.len(), 1);
}
