//! What is asked stays asked as long as there is an answer to it, whatever comes in between.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, says,
};
use crate::reminders::in_seconds;

const MORE: (&str, &str) = ("Is there more to say?", "Есть что добавить?");

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_lets_nothing_go(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    ann.says("/new Milk");
    ann.next().await;
    for server in &mut world.stack.todo {
        assert!(server.terminate().success());
    }
    ann.says("/tasks");
    says(&ann.next().await, lang.of("can't reach the server", "Сервер сейчас недоступен"));
    for server in &mut world.stack.todo {
        server.start();
    }
    ann.says("two litres");
    says(&ann.next().await, "Milk\ntwo litres");
    // One that is answered does, and says so.
    ann.says("/tasks");
    says(&ann.next().await, lang.of("To do", "Сделать"));
    says(&ann.next().await, "Milk");
    ann.says("/new Bread");
    ann.next().await;
    ann.says("/new");
    says(&ann.next().await, "Bread");
    says(&ann.next().await, lang.of("Write the title", "Напишите название"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_may_be_answered_while_a_task_is_being_made(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    ann.says("/new Milk");
    says(&ann.next().await, lang.of(MORE.0, MORE.1));
    servers.post("/api/tasks", json!({"title": "Call", "remind_time": in_seconds(-1)})).await.is(201);
    let reminder = ann.next().await;
    says(&reminder, "Call");

    ann.presses(reminder.id, lang.of("Open", "Открыть"));
    says(&ann.next().await, "Call");
    says(&ann.next().await, lang.of(MORE.0, MORE.1));

    // Until when it is put off is asked in between.
    ann.presses(reminder.id, lang.of("🕐 Choose…", "🕐 Выбрать…"));
    ann.edited(reminder.id).await;
    ann.says(lang.of("in 2 hours", "через 2 часа"));
    says(&ann.next().await, "Call");
    says(&ann.next().await, lang.of(MORE.0, MORE.1));
    ann.says("two litres");
    says(&ann.next().await, "Milk\ntwo litres");
}

/// What only the servers would refuse is said when it is written.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_read_a_title_of_nothing(#[values(Sqlite)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    for line in ["/new \u{3164}", "\u{3164}"] {
        ann.says(line);
        says(&ann.next().await, lang.of("nothing in it that one could read", "нечего прочитать"));
    }
    ann.says("Milk");
    says(&ann.next().await, lang.of(MORE.0, MORE.1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_message_stay_lines(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("Milk p1\ntwo litres\nfrom the farm");
    let offer = ann.next().await;
    ann.presses(offer.id, "As I wrote it");
    ann.edited(offer.id).await;
    let tasks = world.person_at_servers(&ann).await.get("/api/tasks").await.items();
    assert_eq!(
        (&tasks[0]["title"], &tasks[0]["description"]),
        (&json!("Milk p1"), &json!("two litres\nfrom the farm"))
    );
}

/// What was asked about is gone: the next text is a task to be.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_about_what_is_gone(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    ann.says("/tasks");
    let id = ann.next().await.id;
    for button in ["Milk", lang.of("✏️ Edit", "✏️ Изменить"), lang.of("Title", "Название")] {
        ann.presses(id, button);
        ann.edited(id).await;
        ann.toast().await;
    }
    servers.delete(&format!("/api/tasks/{task}")).await.is(204);
    ann.says("Bread");
    says(&ann.next().await, lang.of("That is gone", "Этого больше нет"));
    ann.says("Bread");
    says(&ann.next().await, lang.of("Shall I add this?", "Добавить такую задачу?"));
}
