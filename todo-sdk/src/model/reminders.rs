//! Reminders: their delivery by claim, and the ledger of what happened to each.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Id, Language, Task};

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

/// A row of the ledger: what happened to one reminder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReminderRow {
    /// Identifier.
    pub id: Id,
    /// `telegram`, `desktop`, `webhook`; `null` until it is claimed.
    pub channel: Option<String>,
    /// Where it stands.
    pub state: ReminderState,
    /// When it is to be delivered.
    pub due_at: DateTime<Utc>,
    /// When it was.
    pub sent_at: Option<DateTime<Utc>>,
    /// How much later than `due_at`.
    pub late_by_seconds: Option<i64>,
    /// The channel's own id of the message.
    pub message_id: Option<String>,
    /// Deliveries tried.
    pub attempts: i64,
    /// Why the last attempt failed.
    pub reason: Option<String>,
}

/// Body of `POST /api/reminders/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimReminders {
    /// The channel that will deliver.
    pub channel: String,
    /// At most this many.
    pub limit: u32,
    /// Unsettled reminders return to the queue after this.
    pub lease_seconds: u32,
    /// How long to wait for the first one.
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
    /// What it reminds of.
    pub task: Task,
    /// The person's chat.
    pub chat_id: Option<i64>,
    /// The person's language.
    pub language: Option<Language>,
    /// The person's IANA zone.
    pub timezone: String,
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
}

/// Body of `POST /api/reminders/{id}/failed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReminderFailed {
    /// From the claim.
    pub lease: String,
    /// What the channel said.
    pub reason: String,
    /// Seconds until the next attempt makes sense.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

/// Body of `POST /api/reminders/{id}/snooze`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnoozeReminder {
    /// When to remind again.
    pub until: DateTime<Utc>,
}
