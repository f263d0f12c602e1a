//! Prints what is due today and what is overdue, by tag.
//!
//! `TODO_SERVER_URL=http://127.0.0.1:8000 TODO_TOKEN=… cargo run --example daily_digest`; `todo token add` makes a token.

use std::{
    collections::{BTreeMap, HashMap},
    env,
    error::Error,
};

use chrono::{DateTime, Days, NaiveDate, Utc};
use chrono_tz::Tz;
use futures_util::TryStreamExt;
use todo_sdk::{
    Client,
    model::{Due, Id, Task},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(env::var("TODO_SERVER_URL")?)
        .access_token(env::var("TODO_TOKEN")?)
        .client_name("daily-digest/1.0")
        .build()?;

    // A day begins and ends where the person lives.
    let zone: Tz = client.users().me().await?.timezone.parse()?;
    let now = Utc::now();
    let today = now.with_timezone(&zone).date_naive();

    let tags: Vec<_> = client.tags().list().stream().try_collect().await?;
    let names: HashMap<Id, String> = tags.into_iter().map(|tag| (tag.id, tag.name)).collect();
    let due = client.tasks().list().completed(false).due_before(today + Days::new(1)).ordering("due,priority").stream();
    let mut due = std::pin::pin!(due);

    let mut digest = BTreeMap::<String, Vec<String>>::new();
    while let Some(task) = due.try_next().await? {
        let line = line(&task, now, today, zone);
        let mut tags: Vec<_> =
            task.tags.iter().filter_map(|id| names.get(id)).map(|name| format!("{name:?}")).collect();
        if tags.is_empty() {
            tags.push("no tag".to_owned());
        }
        for tag in tags {
            digest.entry(tag).or_default().push(line.clone());
        }
    }

    for (tag, lines) in digest {
        println!("{tag}\n  {}", lines.join("\n  "));
    }
    Ok(())
}

fn line(task: &Task, now: DateTime<Utc>, today: NaiveDate, zone: Tz) -> String {
    let (when, overdue) = match task.due {
        Some(Due::Day(day)) => (day.to_string(), day < today),
        Some(Due::At(at)) => (at.with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string(), at < now),
        None => (String::new(), false),
    };
    let mark = if overdue { " overdue" } else { "" };
    // Text from people must not steer the terminal: `{:?}` escapes what would.
    format!("{when}{mark} {:?}", task.title)
}
