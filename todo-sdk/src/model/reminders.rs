//! Reminders: their delivery by claim, and the ledger of what happened to each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Id, Language, Task,
    validate::{Faults, Validate},
};

/// Most reminders in one claim.
pub const CLAIM_MAX: u32 = 1000;
/// Most items in one [`SettleReminders`].
pub const SETTLE_MAX: usize = 1000;
/// The longest lease, in seconds.
pub(super) const LEASE_MAX: u32 = 3600;

fn default_limit() -> u32 {
    100
}

fn default_lease() -> u32 {
    60
}

impl Validate for ClaimReminders {
    fn check(&self, faults: &mut Faults) {
        faults.visible("channel", &self.channel, 50);
        faults.range("limit", self.limit, 1, CLAIM_MAX);
        faults.range("lease_seconds", self.lease_seconds, 1, LEASE_MAX);
    }
}

impl Validate for SettleReminders {
    fn check(&self, faults: &mut Faults) {
        let items = self.sent.len() + self.failed.len();
        if items > SETTLE_MAX {
            faults.add("sent", "too_many", format!("{items} items in all, at most {SETTLE_MAX} are allowed"));
        }
        for (index, item) in self.sent.iter().enumerate() {
            faults.within(&format!("sent[{index}]."), |faults| item.check(faults));
        }
        for (index, item) in self.failed.iter().enumerate() {
            faults.within(&format!("failed[{index}]."), |faults| item.check(faults));
        }
    }
}

fn check_sent(faults: &mut Faults, lease: &str, message_id: Option<&str>) {
    faults.visible("lease", lease, 100);
    faults.text("message_id", message_id.unwrap_or_default(), 200);
}

/// Most characters that are taken; far fewer are kept.
const REASON_MAX: usize = 10_000;

fn check_failed(faults: &mut Faults, lease: &str, reason: &str) {
    faults.visible("lease", lease, 100);
    faults.visible("reason", reason, REASON_MAX);
}

impl Validate for ReminderSent {
    fn check(&self, faults: &mut Faults) {
        check_sent(faults, &self.lease, self.message_id.as_deref());
    }
}

impl Validate for SentReminder {
    fn check(&self, faults: &mut Faults) {
        check_sent(faults, &self.lease, self.message_id.as_deref());
    }
}

impl Validate for ReminderFailed {
    fn check(&self, faults: &mut Faults) {
        check_failed(faults, &self.lease, &self.reason);
    }
}

impl Validate for FailedReminder {
    fn check(&self, faults: &mut Faults) {
        check_failed(faults, &self.lease, &self.reason);
    }
}

impl Validate for SnoozeReminder {
    fn check(&self, _faults: &mut Faults) {}
}

/// Where a reminder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum ReminderState {
    /// Waits for its time.
    Queued,
    /// A deliverer has it.
    Leased,
    /// Delivered.
    Sent,
    /// The person reacted to it.
    Acknowledged,
    /// Put off by the person.
    Snoozed,
    /// The last attempt failed; it is tried again.
    Failed,
    /// Given up.
    Dead,
}

impl ReminderState {
    /// Every state.
    pub const ALL: [Self; 7] =
        [Self::Queued, Self::Leased, Self::Sent, Self::Acknowledged, Self::Snoozed, Self::Failed, Self::Dead];

    /// As on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Leased => "leased",
            Self::Sent => "sent",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }
}

/// A row of the ledger: what happened to one reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReminderRow {
    /// Identifier.
    pub id: Id,
    /// What it reminds of.
    pub task_id: Id,
    /// `telegram`, `desktop`, `webhook`; `null` until it is claimed.
    pub channel: Option<String>,
    /// Where it stands.
    pub state: ReminderState,
    /// When it is to be delivered.
    #[serde(serialize_with = "super::moment::serialize")]
    pub due_at: DateTime<Utc>,
    /// When it was.
    #[serde(serialize_with = "super::moment::option::serialize")]
    pub sent_at: Option<DateTime<Utc>>,
    /// How much later than `due_at`.
    pub late_by_seconds: Option<i64>,
    /// The channel's own id of the message.
    pub message_id: Option<String>,
    /// Deliveries tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub reason: Option<String>,
    /// Whether it comes in place of one that the person put off.
    #[serde(default)]
    pub snoozed: bool,
    /// How often the task was told before, as it was not done; 0 the first time.
    #[serde(default)]
    pub nags: i64,
}

/// Which reminders are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ReminderQuery {
    /// At most so many: 1 to 1,000, 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Body of `POST /api/reminders/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimReminders {
    /// The channel that will deliver.
    pub channel: String,
    /// At most this many: 1 to 1,000; 100 if absent.
    #[serde(default = "default_limit")]
    pub limit: u32,
    /// Unsettled reminders return to the queue after this: 1 to 3,600; 60 if absent.
    #[serde(default = "default_lease")]
    pub lease_seconds: u32,
    /// How long to wait for the first one; no longer than 25 seconds, whatever is asked.
    #[serde(default)]
    pub wait_seconds: u32,
}

/// A due reminder, leased to the claimant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimedReminder {
    /// Identifier.
    pub id: Id,
    /// Proves the claim when it is settled.
    pub lease: String,
    /// 1 for the first delivery.
    pub attempt: i64,
    /// The channel that claimed it.
    pub channel: String,
    /// When it should have gone out.
    pub due_at: DateTime<Utc>,
    /// How late it is at the claim.
    pub late_by_seconds: i64,
    /// Whether the person put it off before.
    pub snoozed: bool,
    /// How often it was repeated before, as its task was not done; 0 the first time.
    #[serde(default)]
    pub nags: i64,
    /// What it reminds of.
    pub task: Task,
    /// Others of the person's that are long past, to be told in the same message; settled with this one. At most 50.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gathered: Vec<GatheredReminder>,
    /// How many were gathered, named or not.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub gathered_count: i64,
    /// The person's chat.
    pub chat_id: Option<i64>,
    /// The person's language.
    pub language: Option<Language>,
    /// The person's IANA zone.
    pub timezone: String,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// A reminder that is long past and told along with another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatheredReminder {
    /// Identifier.
    pub id: Id,
    /// When it should have gone out.
    pub due_at: DateTime<Utc>,
    /// How late it is at the claim.
    pub late_by_seconds: i64,
    /// What it reminds of.
    pub task: Task,
}

/// Body of `POST /api/reminders/settle`: what became of reminders, 1,000 at most, in one transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettleReminders {
    /// Those that were delivered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentReminder>,
    /// Those that were not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedReminder>,
}

/// One of those in [`SettleReminders`] that were delivered: an id, and what [`ReminderSent`] has for one alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SentReminder {
    /// Which.
    pub id: Id,
    /// From the claim.
    pub lease: String,
    /// The channel's own id of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The version of the task that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

impl From<(Id, ReminderSent)> for SentReminder {
    fn from((id, ReminderSent { lease, message_id, version }): (Id, ReminderSent)) -> Self {
        Self { id, lease, message_id, version }
    }
}

impl From<SentReminder> for (Id, ReminderSent) {
    fn from(SentReminder { id, lease, message_id, version }: SentReminder) -> Self {
        (id, ReminderSent { lease, message_id, version })
    }
}

/// One of those in [`SettleReminders`] that were not delivered: an id, and what [`ReminderFailed`] has for one alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FailedReminder {
    /// Which.
    pub id: Id,
    /// From the claim.
    pub lease: String,
    /// What the channel said: 1–10,000 characters, of which the first 500 are kept.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10000))]
    pub reason: String,
    /// Seconds until the next attempt makes sense; a day at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The channel is closed to this person. `telegram` and `webhook` are switched off until they come back, and the reminder
    /// goes to the person's other channels, or waits for one; of any other channel it waits for whoever comes, an hour long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
}

impl From<(Id, ReminderFailed)> for FailedReminder {
    fn from((id, ReminderFailed { lease, reason, retry_after, blocked }): (Id, ReminderFailed)) -> Self {
        Self { id, lease, reason, retry_after, blocked }
    }
}

impl From<FailedReminder> for (Id, ReminderFailed) {
    fn from(FailedReminder { id, lease, reason, retry_after, blocked }: FailedReminder) -> Self {
        (id, ReminderFailed { lease, reason, retry_after, blocked })
    }
}

/// Answer of `POST /api/reminders/settle`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettledReminders {
    /// Those that are settled now, or were before.
    pub settled: Vec<Id>,
    /// Those whose lease is another's by now, or that are gone with their task.
    pub lost: Vec<Id>,
}

/// Body of `POST /api/reminders/{id}/sent`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReminderSent {
    /// From the claim.
    pub lease: String,
    /// The channel's own id of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The version of the task that it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// Body of `POST /api/reminders/{id}/failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReminderFailed {
    /// From the claim.
    pub lease: String,
    /// What the channel said: 1–10,000 characters, of which the first 500 are kept.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10000))]
    pub reason: String,
    /// Seconds until the next attempt makes sense; a day at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The channel is closed to this person. `telegram` and `webhook` are switched off until they come back, and the reminder
    /// goes to the person's other channels, or waits for one; of any other channel it waits for whoever comes, an hour long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
}

/// Body of `POST /api/reminders/{id}/snooze`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnoozeReminder {
    /// When to remind again.
    pub until: DateTime<Utc>,
}
