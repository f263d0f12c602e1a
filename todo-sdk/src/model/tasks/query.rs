//! Which tasks a list has, and in what order.

use serde::{Deserialize, Serialize};

use crate::model::Due;

/// What a list of tasks can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TaskOrder {
    /// Identifier: the order they were made in.
    Id,
    /// Title, whatever the case.
    Title,
    /// Priority, 1 first.
    Priority,
    /// Due date; those without one come last.
    Due,
    /// Reminder; those without one come last.
    RemindTime,
    /// When it was made.
    DateCreated,
    /// When it was last changed.
    DateUpdated,
    /// When it was done; those that are not come last.
    CompletedAt,
    /// Open first.
    Completed,
}

impl TaskOrder {
    /// Every order.
    pub const ALL: [Self; 9] = [
        Self::Id,
        Self::Title,
        Self::Priority,
        Self::Due,
        Self::RemindTime,
        Self::DateCreated,
        Self::DateUpdated,
        Self::CompletedAt,
        Self::Completed,
    ];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Title => "title",
            Self::Priority => "priority",
            Self::Due => "due",
            Self::RemindTime => "remind_time",
            Self::DateCreated => "date_created",
            Self::DateUpdated => "date_updated",
            Self::CompletedAt => "completed_at",
            Self::Completed => "completed",
        }
    }

    /// The order of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == name)
    }
}

/// Query of `GET /api/tasks`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TaskQuery {
    /// Done or open ones only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<bool>,
    /// Ids with commas between: tasks that have any of these tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(example = "1,2"))]
    pub tags_ids: Option<String>,
    /// Tasks of the account that this Telegram chat belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telegram_chat_id: Option<i64>,
    /// Tasks whose title or description contains this, whatever the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Priorities with commas between.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(example = "1,2"))]
    pub priority: Option<String>,
    /// Due before this moment, or before this day begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub due_before: Option<Due>,
    /// Due at this moment or later, or from the begin of this day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub due_after: Option<Due>,
    /// With a reminder before this moment or day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub remind_before: Option<Due>,
    /// Fields with commas between, `-` before one for descending: `priority,-due`. `id` if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(example = "priority,due"))]
    pub ordering: Option<String>,
    /// Items on a page, 1–1000; 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1000))]
    pub limit: Option<u32>,
    /// From the `Link` header of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
