//! Reminders of everybody at once, while some people chat.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use e2e::{
    bot_api::{Call, peak},
    figures::quantiles,
};
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::world::{Result, World};

/// How often each of those who chat writes.
const PAUSE: Duration = Duration::from_secs(3);
/// How far ahead the reminders are set: until then the bot is started again.
const AHEAD: TimeDelta = TimeDelta::seconds(15);

pub(crate) async fn run(postgres: bool, chats: usize, talking: usize) -> Result<()> {
    let mut world = World::start(postgres, chats + talking).await?;
    let due = Utc::now() + AHEAD;
    let remind = |person| {
        let client = world.client(person);
        async move {
            client?.tasks().create("Milk").remind_time(due).send().await.map_err(Box::<dyn std::error::Error>::from)
        }
    };
    stream::iter(world.people.iter().take(chats).map(remind)).buffer_unordered(8).try_collect::<Vec<_>>().await?;
    world.bot.terminate();
    world.limit(30, 1);
    world.bot.start();
    tokio::time::sleep((due - Utc::now()).to_std().unwrap_or_default()).await;

    let (begun, before) = (Instant::now(), world.api.calls().len());
    let (reminded, others) = world.people.split_at(chats);
    let told = async {
        for person in reminded {
            person.next().await;
        }
        begun.elapsed()
    };
    let chat = async {
        let mut turns = tokio::time::interval(PAUSE / u32::try_from(others.len().max(1)).unwrap_or(1));
        for person in others.iter().cycle() {
            turns.tick().await;
            person.says("/help");
        }
    };
    let took = tokio::select! {
        took = told => took,
        () = chat => Duration::ZERO,
    };
    world.api.idle().await;

    let calls = world.api.calls().split_off(before);
    let sent: Vec<&Call> = calls.iter().filter(|call| call.sent_message()).collect();
    let chats_of: HashSet<_> = sent.iter().filter_map(|call| call.chat).collect();
    let busiest = |chat: i64| peak(sent.iter().filter(|call| call.chat == Some(chat)).map(|call| call.at), SECOND);
    let in_one_chat = chats_of.iter().map(|chat| busiest(*chat)).max().unwrap_or_default();
    println!("{chats} reminders due at once to as many chats, {talking} people chat, {}:", world.name);
    println!("  delivered in {:.1} s: {:.1} a second", took.as_secs_f64(), chats as f64 / took.as_secs_f64());
    println!(
        "  most messages in any one second: {} over all, {in_one_chat} in one chat",
        peak(sent.iter().map(|call| call.at), SECOND)
    );
    let talkers: HashSet<i64> = others.iter().map(e2e::bot_api::Person::chat_id).collect();
    let handlings = world.api.handlings();
    let during = handlings.iter().filter(|handling| handling.happened >= begun && talkers.contains(&handling.chat));
    let waits = during.filter_map(|handling| Some(handling.answered?.saturating_duration_since(handling.happened)));
    println!("  people waited for their answers: {}", quantiles(waits.collect()));
    Ok(())
}

const SECOND: Duration = Duration::from_secs(1);
