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

/// A reminder, and what became of it: the message that shows it.
type Delivered = (ClaimedReminder, Result<Option<String>, Undelivered>);

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
        self.run_with_lost(send, |_, _| async {}).await
    }

    /// [`run`](Self::run), and calls `lost` for each reminder that was sent although it was no longer the deliverer's: its
    /// task was changed or deleted meanwhile, or the lease had ended. It is called with what `send` answered; nobody else
    /// keeps that message true.
    ///
    /// # Errors
    ///
    /// Only where going on is no use, as when the service's secret is refused.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// let send = |reminder: todo_sdk::model::ClaimedReminder| async move { Ok(Some(format!("page {}", reminder.id))) };
    /// let lost = |_: todo_sdk::model::ClaimedReminder, page: Option<String>| async move { println!("{page:?} is outdated") };
    /// client.reminders().deliverer("pager").run_with_lost(send, lost).await
    /// # }
    /// ```
    pub async fn run_with_lost<F, S, L, A>(&self, send: F, lost: L) -> Result<(), Error>
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
        L: Fn(ClaimedReminder, Option<String>) -> A + Sync,
        A: Future<Output = ()> + Send,
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
                    self.deliver(claimed, &send, &lost, Instant::now()).await;
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

    async fn deliver<F, S, L, A>(&self, claimed: Vec<ClaimedReminder>, send: &F, lost: &L, begun: Instant)
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
        L: Fn(ClaimedReminder, Option<String>) -> A + Sync,
        A: Future<Output = ()> + Send,
    {
        stream::iter(claimed)
            .map(|reminder| async move { (reminder.clone(), send(reminder).await) })
            .buffer_unordered(self.at_once)
            .ready_chunks(SETTLE_MAX)
            // While the server is told of some, others are being delivered.
            .map(|done| async move {
                let late = self.settle(&done, begun).await;
                let late = done.into_iter().filter(|(reminder, _)| late.contains(&reminder.id));
                let sent = late.filter_map(|(reminder, result)| Some((reminder, result.ok()?)));
                stream::iter(sent)
                    .for_each_concurrent(self.at_once, |(reminder, message)| lost(reminder, message))
                    .await;
            })
            .buffer_unordered(2)
            .collect::<Vec<()>>()
            .await;
    }

    /// Tries for as long as the leases last: what nobody is told of is delivered again. Answers which were lost.
    async fn settle(&self, done: &[Delivered], begun: Instant) -> Vec<Id> {
        let settle = outcomes(done);
        let mut failures = 0;
        loop {
            match self.reminders.settle(&settle).await {
                Ok(settled) => {
                    if !settled.lost.is_empty() {
                        tracing::warn!(lost = ?settled.lost, "took longer than their lease, or their tasks are gone");
                    }
                    return settled.lost;
                }
                Err(error) if error.passes() && begun.elapsed() < self.lease => {
                    failures += 1;
                    tracing::debug!(%error, "cannot settle reminders yet");
                    sleep(pause_after(failures)).await;
                }
                Err(error) => {
                    // Their leases end, and they are delivered again: better twice than never.
                    tracing::warn!(%error, "cannot tell the server what became of reminders");
                    return Vec::new();
                }
            }
        }
    }
}

/// What the server is told of them.
fn outcomes(done: &[Delivered]) -> SettleReminders {
    let mut settle = SettleReminders::default();
    for (reminder, result) in done {
        match result {
            Ok(message_id) => {
                let (lease, message_id) = (reminder.lease.clone(), message_id.clone());
                let sent = ReminderSent { lease, message_id, version: Some(reminder.task.version) };
                settle.sent.push((reminder.id, sent).into());
            }
            Err(why) => settle.failed.push((reminder.id, why.of(&reminder.lease)).into()),
        }
    }
    settle
}

pub(super) fn pause_after(failures: u32) -> Duration {
    jittered(Duration::from_millis(250).saturating_mul(1 << failures.min(10)).min(PAUSE_MAX))
}
