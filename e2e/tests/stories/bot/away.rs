//! What people notice while the comments-server is away, or slow.

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use e2e::{
    bot_api::{Person, Shown},
    servers::Backend::{self, Sqlite},
};
use rstest::rstest;

use super::{
    Lang::{self, En, Ru},
    World, says,
};

/// Far less than the servers may take in all.
const AT_ONCE: Duration = Duration::from_secs(5);

async fn open_milk(ann: &Person) -> Shown {
    ann.says("/tasks");
    let list = ann.next().await;
    let begun = Instant::now();
    ann.presses(list.id, "Milk");
    let card = ann.edited(list.id).await;
    assert!(begun.elapsed() < AT_ONCE, "it took {:?}", begun.elapsed());
    card
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_shown_while_comments_are_away(#[values(Sqlite)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    servers.comment(task, "two litres").await;
    world.stack.comments[0].terminate();
    let card = open_milk(&ann).await;
    ann.toast().await;
    let button = lang.of("💬 Comments", "💬 Комментарии");
    assert!(card.labels().concat().contains(&button), "the number is not known: {:?}", card.labels());
    let away = lang.of("Comments can't be reached right now", "Комментарии сейчас недоступны");
    ann.presses(card.id, button);
    let toast = ann.toast().await;
    assert!(toast.alert && toast.text.starts_with(away), "{toast:?}");
    ann.replies(card.id, "on Sundays too");
    says(&ann.next().await, away);

    world.stack.comments[0].start();
    ann.replies(card.id, "on Sundays too");
    says(&ann.next().await, lang.of("Comment added", "Комментарий добавлен"));
    ann.presses(card.id, button);
    says(&ann.edited(card.id).await, "two litres");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn tasks_do_not_wait_for_comments_that_are_slow(#[values(Sqlite)] backend: Backend) {
    // Takes calls and never answers.
    let silent = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let world = World::start_with(backend, &[("COMMENTS_SERVER_URL", &url)]).await;
    let ann = world.guest(7, En).await;
    world.person_at_servers(&ann).await.task("Milk").await;
    let card = open_milk(&ann).await;
    assert!(card.labels().concat().contains(&"💬 Comments"), "{:?}", card.labels());
    ann.toast().await;
    ann.presses(card.id, "💬 Comments");
    assert!(ann.toast().await.text.starts_with("Comments can't be reached right now"));
}
