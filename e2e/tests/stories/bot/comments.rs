//! Comments: by an answer to a message, and by buttons.

use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, says,
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_task_is_a_comment(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    // What looks like a number in a title misleads nobody.
    let task = servers.task("Milk #999 `#998`").await;
    ann.says("/tasks");
    let list = ann.next().await;
    ann.presses(list.id, "Milk #999 `#998`");
    let card = ann.edited(list.id).await;
    ann.replies(card.id, "they close at <five> & so");
    says(&ann.next().await, lang.of("Comment added", "Комментарий добавлен"));
    // So is an answer to what says so.
    let added = ann.sees(lang.of("Comment added", "Комментарий добавлен")).await;
    ann.replies(added.id, "on Sundays too");
    ann.next().await;
    let comments = servers.get(&format!("/api/comments?task_id={task}")).await.items();
    assert_eq!(comments[1]["content"], "on Sundays too");
    servers.delete(&format!("/api/comments/{}", comments[1]["id"])).await.is(204);
    assert_eq!(comments[0]["content"], "they close at <five> & so");

    ann.presses(card.id, lang.of("💬 Comments (0)", "💬 Комментарии (0)"));
    let shown = ann.edited(card.id).await;
    says(&shown, "they close at <five> & so");
    ann.presses(shown.id, lang.of("＋ Comment", "＋ Комментарий"));
    ann.edited(card.id).await;
    ann.says("second");
    let made = ann.next().await;
    ann.presses(made.id, lang.of("💬 All comments", "💬 Все комментарии"));
    let shown = ann.edited(made.id).await;
    ann.presses(shown.id, "✏️ second");
    let one = ann.edited(made.id).await;
    ann.presses(one.id, lang.of("✏️ Edit", "✏️ Изменить"));
    ann.edited(made.id).await;
    ann.says("third");
    let one = ann.next().await;
    says(&one, "third");
    ann.presses(one.id, lang.of("🗑 Delete", "🗑 Удалить"));
    let left = ann.edited(one.id).await;
    assert!(!left.text.contains("third"), "{}", left.text);
    assert_eq!(servers.get(&format!("/api/comments?task_id={task}")).await.items().len(), 1);
    ann.presses(left.id, lang.of("↩ Undo that", "↩ Отменить это"));
    ann.edited(left.id).await;
    assert_eq!(servers.get(&format!("/api/comments?task_id={task}")).await.items().len(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn many_comments_are_paged(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    for number in 1..=12 {
        servers.comment(task, &format!("comment {number:02}")).await;
    }
    let shown = open_comments(&ann).await;
    says(&ann.message(shown).unwrap(), "comment 12");
    let mut pages = vec![ann.message(shown).unwrap().text];
    for _ in 0..2 {
        ann.presses(shown, "›");
        pages.push(ann.edited(shown).await.text);
    }
    for number in 1..=12 {
        let comment = format!("comment {number:02}");
        assert_eq!(pages.iter().filter(|page| page.contains(&comment)).count(), 1, "{comment}");
    }
}

async fn open_comments(ann: &e2e::bot_api::Person) -> e2e::bot_api::MessageId {
    ann.says("/tasks");
    let list = ann.next().await;
    ann.presses(list.id, "Milk");
    let card = ann.edited(list.id).await;
    ann.presses(card.id, "💬 Comments (12)");
    ann.edited(list.id).await.id
}

/// No id that a button names opens what is another's.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_forged_button_opens_nothing(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let (ann, bob) = (world.guest(7, En).await, world.guest(8, En).await);
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("ann's secret").await;
    let tag = servers.tag("ann's tag").await;
    let comment = servers.comment(task, "ann's comment").await;
    servers.patch(&format!("/api/tasks/{task}"), json!({"remind_time": "2900-01-01T00:00:00Z"})).await.is(200);
    let before = servers.all("/api/tasks").await;
    bob.says("/help");
    let message = bob.next().await;
    for data in [
        format!("t:{task}"),
        format!("td:{task}"),
        format!("te:{task}"),
        format!("tf:{task}:0"),
        format!("ts:{task}:1"),
        format!("tq:{task}"),
        format!("ty:{task}"),
        format!("tk:{task}:{tag}"),
        format!("tb:{task}:10"),
        format!("tz0:{task}"),
        format!("cs:{task}:0"),
        format!("c+:{task}"),
        format!("co:{comment}"),
        format!("ce:{comment}"),
        format!("cx:{comment}"),
        format!("gt:{tag}"),
        format!("gx:{tag}"),
        format!("sn:1:{task}:10"),
        format!("cm:u{task}:2026:1"),
        format!("ct:u{task}:2900-01-01:60"),
        "un:1:1".to_owned(),
        format!("cd:u{task}:-262143-01-01"),
        format!("ct:u{task}:+262142-12-31:60"),
        format!("ca:u{task}:0001-01-01"),
    ] {
        bob.presses_data(message.id, &data);
        let toast = bob.toast().await;
        assert!(toast.alert, "{data} is answered with {toast:?}");
    }
    for data in ["", "nonsense", "t:", "t:9999999999999999999999", "ct:d1:2026-01-01:99999", "oy:1", "dn:1:x", "🦀"] {
        bob.presses_data(message.id, data);
        assert!(bob.toast().await.alert, "{data}");
    }
    assert!(bob.chat().iter().all(|shown| !shown.text.contains("ann's")));
    assert_eq!(servers.all("/api/tasks").await, before);
    assert_eq!(servers.get("/api/comments").await.items().len(), 1);
}
