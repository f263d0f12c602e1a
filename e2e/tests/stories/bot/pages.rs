//! Pages: of lists that are not the last one, and of many categories.

use std::collections::BTreeSet;

use e2e::{
    bot_api::{MessageId, Person, Shown},
    servers::Backend::{self, Cluster, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{En, Ru},
    World, data_of, says, task_in,
};
use crate::api::Api;

/// Ten tasks with milk in them, of which the last is done, among ten others.
async fn shopping(servers: &Api) {
    let tasks: Vec<Value> = (1..=10)
        .flat_map(|number| {
            let milk = json!({"title": format!("milk {number:02}"), "completed": number == 10});
            [milk, json!({"title": format!("task {number:02}")})]
        })
        .collect();
    servers.post("/api/tasks/bulk", json!({"create": tasks})).await.is(200);
}

async fn press(ann: &Person, message: MessageId, button: &str) -> Shown {
    ann.presses(message, button);
    ann.edited(message).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_list_turns_itself(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    shopping(&servers).await;
    ann.says("/search milk");
    let found = ann.next().await;
    ann.says("/tasks");
    let all = ann.next().await;
    ann.says("/search task");
    let others = ann.next().await;

    let second = press(&ann, found.id, "›").await;
    says(&second, "«milk»");
    says(&second, "9–10");
    assert!(!second.text.contains("task"), "{}", second.text);
    says(&press(&ann, found.id, "To do").await, "To do · 🔍 «milk»");
    says(&press(&ann, others.id, "›").await, "«task»");
    let plain = press(&ann, all.id, "›").await;
    assert!(!plain.text.contains('🔍'), "{}", plain.text);

    // From a task, one comes back to the list that it was in.
    press(&ann, found.id, "milk 01").await;
    says(&press(&ann, found.id, "« List").await, "«milk»");
    says(&press(&ann, all.id, "‹").await, "1–8");
    let cleared = press(&ann, others.id, "✕ Clear search").await;
    assert!(!cleared.text.contains('🔍'), "{}", cleared.text);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_a_category_stays_one(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let home = servers.tag("home").await;
    let tasks: Vec<Value> = (1..=10).map(|n| json!({"title": format!("clean {n:02}"), "tags": [home]})).collect();
    servers.post("/api/tasks/bulk", json!({"create": tasks})).await.is(200);
    ann.says("/tasks");
    let list = ann.next().await;
    press(&ann, list.id, "🏷 By category").await;
    press(&ann, list.id, "home").await;
    ann.says("/search nothing");
    ann.next().await;
    let second = press(&ann, list.id, "›").await;
    says(&second, "To do · 🏷 home\n");
    says(&second, "9–10");
    // One may leave the choice of a category as it was.
    press(&ann, list.id, "🏷 By category").await;
    says(&press(&ann, list.id, "« Back").await, "9–10");
    // A category that is gone filters nothing any more.
    servers.delete(&format!("/api/tags/{home}")).await.is(204);
    let rest = press(&ann, list.id, "‹").await;
    says(&rest, "clean 01");
    assert!(!rest.text.contains("🏷"), "{}", rest.text);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_a_search_long_ago_says_so(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    shopping(&servers).await;
    ann.says("/search milk");
    let old = ann.next().await;
    for number in 0..10 {
        ann.says(&format!("/search {number}"));
        ann.next().await;
    }
    // The toast of the button that chose the language was seen.
    ann.presses(old.id, "›");
    let toast = ann.toast().await;
    assert!(toast.alert && toast.text.starts_with("Этот поиск был слишком давно"), "{toast:?}");
    assert_eq!(ann.message(old.id).unwrap().text, old.text);
    // Its tasks can be opened all the same.
    says(&press(&ann, old.id, "milk 01").await, "milk 01\n");
}

/// All that is on the pages that a message shows, from the first one on.
async fn turned(ann: &Person, message: MessageId) -> Vec<String> {
    let mut seen = Vec::new();
    loop {
        let shown = ann.message(message).unwrap();
        seen.extend(shown.buttons().map(|button| button.text.clone()).filter(|text| text.contains("tag ")));
        if !shown.labels().concat().contains(&"›") {
            return seen;
        }
        press(ann, message, "›").await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn all_of_many_categories_can_be_chosen(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let mut last = 0;
    for number in 1..=95 {
        last = servers.tag(&format!("tag {number:02}")).await;
    }
    let task = servers.task("Milk").await;
    let all: Vec<String> = (1..=95).map(|number| format!("tag {number:02}")).collect();
    ann.says("/categories");
    let list = ann.next().await.id;
    assert_eq!(turned(&ann, list).await, all);
    says(&press(&ann, list, "tag 95").await, "tag 95");

    // For a task: the page stays where one was.
    ann.says("/tasks");
    let card = ann.next().await.id;
    for button in ["Milk", "✏️ Edit", "Categories"] {
        press(&ann, card, button).await;
    }
    assert_eq!(turned(&ann, card).await, all);
    let chosen = press(&ann, card, "tag 95").await;
    assert!(chosen.labels().concat().contains(&"✓ tag 95"), "{:?}", chosen.labels());
    assert_eq!(servers.get(&format!("/api/tasks/{task}")).await.is(200)["tags"], json!([last]));

    // For a list.
    ann.says("/tasks");
    let list = ann.next().await.id;
    press(&ann, list, "🏷 By category").await;
    assert_eq!(turned(&ann, list).await, all);
    says(&press(&ann, list, "tag 95").await, "To do · 🏷 tag 95\n");

    // For a new task.
    ann.says("/new");
    ann.next().await;
    ann.says("Bread");
    let question = ann.next().await.id;
    press(&ann, question, "Skip ›").await;
    assert_eq!(turned(&ann, question).await, all);
    let chosen = press(&ann, question, "tag 95").await;
    assert!(chosen.labels().concat().contains(&"✓ tag 95"), "{:?}", chosen.labels());
    for button in ["Next ›", "Skip ›", "✅ Save"] {
        press(&ann, question, button).await;
    }
    let bread = task_in(&ann.message(question).unwrap());
    assert_eq!(servers.get(&format!("/api/tasks/{bread}")).await.is(200)["tags"], json!([last]));

    // Telegram takes no more in a button.
    let shown = ann.message(list).unwrap();
    let data: BTreeSet<String> = shown.labels().concat().into_iter().map(|label| data_of(&shown, label)).collect();
    assert!(data.iter().all(|data| data.len() <= 64), "{data:?}");
}
