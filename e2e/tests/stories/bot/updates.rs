//! Each update is answered, and once: whatever ends a bot, and however many bots there are.

use e2e::{
    bot_api::{Calls, Fault, Person},
    servers::{
        Backend::{self, Cluster, Sqlite},
        Server,
    },
};
use rstest::rstest;
use serde_json::{Value, json};

use super::{
    Lang::{self, En, Ru},
    WEBHOOK_SECRET, World, says,
};
use crate::{
    api::{Api, eventually},
    reminders::in_seconds,
};

const HELP: &str = "/timezone";

/// How many messages of the bot with this text a person sees.
fn seen(person: &Person, text: &str) -> usize {
    person.chat().iter().filter(|shown| shown.from_bot && shown.text.contains(text)).count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_outlives_the_bot(#[values(Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    ann.next().await;
    world.api.idle().await;
    world.bots[0].kill_9();
    ann.says("two litres");
    world.bots[0].start();
    says(&ann.next().await, lang.of("two litres\n\nWhich categories?", "two litres\n\nКакие категории?"));
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

/// What ends the bot comes again with its next start, but not for ever.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_ends_the_bot_is_given_up(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    world.api.idle().await;
    let tried = |world: &World| world.api.calls_of("sendMessage").len();
    for time in 0..3 {
        let before = tried(&world);
        world.api.fail(Fault::Hang, Calls::next(1).of("sendMessage"));
        match time {
            0 => drop(ann.says("/help")),
            _ => world.bots[0].start(),
        }
        eventually("it is at it", async || tried(&world) > before).await;
        world.bots[0].kill_9();
    }
    world.api.release();
    world.bots[0].start();
    says(&ann.next().await, lang.of("Something went wrong on my side", "У меня что-то пошло не так"));
    assert!(world.bots[0].said().contains("is given up"), "{}", world.bots[0].said());
    ann.says("/help");
    says(&ann.next().await, HELP);
}

/// When an update takes long, the bot goes on with others; `kill -9` then.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_takes_long_outlives_the_bot(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(false, true)] is_forgotten_by_telegram: bool,
) {
    let mut world = World::start(backend).await;
    let (ann, bob) = (world.guest(7, En).await, world.guest(8, Ru).await);
    world.api.idle().await;
    let tries = |world: &World| world.api.calls_of("sendMessage").iter().filter(|call| call.chat == Some(7)).count();
    let before = tries(&world);
    world.api.fail(Fault::Hang, Calls::next(1).of("sendMessage").in_chat(7));
    ann.says("/help");
    ann.says("/new");
    ann.says("Milk");
    eventually("it takes long", async || tries(&world) > before).await;
    bob.says("/help");
    says(&bob.next().await, HELP);
    // The one before is done when there is an answer to the next.
    bob.says("/tasks");
    says(&bob.next().await, "Сделать");
    if is_forgotten_by_telegram {
        eventually("Telegram forgets what the bot has", async || world.api.pending() == 0).await;
    }
    world.bots[0].kill_9();
    world.api.release();
    assert_eq!(seen(&ann, HELP), 0);

    world.bots[0].start();
    says(&ann.next().await, HELP);
    says(&ann.next().await, "Write the title");
    says(&ann.next().await, "Milk\n\nIs there more to say?");
    bob.says("/search Milk");
    says(&bob.sees("«Milk»").await, "Ничего такого не нашлось");
    world.api.idle().await;
    assert_eq!((seen(&ann, HELP), seen(&ann, "Write the title"), seen(&ann, "Is there more to say?")), (1, 1, 1));
    assert_eq!(seen(&bob, HELP), 1);
}

/// Nothing of what is done is done again by the next start, also without Redis.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_start_answers_nothing_again(#[values(Sqlite, Cluster)] backend: Backend) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    world.api.idle().await;
    for _ in 0..3 {
        ann.says("/help");
        says(&ann.next().await, HELP);
        world.api.idle().await;
        world.bots[0].kill_9();
        world.bots[0].start();
    }
    ann.says("/tasks");
    says(&ann.next().await, "To do");
    assert_eq!(seen(&ann, HELP), 3);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn telegram_may_count_updates_anew(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    world.api.idle().await;
    world.api.count_updates_anew();
    ann.says("/help");
    says(&ann.next().await, HELP);
    ann.says("Milk");
    let offer = ann.next().await;
    ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
    says(&ann.edited(offer.id).await, "Milk");
    world.api.idle().await;
    // What the new count says is done is done for the next start as well.
    world.bots[0].kill_9();
    world.api.count_updates_anew();
    ann.says("/tasks");
    world.bots[0].start();
    says(&ann.next().await, "Milk");
    world.api.idle().await;
    assert_eq!(seen(&ann, HELP), 1);
    assert_eq!(world.person_at_servers(&ann).await.get("/api/tasks").await.items().len(), 1);
}

/// Whoever sends more than can be answered is told once, and others are heard meanwhile.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_chat_keeps_no_other_from_being_heard(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let (ann, bob) = (world.guest(7, En).await, world.guest(8, Ru).await);
    world.api.idle().await;
    let tries = |world: &World| world.api.calls_of("sendMessage").iter().filter(|call| call.chat == Some(7)).count();
    let before = tries(&world);
    world.api.fail(Fault::Hang, Calls::next(1).of("sendMessage").in_chat(7));
    ann.says("/help");
    eventually("it takes long", async || tries(&world) > before).await;
    for _ in 0..510 {
        ann.says("/help");
    }
    bob.says("/help");
    says(&bob.next().await, HELP);
    world.api.release();
    ann.sees("Too many at once").await;
    world.api.idle().await;
    assert_eq!((seen(&ann, HELP), seen(&ann, "Too many at once")), (501, 1));
}

/// Telegram's updates go to this bot from now on, as a balancer would have it.
async fn lead_to(world: &World, bot: &Server) {
    let body = json!({"url": format!("{}/telegram", bot.url()), "secret_token": WEBHOOK_SECRET});
    let url = format!("{}/bot{}/setWebhook", world.api.url(), world.api.token());
    assert_eq!(reqwest::Client::new().post(url).json(&body).send().await.unwrap().status(), 200);
}

/// Hands an update to a bot, and waits until it is done with it.
async fn tell(bot: &Server, update: &Value) {
    let call = reqwest::Client::new().post(format!("{}/telegram", bot.url())).json(update);
    let answer = call.header("x-telegram-bot-api-secret-token", WEBHOOK_SECRET).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// Two bots that take updates side by side.
async fn two_bots(backend: Backend) -> World {
    let mut world = World::without_bot(backend).await;
    for bots in 1..=2 {
        let bot = world.webhook_bot().started();
        world.bots.push(bot);
        eventually("Telegram knows of it", async || world.api.calls_of("setWebhook").len() == bots).await;
        world.api.idle().await;
    }
    world
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_bots_share_the_chats(#[values(Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let mut world = two_bots(backend).await;
    let [first, second] = &world.bots[..] else { panic!("two bots") };
    // Each goes on where the other one was.
    lead_to(&world, first).await;
    let ann = world.guest(7, lang).await;
    ann.says("/new");
    ann.next().await;
    lead_to(&world, second).await;
    ann.says("Milk");
    says(&ann.next().await, "Milk");
    lead_to(&world, first).await;
    ann.says("two litres");
    says(&ann.next().await, "two litres");
    world.api.idle().await;

    // An update that is repeated at the other one is answered once.
    let mut update = world.api.last_update().unwrap();
    let before = ann.chat().len();
    tell(second, &update).await;
    tell(first, &update).await;
    assert_eq!(ann.chat().len(), before);
    // Also where both have it at the same time.
    let id = update["update_id"].as_i64().unwrap();
    for repeat in 1..=10 {
        update["update_id"] = json!(id + 1_000 + repeat);
        update["message"]["text"] = json!(format!("/search number {repeat}"));
        tokio::join!(tell(first, &update), tell(second, &update));
        assert_eq!(seen(&ann, &format!("«number {repeat}»")), 1);
    }

    // When one ends, the other one goes on.
    world.bots[0].terminate();
    lead_to(&world, &world.bots[1]).await;
    ann.says("Bread");
    let offer = ann.sees("Bread").await;
    ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
    ann.edited(offer.id).await;
    let servers = world.person_at_servers(&ann).await;
    servers.post("/api/tasks", json!({"title": "reminds", "remind_time": in_seconds(-1)})).await.is(201);
    ann.sees("reminds").await;
    let stranger = reqwest::Client::new().post(format!("{}/telegram", world.bots[1].url()));
    let stranger = stranger.json(&json!({"update_id": 1})).send().await.unwrap();
    assert_eq!(stranger.status(), 401, "Telegram proves itself");
}

/// What is changed through one bot holds at once at the other, which has just believed otherwise.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_bots_know_the_same_of_a_person(#[values(Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = two_bots(backend).await;
    let [first, second] = &world.bots[..] else { panic!("two bots") };
    let ann = world.guest(7, lang).await;
    let help = |lang: Lang| lang.of("Any message becomes a task", "Любое сообщение становится задачей");
    for bot in [first, second] {
        lead_to(&world, bot).await;
        ann.says("/help");
        says(&ann.next().await, help(lang));
    }
    // The language.
    let other = if lang == En { Ru } else { En };
    lead_to(&world, first).await;
    ann.says("/lang");
    let choice = ann.next().await;
    ann.presses(choice.id, other.of("English", "Русский"));
    ann.edited(choice.id).await;
    lead_to(&world, second).await;
    ann.says("/help");
    says(&ann.next().await, help(other));
    // The zone.
    ann.says("/timezone Asia/Kathmandu");
    says(&ann.next().await, "Asia/Kathmandu");
    lead_to(&world, first).await;
    ann.says("/timezone");
    says(&ann.next().await, other.of("Your time zone is Asia/Kathmandu", "Ваш часовой пояс — Asia/Kathmandu"));
    // The account.
    let terminal = Api::person(&world.stack, "ann").await;
    terminal.task("from the terminal").await;
    let code = terminal.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    ann.says(&format!("/link {}", code.as_str().unwrap()));
    says(&ann.next().await, other.of("Joined", "Готово"));
    lead_to(&world, second).await;
    ann.says("/tasks");
    says(&ann.next().await, "from the terminal");
}
