//! Undo and redo: one step after the other, whatever one act took.

use e2e::{
    Stack, private_dir,
    servers::Backend::{self, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{ENTER, leave, open};
use crate::api::{Api, eventually};

const REDO: &str = "\x12";

async fn is_done(ann: &Api, task: i64) -> bool {
    ann.get(&format!("/api/tasks/{task}")).await.is(200)["completed"] == true
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn undo_goes_back_step_by_step_and_redo_comes_forward(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let every_day = json!({"rrule": "FREQ=DAILY", "from": "schedule"});
    let water = json!({"title": "Water the plants", "due": "2020-01-01", "repeat": every_day});
    let water = ann.post("/api/tasks", water).await.is(201)["id"].as_i64().unwrap();
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.types("aBuy milk").unwrap();
    todo.types(ENTER).unwrap();
    todo.sees("· number 2");
    todo.types("ggx").unwrap();
    todo.sees("Done: “Water the plants”");
    eventually("it is done", async || is_done(&ann, water).await).await;
    // By somebody else: what was done last is undone first, whoever did it.
    let other = ann.task("From elsewhere").await;
    todo.sees("From elsewhere");

    todo.types("u").unwrap();
    todo.sees("Undone: adding “From elsewhere”");
    ann.get(&format!("/api/tasks/{other}")).await.is(404);
    todo.types("u").unwrap();
    todo.sees("Undone: completing “Water the plants”");
    assert!(!is_done(&ann, water).await);
    todo.types("u").unwrap();
    todo.sees("Undone: adding “Buy milk”");
    todo.types(REDO).unwrap();
    todo.sees("Redone: adding “Buy milk”");
    todo.types(REDO).unwrap();
    todo.sees("Redone: completing “Water the plants”");
    assert!(is_done(&ann, water).await);
    todo.types("u").unwrap();
    todo.sees("Undone: completing “Water the plants”");

    // Something new, here or elsewhere, is the end of what can be redone.
    ann.task("Newer").await;
    todo.sees("Newer");
    todo.types(REDO).unwrap();
    todo.sees("There is nothing to redo");
    leave(todo);
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_act_on_more_tasks_than_a_call_takes_is_one_to_undo(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    for (part, count) in [("first", 1000), ("second", 1000), ("third", 200)] {
        let tasks: Vec<Value> = (0..count).map(|n| json!({"title": format!("{part} {n}"), "priority": 2})).collect();
        ann.post("/api/tasks/bulk", json!({"create": tasks})).await.is(200);
    }
    let open_tasks = async || ann.all("/api/tasks?completed=false&limit=1000").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.sees("All  2200");
    todo.types("vdy").unwrap();
    todo.sees("Deleted: 2200 tasks");
    eventually("they are gone", async || open_tasks().await.is_empty()).await;
    todo.types("u").unwrap();
    todo.sees("Undone: deleting “first 0” and 2199 more");
    assert_eq!(open_tasks().await.len(), 2200);
    todo.types(REDO).unwrap();
    todo.sees("Redone: deleting");
    assert!(open_tasks().await.is_empty());
    todo.types("u").unwrap();
    todo.sees("Undone: deleting “first 0” and 2199 more");
    todo.sees("All  2200");

    todo.types("vp").unwrap();
    todo.sees("Priority of 2200 tasks");
    todo.types("p3").unwrap();
    todo.types(ENTER).unwrap();
    todo.sees("2200 tasks: priority 3");
    eventually("all of them", async || open_tasks().await.iter().all(|task| task["priority"] == 3)).await;
    todo.types("u").unwrap();
    todo.sees("Undone: the priority of 2200 tasks");
    assert!(open_tasks().await.iter().all(|task| task["priority"] == 2));
    leave(todo);
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_tag_on_several_tasks_is_one_act(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let home_tag = ann.tag("home").await;
    for title in ["One", "Two", "Three"] {
        ann.task(title).await;
    }
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.sees("Three");
    // Somebody else tags one of them in between: nothing of that is lost.
    todo.types("vt").unwrap();
    todo.sees("Tags of 3 tasks");
    let work = ann.tag("work").await;
    let one = ann.get("/api/tasks").await.items().iter().find(|task| task["title"] == "One").unwrap()["id"].clone();
    ann.patch(&format!("/api/tasks/{one}"), json!({"tags": [work]})).await.is(200);
    todo.types("home").unwrap();
    todo.types(ENTER).unwrap();
    todo.sees("3 tasks: @home");
    let tagged = async || ann.get(&format!("/api/tasks?tags_ids={home_tag}")).await.items().len();
    eventually("all of them", async || tagged().await == 3).await;
    assert_eq!(ann.get(&format!("/api/tasks/{one}")).await.is(200)["tags"], json!([home_tag, work]));
    todo.types("u").unwrap();
    todo.sees("Undone: tagging 3 tasks");
    assert_eq!(tagged().await, 0);
    assert_eq!(ann.get(&format!("/api/tasks/{one}")).await.is(200)["tags"], json!([work]));
    leave(todo);
}
