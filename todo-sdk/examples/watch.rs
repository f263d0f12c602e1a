//! Prints changes as they happen, whichever client makes them.
//!
//! `TODO_SERVER_URL=http://127.0.0.1:8000 TODO_TOKEN=… cargo run --example watch -- [SINCE]`, where SINCE is the number of
//! the change to go on behind; 0 prints all that the journal holds.

use std::{
    env,
    error::Error,
    io::{self, Write},
};

use futures_util::TryStreamExt;
use todo_sdk::{Client, client::Event};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::builder(env::var("TODO_SERVER_URL")?)
        .access_token(env::var("TODO_TOKEN")?)
        .client_name("watch/1.0")
        .build()?;
    let events = match env::args().nth(1) {
        Some(since) => client.events().since(since.parse()?),
        None => client.events(),
    };

    // It reconnects and resumes by itself, and ends where that is no use.
    let mut events = events.stream();
    while let Some(event) = events.try_next().await? {
        let line = match event {
            // Text from others must not steer the terminal: `{:?}` escapes what would.
            Event::Change(change) => format!("{} {} by {:?}", change.seq, change.event.as_str(), change.client),
            Event::Anew => "from here on".to_owned(),
            Event::Interrupted(error) => format!("interrupted: {:?}", error.to_string()),
            Event::Resumed => "resumed".to_owned(),
            _ => continue,
        };
        let mut out = io::stdout().lock();
        writeln!(out, "{line}")?;
        out.flush()?;
    }
    Ok(())
}
