//! Many updates at once.

use std::time::Instant;

use e2e::{bot_api::Handling, figures::quantiles};

use crate::world::{Result, World};

/// What people write, one after the other.
const WORDS: [&str; 5] = ["/tasks", "Buy milk tomorrow 10:00 @home", "/categories", "/cancel", "/search milk"];

pub(crate) async fn run(postgres: bool, chats: usize, updates: usize) -> Result<()> {
    let world = World::start(postgres, chats).await?;
    let idle = world.bot.memory();
    let before = world.api.handlings().len();
    let begun = Instant::now();
    for round in 0..updates {
        for person in &world.people {
            person.says(WORDS[round % WORDS.len()]);
        }
    }
    for person in &world.people {
        for _ in 0..updates {
            person.next().await;
        }
    }
    let took = begun.elapsed();
    let handlings = &world.api.handlings()[before..];
    let total = handlings.len();
    println!("{total} updates of {chats} chats at once, {}:", world.name);
    println!("  answered in {:.1} s: {:.0} updates/s", took.as_secs_f64(), total as f64 / took.as_secs_f64());
    println!("  from handed over to answered: {}", quantiles(times(handlings)));
    let cpu = world.bot.cpu().unwrap_or_default();
    println!("  the bot's processor time: {:.2} ms an update", cpu.as_secs_f64() * 1000.0 / (total + chats) as f64);
    let megabytes = |bytes: Option<u64>| bytes.unwrap_or_default() / (1024 * 1024);
    println!("  the bot's memory: {} MiB before, {} MiB at most", megabytes(idle), megabytes(world.bot.peak_memory()));
    alone(&world).await
}

/// One update after the other: what a person waits.
async fn alone(world: &World) -> Result<()> {
    let before = world.api.handlings().len();
    for (number, person) in world.people.iter().take(300).enumerate() {
        person.says(WORDS[number % WORDS.len()]);
        person.next().await;
    }
    println!("  one after the other: {}", quantiles(times(&world.api.handlings()[before..])));
    Ok(())
}

fn times(handlings: &[Handling]) -> Vec<std::time::Duration> {
    handlings.iter().filter_map(Handling::time_to_answer).collect()
}
