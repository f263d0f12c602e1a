//! A task's fields, one after the other.

use e2e::servers::Backend::{self, Postgres, Sqlite};
use rstest::rstest;
use serde_json::{Value, json};

use super::{Lang::En, World, says};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_a_task_can_be_changed(#[values(Sqlite, Postgres)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("/timezone Asia/Kathmandu");
    ann.next().await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    let path = format!("/api/tasks/{task}");
    let now = async |field: &str| servers.get(&path).await.is(200)[field].clone();
    ann.says("/tasks");
    let id = ann.next().await.id;
    // Presses these one after the other.
    let press = async |buttons: &[&str]| {
        for button in buttons {
            ann.presses(id, button);
            ann.edited(id).await;
        }
    };
    press(&["Milk", "✏️ Edit", "Title"]).await;
    ann.says("Oat  milk\n");
    says(&ann.next().await, "Renamed: Oat milk");
    assert_eq!(now("title").await, "Oat milk");

    press(&["« Back", "Description"]).await;
    let long = "word ".repeat(1999);
    ann.says(&long[..4000]);
    ann.next().await;
    assert_eq!(now("description").await.as_str().unwrap().len(), 4000);
    servers.patch(&path, json!({"description": long})).await.is(200);
    press(&["« Back", "« Back", "📄 Whole description"]).await;
    let first = ann.message(id).unwrap();
    says(&first, "Part 1 of 3");
    press(&["›", "›"]).await;
    says(&ann.message(id).unwrap(), "Part 3 of 3");

    press(&["« Back", "✏️ Edit", "Priority", "🔴 Urgent"]).await;
    assert_eq!(now("priority").await, 1);

    press(&["✏️ Edit", "Categories", "＋ New category"]).await;
    ann.says("home");
    ann.next().await;
    assert_eq!(now("tags").await.as_array().unwrap().len(), 1);
    press(&["« Back", "✓ home", "« Back"]).await;
    assert_eq!(now("tags").await, json!([]));

    press(&["✏️ Edit", "Due date"]).await;
    ann.says("not a time at all");
    says(&ann.next().await, "I don't understand that time");
    ann.says("2900-01-01 18:30");
    says(&ann.next().await, "18:30");
    assert_eq!(now("due").await, "2900-01-01T12:45:00Z");
    press(&["« Back", "Due date", "No due date"]).await;
    assert_eq!(now("due").await, Value::Null);
    press(&["✏️ Edit", "Due date", "tomorrow", "All day"]).await;
    assert_eq!(now("due").await.as_str().unwrap().len(), 10);
    // A day before tomorrow may be over: it would be told at once.
    servers.patch(&path, json!({"due": "2900-01-01"})).await.is(200);

    press(&["🔔 Reminder", "1 day before"]).await;
    assert_eq!(now("remind_before_seconds").await, 86_400);
    press(&["🔔 Reminder", "No reminder"]).await;
    assert_eq!(now("remind_time").await, Value::Null);
    press(&["🔔 Reminder", "🕐 Choose a time"]).await;
    ann.says("2900-01-01 9:00");
    says(&ann.next().await, "Reminder: 1 Jan 2900 09:00");
    assert_eq!(now("remind_time").await, "2900-01-01T03:15:00Z");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn where_one_is_is_told_by_place_by_name_or_by_the_clock(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let zone = async || servers.get("/api/users/me").await.is(200)["timezone"].clone();
    ann.says("/timezone");
    ann.next().await;
    assert_eq!(ann.reply_keyboard(), [["📍 Share my place"]]);
    ann.shares_location(-31.55, 159.08);
    says(&ann.next().await, "Australia/Lord_Howe");
    assert_eq!(zone().await, "Australia/Lord_Howe");
    assert!(ann.reply_keyboard().is_empty());
    ann.says("/timezone");
    ann.next().await;
    ann.says("Atlantis");
    says(&ann.next().await, "don't know that place");
    ann.says("москва");
    says(&ann.next().await, "Europe/Moscow");
    ann.says("/timezone");
    ann.next().await;
    let there = chrono::Utc::now() + chrono::TimeDelta::minutes(5 * 60 + 45);
    ann.says(&there.format("%H:%M").to_string());
    let offer = ann.next().await;
    let kathmandu =
        offer.labels().concat().iter().find(|label| label.starts_with("Asia/Kathmandu")).unwrap().to_string();
    ann.presses(offer.id, &kathmandu);
    says(&ann.next().await, "Asia/Kathmandu");
    assert_eq!(zone().await, "Asia/Kathmandu");
}
