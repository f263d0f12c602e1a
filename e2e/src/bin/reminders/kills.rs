//! `kill -9` of servers and deliverers while reminders fall due.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{TimeDelta, Utc};
use todo_sdk::{Client, model::Id};

use crate::{
    deliverer::{Bounds, Deliverer},
    world::{Result, World, pending, remind, settled},
};

const PEOPLE: usize = 10;
const DELIVERERS: usize = 2;
/// A channel that takes a moment, so that something is in flight when its deliverer is killed.
const BOUNDS: Bounds = Bounds { batch: 200, at_once: 32, takes: Duration::from_millis(10) };
/// Reminders fall due in this time, and it is the time in which something is killed.
const WINDOW: TimeDelta = TimeDelta::seconds(4);
/// From the first task that is made to the first reminder.
const AHEAD: TimeDelta = TimeDelta::seconds(4);
/// How long it may take until everything is delivered.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a round came to.
#[derive(Debug, Default)]
struct Round {
    delivered: usize,
    lost: usize,
    doubled: usize,
    in_flight: usize,
}

pub(crate) async fn run(rounds: u32, due: usize) -> Result<()> {
    println!("kill -9 of every server and both deliverers at random moments while {due} reminders fall due:");
    for world in [World::sqlite(), World::postgres(true)?] {
        on(world, rounds, due).await?;
    }
    Ok(())
}

async fn on(mut world: World, rounds: u32, due: usize) -> Result<()> {
    let home = e2e::private_dir("reminders-")?;
    let people = world.people(PEOPLE).await?;
    let mut deliverers = Vec::new();
    for number in 0..DELIVERERS {
        deliverers.push(Deliverer::start(&world.stack.todo_url(), home.path(), number, BOUNDS)?);
    }
    let calm = round(&mut world, &people, &mut deliverers, due, false).await?;
    report(world.name, "without a kill", 1, &calm)?;
    let mut all = Round::default();
    for number in 1..=rounds {
        let one = round(&mut world, &people, &mut deliverers, due, true).await?;
        eprintln!("  {number}: {one:?}");
        all.delivered += one.delivered;
        all.lost += one.lost;
        all.doubled += one.doubled;
        all.in_flight += one.in_flight;
    }
    report(world.name, "with kills", rounds, &all)
}

fn report(world: &str, what: &str, rounds: u32, seen: &Round) -> Result<()> {
    let Round { delivered, lost, doubled, in_flight } = seen;
    println!(
        "  {world}, {rounds} rounds {what}: {delivered} delivered, {lost} lost, {doubled} doubled, \
         {in_flight} were in flight at kills"
    );
    if *lost > 0 || doubled > in_flight {
        return Err("reminders were lost, or doubled without being in flight".into());
    }
    Ok(())
}

async fn round(
    world: &mut World,
    people: &[Client],
    deliverers: &mut [Deliverer],
    due: usize,
    kills: bool,
) -> Result<Round> {
    let first = Utc::now() + AHEAD;
    let number = i32::try_from(due)?;
    let times: Vec<_> = (0..number).map(|index| first + WINDOW * index / number).collect();
    let tasks = remind(people, &times).await?;
    let mut in_flight = 0;
    if kills {
        let wait = (first - Utc::now()).to_std().unwrap_or_default();
        tokio::time::sleep(wait).await;
        in_flight = kill_all(world, people, deliverers).await?;
    }
    settled(people, PATIENCE).await?;
    let mut times: BTreeMap<Id, usize> = BTreeMap::new();
    for deliverer in deliverers.iter() {
        for (task, count) in deliverer.delivered()?.into_iter().filter(|(task, _)| tasks.contains(task)) {
            *times.entry(task).or_default() += count;
        }
    }
    let delivered = times.len();
    let doubled = times.values().map(|count| count - 1).sum();
    Ok(Round { delivered, lost: tasks.len() - delivered, doubled, in_flight })
}

/// Kills each program once, in random order and at random moments, starts it again at once, and answers how many reminders
/// deliverers had delivered and not settled when they were killed.
async fn kill_all(world: &mut World, people: &[Client], deliverers: &mut [Deliverer]) -> Result<usize> {
    let servers = world.stack.todo.len();
    let mut victims: Vec<usize> = (0..servers + deliverers.len()).collect();
    fastrand::shuffle(&mut victims);
    let pause = WINDOW.to_std()? / u32::try_from(victims.len() + 1)?;
    let mut in_flight = 0;
    for victim in victims {
        tokio::time::sleep(pause.mul_f64(2.0 * fastrand::f64())).await;
        match victim.checked_sub(servers) {
            None => {
                world.stack.todo[victim].kill_9();
                world.stack.todo[victim].start();
            }
            Some(number) => {
                let deliverer = &mut deliverers[number];
                deliverer.kill()?;
                in_flight += unsettled(people, deliverer).await?;
                deliverer.restart()?;
            }
        }
    }
    Ok(in_flight)
}

async fn unsettled(people: &[Client], deliverer: &Deliverer) -> Result<usize> {
    let delivered: BTreeSet<Id> = deliverer.delivered()?.into_keys().collect();
    Ok(pending(people).await?.intersection(&delivered).count())
}
