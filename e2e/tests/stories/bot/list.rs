//! The list: pages, filters, search, categories.

use std::ops::RangeInclusive;

use e2e::{
    bot_api::Shown,
    servers::Backend::{self, Cluster, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{self, En, Ru},
    World, says,
};
use crate::api::Api;

/// Sixty tasks, the last ten of which are done; every tenth is at home.
async fn sixty_tasks(servers: &Api, lang: Lang) {
    let home = servers.tag(lang.of("home", "дом")).await;
    let tasks: Vec<Value> = (1..=60)
        .map(|number| {
            let tags: Vec<i64> = if number % 10 == 0 { vec![home] } else { Vec::new() };
            json!({"title": title(lang, number), "completed": number > 50, "tags": tags})
        })
        .collect();
    servers.post("/api/tasks/bulk", json!({"create": tasks})).await.is(200);
}

fn title(lang: Lang, number: usize) -> String {
    format!("{} {number:02}", lang.of("task", "дело"))
}

/// The tasks that a page of the list opens.
fn tasks_on(list: &Shown, lang: Lang) -> Vec<String> {
    let texts = list.buttons().map(|button| button.text.clone());
    texts.filter(|text| text.starts_with(lang.of("task ", "дело "))).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn sixty_tasks_are_paged_and_filtered(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    sixty_tasks(&world.person_at_servers(&ann).await, lang).await;
    let titles = |numbers: RangeInclusive<usize>| -> Vec<String> { numbers.map(|n| title(lang, n)).collect() };

    ann.says("/tasks");
    let mut list = ann.next().await;
    let id = list.id;
    says(&list, lang.of("To do", "Сделать"));
    let mut seen = tasks_on(&list, lang);
    while list.labels().concat().contains(&"›") {
        ann.presses(id, "›");
        list = ann.edited(id).await;
        seen.extend(tasks_on(&list, lang));
    }
    assert_eq!(seen, titles(1..=50), "each once, in order");
    says(&list, "49–50");
    ann.presses(id, "‹");
    says(&ann.edited(id).await, "41–48");

    // Another filter begins with its first page.
    ann.presses(id, lang.of("Done", "Сделано"));
    let done = ann.edited(id).await;
    says(&done, "1–8");
    ann.presses(id, "›");
    let mut done = [tasks_on(&done, lang), tasks_on(&ann.edited(id).await, lang)].concat();
    done.sort_unstable();
    assert_eq!(done, titles(51..=60));
    ann.presses(id, lang.of("All", "Все"));
    let all = ann.edited(id).await;
    assert_eq!(all.labels().concat().iter().filter(|label| label.starts_with('✓')).count(), 1);
    says(&all, lang.of("All", "Все"));
    ann.presses(id, lang.of("🏷 By category", "🏷 По категории"));
    let choice = ann.edited(id).await;
    says(&choice, lang.of("Which category?", "Какая категория?"));
    ann.presses(id, lang.of("home", "дом"));
    let tagged = ann.edited(id).await;
    let expected: Vec<String> = (1..=6).map(|ten| title(lang, ten * 10)).collect();
    assert_eq!(tasks_on(&tagged, lang), expected);
    ann.presses(id, lang.of("🏷 By category", "🏷 По категории"));
    ann.edited(id).await;
    ann.presses(id, lang.of("All categories", "Все категории"));
    says(&ann.edited(id).await, "1–8");

    // Whoever opened a task comes back to the page where it was.
    for button in ["›", title(lang, 12).as_str(), lang.of("« List", "« Список")] {
        ann.presses(id, button);
        ann.edited(id).await;
    }
    says(&ann.message(id).unwrap(), "9–16");

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
async fn sixty_tasks_are_searched(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    sixty_tasks(&world.person_at_servers(&ann).await, lang).await;
    let clear = lang.of("✕ Clear search", "✕ Сбросить поиск");

    // Whatever is searched for, its case does not matter.
    ann.says(lang.of("/search TASK 4", "/search ДЕЛО 4"));
    let found = ann.next().await;
    says(&found, lang.of("«TASK 4»", "«ДЕЛО 4»"));
    let mut seen = tasks_on(&found, lang);
    ann.presses(found.id, "›");
    seen.extend(tasks_on(&ann.edited(found.id).await, lang));
    let expected: Vec<String> = (40..=49).map(|number| title(lang, number)).collect();
    assert_eq!(seen, expected);
    ann.presses(found.id, clear);
    let list = ann.edited(found.id).await;
    assert!(!list.text.contains("🔍"), "{}", list.text);

    ann.presses(list.id, lang.of("🔍 Search", "🔍 Поиск"));
    says(&ann.edited(list.id).await, lang.of("What shall I look for?", "Что искать?"));
    ann.says("nothing like it");
    let none = ann.next().await;
    says(&none, lang.of("Nothing here has that in it", "Ничего такого не нашлось"));
    ann.presses(none.id, clear);
    says(&ann.edited(none.id).await, "1–8");

    // The list of a category begins anew.
    ann.says("/categories");
    let tags = ann.next().await;
    ann.presses(tags.id, lang.of("home", "дом"));
    ann.edited(tags.id).await;
    ann.presses(tags.id, lang.of("📋 Its tasks", "📋 Её задачи"));
    says(&ann.edited(tags.id).await, lang.of("To do · 🏷 home\n", "Сделать · 🏷 дом\n"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn categories_are_made_renamed_and_deleted(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    ann.says("/categories");
    let shown = ann.next().await;
    says(&shown, lang.of("there are none yet", "пока ни одной"));
    ann.presses(shown.id, lang.of("＋ New category", "＋ Новая категория"));
    ann.edited(shown.id).await;
    ann.says("дом <&>");
    let shown = ann.next().await;
    ann.presses(shown.id, lang.of("＋ New category", "＋ Новая категория"));
    ann.edited(shown.id).await;
    ann.says("ДОМ <&>");
    says(&ann.next().await, lang.of("of that name already", "уже есть"));
    ann.presses(shown.id, lang.of("« Back", "« Назад"));
    let shown = ann.edited(shown.id).await;
    ann.presses(shown.id, "дом <&>");
    let tag = ann.edited(shown.id).await;
    ann.presses(tag.id, lang.of("✏️ Rename", "✏️ Переименовать"));
    ann.edited(tag.id).await;
    ann.says("работа");
    let tag = ann.next().await;
    says(&tag, "работа");
    servers.tag("дом").await;
    ann.presses(tag.id, lang.of("✏️ Rename", "✏️ Переименовать"));
    ann.edited(tag.id).await;
    ann.says("ДОМ");
    says(&ann.next().await, lang.of("of that name already", "уже есть"));
    ann.presses(tag.id, lang.of("« Back", "« Назад"));
    ann.edited(tag.id).await;
    ann.presses(tag.id, lang.of("🗑 Delete", "🗑 Удалить"));
    ann.edited(tag.id).await;
    ann.presses(tag.id, lang.of("🗑 Yes, delete", "🗑 Да, удалить"));
    ann.edited(tag.id).await;
    let names: Vec<Value> = servers.get("/api/tags").await.items().into_iter().map(|tag| tag["name"].clone()).collect();
    assert_eq!(names, [json!("дом")]);
}
