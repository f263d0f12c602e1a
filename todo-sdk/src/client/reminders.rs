//! `/api/reminders`: what is to come, what became of it, and its delivery.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use tokio::time::sleep;

use super::{
    Change, Client, Error,
    request::{Call, Server},
    retry::jittered,
};
use crate::model::{
    ClaimReminders, ClaimedReminder, Id, ReminderFailed, ReminderQuery, ReminderRow, ReminderSent, SnoozeReminder,
};

const REMINDERS: &str = "api/reminders";
/// Reminders that are delivered at the same time.
const AT_ONCE: usize = 16;
/// Reminders in one claim.
const BATCH: u32 = 100;
/// How long a delivery may take, in seconds, until another deliverer tries.
const LEASE: u32 = 120;
/// How long a claim waits for the next reminder, in seconds.
const WAIT: u32 = 20;
/// The longest pause while the server is out of reach.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// The calls about reminders.
#[derive(Debug, Clone)]
pub struct Reminders {
    pub(super) client: Client,
}

/// Why a reminder could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// What the channel said; the ledger shows it.
    pub reason: String,
    /// How long the channel asks to wait.
    pub retry_after: Option<Duration>,
}

impl Undelivered {
    /// To be tried again when the server thinks fit.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry_after: None }
    }
}

impl Reminders {
    /// What is still to come, the next first.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn pending(&self) -> Result<Vec<ReminderRow>, Error> {
        let query = ReminderQuery { limit: Some(crate::model::LIMIT_MAX) };
        self.client.send(Call::list(Server::Todo, REMINDERS, &query)?).await?.json()
    }

    /// What became of each reminder of a task, the oldest first.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn of_task(&self, task: Id) -> Result<Vec<ReminderRow>, Error> {
        self.client.send(Call::get(Server::Todo, format!("api/tasks/{task}/reminders"))).await?.json()
    }

    /// Puts a reminder off, and answers the one that comes instead. Its task stays as it is.
    pub fn snooze(&self, id: Id, until: DateTime<Utc>) -> Change<ReminderRow> {
        let call = Call::post(Server::Todo, &format!("{REMINDERS}/{id}/snooze"), &SnoozeReminder { until });
        Change::new(self.client.clone(), call)
    }

    /// Leases reminders that are due. Internal services only; see [`deliver`](Self::deliver) for a loop that does it all.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn claim(&self, claim: &ClaimReminders) -> Result<Vec<ClaimedReminder>, Error> {
        self.client.send(Call::post(Server::Todo, "api/reminders/claim", claim)).await?.json()
    }

    /// A leased reminder was delivered.
    ///
    /// # Errors
    ///
    /// 409 where the lease is another's by now.
    pub async fn sent(&self, reminder: &ClaimedReminder, message_id: Option<String>) -> Result<ReminderRow, Error> {
        let body = ReminderSent { lease: reminder.lease.clone(), message_id };
        let path = format!("{REMINDERS}/{}/sent", reminder.id);
        self.client.send(Call::post(Server::Todo, &path, &body)).await?.json()
    }

    /// A leased reminder could not be delivered.
    ///
    /// # Errors
    ///
    /// 409 where the lease is another's by now.
    pub async fn failed(&self, reminder: &ClaimedReminder, why: &Undelivered) -> Result<ReminderRow, Error> {
        let retry_after = why.retry_after.map(|pause| u32::try_from(pause.as_secs()).unwrap_or(u32::MAX));
        let body = ReminderFailed { lease: reminder.lease.clone(), reason: why.reason.clone(), retry_after };
        let path = format!("{REMINDERS}/{}/failed", reminder.id);
        self.client.send(Call::post(Server::Todo, &path, &body)).await?.json()
    }

    /// Delivers reminders for as long as it is polled: claims what is due, calls `send` for each, several at a time, and
    /// tells the server what became of it. It goes on through outages; what it had then is delivered again, by this or
    /// another deliverer, when its lease ends.
    ///
    /// `send` answers the channel's own id of the message, if it has one.
    ///
    /// # Errors
    ///
    /// Only where going on is no use, as when the service's secret is refused.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), todo_sdk::Error> {
    /// use todo_sdk::Client;
    ///
    /// let client = Client::builder("http://127.0.0.1:8000").service("printer", "its secret").build()?;
    /// let print = |reminder: todo_sdk::model::ClaimedReminder| async move {
    ///     println!("{}", reminder.task.title);
    ///     Ok(None)
    /// };
    /// client.reminders().deliver("printer", print).await
    /// # }
    /// ```
    pub async fn deliver<F, S>(&self, channel: &str, send: F) -> Result<(), Error>
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
    {
        let claim =
            ClaimReminders { channel: channel.to_owned(), limit: BATCH, lease_seconds: LEASE, wait_seconds: WAIT };
        let mut failures = 0_u32;
        loop {
            match self.claim(&claim).await {
                Ok(claimed) => {
                    failures = 0;
                    let deliveries: Vec<BoxFuture<'_, ()>> =
                        claimed.into_iter().map(|reminder| self.deliver_one(reminder, &send).boxed()).collect();
                    stream::iter(deliveries).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
                }
                Err(error) if error.passes() => {
                    failures += 1;
                    tracing::debug!(%error, "cannot claim reminders");
                    let pause = Duration::from_millis(250).saturating_mul(1 << failures.min(10)).min(PAUSE_MAX);
                    sleep(jittered(pause)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn deliver_one<F, S>(&self, reminder: ClaimedReminder, send: &F)
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
    {
        let settled = match send(reminder.clone()).await {
            Ok(message_id) => self.sent(&reminder, message_id).await,
            Err(why) => self.failed(&reminder, &why).await,
        };
        if let Err(error) = settled {
            // Its lease ends, and it is delivered again: better twice than never.
            tracing::warn!(reminder = reminder.id, %error, "cannot tell the server what became of a reminder");
        }
    }
}
