//! Tasks that repeat: how that is said, and how it is changed.

use e2e::servers::Backend::{self, Postgres, Sqlite};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{self, En, Ru},
    World, says,
};

#[rstest]
#[case::en(En, [
    ("Rent every month on the 31st", "🔁 every month on the 31st"),
    ("Bins every 2 weeks on tuesday", "🔁 every 2 weeks on Tuesday"),
    ("Plants every! 3 days", "🔁 every 3 days, counted from when it is done"),
])]
#[case::ru(Ru, [
    ("Аренда 31 числа каждого месяца", "🔁 31-го числа каждого месяца"),
    ("Мусор каждые 2 недели по вторникам", "🔁 каждые 2 недели по вторникам"),
    ("Отчёт каждый последний день месяца", "🔁 в последний день каждого месяца"),
])]
#[tokio::test(flavor = "multi_thread")]
async fn previews_and_cards_say_how_a_task_repeats(#[case] lang: Lang, #[case] lines: [(&str, &str); 3]) {
    let world = World::start(Sqlite).await;
    let ann = world.guest(7, lang).await;
    for (line, how) in lines {
        ann.says(line);
        let offer = ann.next().await;
        says(&offer, how);
        ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
        says(&ann.edited(offer.id).await, how);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn how_a_task_repeats_can_be_changed(#[values(Sqlite, Postgres)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let path = format!("/api/tasks/{}", servers.task("Milk").await);
    let now = async |field: &str| servers.get(&path).await.is(200)[field].clone();
    ann.says("/tasks");
    let id = ann.next().await.id;
    let press = async |buttons: &[&str]| {
        for button in buttons {
            ann.presses(id, button);
            ann.edited(id).await;
        }
    };
    let (edit, field) = (lang.of("✏️ Edit", "✏️ Изменить"), lang.of("Repetition", "Повтор"));
    press(&["Milk", edit, field]).await;
    says(&ann.message(id).unwrap(), lang.of("It does not repeat.", "Не повторяется."));
    press(&[lang.of("Every weekday", "По будням")]).await;
    says(&ann.message(id).unwrap(), lang.of("🔁 every weekday", "🔁 по будням"));
    assert_eq!(now("repeat").await, json!({"rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "from": "schedule"}));
    assert_ne!(now("due").await, Value::Null, "it has a first time");

    press(&[edit, field]).await;
    ann.says(lang.of("sometimes", "иногда"));
    says(&ann.next().await, lang.of("I don't understand how often", "Не понимаю, как часто"));
    ann.says("FREQ=DAILY;UNTIL=20200101");
    says(&ann.next().await, lang.of("I don't understand how often", "Не понимаю, как часто"));
    ann.says(lang.of("every! 2 weeks on tuesday", "каждые 2 недели по вторникам"));
    says(
        &ann.next().await,
        lang.of("It repeats every 2 weeks on Tuesday", "Повторяется каждые 2 недели по вторникам."),
    );
    let from = lang.of("completion", "schedule");
    assert_eq!(now("repeat").await, json!({"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "from": from}));

    // A time belongs to the day on which the task is due already.
    servers.patch(&path, json!({"due": "2900-01-04"})).await.is(200);
    press(&[lang.of("« Back", "« Назад"), field]).await;
    ann.says(lang.of("every month 9:00", "каждый месяц в 9:00"));
    ann.next().await;
    assert_eq!(now("due").await, "2900-01-04T09:00:00Z");

    press(&[lang.of("« Back", "« Назад"), field, lang.of("✕ Never", "✕ Не повторять")]).await;
    assert_eq!(now("repeat").await, Value::Null);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_repeats_within_a_day_needs_a_time(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.post("/api/tasks", json!({"title": "Pills", "due": "2900-01-01"})).await.is(201);
    ann.says("/tasks");
    let id = ann.next().await.id;
    for button in ["Pills", "✏️ Edit", "Repetition"] {
        ann.presses(id, button);
        ann.edited(id).await;
    }
    ann.says("FREQ=HOURLY");
    says(&ann.next().await, "needs a due date with a time");
    // In words, it begins now.
    ann.says("every 2 hours");
    says(&ann.next().await, "It repeats every 2 hours.");
    let due = servers.get(&format!("/api/tasks/{}", task["id"])).await.is(200)["due"].clone();
    assert!(due.as_str().unwrap().contains('T'), "{due}");
}
