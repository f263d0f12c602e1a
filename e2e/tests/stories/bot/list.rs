//! The list: pages, filters, search, categories.

use e2e::servers::Backend::{self, Cluster, Postgres, Sqlite};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{En, Ru},
    World, says,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sixty_tasks_are_paged_and_filtered(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let home = servers.tag("home").await;
    let tasks: Vec<Value> = (1..=60)
        .map(|number| {
            let tags: Vec<i64> = if number % 10 == 0 { vec![home] } else { Vec::new() };
            json!({"title": format!("task {number:02}"), "completed": number > 50, "tags": tags})
        })
        .collect();
    servers.post("/api/tasks/bulk", json!({"create": tasks})).await.is(200);

    ann.says("/tasks");
    let list = ann.next().await;
    let mut seen = Vec::new();
    let mut shown = list.clone();
    loop {
        seen.extend(shown.buttons().map(|button| button.text.clone()).filter(|text| text.starts_with("task ")));
        if !shown.labels().concat().contains(&"›") {
            break;
        }
        ann.presses(list.id, "›");
        shown = ann.edited(list.id).await;
    }
    let expected: Vec<String> = (1..=50).map(|number| format!("task {number:02}")).collect();
    assert_eq!(seen, expected, "each once, in order");
    ann.presses(list.id, "‹");
    says(&ann.edited(list.id).await, "41–48");

    ann.presses(list.id, "Done");
    let done = ann.edited(list.id).await;
    assert!(done.buttons().any(|button| button.text.starts_with("task 5") || button.text == "task 60"));
    assert!(!done.text.contains("task 01"));
    ann.presses(list.id, "All");
    says(&ann.edited(list.id).await, "All");
    ann.presses(list.id, "🏷 By category");
    let choice = ann.edited(list.id).await;
    ann.presses(choice.id, "home");
    let tagged = ann.edited(list.id).await;
    let titles: Vec<&str> =
        tagged.buttons().map(|button| button.text.as_str()).filter(|text| text.starts_with("task")).collect();
    assert_eq!(titles.len(), 6, "{titles:?}");

    ann.says("/search task 4");
    let found = ann.next().await;
    says(&found, "«task 4»");
    ann.presses(found.id, "✕ Clear search");
    ann.edited(found.id).await;
    ann.presses(found.id, "🔍 Search");
    ann.edited(found.id).await;
    ann.says("nothing like it");
    says(&ann.next().await, "Nothing here has that in it");
    // The list of a category begins anew.
    ann.says("/categories");
    let tags = ann.next().await;
    ann.presses(tags.id, "home");
    ann.edited(tags.id).await;
    ann.presses(tags.id, "📋 Its tasks");
    let tagged = ann.edited(tags.id).await;
    says(&tagged, "To do · 🏷 home\n");

    // A page that nobody made is the last one, and nothing breaks.
    for page in ["8", "99999", "4294967295"] {
        ann.says("/tasks");
        let list = ann.next().await;
        ann.presses_data(list.id, &format!("ls:o:{page}"));
        says(&ann.edited(list.id).await, "49–50");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn categories_are_made_renamed_and_deleted(#[values(Sqlite, Postgres)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    ann.says("/categories");
    let shown = ann.next().await;
    says(&shown, "пока ни одной");
    ann.presses(shown.id, "＋ Новая категория");
    ann.edited(shown.id).await;
    ann.says("дом <&>");
    let shown = ann.next().await;
    ann.presses(shown.id, "＋ Новая категория");
    ann.edited(shown.id).await;
    ann.says("ДОМ <&>");
    says(&ann.next().await, "уже есть");
    ann.presses(shown.id, "« Назад");
    let shown = ann.edited(shown.id).await;
    ann.presses(shown.id, "дом <&>");
    let tag = ann.edited(shown.id).await;
    ann.presses(tag.id, "✏️ Переименовать");
    ann.edited(tag.id).await;
    ann.says("работа");
    let tag = ann.next().await;
    says(&tag, "работа");
    servers.tag("дом").await;
    ann.presses(tag.id, "✏️ Переименовать");
    ann.edited(tag.id).await;
    ann.says("ДОМ");
    says(&ann.next().await, "уже есть");
    ann.presses(tag.id, "« Назад");
    ann.edited(tag.id).await;
    ann.presses(tag.id, "🗑 Удалить");
    ann.edited(tag.id).await;
    ann.presses(tag.id, "🗑 Да, удалить");
    ann.edited(tag.id).await;
    let names: Vec<Value> = servers.get("/api/tags").await.items().into_iter().map(|tag| tag["name"].clone()).collect();
    assert_eq!(names, [json!("дом")]);
}
