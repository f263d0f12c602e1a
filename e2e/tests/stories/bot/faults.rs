//! What people notice when something is down.

use e2e::{
    bot_api::{Calls, Fault},
    servers::Backend::{self, Cluster, Sqlite},
};
use rstest::rstest;
use serde_json::json;

use super::{Lang::En, World, says};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_outlives_the_servers(#[values(Sqlite)] backend: Backend) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    ann.next().await;
    world.stack.todo[0].terminate();
    ann.says("two litres");
    says(&ann.next().await, "can't reach the server");
    world.stack.todo[0].start();
    ann.says("two litres");
    says(&ann.next().await, "two litres");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_outlives_the_bot(#[values(Cluster)] backend: Backend) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    ann.next().await;
    world.api.idle().await;
    world.bots[0].kill_9();
    ann.says("two litres");
    world.bots[0].start();
    says(&ann.next().await, "two litres");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_comes_twice_is_answered_once(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("Milk");
    let offer = ann.next().await;
    world.api.deliver_twice(1);
    ann.presses(offer.id, "✅ Add");
    ann.edited(offer.id).await;
    world.api.idle().await;
    let servers = world.person_at_servers(&ann).await;
    assert_eq!(servers.get("/api/tasks").await.items().len(), 1);
    assert_eq!(ann.message(offer.id).unwrap().edits(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn telegram_may_say_wait_or_nothing(#[values(Sqlite)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    world.api.fail(Fault::TooMany(1), Calls::next(1).of("sendMessage"));
    ann.says("/help");
    says(&ann.next().await, "/timezone");
    world.api.fail(Fault::Cut, Calls::next(1).of("sendMessage"));
    ann.says("/help");
    says(&ann.next().await, "/timezone");
    world.api.refuse_connections();
    ann.says("/tasks");
    world.api.recover();
    says(&ann.next().await, "To do");
}

/// What ends the bot comes again with its next start, but not for ever.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_ends_the_bot_is_given_up(#[values(Sqlite, Cluster)] backend: Backend) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    world.api.idle().await;
    let tried = |world: &World| world.api.calls_of("sendMessage").len();
    for time in 0..3 {
        let before = tried(&world);
        world.api.fail(Fault::Hang, Calls::next(1).of("sendMessage"));
        match time {
            0 => drop(ann.says("/help")),
            _ => world.bots[0].start(),
        }
        crate::api::eventually("it is at it", async || tried(&world) > before).await;
        world.bots[0].kill_9();
    }
    world.api.release();
    world.bots[0].start();
    says(&ann.next().await, "Something went wrong on my side");
    assert!(world.bots[0].said().contains("is given up"), "{}", world.bots[0].said());
    ann.says("/help");
    says(&ann.next().await, "/timezone");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_bots_share_the_chats(#[values(Cluster)] backend: Backend) {
    let mut world = World::without_bot(backend).await;
    let first = world.webhook_bot().started();
    world.bots.push(first);
    let ann = world.guest(7, En).await;
    ann.says("/new");
    ann.next().await;
    // The other one goes on where this one was.
    let second = world.webhook_bot().started();
    world.bots.push(second);
    world.bots[0].terminate();
    ann.says("Milk");
    says(&ann.next().await, "Milk");
    let servers = world.person_at_servers(&ann).await;
    servers
        .post("/api/tasks", json!({"title": "reminds", "remind_time": crate::reminders::in_seconds(-1)}))
        .await
        .is(201);
    says(&ann.next().await, "reminds");
    let stranger =
        reqwest::Client::new().post(format!("{}/telegram", world.bots[1].url())).json(&json!({"update_id": 1}));
    assert_eq!(stranger.send().await.unwrap().status(), 401, "Telegram proves itself");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_kept(#[values(Sqlite)] backend: Backend) {
    let world = World::start_with(backend, &[("BOT_RATE", "30"), ("BOT_RATE_CHAT", "1")]).await;
    let people: Vec<_> = (100..140).map(|id| world.person(id, En)).collect();
    for person in &people {
        person.says("/help");
        person.says("/help");
    }
    for person in &people {
        person.next().await;
        person.next().await;
    }
    assert!(world.api.busiest_second(None) <= 30, "{}", world.api.busiest_second(None));
    for person in &people {
        assert_eq!(world.api.busiest_second(Some(person.chat_id())), 1);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_wrong_ends_the_bot_with_a_word(#[values(Sqlite)] backend: Backend) {
    let world = World::without_bot(backend).await;
    for (setting, wrong, word) in [
        ("BOT_TOKEN", "1:of-somebody-else", "Telegram refuses BOT_TOKEN"),
        ("SERVICE_SECRET", "not-the-secret", "todo-server does not let the bot in"),
        ("BOT_TOKEN", "", "no BOT_TOKEN"),
    ] {
        let mut bot = world.bot().setting(setting, wrong).started();
        let ended = || {
            let ended = bot.ended().is_some();
            async move { ended }
        };
        crate::api::eventually("it ends", ended).await;
        assert!(bot.said().lines().last().unwrap().contains(word), "{}", bot.said());
    }
}
