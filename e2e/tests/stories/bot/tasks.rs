//! From the first word to a task with a reminder.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, says, task_in,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn from_the_first_word_to_a_task_with_a_reminder(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.person(7, lang);
    ann.says("/start");
    let shown = ann.next().await;
    says(&shown, "Which language shall I speak?");
    says(&shown, "На каком языке мне говорить?");
    let own = lang.of("English", "Русский");
    assert_eq!(shown.labels()[0][0], own, "Telegram's language comes first");
    ann.presses(shown.id, own);
    let welcome = ann.edited(shown.id).await;
    says(&welcome, lang.of("Hello Ann!", "Здравствуйте, Ann!"));

    ann.says("/timezone Europe/Berlin");
    says(&ann.next().await, "Europe/Berlin");
    let account = world.person_at_servers(&ann).await.get("/api/users/me").await.is(200);
    assert_eq!((&account["timezone"], &account["language"]), (&json!("Europe/Berlin"), &json!(lang.code())));

    ann.says("/new");
    let question = ann.next().await;
    says(&question, lang.of("Write the title", "Напишите название"));
    ann.says("Call the bank");
    let question = ann.next().await;
    says(&question, lang.of("Write a description", "Напишите описание"));
    ann.says("ask about the card");
    let question = ann.next().await;
    says(&question, lang.of("Which categories?", "Какие категории?"));
    ann.says("home");
    let question = ann.next().await;
    assert!(question.labels().concat().contains(&"✓ home"), "{:?}", question.labels());
    ann.presses(question.id, lang.of("Next ›", "Дальше ›"));
    let calendar = ann.edited(question.id).await;
    says(&calendar, lang.of("On which day?", "На какой день?"));
    ann.presses(calendar.id, "›");
    let calendar = ann.edited(calendar.id).await;
    ann.presses(calendar.id, "15");
    let times = ann.edited(calendar.id).await;
    ann.presses(times.id, "18:00");
    let reminders = ann.edited(times.id).await;
    ann.presses(reminders.id, lang.of("1 hour before", "за 1 час"));
    let confirm = ann.edited(reminders.id).await;
    for part in ["Call the bank", "ask about the card", "home", "18:00", lang.of("1 hour before", "за 1 час")] {
        says(&confirm, part);
    }
    ann.presses(confirm.id, lang.of("✅ Save", "✅ Сохранить"));
    let card = ann.edited(confirm.id).await;
    says(&card, lang.of("Saved", "Сохранено"));

    let task = world.person_at_servers(&ann).await.get(&format!("/api/tasks/{}", task_in(&card))).await.is(200);
    assert_eq!((&task["title"], &task["description"]), (&json!("Call the bank"), &json!("ask about the card")));
    assert_eq!(task["remind_before_seconds"], 3600);
    assert!(task["due"].as_str().unwrap().ends_with("00:00Z"), "{task}");
    assert_eq!(task["tags"].as_array().unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_line_becomes_a_task_after_a_look_at_it(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    ann.says(
        lang.of(
            "Call the bank tomorrow 10:00 @home p1 // the card",
            "Позвонить в банк завтра в 10:00 @дом p1 // карта",
        ),
    );
    let offer = ann.next().await;
    says(&offer, lang.of("Call the bank\n", "Позвонить в банк\n"));
    says(&offer, lang.of("tomorrow 10:00", "завтра 10:00"));
    says(&offer, lang.of("Urgent", "Срочно"));
    says(&offer, lang.of("home", "дом"));
    ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
    let card = ann.edited(offer.id).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.get(&format!("/api/tasks/{}", task_in(&card))).await.is(200);
    assert_eq!((&task["priority"], &task["description"]), (&json!(1), &json!(lang.of("the card", "карта"))));

    // More lines are its description.
    ann.says("Buy p2\nmilk\neggs");
    let offer = ann.next().await;
    ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
    let card = ann.edited(offer.id).await;
    let task = servers.get(&format!("/api/tasks/{}", task_in(&card))).await.is(200);
    assert_eq!((&task["title"], &task["description"]), (&json!("Buy"), &json!("milk\neggs")));

    // As it stands, if that was meant.
    ann.says("p1 is a priority");
    let offer = ann.next().await;
    ann.presses(offer.id, lang.of("As I wrote it", "Как написано"));
    let card = ann.edited(offer.id).await;
    let task = servers.get(&format!("/api/tasks/{}", task_in(&card))).await.is(200);
    assert_eq!((&task["title"], &task["priority"]), (&json!("p1 is a priority"), &json!(4)));

    // A button of before does nothing more.
    ann.presses_data(card.id, "oy:1");
    let toast = ann.toast().await;
    assert!(toast.alert || toast.text.is_empty());
    assert_eq!(servers.get("/api/tasks").await.items().len(), 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_write_comes_back_as_they_wrote_it(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    for title in
        ["<b>&</b> ](x) _*".to_owned(), "👩‍👩‍👧‍👦".repeat(14), "👍".repeat(100), "a & b < c > \"d\" &amp; #5".to_owned()]
    {
        ann.says("/new");
        ann.next().await;
        ann.says(&title);
        let question = ann.next().await;
        says(&question, &title);
        for _ in 0..3 {
            let shown = ann.message(question.id).unwrap();
            ann.presses(shown.id, "Skip ›");
            ann.edited(shown.id).await;
        }
        ann.presses(question.id, "✅ Save");
        let card = ann.edited(question.id).await;
        says(&card, &title);
        let task = world.person_at_servers(&ann).await.get(&format!("/api/tasks/{}", task_in(&card))).await.is(200);
        assert_eq!(task["title"], title.as_str());
        ann.says("/tasks");
        let list = ann.next().await;
        assert!(
            list.buttons().any(|button| title.starts_with(button.text.trim_end_matches('…'))),
            "{:?}",
            list.labels()
        );
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_completed_deleted_and_brought_back(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    ann.says("/tasks");
    let list = ann.next().await;
    ann.presses(list.id, "Milk");
    let card = ann.edited(list.id).await;
    assert_eq!(task_in(&card), task);
    ann.presses(card.id, lang.of("✅ Done", "✅ Сделано"));
    let card = ann.edited(card.id).await;
    says(&card, "✅ Milk");
    let path = format!("/api/tasks/{task}");
    assert_eq!(servers.get(&path).await.is(200)["completed"], true);
    ann.presses(card.id, lang.of("↩ Reopen", "↩ Вернуть в работу"));
    ann.edited(card.id).await;
    assert_eq!(servers.get(&path).await.is(200)["completed"], false);
    ann.presses(card.id, lang.of("🗑 Delete", "🗑 Удалить"));
    let sure = ann.edited(card.id).await;
    ann.presses(sure.id, lang.of("🗑 Yes, delete", "🗑 Да, удалить"));
    let gone = ann.edited(card.id).await;
    servers.get(&path).await.is(404);
    // Whatever is done in between, that deletion is taken back.
    servers.task("another").await;
    ann.presses(gone.id, lang.of("↩ Undo", "↩ Вернуть"));
    ann.edited(card.id).await;
    servers.get(&path).await.is(200);
    ann.says("/undo");
    ann.next().await;
    ann.says("/undo");
    ann.next().await;
}
