//! Comments on tasks.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Due, Id,
    validate::{Faults, Validate},
};

/// Most characters in a comment.
pub const COMMENT_MAX: usize = 10_000;

/// A comment on a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comment {
    /// Identifier.
    pub id: Id,
    /// The task it is about.
    pub task_id: Id,
    /// 1–10,000 characters.
    pub content: String,
    /// When it was made.
    #[serde(serialize_with = "super::moment::serialize")]
    pub posted_date: DateTime<Utc>,
    /// Counts the changes of this comment; the `ETag`.
    pub version: i64,
}

/// Body of `POST /api/comments`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateComment {
    /// One of the caller's tasks.
    pub task_id: Id,
    /// 1–10,000 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 10000))]
    pub content: String,
    /// When it was posted, of a comment that comes from elsewhere; now if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_date: Option<DateTime<Utc>>,
}

/// Body of `PATCH /api/comments/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateComment {
    /// 1–10,000 characters.
    #[serde(default, deserialize_with = "super::patch::present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_length = 1, max_length = 10000))]
    pub content: Option<String>,
}

/// Query of `GET /api/comments`, ordered by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct CommentQuery {
    /// Comments on this task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub task_id: Option<Id>,
    /// Comments that contain this, whatever the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Comments of the account that this Telegram chat belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telegram_chat_id: Option<i64>,
    /// Posted at this moment (or on this day) or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub posted_after: Option<Due>,
    /// Posted before this moment (or day).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub posted_before: Option<Due>,
    /// Items on a page, 1–1000; 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1000))]
    pub limit: Option<u32>,
    /// From the `Link` header of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Validate for CreateComment {
    fn check(&self, faults: &mut Faults) {
        faults.visible("content", &self.content, COMMENT_MAX);
    }
}

impl Validate for UpdateComment {
    fn check(&self, faults: &mut Faults) {
        if let Some(content) = &self.content {
            faults.visible("content", content, COMMENT_MAX);
        }
    }
}
