//! The loop of a deliverer: claim, send, settle, through all outages.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, sleep};

use super::{Error, Reminders, retry::jittered};
use crate::model::{
    CLAIM_MAX, ClaimReminders, ClaimedReminder, Id, ReminderFailed, ReminderSent, SETTLE_MAX, SettleReminders,
};

/// How long a claim waits for the next reminder, in seconds.
const WAIT: u32 = 20;
/// The longest pause while the server is out of reach.
const PAUSE_MAX: Duration = Duration::from_secs(10);

/// Why a reminder could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// What the channel said; the ledger shows it.
    pub reason: String,
    /// How long the channel asks to wait.
    pub retry_after: Option<Duration>,
    /// The channel is closed to this person for good, as when they blocked a bot: it is switched off for them until they
    /// come back.
    pub blocked: bool,
}

impl Undelivered {
    /// To be tried again when the server thinks fit.
    #[must_use]
    pub fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry_after: None, blocked: false }
    }

    /// To be tried again not before this time has passed.
    #[must_use]
    pub fn retry_after(self, pause: Duration) -> Self {
        Self { retry_after: Some(pause), ..self }
    }

    /// The person can't be reached by this channel any more.
    #[must_use]
    pub fn blocked(reason: impl Into<String>) -> Self {
        Self { blocked: true, ..Self::because(reason) }
    }

    pub(super) fn of(&self, lease: &str) -> ReminderFailed {
        // Rounded up: too early would fail again.
        let seconds = |pause: Duration| u32::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(u32::MAX);
        let Self { reason, retry_after, blocked } = self;
        let reason = if reason.trim().is_empty() { "the channel gave no reason" } else { reason };
        ReminderFailed {
            lease: lease.to_owned(),
            reason: reason.chars().take(500).collect(),
            retry_after: retry_after.map(seconds),
            blocked: *blocked,
        }
    }
}

/// A reminder, its lease, and what became of it: the message and the version of the task that it shows.
type Delivered = (Id, String, Result<(Option<String>, i64), Undelivered>);

/// Delivers reminders within bounds of one's own; see [`Reminders::deliverer`].
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// use std::time::Duration;
/// use todo_sdk::client::Undelivered;
///
/// let deliverer = client.reminders().deliverer("pager").at_once(4).lease(Duration::from_secs(300));
/// deliverer.run(|reminder| async move { Err(Undelivered::because("the pager is off")) }).await
/// # }
/// ```
#[must_use = "a deliverer does nothing until it is run"]
#[derive(Debug, Clone)]
pub struct Deliverer {
    reminders: Reminders,
    channel: String,
    batch: u32,
    at_once: usize,
    lease: Duration,
}

impl Deliverer {
    pub(super) fn new(reminders: Reminders, channel: String) -> Self {
        Self { reminders, channel, batch: 100, at_once: 16, lease: Duration::from_secs(120) }
    }

    /// How many reminders are claimed in one call: 1 to 1,000, 100 if not set.
    pub fn batch(self, batch: u32) -> Self {
        Self { batch: batch.clamp(1, CLAIM_MAX), ..self }
    }

    /// How many are delivered at the same time; 16 if not set.
    pub fn at_once(self, at_once: usize) -> Self {
        Self { at_once: at_once.max(1), ..self }
    }

    /// How long the deliveries of one claim may take until another deliverer tries; two minutes if not set.
    pub fn lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// Claims, calls `send` for each reminder and tells the server what became of it, for as long as it is polled.
    ///
    /// # Errors
    ///
    /// Only where going on is no use, as when the service's secret is refused.
    pub async fn run<F, S>(&self, send: F) -> Result<(), Error>
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
    {
        let claim = ClaimReminders {
            channel: self.channel.clone(),
            limit: self.batch,
            lease_seconds: u32::try_from(self.lease.as_secs()).unwrap_or(u32::MAX),
            wait_seconds: WAIT,
        };
        let mut failures = 0;
        loop {
            match self.reminders.claim(&claim).await {
                Ok(claimed) => {
                    failures = 0;
                    self.deliver(claimed, &send, Instant::now()).await;
                }
                Err(error) if error.passes() => {
                    failures += 1;
                    tracing::debug!(%error, "cannot claim reminders");
                    sleep(pause_after(failures)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn deliver<F, S>(&self, claimed: Vec<ClaimedReminder>, send: &F, begun: Instant)
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
    {
        let deliver_one = |reminder: ClaimedReminder| async move {
            let (id, lease, version) = (reminder.id, reminder.lease.clone(), reminder.task.version);
            let sent = send(reminder).await;
            (id, lease, sent.map(|message_id| (message_id, version)))
        };
        stream::iter(claimed)
            .map(deliver_one)
            .buffer_unordered(self.at_once)
            .ready_chunks(SETTLE_MAX)
            // While the server is told of some, others are being delivered.
            .map(|done| self.settle(done, begun))
            .buffer_unordered(2)
            .collect::<Vec<()>>()
            .await;
    }

    /// Tries for as long as the leases last: what nobody is told of is delivered again.
    async fn settle(&self, done: Vec<Delivered>, begun: Instant) {
        let mut settle = SettleReminders::default();
        for (id, lease, result) in done {
            match result {
                Ok((message_id, version)) => {
                    let sent = ReminderSent { lease, message_id, version: Some(version) };
                    settle.sent.push((id, sent).into());
                }
                Err(why) => settle.failed.push((id, why.of(&lease)).into()),
            }
        }
        let mut failures = 0;
        loop {
            match self.reminders.settle(&settle).await {
                Ok(settled) if settled.lost.is_empty() => return,
                Ok(settled) => {
                    tracing::warn!(lost = ?settled.lost, "took longer than their lease, or their tasks are gone");
                    return;
                }
                Err(error) if error.passes() && begun.elapsed() < self.lease => {
                    failures += 1;
                    tracing::debug!(%error, "cannot settle reminders yet");
                    sleep(pause_after(failures)).await;
                }
                Err(error) => {
                    // Their leases end, and they are delivered again: better twice than never.
                    tracing::warn!(%error, "cannot tell the server what became of reminders");
                    return;
                }
            }
        }
    }
}

pub(super) fn pause_after(failures: u32) -> Duration {
    jittered(Duration::from_millis(250).saturating_mul(1 << failures.min(10)).min(PAUSE_MAX))
}
