//! Days that were chosen, and times that were typed.

use chrono::{Datelike, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use e2e::{
    bot_api::Person,
    servers::Backend::{self, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{En, Ru},
    World, says, task_in,
};
use crate::reminders::in_seconds;

/// Chooses the 15th of the next month in the calendar that a message shows.
async fn choose_the_15th(ann: &Person, message: i64) -> NaiveDate {
    for button in ["›", "15"] {
        ann.presses(message, button);
        ann.edited(message).await;
    }
    (Utc::now().date_naive().with_day(1).unwrap() + Months::new(1)).with_day(15).unwrap()
}

fn moment(day: NaiveDate, time: &str) -> Value {
    let time: NaiveTime = time.parse().unwrap();
    json!(day.and_time(time).and_utc().format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_time_that_is_typed_is_of_the_day_that_was_chosen(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    ann.says("/tasks");
    let id = ann.next().await.id;
    let press = async |buttons: &[&str]| {
        for button in buttons {
            ann.presses(id, button);
            ann.edited(id).await;
        }
    };
    press(&["Milk"]).await;
    for (said, time) in [("14:35", "14:35:00"), ("8pm", "20:00:00"), ("18.30", "18:30:00"), ("at 6", "18:00:00")] {
        press(&["✏️ Edit", "Due date"]).await;
        let day = choose_the_15th(&ann, id).await;
        ann.says("no time at all");
        says(&ann.next().await, "I don't understand that time");
        ann.says(said);
        ann.next().await;
        let due = servers.get(&format!("/api/tasks/{task}")).await.is(200)["due"].clone();
        assert_eq!(due, moment(day, time), "{said}");
        press(&["« Back", "« Back", "« Back"]).await;
    }
    press(&["🔔 Reminder", "🕐 Choose a time"]).await;
    let day = choose_the_15th(&ann, id).await;
    ann.says("8pm");
    ann.next().await;
    let now = servers.get(&format!("/api/tasks/{task}")).await.is(200);
    assert_eq!(now["remind_time"], moment(day, "20:00:00"));

    // A day alone, by its numbers.
    press(&["« Back", "« Back", "« Back", "✏️ Edit", "Due date"]).await;
    ann.says("31.12");
    ann.next().await;
    let due = servers.get(&format!("/api/tasks/{task}")).await.is(200)["due"].clone();
    assert!(due.as_str().unwrap().ends_with("-12-31"), "{due}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn so_it_is_for_new_tasks_and_for_what_is_put_off(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Молоко");
    let question = ann.next().await;
    for _ in 0..2 {
        ann.presses(question.id, "Пропустить ›");
        ann.edited(question.id).await;
    }
    let day = choose_the_15th(&ann, question.id).await;
    ann.says("8 вечера");
    let reminders = ann.next().await;
    ann.presses(reminders.id, "Без напоминания");
    ann.edited(reminders.id).await;
    ann.presses(reminders.id, "✅ Сохранить");
    let task = task_in(&ann.edited(reminders.id).await);
    assert_eq!(servers.get(&format!("/api/tasks/{task}")).await.is(200)["due"], moment(day, "20:00:00"));

    servers.post("/api/tasks", json!({"title": "Хлеб", "remind_time": in_seconds(1)})).await.is(201);
    let reminder = ann.next().await;
    ann.presses(reminder.id, "🕐 Выбрать…");
    ann.edited(reminder.id).await;
    let day = choose_the_15th(&ann, reminder.id).await;
    ann.says("18.30");
    says(&ann.next().await, "Отложено");
    assert_eq!(servers.get("/api/reminders").await.items()[0]["due_at"], moment(day, "18:30:00"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_would_be_past_is_refused(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let due = Utc::now() + TimeDelta::minutes(30);
    let task = servers.post("/api/tasks", json!({"title": "Milk", "due": due.to_rfc3339()})).await.is(201);
    ann.says("/tasks");
    let id = ann.next().await.id;
    for button in ["Milk", "🔔 Reminder"] {
        ann.presses(id, button);
        ann.edited(id).await;
        ann.toast().await;
    }
    ann.presses(id, "1 hour before");
    let toast = ann.toast().await;
    assert!(toast.alert && toast.text.starts_with("That was "), "{toast:?}");
    ann.presses(id, "🕐 Choose a time");
    ann.edited(id).await;
    ann.says("yesterday 20:00");
    says(&ann.next().await, "That was yesterday 20:00. Choose a later one.");
    let now = servers.get(&format!("/api/tasks/{}", task["id"])).await.is(200);
    assert_eq!(now["remind_time"], Value::Null);
}
