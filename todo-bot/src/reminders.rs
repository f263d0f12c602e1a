//! Reminders: sent when they fall due, and kept true to their tasks.

use std::time::Duration;

use chrono::Utc;
use chrono_tz::Tz;
use teloxide::{ApiError, RequestError, types::MessageId};
use todo_sdk::{
    client::{Amended, Undelivered},
    model::{ClaimedReminder, ReminderState, ShownReminder},
};

use crate::{
    app::App,
    error::{StartError, is_closed},
    people::words_of,
    telegram::Priority,
    view::{
        reminder::{self, Since},
        when::Clock,
    },
};

/// Where reminders of people with a chat go.
const CHANNEL: &str = "telegram";
/// How many reminders are claimed at once: what is sent within a lease, and a little more than a second's worth.
const BATCH: u32 = 60;
/// How many wait at the gate at the same time.
const AT_ONCE: usize = 30;
/// How long the messages of one claim may take.
const LEASE: Duration = Duration::from_secs(120);

/// Sends reminders for as long as it is polled.
///
/// # Errors
///
/// The servers don't let the bot in.
pub(crate) async fn deliver(app: &App) -> Result<(), StartError> {
    let deliverer = app.client.reminders().deliverer(CHANNEL).batch(BATCH).at_once(AT_ONCE).lease(LEASE);
    let delivered =
        deliverer.run_with_lost(|reminder| send(app, reminder), |reminder, sent| amend(app, reminder, sent));
    delivered.await.map_err(StartError::Refused)
}

async fn send(app: &App, claimed: ClaimedReminder) -> Result<Option<String>, Undelivered> {
    let chat = claimed.chat_id.ok_or_else(|| Undelivered::because("the person has no chat any more"))?;
    let clock = clock(claimed.language, &claimed.timezone);
    let sent = app.sender.send_in_bulk(chat, &reminder::reminder(clock, &claimed)).await;
    if sent.as_ref().is_err_and(is_closed) {
        // Their next message opens it again.
        app.people.forget(chat);
    }
    sent.map(|message| Some(message.0.to_string())).map_err(|error| undelivered(&error))
}

/// A reminder was sent whose task was changed or deleted meanwhile. The servers don't know of that message, so it is made
/// true here.
async fn amend(app: &App, claimed: ClaimedReminder, sent: Option<String>) {
    let message = sent.and_then(|message| message.parse().ok()).map(MessageId);
    // One that tells of several stays as it is.
    let (Some(chat), Some(message), 0) = (claimed.chat_id, message, claimed.gathered_count) else { return };
    let task = match app.people.task(chat, claimed.task.id).await {
        Ok(task) => task,
        Err(error) => return tracing::warn!(%error, "cannot tell whether a message is still true"),
    };
    let since = if task.is_some() { Since::Changed } else { Since::Deleted };
    let screen = reminder::after(clock(claimed.language, &claimed.timezone), claimed.id, task.as_ref(), since);
    if let Err(error) = app.sender.edit(chat, message, &screen, Priority::Bulk).await {
        tracing::warn!(%error, "cannot change a message that is no longer true");
    }
}

fn undelivered(error: &RequestError) -> Undelivered {
    match error {
        RequestError::RetryAfter(pause) => Undelivered::because("Telegram asks to wait").retry_after(pause.duration()),
        error if is_closed(error) => Undelivered::blocked(error.to_string()),
        error => Undelivered::because(error.to_string()),
    }
}

/// Keeps the messages of reminders true to their tasks, for as long as it is polled.
///
/// # Errors
///
/// The servers don't let the bot in.
pub(crate) async fn keep(app: &App) -> Result<(), StartError> {
    app.client.reminders().shown_messages().keep(|shown| change(app, shown)).await.map_err(StartError::Refused)
}

async fn change(app: &App, shown: ShownReminder) -> Amended {
    let Ok(message) = shown.message_id.parse() else { return Amended::Never };
    let clock = clock(shown.language, &shown.timezone);
    let since = match (&shown.task, shown.state, shown.snoozed_until) {
        (None, ..) => Since::Deleted,
        (_, Some(ReminderState::Snoozed), Some(until)) => Since::Snoozed(until),
        (_, Some(ReminderState::Snoozed), None) => Since::Told,
        _ => Since::Changed,
    };
    let screen = reminder::after(clock, shown.id, shown.task.as_ref(), since);
    match app.sender.edit(shown.chat_id, MessageId(message), &screen, Priority::Bulk).await {
        Ok(()) => Amended::Yes,
        Err(RequestError::Api(
            ApiError::MessageToEditNotFound | ApiError::MessageCantBeEdited | ApiError::MessageIdInvalid,
        )) => Amended::Never,
        Err(error) if is_closed(&error) => Amended::Never,
        Err(error) => {
            tracing::warn!(%error, "cannot change a message");
            Amended::NotYet
        }
    }
}

fn clock(language: Option<todo_sdk::model::Language>, zone: &str) -> Clock {
    Clock { words: words_of(language), zone: zone.parse().unwrap_or(Tz::UTC), now: Utc::now() }
}
