//! All of a person's data, a line each.

use serde::{Deserialize, Serialize};

use super::{Comment, Tag, Task, User};

/// The version of the format.
pub const EXPORT_VERSION: u32 = 1;

/// A line of `GET /api/users/me/export`: the head, all tags, each task with its comments behind it, and the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Exported {
    /// The first line.
    Todo(ExportHead),
    /// A tag.
    Tag(Tag),
    /// A task.
    Task(Box<Task>),
    /// A comment on the last task.
    Comment(Comment),
    /// The last line: without it something is missing.
    End(ExportEnd),
}

/// What the export is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportHead {
    /// [`EXPORT_VERSION`].
    pub version: u32,
    /// Whose data it is.
    pub user: User,
}

/// How much there was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportEnd {
    /// Tags.
    pub tags: u64,
    /// Tasks.
    pub tasks: u64,
    /// Comments.
    pub comments: u64,
}

impl ExportEnd {
    /// Counts a line.
    pub fn count(&mut self, line: &Exported) {
        match line {
            Exported::Tag(_) => self.tags += 1,
            Exported::Task(_) => self.tasks += 1,
            Exported::Comment(_) => self.comments += 1,
            Exported::Todo(_) | Exported::End(_) => {}
        }
    }
}
