//! Reminders whose tasks change in another client.

use std::time::Duration;

use e2e::{
    bot_api::{Calls, Fault, Shown},
    servers::Backend::{self, Cluster, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{self, En, Ru},
    World, data_of, says,
};
use crate::reminders::in_seconds;

fn can_be_put_off(reminder: &Shown) -> bool {
    reminder.buttons().any(|button| button.text.starts_with('💤'))
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_is_moved_or_cleared_says_so(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.post("/api/tasks", json!({"title": "Milk", "remind_time": in_seconds(1)})).await.is(201);
    let path = format!("/api/tasks/{}", task["id"]);
    let reminder = ann.next().await;
    let snooze = lang.of("💤 10 minutes", "💤 10 минут");
    let forged = data_of(&reminder, snooze);
    let done = lang.of("✅ Done", "✅ Сделано");

    servers.patch(&path, json!({"remind_time": "2900-01-01T09:00:00Z"})).await.is(200);
    let moved = ann.edited(reminder.id).await;
    says(&moved, lang.of("Moved: I'll remind you 1 Jan 2900 09:00", "Перенесено, напомню: 1 янв 2900 09:00"));
    assert!(moved.labels().concat().contains(&done));
    assert!(!can_be_put_off(&moved), "only the new one can be: {:?}", moved.labels());
    // Whoever pressed before it was gone loses nothing.
    ann.presses_data(reminder.id, &forged);
    ann.toast().await;
    assert_eq!(servers.get(&path).await.is(200)["remind_time"], "2900-01-01T09:00:00Z");

    servers.patch(&path, json!({"remind_time": null})).await.is(200);
    let cleared = ann.edited(reminder.id).await;
    says(&cleared, lang.of("No reminder any more", "Напоминания больше нет"));
    assert!(can_be_put_off(&cleared));
    ann.presses(reminder.id, snooze);
    says(&ann.edited(reminder.id).await, lang.of("Put off until", "Отложено"));
    assert_eq!(servers.get("/api/reminders").await.items().len(), 1);
    assert_eq!(servers.get(&path).await.is(200)["completed"], Value::Bool(false));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_told_again_is_put_off_no_more(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    servers.post("/api/tasks", json!({"title": "Milk", "remind_time": in_seconds(1)})).await.is(201);
    let first = ann.next().await;
    ann.presses(first.id, "💤 10 minutes");
    says(&ann.edited(first.id).await, "Put off until");
    let next = servers.get("/api/reminders").await.items()[0]["id"].clone();
    servers.post(&format!("/api/reminders/{next}/snooze"), json!({"until": in_seconds(1)})).await.is(200);
    let again = ann.sees("You asked me to remind you again").await;
    assert!(can_be_put_off(&again));
    let told = async || !ann.message(first.id).unwrap().text.contains("Put off");
    crate::api::eventually("the first says so", told).await;
    assert!(!can_be_put_off(&ann.message(first.id).unwrap()), "the one below can be");
}

/// Between the moment that the bot takes a reminder and the moment that its message is out.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_changes_while_its_reminder_is_sent_is_not_shown_as_it_was(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
    #[values(false, true)] is_deleted: bool,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    world.api.fail(Fault::Slow(Duration::from_secs(3)), Calls::next(1).of("sendMessage"));
    let task = servers.post("/api/tasks", json!({"title": "Milk", "remind_time": in_seconds(1)})).await.is(201);
    let path = format!("/api/tasks/{}", task["id"]);
    let ledger = format!("{path}/reminders");
    let taken = async || servers.get(&ledger).await.items()[0]["state"] == "leased";
    crate::api::eventually("the bot has it", taken).await;
    if is_deleted {
        servers.delete(&path).await.is(204);
    } else {
        servers.patch(&path, json!({"remind_time": "2900-01-01T09:00:00Z"})).await.is(200);
    }
    let reminder = ann.next().await;
    let truth = match is_deleted {
        true => lang.of("This task is deleted", "Эта задача удалена"),
        false => lang.of("Moved: I'll remind you 1 Jan 2900 09:00", "Перенесено, напомню: 1 янв 2900 09:00"),
    };
    let shown = async || ann.message(reminder.id).unwrap().text.contains(truth);
    crate::api::eventually("the message says so", shown).await;
    let message = ann.message(reminder.id).unwrap();
    assert!(!can_be_put_off(&message));
    assert_eq!(message.labels().is_empty(), is_deleted, "{:?}", message.labels());
}
