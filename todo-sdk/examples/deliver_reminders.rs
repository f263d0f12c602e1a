//! Delivers reminders to standard output, for as long as it runs. Several may run side by side: each reminder goes to one.
//!
//! `TODO_SERVER_URL=http://127.0.0.1:8000 TODO_TOKEN=desk:SECRET cargo run --example deliver_reminders`, where the
//! todo-server knows the service by `TODO_SERVER_SERVICES=desk:SECRET`.

use std::{
    env,
    error::Error,
    io::{self, Write},
};

use todo_sdk::{Client, client::Undelivered, model::ClaimedReminder};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let token = env::var("TODO_TOKEN")?;
    let (service, secret) = token.split_once(':').ok_or("TODO_TOKEN is NAME:SECRET of an internal service")?;
    let client = Client::builder(env::var("TODO_SERVER_URL")?)
        .service(service, secret)
        .client_name("deliver-reminders/1.0")
        .build()?;

    // Goes on through outages, and ends where that is no use, as when the secret is refused.
    client.reminders().deliver(service, deliver).await?;
    Ok(())
}

/// What is answered as an error is tried again, and shows in the ledger: `todo reminders 12`.
async fn deliver(reminder: ClaimedReminder) -> Result<Option<String>, Undelivered> {
    let late = match reminder.late_by_seconds {
        0..60 => String::new(),
        late => format!(" ({} minutes late)", late / 60),
    };
    // Text from people must not steer the terminal: `{:?}` escapes what would.
    let line = format!("reminder of task {}: {:?}{late}", reminder.task.id, reminder.task.title);
    let mut out = io::stdout().lock();
    let printed = writeln!(out, "{line}").and_then(|()| out.flush());
    printed.map_err(|error| Undelivered::because(error.to_string()))?;
    // The channel's own id of the message, if it has one.
    Ok(None)
}
