//! Reminders: they come, are put off, and their messages follow their tasks.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, says, task_in,
};
use crate::reminders::{in_seconds, ledger};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_comes_is_put_off_and_its_task_is_done(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let body = json!({"title": "Milk", "remind_time": in_seconds(1), "description": "two litres"});
    let task = crate::api::id(&servers.post("/api/tasks", body).await.is(201));
    let reminder = ann.next().await;
    says(&reminder, lang.of("Reminder\nMilk", "Напоминание\nMilk"));
    says(&reminder, "two litres");
    assert_eq!(task_in(&reminder), task);
    assert!(!reminder.silent);

    ann.presses(reminder.id, lang.of("💤 10 minutes", "💤 10 минут"));
    let put_off = ann.edited(reminder.id).await;
    says(&put_off, lang.of("Put off until", "Отложено"));
    assert!(put_off.keyboard.is_empty(), "its buttons are gone");
    let noted = async || ledger(&servers, task).await == ["snoozed", "queued"];
    crate::api::eventually("the ledger knows", noted).await;

    // It comes again, sooner than that.
    let next = servers.get("/api/reminders").await.items()[0]["id"].clone();
    servers.post(&format!("/api/reminders/{next}/snooze"), json!({"until": in_seconds(1)})).await.is(200);
    let again = ann.next().await;
    says(&again, lang.of("remind you again", "напомнить ещё раз"));
    ann.presses(again.id, lang.of("✅ Done", "✅ Сделано"));
    let done = ann.edited(again.id).await;
    says(&done, lang.of("Done\n✅ Milk", "Сделано\n✅ Milk"));
    assert!(done.keyboard.is_empty());
    assert_eq!(servers.get(&format!("/api/tasks/{task}")).await.is(200)["completed"], true);

    // An answer to a reminder is a comment.
    ann.replies(again.id, "no milk left");
    ann.next().await;
    assert_eq!(servers.get(&format!("/api/comments?task_id={task}")).await.items()[0]["content"], "no milk left");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_message_of_a_reminder_follows_its_task(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.post("/api/tasks", json!({"title": "Milk", "remind_time": in_seconds(1)})).await.is(201);
    let path = format!("/api/tasks/{}", task["id"]);
    let reminder = ann.next().await;
    servers.patch(&path, json!({"title": "Oat milk"})).await.is(200);
    says(&ann.edited(reminder.id).await, "Oat milk");
    servers.patch(&path, json!({"completed": true})).await.is(200);
    let done = ann.edited(reminder.id).await;
    says(&done, lang.of("Done\n✅ Oat milk", "Сделано\n✅ Oat milk"));
    assert!(done.keyboard.is_empty());
    servers.patch(&path, json!({"completed": false})).await.is(200);
    assert!(!ann.edited(reminder.id).await.keyboard.is_empty(), "it can be done again");
    let row = servers.get(&format!("{path}/reminders")).await.items()[0]["id"].clone();
    servers.post(&format!("/api/reminders/{row}/snooze"), json!({"until": "2900-01-01T09:00:00Z"})).await.is(200);
    says(&ann.edited(reminder.id).await, lang.of("Put off until 1 Jan 2900 09:00", "Отложено: 1 янв 2900 09:00"));
    servers.delete(&path).await.is(204);
    let gone = ann.edited(reminder.id).await;
    says(&gone, lang.of("This task is deleted", "Эта задача удалена"));
    assert!(gone.keyboard.is_empty());
    servers.post("/api/undo", json!({})).await.is(200);
    says(&ann.edited(reminder.id).await, "Oat milk");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn until_when_can_be_chosen(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    servers.post("/api/tasks", json!({"title": "Milk", "remind_time": in_seconds(1)})).await.is(201);
    let reminder = ann.next().await;
    ann.presses(reminder.id, lang.of("🕐 Choose…", "🕐 Выбрать…"));
    ann.edited(reminder.id).await;
    ann.presses(reminder.id, lang.of("« Back", "« Назад"));
    says(&ann.edited(reminder.id).await, "Milk");
    ann.presses(reminder.id, lang.of("🕐 Choose…", "🕐 Выбрать…"));
    ann.edited(reminder.id).await;
    ann.presses(reminder.id, lang.of("tomorrow", "завтра"));
    ann.edited(reminder.id).await;
    ann.presses(reminder.id, "18:00");
    says(&ann.edited(reminder.id).await, lang.of("Put off until tomorrow 18:00", "Отложено: завтра 18:00"));
    let due = servers.get("/api/reminders").await.items()[0]["due_at"].clone();
    assert!(due.as_str().unwrap().ends_with("T18:00:00Z"), "{due}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_blocked_the_bot_is_left_alone_until_they_come_back(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    ann.blocks_bot();
    let remind = async |title: &str| {
        let body = json!({"title": title, "remind_time": in_seconds(-1)});
        crate::api::id(&servers.post("/api/tasks", body).await.is(201))
    };
    let first = remind("one").await;
    crate::api::eventually("it is given up", async || ledger(&servers, first).await.contains(&"dead".to_owned())).await;
    let tries = world.api.calls_of("sendMessage").len();
    let second = remind("two").await;
    ann.unblocks_bot();
    // Whoever writes to the bot does not block it.
    let _ = world.person_at_servers(&ann).await;
    ann.says("/help");
    for _ in 0..3 {
        ann.next().await;
    }
    assert_eq!(world.api.calls_of("sendMessage").len(), tries + 3, "nothing was tried in between");
    let told = async || ledger(&servers, second).await.last().unwrap() == "sent";
    crate::api::eventually("the ledger knows", told).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_unblocks_the_bot_is_reminded_at_once(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let remind = async |title: &str| {
        let body = json!({"title": title, "remind_time": in_seconds(-1)});
        crate::api::id(&servers.post("/api/tasks", body).await.is(201))
    };
    ann.blocks_bot();
    let first = remind("one").await;
    crate::api::eventually("it is given up", async || ledger(&servers, first).await.contains(&"dead".to_owned())).await;
    // They say nothing, and the one that was given up goes on.
    ann.unblocks_bot();
    ann.sees("one").await;
    remind("two").await;
    ann.sees("two").await;
}

/// What is opened from a reminder stands below it, and stays what it is.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_reminder_leads_to_is_not_written_over(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let body = json!({"title": "Milk", "remind_time": in_seconds(1)});
    let task = crate::api::id(&servers.post("/api/tasks", body).await.is(201));
    let reminder = ann.next().await;
    ann.presses(reminder.id, "Open");
    let card = ann.next().await;
    assert_eq!(task_in(&card), task);
    ann.presses(card.id, "« List");
    let list = ann.edited(card.id).await;
    servers.patch(&format!("/api/tasks/{task}"), json!({"completed": true})).await.is(200);
    says(&ann.edited(reminder.id).await, "Done");
    assert_eq!(ann.message(card.id).unwrap().text, list.text);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_that_are_long_past_come_in_one_message(#[values(Sqlite, Cluster)] backend: Backend) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    world.bots[0].terminate();
    let old: Vec<_> =
        (0..30).map(|n| json!({"title": format!("old {n}"), "remind_time": in_seconds(-200_000 - n)})).collect();
    servers.post("/api/tasks/bulk", json!({"create": old})).await.is(200);
    world.bots[0].start();
    let gathered = ann.sees("Пока меня не было").await;
    says(&gathered, "30 напоминаний");
    says(&gathered, "old 29");
    assert_eq!(gathered.text.matches("old ").count(), 20, "and the others are counted");
}
