//! Delivers what is due to people's webhooks.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use server_kit::Error;
use todo_sdk::model::{ClaimReminders, ClaimedReminder, FailedReminder, ReminderSent, SentReminder, SettleReminders};

use super::Message;
use crate::{
    App, delivery,
    store::{reminders, webhooks},
};

/// Deliveries at the same time: a slow address keeps others waiting for no longer than its time-out.
const AT_ONCE: usize = 32;
/// Reminders in one claim.
const BATCH: u32 = 64;
/// Twice what a claim's deliveries can take.
const LEASE: u32 = 60;
/// How long a claim waits for the next reminder, in seconds.
const WAIT: u32 = 20;
/// The pause after a failure of the database.
const PAUSE: Duration = Duration::from_secs(2);
/// Who did it, in the journal.
const CLIENT: &str = "todo-server";

/// Claims, posts and settles for as long as it is polled.
pub(crate) async fn work(app: &App) {
    let claim = ClaimReminders {
        channel: reminders::WEBHOOK.to_owned(),
        limit: BATCH,
        lease_seconds: LEASE,
        wait_seconds: WAIT,
    };
    loop {
        if let Err(error) = deliver(app, &claim).await {
            tracing::warn!(%error, "cannot deliver to webhooks");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn deliver(app: &App, claim: &ClaimReminders) -> Result<(), Error> {
    let claimed = delivery::claim(app, claim).await?;
    let mut posted = stream::iter(claimed).map(|reminder| post(app, reminder)).buffer_unordered(AT_ONCE);
    while let Some(settle) = posted.next().await {
        delivery::settle(app, CLIENT, settle).await?;
    }
    Ok(())
}

/// What became of it.
async fn post(app: &App, reminder: ClaimedReminder) -> SettleReminders {
    let id = reminder.id;
    match try_post(app, &reminder).await {
        Ok(()) => {
            let sent = ReminderSent { lease: reminder.lease, message_id: None, version: None };
            SettleReminders { sent: vec![SentReminder { id, sent }], ..SettleReminders::default() }
        }
        Err(failure) => {
            let failed = failure.of(reminder.lease);
            SettleReminders { failed: vec![FailedReminder { id, failed }], ..SettleReminders::default() }
        }
    }
}

async fn try_post(app: &App, reminder: &ClaimedReminder) -> Result<(), super::Failure> {
    let failure = |error: Error| super::Failure::because(error.to_string());
    let mut reader = app.kit.db.read().await.map_err(failure)?;
    let user = reminders::owner(&mut reader.conn(), reminder.id).await.map_err(failure)?;
    let hook = webhooks::get(&mut reader.conn(), user).await.map_err(failure)?;
    drop(reader);
    let message = Message::reminder(app.kit.clock.now(), reminder).map_err(failure)?;
    app.webhooks.post(&hook, &message).await
}
