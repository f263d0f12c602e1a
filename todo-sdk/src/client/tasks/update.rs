//! Changing a task.

use chrono::{DateTime, TimeDelta, Utc};

use super::path;
use crate::{
    client::{
        Client, Error,
        request::{Call, Server},
    },
    model::{Due, Id, Repeat, Task, UpdateTask},
};

/// Changes some fields of a task; see [`Tasks::update`](super::Tasks::update).
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct UpdateTaskBuilder {
    client: Client,
    id: Id,
    changes: UpdateTask,
    version: Option<i64>,
}

impl UpdateTaskBuilder {
    pub(super) fn new(client: Client, id: Id, changes: UpdateTask) -> Self {
        Self { client, id, changes, version: None }
    }

    /// 1–100 characters.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.changes.title = Some(title.into());
        self
    }

    /// Up to 10,000 characters.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.changes.description = Some(Some(description.into()));
        self
    }

    /// Takes the description away.
    pub fn clear_description(mut self) -> Self {
        self.changes.description = Some(None);
        self
    }

    /// `true` completes, `false` reopens.
    pub fn completed(mut self, completed: bool) -> Self {
        self.changes.completed = Some(completed);
        self
    }

    /// 1 (highest) to 4 (none).
    pub fn priority(mut self, priority: i16) -> Self {
        self.changes.priority = Some(Some(priority));
        self
    }

    /// Takes the priority away.
    pub fn clear_priority(mut self) -> Self {
        self.changes.priority = Some(None);
        self
    }

    /// When it is due: a moment, or a day.
    pub fn due(mut self, due: impl Into<Due>) -> Self {
        self.changes.due = Some(Some(due.into()));
        self
    }

    /// Takes the due date away.
    pub fn clear_due(mut self) -> Self {
        self.changes.due = Some(None);
        self
    }

    /// When to remind of it.
    pub fn remind_time(mut self, time: DateTime<Utc>) -> Self {
        self.changes.remind_time = Some(Some(time));
        self
    }

    /// Takes the reminder away.
    pub fn clear_remind_time(mut self) -> Self {
        self.changes.remind_time = Some(None);
        self
    }

    /// Remind so long before it is due, and move along with `due`. Below zero: after it.
    pub fn remind_before(mut self, before: TimeDelta) -> Self {
        self.changes.remind_before_seconds = Some(Some(before.num_seconds()));
        self
    }

    /// Remind again and again, with this pause, until it is done: a minute to a week.
    pub fn nag_every(mut self, pause: TimeDelta) -> Self {
        self.changes.nag_seconds = Some(Some(pause.num_seconds()));
        self
    }

    /// Remind once.
    pub fn clear_nag(mut self) -> Self {
        self.changes.nag_seconds = Some(None);
        self
    }

    /// How it repeats.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.changes.repeat = Some(Some(repeat));
        self
    }

    /// Has it repeat no more.
    pub fn clear_repeat(mut self) -> Self {
        self.changes.repeat = Some(None);
        self
    }

    /// Replaces its tags; none takes them all away.
    pub fn tags(mut self, tags: impl IntoIterator<Item = Id>) -> Self {
        self.changes.tags = Some(Some(tags.into_iter().collect()));
        self
    }

    /// Everything at once, in place of what was set so far.
    pub fn changes(mut self, changes: UpdateTask) -> Self {
        self.changes = changes;
        self
    }

    /// Refuse (412, `version_moved`) unless the task has this version.
    pub fn if_match(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// 422 where a field is out of its limits.
    pub async fn send(self) -> Result<Task, Error> {
        let call = Call::patch(Server::Todo, path(self.id), &self.changes).if_match(self.version);
        self.client.send(call).await?.json()
    }
}
