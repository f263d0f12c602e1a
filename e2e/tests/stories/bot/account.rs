//! The account: joined with one made elsewhere, taken along, deleted; and groups, which have none.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{En, Ru},
    World, says,
};
use crate::api::Api;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_joined_with_a_terminal_account(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let terminal = Api::person(&world.stack, "ann").await;
    terminal.task("from the terminal").await;
    let ann = world.guest(7, En).await;
    world.person_at_servers(&ann).await.task("from the chat").await;
    ann.says("/link");
    says(&ann.next().await, "todo link telegram");
    ann.says("/link WRONG");
    says(&ann.next().await, "That code is wrong");
    let code = terminal.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    // As the deep link does it.
    ann.says(&format!("/start {}", code.as_str().unwrap()));
    let joined = ann.next().await;
    says(&joined, "Joined");
    ann.presses(joined.id, "To do");
    let list = ann.edited(joined.id).await;
    says(&list, "from the terminal");
    says(&list, "from the chat");
    assert_eq!(terminal.get("/api/tasks").await.items().len(), 2);
    // What the other clients set, the bot follows.
    terminal
        .post("/api/tasks", json!({"title": "reminds", "remind_time": crate::reminders::in_seconds(1)}))
        .await
        .is(201);
    says(&ann.next().await, "reminds");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn joining_tells_the_zone_and_offers_the_one_before(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let terminal = Api::person(&world.stack, "ann").await;
    terminal.patch("/api/users/me", json!({"timezone": "Europe/Berlin"})).await.is(200);
    let ann = world.guest(7, En).await;
    ann.says("/timezone Asia/Kathmandu");
    ann.next().await;
    let code = terminal.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    ann.says(&format!("/link {}", code.as_str().unwrap()));
    let joined = ann.next().await;
    says(&joined, "Its time zone is Europe/Berlin");
    says(&joined, "this chat was in Asia/Kathmandu");
    let keep = joined.labels().concat().into_iter().find(|label| label.starts_with("Asia/Kathmandu")).unwrap();
    ann.presses(joined.id, keep);
    says(&ann.next().await, "Your time zone is Asia/Kathmandu");
    assert_eq!(terminal.get("/api/users/me").await.is(200)["timezone"], "Asia/Kathmandu");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn data_are_taken_along_and_deleted(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Молоко").await;
    servers.comment(task, "два литра").await;
    ann.says("/export");
    let file = ann.next().await.document.unwrap();
    assert!(file.name.starts_with("todo-") && file.name.ends_with(".jsonl"), "{}", file.name);
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[1]["task"]["title"], &lines[2]["comment"]["content"]), (&json!("Молоко"), &json!("два литра")));
    assert_eq!(lines[3]["end"], json!({"tags": 0, "tasks": 1, "comments": 1}));

    ann.says("/delete_me");
    let sure = ann.next().await;
    ann.presses(sure.id, "Нет");
    says(&ann.edited(sure.id).await, "Ничего не удалено");
    servers.get("/api/users/me").await.is(200);
    ann.says("/delete_me");
    let sure = ann.next().await;
    ann.presses(sure.id, "🗑 Да, удалить всё");
    says(&ann.edited(sure.id).await, "удалены");
    servers.get("/api/tasks").await.is(401);
    ann.says("/start");
    says(&ann.next().await, "Which language");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn groups_are_declined_and_what_is_no_text_too(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let group = world.api.group("Family", &ann);
    let in_group = ann.in_group(&group);
    in_group.says("good morning");
    in_group.says("/tasks");
    says(&in_group.next().await, "private chats only");
    ann.sends_photo();
    says(&ann.next().await, "only text");
    ann.sends_voice();
    says(&ann.next().await, "only text");
    ann.says("/nonsense");
    says(&ann.next().await, "/help");
    ann.says("/HELP");
    says(&ann.next().await, "/timezone");
    assert_eq!(group.chat().iter().filter(|shown| shown.from_bot).count(), 1);
    let commands = world.api.commands_for(&ann);
    assert!(commands.to_string().contains("\"the list\""), "{commands}");
}
