//! How long after its time a reminder is delivered while little happens.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use todo_sdk::{Client, model::ClaimedReminder};
use tokio::sync::mpsc;

use crate::world::{Result, SECRET, SERVICE, World};

const REMINDERS: usize = 300;
/// Between two of them.
const PAUSE: Duration = Duration::from_millis(37);
/// How far ahead each is set.
const AHEAD: TimeDelta = TimeDelta::seconds(2);

pub(crate) async fn run() -> Result<()> {
    println!("from the time of a reminder that is set 2 s ahead to its delivery:");
    for world in [World::sqlite(), World::postgres(true)?] {
        let lags = measure(&world).await?;
        println!("  {}: {}", world.name, e2e::figures::quantiles(lags));
    }
    Ok(())
}

async fn measure(world: &World) -> Result<Vec<Duration>> {
    let person = world.people(1).await?.remove(0);
    let deliverer = Client::builder(world.stack.todo_url()).service(SERVICE, SECRET).build()?;
    let (seen, mut lags) = mpsc::unbounded_channel();
    let delivering = tokio::spawn(async move {
        let send = |reminder: ClaimedReminder| {
            let _ = seen.send(Utc::now() - reminder.due_at);
            async { Ok(None) }
        };
        deliverer.reminders().deliver("test", send).await
    });
    for _ in 0..REMINDERS {
        person.tasks().create("one").remind_time(Utc::now() + AHEAD).send().await?;
        tokio::time::sleep(PAUSE).await;
    }
    let mut all = Vec::new();
    while all.len() < REMINDERS {
        let lag = tokio::time::timeout(Duration::from_secs(30), lags.recv()).await?.ok_or("the deliverer ended")?;
        // Before its time would be an error.
        all.push(lag.to_std()?);
    }
    delivering.abort();
    Ok(all)
}
