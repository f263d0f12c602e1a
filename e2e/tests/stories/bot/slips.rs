//! What people press twice or too late, and what they ask in between.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, data_of, says, task_in,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_offer_has_its_own_buttons(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let mut offers = Vec::new();
    for line in ["Milk p1", "Bread p2", "Eggs p3"] {
        ann.says(line);
        offers.push(ann.next().await.id);
    }
    ann.presses(offers[0], "✅ Add");
    says(&ann.edited(offers[0]).await, "Milk");
    ann.presses(offers[1], "As I wrote it");
    says(&ann.edited(offers[1]).await, "Bread p2");

    // Whatever is under way goes on.
    ann.says("/delete_me");
    let sure = ann.next().await;
    ann.says("/new");
    ann.next().await;
    ann.presses(offers[2], "Cancel");
    says(&ann.edited(offers[2]).await, "Cancelled");
    ann.presses(sure.id, "No");
    says(&ann.edited(sure.id).await, "Nothing was deleted");
    ann.says("Butter");
    says(&ann.next().await, "Butter\n\nIs there more to say?");
    let titles: Vec<_> = servers.get("/api/tasks").await.items().iter().map(|task| task["title"].clone()).collect();
    assert_eq!(titles, [json!("Milk"), json!("Bread p2")]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_answered_once(#[values(Sqlite)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    let question = ann.next().await;
    let skip = data_of(&question, lang.of("Skip ›", "Пропустить ›"));
    for _ in 0..5 {
        ann.presses_data(question.id, &skip);
    }
    let categories = ann.edited(question.id).await;
    says(&categories, lang.of("Which categories?", "Какие категории?"));
    ann.toast().await;
    for _ in 0..4 {
        let toast = ann.toast().await;
        assert!(toast.text.contains(lang.of("answered already", "уже ответили")), "{toast:?}");
    }
    assert_eq!(ann.message(question.id).unwrap().edits(), 1);
    assert!(world.person_at_servers(&ann).await.get("/api/tasks").await.items().is_empty());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_in_between_leaves_a_task_that_is_being_made(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    let question = "Milk\n\nIs there more to say?";
    says(&ann.next().await, question);
    ann.says("/help");
    says(&ann.next().await, "Any message becomes a task");
    says(&ann.next().await, question);
    ann.says("/lang");
    let languages = ann.next().await;
    ann.presses(languages.id, "English");
    ann.edited(languages.id).await;
    says(&ann.next().await, question);
    ann.says("/timezone");
    says(&ann.next().await, "Your time zone is");
    ann.says("Atlantis");
    says(&ann.next().await, "/cancel leaves it as it is");
    ann.says("/cancel");
    says(&ann.next().await, "Cancelled");
    assert!(ann.reply_keyboard().is_empty());
    says(&ann.next().await, question);
    ann.shares_location(27.7, 85.3);
    says(&ann.next().await, "Asia/Kathmandu");
    says(&ann.next().await, question);
    ann.says("two litres");
    says(&ann.next().await, "two litres\n\nWhich categories?");
    // What does end it says so.
    ann.says("/tasks");
    says(&ann.next().await, "To do");
    says(&ann.next().await, "I have let go of the task that you were making: Milk");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_too_long_for_a_title_is_its_description(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    let long = "Позвонить в банк и спросить, почему карта, которую я заказал ещё в прошлом месяце, до сих пор не \
                пришла, и когда её ждать";
    ann.says(&format!("{long}\nи ещё раз"));
    let offer = ann.next().await;
    ann.presses(offer.id, "✅ Добавить");
    let task = servers.get(&format!("/api/tasks/{}", task_in(&ann.edited(offer.id).await))).await.is(200);
    let title = task["title"].as_str().unwrap();
    assert!(title.ends_with('…') && title.chars().count() <= 100, "{title}");
    assert!(long.starts_with(&format!("{} ", title.trim_end_matches('…'))), "{title}");
    assert_eq!(task["description"], format!("{long}\nи ещё раз"));

    // What stands below a picture counts as well.
    ann.sends_photo_saying("Хлеб п1");
    let offer = ann.next().await;
    says(&offer, "Хлеб\n🔴 Срочно");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn undo_says_what_it_did(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    let path = format!("/api/tasks/{task}");
    servers.delete(&path).await.is(204);
    let back = lang.of("Taken back: deleting “Milk”.", "Отменено: удаление «Milk».");
    let again = lang.of("Done again: deleting “Milk”.", "Снова сделано: удаление «Milk».");
    ann.says("/undo");
    says(&ann.next().await, back);
    assert_eq!(task_in(&ann.next().await), task);
    ann.says("/undo");
    says(&ann.next().await, again);
    servers.get(&path).await.is(404);
    ann.says("/undo");
    says(&ann.next().await, back);
    ann.next().await;
    servers.patch(&path, json!({"completed": true})).await.is(200);
    ann.says("/undo");
    says(&ann.next().await, lang.of("Taken back: completing “Milk”.", "Отменено: выполнение «Milk»."));
}
