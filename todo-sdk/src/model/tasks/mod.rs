//! Tasks.

mod checks;
mod query;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::query::{TaskOrder, TaskQuery};
use super::patch::{nullable, present};
use super::{Due, Id};

/// Most characters in a title.
pub const TITLE_MAX: usize = 100;
/// Most characters in a description.
pub const DESCRIPTION_MAX: usize = 10_000;
/// The priority of a task that has none; 1 is the highest.
pub const PRIORITY_NONE: i16 = 4;
/// Most tags on one task.
pub const TASK_TAGS_MAX: usize = 100;
/// The most that a reminder can be away from its due date, in seconds: 366 days.
pub const REMIND_BEFORE_MAX: i64 = 366 * 86_400;
/// The shortest pause between reminders that go on until the task is done, in seconds.
pub const NAG_MIN: i64 = 60;
/// The longest such pause: a week.
pub const NAG_MAX: i64 = 7 * 86_400;
/// Most items in one [`BulkTasks`].
pub const BULK_MAX: usize = 1000;

/// What the next occurrence of a repeating task is reckoned from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RepeatFrom {
    /// The due date.
    #[default]
    Schedule,
    /// The moment it was completed.
    Completion,
}

/// How a task repeats.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Repeat {
    /// A recurrence rule ([RFC 5545, 3.3.10](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10)),
    /// e.g. `FREQ=WEEKLY;BYDAY=MO`, reckoned in the owner's zone.
    pub rrule: String,
    /// What the next occurrence is reckoned from.
    #[serde(default)]
    pub from: RepeatFrom,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Task {
    /// Identifier.
    pub id: Id,
    /// 1–100 characters.
    pub title: String,
    /// Up to 10,000 characters; empty if there is none.
    pub description: String,
    /// Whether it is done.
    pub completed: bool,
    /// When it was done.
    #[serde(serialize_with = "super::moment::option::serialize")]
    pub completed_at: Option<DateTime<Utc>>,
    /// 1 (highest) to 4 (none).
    pub priority: i16,
    /// When it is due.
    pub due: Option<Due>,
    /// When to remind of it.
    #[serde(serialize_with = "super::moment::option::serialize")]
    pub remind_time: Option<DateTime<Utc>>,
    /// How long before `due` that is, in seconds: then `remind_time` moves along with `due`. Below zero: after it. Of a
    /// whole day its beginning counts.
    #[serde(default)]
    pub remind_before_seconds: Option<i64>,
    /// Remind again and again, with this pause in seconds, until it is done; at most ten times.
    #[serde(default)]
    pub nag_seconds: Option<i64>,
    /// How it repeats.
    pub repeat: Option<Repeat>,
    /// Ids of its tags, ascending.
    pub tags: Vec<Id>,
    /// The Telegram account of its owner.
    pub telegram_user: Option<Id>,
    /// When it was made.
    #[serde(serialize_with = "super::moment::serialize")]
    pub date_created: DateTime<Utc>,
    /// When it was last changed.
    #[serde(serialize_with = "super::moment::serialize")]
    pub date_updated: DateTime<Utc>,
    /// Counts the changes of this task; the `ETag`.
    pub version: i64,
}

/// Body of `POST /api/tasks` and `PUT /api/tasks/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateTask {
    /// 1–100 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub title: String,
    /// Up to 10,000 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub description: String,
    /// Whether it is done already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub completed: bool,
    /// 1 (highest) to 4 (none); 4 if absent.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, minimum = 1, maximum = 4))]
    pub priority: Option<i16>,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// When to remind of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_time: Option<DateTime<Utc>>,
    /// Remind so many seconds before `due`, and move along with it; stands above `remind_time`. Below zero: after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_before_seconds: Option<i64>,
    /// Remind again and again, with this pause in seconds, until it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 60, maximum = 604_800))]
    pub nag_seconds: Option<i64>,
    /// How it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Ids of the owner's tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Id>,
    /// When it was made, of a task that comes from elsewhere; now if absent. `PUT` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_created: Option<DateTime<Utc>>,
    /// When it was done, of a task that comes from elsewhere; now if absent. `PUT` leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<DateTime<Utc>>,
}

/// Body of `PATCH /api/tasks/{id}`: absent leaves a field, `null` clears it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateTask {
    /// 1–100 characters.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_length = 1, max_length = 100))]
    pub title: Option<String>,
    /// Up to 10,000 characters; `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 10000))]
    pub description: Option<Option<String>>,
    /// `true` completes, `false` reopens.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub completed: Option<bool>,
    /// 1 (highest) to 4 (none); `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i16>, minimum = 1, maximum = 4))]
    pub priority: Option<Option<i16>>,
    /// `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Due>))]
    pub due: Option<Option<Due>>,
    /// `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<DateTime<Utc>>))]
    pub remind_time: Option<Option<DateTime<Utc>>>,
    /// Remind so many seconds before `due`, and move along with it; stands above `remind_time`. `null`: the reminder stays
    /// where it is.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>))]
    pub remind_before_seconds: Option<Option<i64>>,
    /// Remind again and again, with this pause in seconds, until it is done; `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<i64>, minimum = 60, maximum = 604_800))]
    pub nag_seconds: Option<Option<i64>>,
    /// `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Repeat>))]
    pub repeat: Option<Option<Repeat>>,
    /// Replaces all tags; `null` clears.
    #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<Id>>))]
    pub tags: Option<Option<Vec<Id>>>,
}

impl From<CreateTask> for UpdateTask {
    /// What `PUT` does: every field is set.
    fn from(task: CreateTask) -> Self {
        Self {
            title: Some(task.title),
            description: Some(Some(task.description)),
            completed: Some(task.completed),
            priority: Some(task.priority),
            due: Some(task.due),
            remind_time: Some(task.remind_time),
            remind_before_seconds: Some(task.remind_before_seconds),
            nag_seconds: Some(task.nag_seconds),
            repeat: Some(task.repeat),
            tags: Some(Some(task.tags)),
        }
    }
}

/// One update in a [`BulkTasks`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkUpdate {
    /// The task.
    pub id: Id,
    /// Refuse the whole call where the task has another version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// What to change.
    // `flatten` and `deny_unknown_fields` do not go together; the inner type still denies.
    #[serde(flatten)]
    pub changes: UpdateTask,
}

/// Body of `POST /api/tasks/bulk`: one transaction of at most 1,000 items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkTasks {
    /// Tasks to make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub create: Vec<CreateTask>,
    /// A key of 1 to 255 characters for each of `create`, in their order; or none at all. What was made under the same key
    /// within 24 hours is not made again, in whichever call it was and whatever else is said of it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub create_keys: Vec<String>,
    /// Tasks to change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub update: Vec<BulkUpdate>,
    /// Tasks to delete.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delete: Vec<Id>,
}

/// Answer of `POST /api/tasks/bulk`, in the order of the request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResult {
    /// The tasks made.
    pub created: Vec<Task>,
    /// Those that were not made, as their `create_keys` were used before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub already: Vec<AlreadyMade>,
    /// The tasks changed, as they are now.
    pub updated: Vec<Task>,
    /// The tasks deleted.
    pub deleted: Vec<Id>,
}

/// A task of a [`BulkTasks`] that an earlier call had made under the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlreadyMade {
    /// Its place in `create`, from 0 on.
    pub index: usize,
    /// The task that was made then; it may be gone since.
    pub id: Id,
}
