//! Very many reminders that fall due at once, while people work.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use todo_sdk::Client;
use tokio::task::JoinSet;

use crate::{
    deliverer::{Bounds, Deliverer},
    world::{Result, World, remind, settled},
};

const PEOPLE: usize = 100;
const DELIVERERS: usize = 2;
const BOUNDS: Bounds = Bounds { batch: 1000, at_once: 256, takes: Duration::ZERO };
/// People who work meanwhile.
const WORKING: usize = 8;
/// Between two calls of each.
const THINKING: Duration = Duration::from_millis(50);
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) async fn run(due: usize) -> Result<()> {
    let world = World::postgres(false)?;
    let home = e2e::private_dir("reminders-")?;
    let people = world.people(PEOPLE).await?;
    // All within one second, after the last of them is made.
    let at = Utc::now() + TimeDelta::seconds(20 + i64::try_from(due)? / 3_000);
    let number = i32::try_from(due)?;
    let times: Vec<_> = (0..number).map(|index| at + TimeDelta::seconds(1) * index / number).collect();
    remind(&people, &times).await?;
    let calm = work(&people, Arc::default()).await?;
    let left = (at - Utc::now()).to_std().map_err(|_| "making the tasks took too long; try fewer")?;
    let mut deliverers = Vec::new();
    for number in 0..DELIVERERS {
        deliverers.push(Deliverer::start(&world.stack.todo_url(), home.path(), number, BOUNDS)?);
    }
    tokio::time::sleep(left).await;
    let (begun, done) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let working = tokio::spawn({
        let (people, done) = (people.clone(), Arc::clone(&done));
        async move { work(&people, done).await.map_err(|error| error.to_string()) }
    });
    settled(&people, PATIENCE).await?;
    let took = begun.elapsed();
    done.store(true, Ordering::Relaxed);
    let busy = working.await??;
    let delivered: usize = deliverers
        .iter()
        .map(|deliverer| deliverer.delivered().map(|times| times.values().sum::<usize>()))
        .sum::<Result<usize>>()?;
    println!("{due} reminders due within a second, {}, {DELIVERERS} deliverers:", world.name);
    println!(
        "  claimed and settled in {:.1} s: {:.0} a second; {delivered} delivered",
        took.as_secs_f64(),
        due as f64 / took.as_secs_f64()
    );
    println!("  calls of {WORKING} people before: {}", e2e::figures::quantiles(calm));
    println!("  calls of {WORKING} people meanwhile: {}", e2e::figures::quantiles(busy));
    Ok(())
}

/// Lists and reads and changes tasks until it is done, or for five seconds, and answers how long each call took.
async fn work(people: &[Client], done: Arc<AtomicBool>) -> Result<Vec<Duration>> {
    let forever = Arc::strong_count(&done) > 1;
    let mut working = JoinSet::new();
    for person in people.iter().take(WORKING) {
        let person = person.clone();
        let done = Arc::clone(&done);
        working.spawn(async move {
            let begun = Instant::now();
            let mut took = Vec::new();
            while !done.load(Ordering::Relaxed) && (forever || begun.elapsed() < Duration::from_secs(5)) {
                let begun = Instant::now();
                match took.len() % 3 {
                    0 => drop(person.tasks().list().limit(20).send().await?),
                    1 => drop(person.tasks().create("one").send().await?),
                    _ => drop(person.users().me().await?),
                }
                took.push(begun.elapsed());
                tokio::time::sleep(THINKING).await;
            }
            Ok::<_, todo_sdk::Error>(took)
        });
    }
    let mut all = Vec::new();
    while let Some(took) = working.join_next().await {
        all.extend(took??);
    }
    Ok(all)
}
