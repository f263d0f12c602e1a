//! What is asked stays asked as long as there is an answer to it, whatever comes in between.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;
use todo_sdk::model::TASK_TAGS_MAX;

use super::{
    Lang::{self, En, Ru},
    World, data_of, press, says,
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
    for line in ["\u{3164}", "/new \u{3164}", "\u{3164}"] {
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
    let (tag, other) = (servers.tag("home").await, servers.task("Bread").await);
    let (task, comment) = (servers.task("Milk").await, servers.comment(other, "first").await);
    let edit = lang.of("✏️ Edit", "✏️ Изменить");
    let (rename, comments) =
        (lang.of("✏️ Rename", "✏️ Переименовать"), lang.of("💬 Comments (1)", "💬 Комментарии (1)"));
    for (list, buttons, gone) in [
        ("/tasks", vec!["Milk", edit, lang.of("Title", "Название")], format!("/api/tasks/{task}")),
        ("/tasks", vec!["Bread", comments, "✏️ first", edit], format!("/api/comments/{comment}")),
        ("/categories", vec!["home", rename], format!("/api/tags/{tag}")),
    ] {
        ann.says(list);
        let id = ann.next().await.id;
        press(&ann, id, &buttons).await;
        servers.delete(&gone).await.is(204);
        ann.says("Eggs");
        says(&ann.next().await, lang.of("That is gone", "Этого больше нет"));
        ann.says("Eggs");
        says(&ann.next().await, lang.of("Shall I add this?", "Добавить такую задачу?"));
    }
}

/// Nor is it, where a button leads back to what is gone.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_can_be_left(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    ann.says("/tasks");
    let id = ann.next().await.id;
    press(&ann, id, &["Milk", "✏️ Edit", "Title"]).await;
    servers.delete(&format!("/api/tasks/{task}")).await.is(204);
    ann.presses(id, "« Back");
    assert!(ann.toast().await.text.contains("That is gone"));
    ann.says("Bread");
    says(&ann.next().await, "Shall I add this?");
}

/// Nobody can put off the reminder of a task that is deleted; the task that is being made goes on.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_may_go_while_its_time_is_chosen(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
    #[values(false, true)] by_button: bool,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    ann.says("/new Milk");
    says(&ann.next().await, lang.of(MORE.0, MORE.1));
    let body = json!({"title": "Call", "remind_time": in_seconds(-1)});
    let task = crate::api::id(&servers.post("/api/tasks", body).await.is(201));
    let reminder = ann.next().await;
    ann.presses(reminder.id, lang.of("🕐 Choose…", "🕐 Выбрать…"));
    ann.edited(reminder.id).await;
    ann.toast().await;
    let back = data_of(&ann.message(reminder.id).unwrap(), lang.of("« Back", "« Назад"));
    servers.delete(&format!("/api/tasks/{task}")).await.is(204);
    let gone = lang.of("That is gone", "Этого больше нет");
    if by_button {
        ann.presses_data(reminder.id, &back);
        assert!(ann.toast().await.text.contains(gone));
    } else {
        ann.says(lang.of("in 2 hours", "через 2 часа"));
        says(&ann.next().await, gone);
    }
    says(&ann.next().await, lang.of(MORE.0, MORE.1));
    ann.says("two litres");
    says(&ann.next().await, "Milk\ntwo litres");
}

/// Its time is not asked for any more.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_may_be_done_while_its_time_is_chosen(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    servers.post("/api/tasks", json!({"title": "Call", "remind_time": in_seconds(-1)})).await.is(201);
    let reminder = ann.next().await;
    ann.presses(reminder.id, "🕐 Choose…");
    ann.edited(reminder.id).await;
    // From another device, where the message shows what it showed.
    ann.presses_data(reminder.id, &data_of(&reminder, "✅ Done"));
    says(&ann.edited(reminder.id).await, "Done");
    ann.says("Bread");
    says(&ann.next().await, "Shall I add this?");
}

/// A comment on another task answers nothing that was asked.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_answers_no_question_about_another_task(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let (milk, bread) = (servers.task("Milk").await, servers.task("Bread").await);
    let mut shown = Vec::new();
    for title in ["Milk", "Bread"] {
        ann.says("/tasks");
        let id = ann.next().await.id;
        press(&ann, id, &[title]).await;
        shown.push(id);
    }
    press(&ann, shown[1], &["💬 Comments (0)", "＋ Comment"]).await;
    ann.replies(shown[0], "two litres");
    says(&ann.next().await, "Comment added to Milk");
    ann.says("with seeds");
    says(&ann.next().await, "Comment added to Bread");
    for (task, text) in [(milk, "two litres"), (bread, "with seeds")] {
        let comments = servers.get(&format!("/api/comments?task_id={task}")).await.items();
        assert_eq!((comments.len(), &comments[0]["content"]), (1, &json!(text)));
    }
}

/// Then one can take some away; all else is kept, and not asked again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_may_be_given_too_many_categories(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let mut tags = Vec::new();
    for number in 0..=TASK_TAGS_MAX {
        tags.push(servers.tag(&format!("category {number:03}")).await);
    }
    ann.says("/new Milk");
    let id = ann.next().await.id;
    ann.presses(id, "Skip ›");
    ann.toast().await;
    let next = data_of(&ann.message(id).unwrap(), "Skip ›");
    let number = next.split(':').nth(1).unwrap();
    for tag in tags {
        ann.presses_data(id, &format!("dk:{number}:{tag}"));
        ann.toast().await;
    }
    press(&ann, id, &["Next ›"]).await;
    ann.says("1 jan 2900 9:00");
    let id = ann.next().await.id;
    press(&ann, id, &["1 hour before", "✅ Save"]).await;
    says(&ann.message(id).unwrap(), "That is too much for one task");
    press(&ann, id, &["✓ category 000", "Next ›"]).await;
    let asked = ann.message(id).unwrap();
    says(&asked, "Is that right?");
    says(&asked, "1 hour before");
    press(&ann, id, &["✅ Save"]).await;
    let tasks = servers.get("/api/tasks").await.items();
    assert_eq!((&tasks[0]["due"], &tasks[0]["remind_before_seconds"]), (&json!("2900-01-01T09:00:00Z"), &json!(3600)));
    assert_eq!(tasks[0]["tags"].as_array().unwrap().len(), TASK_TAGS_MAX);
}
