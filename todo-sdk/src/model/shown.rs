//! Messages that show a person a reminder, and are kept true to its task.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Id, Language, ReminderState, SETTLE_MAX, Task,
    validate::{Faults, Validate},
};

/// Most messages in one [`ClaimShown`].
pub const SHOWN_MAX: u32 = 100;

fn default_limit() -> u32 {
    SHOWN_MAX
}

fn default_lease() -> u32 {
    60
}

/// Body of `POST /api/reminders/shown/claim`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimShown {
    /// At most this many: 1 to 100; 100 if absent.
    #[serde(default = "default_limit")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100))]
    pub limit: u32,
    /// Those that are not settled come again after this: 1 to 3,600; 60 if absent.
    #[serde(default = "default_lease")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3600))]
    pub lease_seconds: u32,
    /// How long to wait for the first one; no longer than 25 seconds, whatever is asked.
    #[serde(default)]
    pub wait_seconds: u32,
}

impl Default for ClaimShown {
    fn default() -> Self {
        Self { limit: default_limit(), lease_seconds: default_lease(), wait_seconds: 0 }
    }
}

/// A message that no longer says how its task stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShownReminder {
    /// The reminder.
    pub id: Id,
    /// The chat that the message is in.
    pub chat_id: i64,
    /// The channel's own id of the message.
    pub message_id: String,
    /// The task that it shows.
    pub task_id: Id,
    /// How that stands; `null` if it is gone.
    pub task: Option<Task>,
    /// Where the reminder stands; `null` if it is gone.
    pub state: Option<ReminderState>,
    /// Until when it was put off.
    pub snoozed_until: Option<DateTime<Utc>>,
    /// The person's language.
    pub language: Option<Language>,
    /// The person's IANA zone.
    pub timezone: String,
    /// For [`ChangedMessage`].
    pub shown: String,
    /// For [`ChangedMessage`].
    pub seq: i64,
}

/// Body of `POST /api/reminders/shown/settle`: 1,000 messages at most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettleShown {
    /// Messages that say how their tasks stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<ChangedMessage>,
    /// Reminders whose messages can't be changed any more, to be forgotten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Id>,
}

/// A message that says how its task stood when it was claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangedMessage {
    /// The reminder.
    pub id: Id,
    /// From the claim.
    pub shown: String,
    /// From the claim.
    pub seq: i64,
}

impl Validate for ClaimShown {
    fn check(&self, faults: &mut Faults) {
        faults.range("limit", self.limit, 1, SHOWN_MAX);
        faults.range("lease_seconds", self.lease_seconds, 1, super::reminders::LEASE_MAX);
    }
}

impl Validate for SettleShown {
    fn check(&self, faults: &mut Faults) {
        let items = self.changed.len() + self.gone.len();
        if items > SETTLE_MAX {
            faults.add("changed", "too_many", format!("{items} items in all, at most {SETTLE_MAX} are allowed"));
        }
        for (index, message) in self.changed.iter().enumerate() {
            faults.within(&format!("changed[{index}]."), |faults| faults.visible("shown", &message.shown, 100));
        }
    }
}
