//! Delivers what is due to people's webhooks.

use std::time::Duration;

use server_kit::Error;
use todo_sdk::model::{ClaimReminders, ReminderSent, SettleReminders};
use tokio::task::JoinSet;

use super::{Busy, Message};
use crate::{
    App, delivery,
    store::{
        reminders::{self, Leased},
        webhooks,
    },
};

/// Calls at the same time.
const AT_ONCE: usize = 256;
/// Reminders in one claim.
const BATCH: usize = 64;
/// Several times what one call can take.
const LEASE: u32 = 60;
/// How long a claim waits for the next reminder, in seconds.
const WAIT: u32 = 20;
/// The pause after a failure of the database.
const PAUSE: Duration = Duration::from_secs(2);
/// Who did it, in the journal.
const CLIENT: &str = "todo-server";

/// Claims, posts and settles for as long as it is polled. Whose address is being called gets no more until it has
/// answered, so that a slow one keeps nobody else waiting.
pub(crate) async fn work(app: &App) {
    let busy = Busy::default();
    let mut posts = JoinSet::new();
    loop {
        while posts.try_join_next().is_some() {}
        if posts.len() >= AT_ONCE {
            posts.join_next().await;
            continue;
        }
        let claim = ClaimReminders {
            channel: reminders::WEBHOOK.to_owned(),
            limit: u32::try_from(BATCH.min(AT_ONCE - posts.len())).unwrap_or(1),
            lease_seconds: LEASE,
            wait_seconds: WAIT,
        };
        match delivery::claim(app, &claim, Some(&busy)).await {
            Ok(claimed) => {
                for leased in claimed {
                    let (app, call) = (app.clone(), busy.begin(leased.user));
                    posts.spawn(async move {
                        deliver(&app, leased).await;
                        drop(call);
                    });
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot claim for webhooks");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// What can't be settled comes again when its lease ends.
async fn deliver(app: &App, leased: Leased) {
    let settle = post(app, leased).await;
    if let Err(error) = delivery::settle(app, CLIENT, settle).await {
        tracing::warn!(%error, "cannot settle what was delivered to a webhook");
    }
}

/// What became of it.
async fn post(app: &App, leased: Leased) -> SettleReminders {
    let (id, lease) = (leased.reminder.id, leased.reminder.lease.clone());
    match try_post(app, leased).await {
        Ok(()) => {
            let sent = ReminderSent { lease, message_id: None, version: None };
            SettleReminders { sent: vec![(id, sent).into()], ..SettleReminders::default() }
        }
        Err(failure) => {
            let failed = failure.of(lease);
            SettleReminders { failed: vec![(id, failed).into()], ..SettleReminders::default() }
        }
    }
}

async fn try_post(app: &App, Leased { user, reminder }: Leased) -> Result<(), super::Failure> {
    let failure = |error: Error| super::Failure::because(error.to_string());
    let mut reader = app.kit.db.read().await.map_err(failure)?;
    let hook = webhooks::get(&mut reader.conn(), user).await.map_err(failure)?;
    drop(reader);
    let message = Message::reminder(app.kit.clock.now(), &reminder).map_err(failure)?;
    app.webhooks.post(&hook, &message).await
}
