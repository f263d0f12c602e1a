//! What people notice when the servers or Telegram are down.

use std::time::Duration;

use e2e::{
    bot_api::{Calls, Fault},
    servers::{
        Backend::{self, Cluster, Sqlite},
        Server,
    },
};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, says,
};
use crate::{
    api::{eventually, id},
    reminders::{in_seconds, ledger},
};

fn stop(servers: &mut [Server]) {
    for server in servers {
        assert!(server.terminate().success());
    }
}

fn start(servers: &mut [Server]) {
    servers.iter_mut().for_each(Server::start);
}

fn server_down(lang: Lang) -> &'static str {
    lang.of("I can't reach the server right now. Nothing is lost", "Сервер сейчас недоступен. Ничего не пропало")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dialogue_outlives_the_servers(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    ann.says("/new");
    ann.next().await;
    ann.says("Milk");
    let question = ann.next().await;
    stop(&mut world.stack.todo);
    ann.says("two litres");
    says(&ann.next().await, server_down(lang));
    ann.presses(question.id, lang.of("Skip ›", "Пропустить ›"));
    let toast = ann.toast().await;
    assert!(toast.alert && toast.text.contains(server_down(lang)), "{toast:?}");
    start(&mut world.stack.todo);
    ann.says("two litres");
    says(&ann.next().await, "two litres");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_comment_waits_for_its_server(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let mut world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    ann.says("/tasks");
    let id = ann.next().await.id;
    let comments = lang.of("💬 Comments (0)", "💬 Комментарии (0)");
    for button in ["Milk", comments, lang.of("＋ Comment", "＋ Комментарий")] {
        ann.presses(id, button);
        ann.edited(id).await;
        ann.toast().await;
    }
    let away = lang.of("Comments can't be reached right now", "Комментарии сейчас недоступны");
    stop(&mut world.stack.comments);
    ann.says("two litres");
    says(&ann.next().await, away);
    // The question stands.
    start(&mut world.stack.comments);
    ann.says("two litres");
    says(&ann.next().await, lang.of("Comment added", "Комментарий добавлен"));
    let kept = servers.get(&format!("/api/comments?task_id={task}")).await.items();
    assert_eq!((kept.len(), &kept[0]["content"]), (1, &json!("two litres")));

    // Tasks don't depend on it.
    stop(&mut world.stack.comments);
    ann.says("/tasks");
    let list = ann.next().await;
    ann.presses(list.id, "Milk");
    ann.edited(list.id).await;
    ann.toast().await;
    ann.presses(list.id, lang.of("✅ Done", "✅ Сделано"));
    ann.edited(list.id).await;
    ann.toast().await;
    ann.presses(list.id, lang.of("💬 Comments", "💬 Комментарии"));
    let toast = ann.toast().await;
    assert!(toast.alert && toast.text.contains(away), "{toast:?}");
    assert_eq!(servers.get(&format!("/api/tasks/{task}")).await.is(200)["completed"], true);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn telegram_may_say_wait_or_nothing(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let list = lang.of("To do", "Сделать");
    for fault in [Fault::TooMany(1), Fault::Cut] {
        world.api.fail(fault, Calls::next(1).of("sendMessage"));
        ann.says("/tasks");
        says(&ann.next().await, list);
    }
    world.api.fail(Fault::Hang, Calls::next(1).of("sendMessage"));
    let tried = world.api.calls_of("sendMessage").len();
    ann.says("/tasks");
    eventually("it hangs", async || world.api.calls_of("sendMessage").len() > tried).await;
    world.api.release();
    says(&ann.next().await, list);
    // The same where updates come from.
    for fault in [Fault::TooMany(1), Fault::Cut, Fault::LoseAnswer] {
        world.api.fail(fault, Calls::next(1).of("getUpdates"));
        ann.says("/tasks");
        says(&ann.next().await, list);
    }
    world.api.refuse_connections();
    ann.says("/tasks");
    world.api.recover();
    says(&ann.next().await, list);
}

/// These take longer: teloxide waits ten seconds after each.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn telegram_may_be_out_of_order(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
    #[values("sendMessage", "getUpdates")] method: &str,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    // One as Telegram writes it, one as what stands before it does.
    let status = if lang == En { 500 } else { 502 };
    world.api.fail(Fault::Status(status), Calls::next(1).of(method));
    for _ in 0..2 {
        ann.says("/tasks");
    }
    for _ in 0..2 {
        says(&ann.next().await, lang.of("To do", "Сделать"));
    }
    assert!(world.api.calls_of(method).iter().any(|call| call.status == status));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_button_works_once_whatever_telegram_does(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    for fault in [Fault::LoseAnswer, Fault::Cut, Fault::TooMany(1)] {
        ann.says("Milk");
        let offer = ann.next().await;
        for method in ["editMessageText", "answerCallbackQuery"] {
            world.api.fail(fault, Calls::next(1).of(method));
        }
        ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
        says(&ann.edited(offer.id).await, lang.of("Saved", "Сохранено"));
        ann.toast().await;
        assert_eq!(ann.message(offer.id).unwrap().edits(), 1, "{fault:?}");
    }
    let servers = world.person_at_servers(&ann).await;
    assert_eq!(servers.get("/api/tasks").await.items().len(), 3);
}

/// What was answered comes when Telegram is back, however long that takes: nobody asks twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_outlives_an_outage_of_telegram(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let (ann, bob) = (world.guest(7, lang).await, world.guest(8, lang).await);
    world.api.idle().await;
    let tries = || world.api.calls_of("sendMessage").iter().filter(|call| call.chat == Some(7)).count();
    let before = tries();
    world.api.fail(Fault::Cut, Calls::next(5).of("sendMessage").in_chat(7));
    ann.says("/new");
    ann.says("Milk");
    // Nobody waits for another's answer.
    bob.says("/tasks");
    says(&bob.next().await, lang.of("To do", "Сделать"));
    assert!(tries() < before + 6, "it was still out of reach");
    says(&ann.next().await, lang.of("Write the title", "Напишите название"));
    says(&ann.next().await, lang.of("Is there more to say?", "Есть что добавить?"));
    assert_eq!(tries(), before + 7);
}

/// Telegram says so of a chat that was blocked a moment ago, before it tells of that.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_who_blocked_the_bot_keeps_nobody_waiting(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let (ann, bob) = (world.guest(7, lang).await, world.guest(8, lang).await);
    let list = lang.of("To do", "Сделать");
    world.api.fail(Fault::Blocked, Calls::next(1).of("sendMessage").in_chat(7));
    ann.says("/help");
    ann.says("/tasks");
    bob.says("/tasks");
    says(&bob.next().await, list);
    says(&ann.next().await, list);

    ann.blocks_bot();
    bob.says("/tasks");
    says(&bob.next().await, list);
    ann.unblocks_bot();
    ann.says("/tasks");
    says(&ann.next().await, list);
}

/// What nobody waits for is not lost either: it is claimed again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_outlives_an_outage_of_telegram(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(Fault::TooMany(1), Fault::Cut)] fault: Fault,
) {
    let world = World::start(backend).await;
    let ann = world.guest(7, Ru).await;
    let servers = world.person_at_servers(&ann).await;
    world.api.fail(fault, Calls::next(1).of("sendMessage"));
    let body = json!({"title": "Молоко", "remind_time": in_seconds(-1)});
    let task = id(&servers.post("/api/tasks", body).await.is(201));
    says(&ann.next().await, "Напоминание\nМолоко");
    eventually("the ledger knows", async || ledger(&servers, task).await == ["sent"]).await;
    assert_eq!(ann.chat().iter().filter(|shown| shown.text.contains("Молоко")).count(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_telegram_delays_answers_and_loses_none(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    world.api.slow(Duration::from_millis(300));
    for text in ["/new", "Milk"] {
        ann.says(text);
    }
    says(&ann.next().await, "Write the title");
    says(&ann.next().await, "Milk\n\nIs there more to say?");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_kept(#[values(Sqlite, Cluster)] backend: Backend) {
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
        eventually("it ends", ended).await;
        assert!(bot.said().lines().last().unwrap().contains(word), "{}", bot.said());
    }
}
