//! What people get wrong, and what is gone by the time they answer: each is told what to do, and goes on from there.

use e2e::{
    bot_api::{Person, Toast},
    servers::Backend::{self, Cluster, Sqlite},
};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, data_of, press, says,
};

/// Opens a task of the list; the message that shows it.
async fn open(ann: &Person, title: &str) -> i64 {
    ann.says("/tasks");
    let list = ann.next().await;
    press(ann, list.id, &[title]).await;
    list.id
}

#[track_caller]
fn warns(toast: &Toast, text: &str) {
    assert!(toast.alert && toast.text.contains(text), "{text:?} is not in {toast:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_and_no_command(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    // A task that is being made waits.
    ann.says("/new");
    ann.next().await;
    let sent: [fn(&Person) -> i64; 4] =
        [Person::sends_photo, Person::sends_voice, Person::sends_sticker, |ann| ann.shares_contact("+4915112345678")];
    for send in sent {
        send(&ann);
        says(&ann.next().await, lang.of("I read only text", "Я читаю только текст"));
    }
    for text in ["/nonsense", "/ tasks", "/tasks@another_bot"] {
        ann.says(text);
        let shown = ann.next().await;
        says(&shown, lang.of("I don't know that command", "Такой команды я не знаю"));
        says(&shown, "/help");
    }
    ann.says("Milk");
    says(&ann.next().await, lang.of("Milk\n\nIs there more to say?", "Milk\n\nЕсть что добавить?"));
    ann.says("/HELP");
    says(&ann.next().await, "/timezone");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_no_button(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let press_one = lang.of("Press one of the buttons above, or /cancel.", "Нажмите одну из кнопок выше или /cancel.");
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    let question = ann.next().await;
    let skip = lang.of("Skip ›", "Пропустить ›");
    press(&ann, question.id, &[skip, skip]).await;
    ann.says("2900-01-01 18:30");
    let reminders = ann.next().await;
    ann.says("an hour before");
    says(&ann.next().await, press_one);
    press(&ann, reminders.id, &[lang.of("No reminder", "Без напоминания")]).await;
    ann.says("yes");
    says(&ann.next().await, press_one);
    press(&ann, reminders.id, &[lang.of("✅ Save", "✅ Сохранить")]).await;
    let tasks = world.person_at_servers(&ann).await.get("/api/tasks").await.items();
    assert_eq!((tasks.len(), &tasks[0]["due"]), (1, &json!("2900-01-01T18:30:00Z")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_time_or_a_zone_that_is_none(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let refused = async |text: &str| {
        ann.says(text);
        says(&ann.next().await, lang.of("I don't understand that time", "Не понимаю, когда это"));
    };
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    let question = ann.next().await;
    let skip = lang.of("Skip ›", "Пропустить ›");
    press(&ann, question.id, &[skip, skip]).await;
    for text in ["when pigs fly", "после дождичка в четверг", "25:61", "2900-02-30", "?"] {
        refused(text).await;
    }
    ann.says(lang.of("tomorrow 18:00", "завтра в 18:00"));
    says(&ann.next().await, lang.of("When shall I remind you?", "Когда напомнить?"));
    ann.says("/cancel");
    ann.next().await;

    let task = servers.task("Milk").await;
    let id = open(&ann, "Milk").await;
    press(&ann, id, &[lang.of("✏️ Edit", "✏️ Изменить"), lang.of("Due date", "Срок")]).await;
    refused("never").await;
    ann.says("2900-01-01");
    says(&ann.next().await, lang.of("Due 1 Jan 2900", "Срок: 1 янв"));
    let id = open(&ann, "Milk").await;
    press(&ann, id, &[lang.of("🔔 Reminder", "🔔 Напоминание"), lang.of("🕐 Choose a time", "🕐 Выбрать время")]).await;
    refused("never").await;
    ann.says(lang.of("yesterday 20:00", "вчера в 20:00"));
    says(&ann.next().await, lang.of("Choose a later one", "Выберите более позднее время"));
    ann.says("2900-01-01 9:00");
    says(&ann.next().await, lang.of("Reminder: ", "Напоминание: "));
    let now = servers.get(&format!("/api/tasks/{task}")).await.is(200);
    assert_eq!((&now["due"], &now["remind_time"]), (&json!("2900-01-01"), &json!("2900-01-01T09:00:00Z")));

    ann.says("/timezone");
    ann.next().await;
    for text in ["Atlantis", "Атлантида", "99:99", "Mars/Olympus", "?"] {
        ann.says(text);
        says(&ann.next().await, lang.of("I don't know that place", "Такого места я не знаю"));
    }
    ann.says(lang.of("Kathmandu", "москва"));
    says(&ann.next().await, lang.of("Asia/Kathmandu", "Europe/Moscow"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_asked_for_again(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let long = |length: usize| "я".repeat(length);
    let title = lang.of("at most 100 characters, this one has 101", "не больше 100 знаков, а здесь 101");
    let text = lang.of("At most", "Можно не больше");
    let refused = async |said: &str, why: &str| {
        ann.says(said);
        says(&ann.next().await, why);
    };
    ann.says("/new");
    ann.next().await;
    refused(&long(101), title).await;
    ann.says(&long(100));
    says(&ann.next().await, &long(100));
    // No app sends that much today; Telegram has raised its limits before.
    refused(&long(10_001), text).await;
    ann.says("two litres");
    says(&ann.next().await, "two litres");
    refused(&long(51), lang.of("at most 50 characters, this one has 51", "не больше 50 знаков, а здесь 51")).await;
    ann.says(&long(50));
    ann.next().await;
    ann.says("/cancel");
    says(&ann.next().await, lang.of("Cancelled", "Отменено"));
    ann.says("/cancel");
    says(&ann.next().await, lang.of("nothing to cancel", "Отменять нечего"));

    let task = servers.task("Milk").await;
    let id = open(&ann, "Milk").await;
    press(&ann, id, &[lang.of("✏️ Edit", "✏️ Изменить"), lang.of("Title", "Название")]).await;
    refused(&long(101), title).await;
    ann.says("Oat milk");
    let card = ann.next().await;
    says(&card, lang.of("Renamed: Oat milk", "Новое название: Oat milk"));
    ann.replies(card.id, &long(10_001));
    says(&ann.next().await, text);
    // As long as a message can be.
    ann.replies(card.id, &long(4096));
    says(&ann.next().await, lang.of("Comment added", "Комментарий добавлен"));
    let comments = servers.get(&format!("/api/comments?task_id={task}")).await.items();
    assert_eq!((comments.len(), &comments[0]["content"]), (1, &json!(long(4096))));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_gone_meanwhile(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let gone = lang.of("That is gone, or was never yours. /tasks", "Этого больше нет, или оно было не вашим. /tasks");
    let edit = lang.of("✏️ Edit", "✏️ Изменить");
    let reminder = lang.of("🔔 Reminder", "🔔 Напоминание");
    let comments = lang.of("💬 Comments (0)", "💬 Комментарии (0)");
    // What was asked about it, and what was answered.
    for (buttons, text) in [
        ([edit, lang.of("Title", "Название")], "Oat milk"),
        ([edit, lang.of("Description", "Описание")], "two litres"),
        ([edit, lang.of("Due date", "Срок")], "2900-01-01"),
        ([reminder, lang.of("🕐 Choose a time", "🕐 Выбрать время")], "2900-01-01 9:00"),
        ([comments, lang.of("＋ Comment", "＋ Комментарий")], "on Sundays"),
    ] {
        let task = servers.task("Milk").await;
        let id = open(&ann, "Milk").await;
        press(&ann, id, &buttons).await;
        servers.delete(&format!("/api/tasks/{task}")).await.is(204);
        ann.says(text);
        says(&ann.next().await, gone);
    }
    // Its buttons, and an answer to it.
    let task = servers.task("Milk").await;
    let id = open(&ann, "Milk").await;
    servers.delete(&format!("/api/tasks/{task}")).await.is(204);
    for button in [lang.of("✅ Done", "✅ Сделано"), edit, reminder, comments, lang.of("🗑 Delete", "🗑 Удалить")]
    {
        ann.presses(id, button);
        warns(&ann.toast().await, gone);
    }
    ann.replies(id, "on Sundays");
    says(&ann.next().await, gone);
    // The way that it names leads on.
    ann.says("/tasks");
    says(&ann.next().await, lang.of("Nothing here", "Здесь пусто"));
    assert!(servers.get("/api/comments").await.items().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_comment_or_a_category_that_is_gone_meanwhile(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let gone = lang.of("That is gone, or was never yours", "Этого больше нет");
    let task = servers.task("Milk").await;
    let comment = servers.comment(task, "first").await;
    let id = open(&ann, "Milk").await;
    let edit = lang.of("✏️ Edit", "✏️ Изменить");
    press(&ann, id, &[lang.of("💬 Comments (1)", "💬 Комментарии (1)"), "✏️ first", edit]).await;
    servers.delete(&format!("/api/comments/{comment}")).await.is(204);
    ann.says("second");
    says(&ann.next().await, gone);

    let tag = servers.tag("home").await;
    ann.says("/categories");
    let tags = ann.next().await;
    press(&ann, tags.id, &["home", lang.of("✏️ Rename", "✏️ Переименовать")]).await;
    servers.delete(&format!("/api/tags/{tag}")).await.is(204);
    ann.says("work");
    says(&ann.next().await, gone);
}

/// The task that is being made is not lost by it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_category_that_is_gone_before_its_task_is_saved(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let tag = servers.tag("home").await;
    ann.says("/new");
    ann.next().await;
    ann.says("Bread");
    let id = ann.next().await.id;
    let (skip, next) = (lang.of("Skip ›", "Пропустить ›"), lang.of("Next ›", "Дальше ›"));
    press(&ann, id, &[skip, "home", next, skip]).await;
    servers.delete(&format!("/api/tags/{tag}")).await.is(204);
    let save = lang.of("✅ Save", "✅ Сохранить");
    press(&ann, id, &[save]).await;
    says(&ann.message(id).unwrap(), lang.of("the task goes without it", "задача останется без неё"));
    press(&ann, id, &[save]).await;
    let tasks = servers.get("/api/tasks").await.items();
    assert_eq!((tasks.len(), &tasks[0]["title"], &tasks[0]["tags"]), (1, &json!("Bread"), &json!([])));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_button_of_another_time(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let old = lang.of("This button is of another time. /tasks", "Эта кнопка уже не действует. /tasks");
    let add = lang.of("✅ Add", "✅ Добавить");
    // Of the lines that are offered, the last ten can still be added.
    let mut offers = Vec::new();
    for number in 0..11 {
        ann.says(&format!("line {number}"));
        offers.push(ann.next().await);
    }
    ann.presses(offers[0].id, add);
    warns(&ann.toast().await, old);
    press(&ann, offers[1].id, &[add]).await;
    // Once.
    ann.presses_data(offers[1].id, &data_of(&offers[1], add));
    warns(&ann.toast().await, old);
    // Cancelled is cancelled.
    press(&ann, offers[2].id, &[lang.of("Cancel", "Отмена")]).await;
    ann.presses_data(offers[2].id, &data_of(&offers[2], add));
    warns(&ann.toast().await, old);
    // What no version of the bot has ever made.
    ann.presses_data(offers[3].id, "v0:of-another-version");
    warns(&ann.toast().await, old);

    // Below a message that is deleted: the answer stands in a new one.
    let data = data_of(&offers[4], add);
    ann.deletes(offers[4].id);
    ann.presses_data(offers[4].id, &data);
    says(&ann.next().await, lang.of("Saved", "Сохранено"));
    let titles: Vec<_> = world.person_at_servers(&ann).await.get("/api/tasks").await.items();
    let titles: Vec<_> = titles.iter().map(|task| task["title"].clone()).collect();
    assert_eq!(titles, [json!("line 1"), json!("line 4")]);
}
