//! What can be written while the server is away.

use serde::{Deserialize, Serialize};

use crate::model::{CreateComment, CreateTask, Id, UpdateTask};

/// A write, with the types of the wire. Ids below zero are [provisional](Operation#provisional-ids).
///
/// # Provisional ids
///
/// A task that is made in the queue has no id yet. Until it has, `-N` stands for it, where `N` is the
/// [number](super::Entry::number) of the entry that makes it; what comes later in the queue may name it by that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Makes a task.
    CreateTask {
        /// As it is to be.
        task: Box<CreateTask>,
        /// Names of further tags. Those that don't exist are made.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<String>,
    },
    /// Changes some fields of a task; completes and reopens it as well.
    UpdateTask {
        /// The task.
        id: Id,
        /// What to change.
        changes: Box<UpdateTask>,
        /// The version that the change was made on, if it is known. Another one is a conflict.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<i64>,
        /// Names of tags to put on. Those that don't exist are made.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tag: Vec<String>,
        /// Names (or ids) of tags to take off.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        untag: Vec<String>,
    },
    /// Deletes a task and its comments.
    DeleteTask {
        /// The task.
        id: Id,
        /// The version that was deleted, if it is known. Another one is a conflict.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<i64>,
    },
    /// Comments on a task.
    Comment {
        /// As it is to be.
        comment: CreateComment,
    },
    /// Makes a tag, unless there is one of that name.
    CreateTag {
        /// Its name.
        name: String,
    },
}

impl Operation {
    /// Makes a task.
    #[must_use]
    pub fn create(task: CreateTask) -> Self {
        Self::CreateTask { task: Box::new(task), tags: Vec::new() }
    }

    /// Changes some fields of a task.
    #[must_use]
    pub fn update(id: Id, changes: UpdateTask) -> Self {
        Self::UpdateTask { id, changes: Box::new(changes), version: None, tag: Vec::new(), untag: Vec::new() }
    }

    /// Completes (`true`) or reopens (`false`) a task.
    #[must_use]
    pub fn complete(id: Id, completed: bool) -> Self {
        Self::update(id, UpdateTask { completed: Some(completed), ..UpdateTask::default() })
    }

    /// Deletes a task.
    #[must_use]
    pub fn delete(id: Id) -> Self {
        Self::DeleteTask { id, version: None }
    }

    /// Comments on a task.
    #[must_use]
    pub fn comment(task_id: Id, content: impl Into<String>) -> Self {
        Self::Comment { comment: CreateComment { task_id, content: content.into(), posted_date: None } }
    }

    /// The same change, of a task that has this version. Has no meaning for what is made.
    #[must_use]
    pub fn if_match(mut self, of: i64) -> Self {
        if let Self::UpdateTask { version, .. } | Self::DeleteTask { version, .. } = &mut self {
            *version = Some(of);
        }
        self
    }

    /// The task that it is about, unless it makes one.
    #[must_use]
    pub fn task(&self) -> Option<Id> {
        match self {
            Self::UpdateTask { id, .. } | Self::DeleteTask { id, .. } => Some(*id),
            Self::Comment { comment } => Some(comment.task_id),
            Self::CreateTask { .. } | Self::CreateTag { .. } => None,
        }
    }

    /// The version that it insists on.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        match self {
            Self::UpdateTask { version, .. } | Self::DeleteTask { version, .. } => *version,
            Self::CreateTask { .. } | Self::Comment { .. } | Self::CreateTag { .. } => None,
        }
    }

    /// The same about another task, e.g. what a provisional id turned out to be. Has no meaning for what is made.
    #[must_use]
    pub fn of_task(mut self, task: Id) -> Self {
        match &mut self {
            Self::UpdateTask { id, .. } | Self::DeleteTask { id, .. } => *id = task,
            Self::Comment { comment } => comment.task_id = task,
            Self::CreateTask { .. } | Self::CreateTag { .. } => {}
        }
        self
    }

    /// Whether doing it twice would make two things, so that only its key keeps it from that.
    pub(super) fn needs_its_key(&self) -> bool {
        matches!(self, Self::CreateTask { .. } | Self::Comment { .. })
    }
}
