//! The journal: every change of a user's data, numbered without gaps.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Comment, ReminderRow, Tag, Task};

/// What happened to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum EventKind {
    /// A task was made.
    #[serde(rename = "task.created")]
    TaskCreated,
    /// A task was changed.
    #[serde(rename = "task.updated")]
    TaskUpdated,
    /// A task is gone.
    #[serde(rename = "task.deleted")]
    TaskDeleted,
    /// A tag was made.
    #[serde(rename = "tag.created")]
    TagCreated,
    /// A tag was renamed.
    #[serde(rename = "tag.updated")]
    TagUpdated,
    /// A tag is gone.
    #[serde(rename = "tag.deleted")]
    TagDeleted,
    /// A comment was made.
    #[serde(rename = "comment.created")]
    CommentCreated,
    /// A comment was changed.
    #[serde(rename = "comment.updated")]
    CommentUpdated,
    /// A comment is gone.
    #[serde(rename = "comment.deleted")]
    CommentDeleted,
    /// A reminder was planned.
    #[serde(rename = "reminder.created")]
    ReminderCreated,
    /// A reminder moved on in its ledger.
    #[serde(rename = "reminder.updated")]
    ReminderUpdated,
    /// A reminder is gone.
    #[serde(rename = "reminder.deleted")]
    ReminderDeleted,
}

impl EventKind {
    /// The name on the wire, e.g. `task.created`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskCreated => "task.created",
            Self::TaskUpdated => "task.updated",
            Self::TaskDeleted => "task.deleted",
            Self::TagCreated => "tag.created",
            Self::TagUpdated => "tag.updated",
            Self::TagDeleted => "tag.deleted",
            Self::CommentCreated => "comment.created",
            Self::CommentUpdated => "comment.updated",
            Self::CommentDeleted => "comment.deleted",
            Self::ReminderCreated => "reminder.created",
            Self::ReminderUpdated => "reminder.updated",
            Self::ReminderDeleted => "reminder.deleted",
        }
    }
}

/// A resource as `GET` answers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Resource {
    /// A task.
    Task(Task),
    /// A comment.
    Comment(Comment),
    /// A reminder.
    Reminder(ReminderRow),
    /// A tag; last, because every other resource has its fields and more.
    Tag(Tag),
}

/// One entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Change {
    /// Number in the user's journal: from 1, without gaps.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What happened.
    pub event: EventKind,
    /// The client that did it, e.g. `todo-cli`.
    pub client: String,
    /// The resource after the change; for `…deleted`, as it was.
    pub resource: Resource,
}

/// Which entries of the journal are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct ChangeQuery {
    /// Only entries behind this one; all that are kept if absent or 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Only entries before this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<i64>,
    /// `seq`, the oldest first, or `-seq`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordering: Option<String>,
    /// Entries on a page: 1 to 1,000, 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Where events begin.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct EventQuery {
    /// Behind this one; 0 replays what is kept. If absent, with what comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Of a page: 1 to 1,000, 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Optional body of `POST /api/undo`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undo {
    /// The change to revert; the last one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<i64>,
}

/// Answer of `POST /api/undo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Undone {
    /// The change that was reverted.
    pub undone: Change,
    /// The journal number of the reversal; undoing that redoes.
    pub seq: i64,
}
