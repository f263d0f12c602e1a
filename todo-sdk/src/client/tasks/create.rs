//! Making a task.

use chrono::{DateTime, TimeDelta, Utc};

use super::TASKS;
use crate::{
    client::{
        Client, Error,
        request::{Call, Server},
    },
    model::{CreateTask, Due, Id, Repeat, Task},
};

/// Makes a task; see [`Tasks::create`](super::Tasks::create).
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct CreateTaskBuilder {
    client: Client,
    task: CreateTask,
    key: Option<String>,
}

impl CreateTaskBuilder {
    pub(super) fn new(client: Client, task: CreateTask) -> Self {
        Self { client, task, key: None }
    }

    /// Up to 10,000 characters.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.task.description = description.into();
        self
    }

    /// Whether it is done already.
    pub fn completed(mut self, completed: bool) -> Self {
        self.task.completed = completed;
        self
    }

    /// 1 (highest) to 4 (none).
    pub fn priority(mut self, priority: i16) -> Self {
        self.task.priority = Some(priority);
        self
    }

    /// When it is due: a moment, or a day.
    pub fn due(mut self, due: impl Into<Due>) -> Self {
        self.task.due = Some(due.into());
        self
    }

    /// When to remind of it.
    pub fn remind_time(mut self, time: DateTime<Utc>) -> Self {
        self.task.remind_time = Some(time);
        self
    }

    /// Remind so long before it is due, and move along with `due`. Below zero: after it.
    pub fn remind_before(mut self, before: TimeDelta) -> Self {
        self.task.remind_before_seconds = Some(before.num_seconds());
        self
    }

    /// Remind again and again, with this pause, until it is done: a minute to a week.
    pub fn nag_every(mut self, pause: TimeDelta) -> Self {
        self.task.nag_seconds = Some(pause.num_seconds());
        self
    }

    /// How it repeats.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.task.repeat = Some(repeat);
        self
    }

    /// Ids of its tags.
    pub fn tags(mut self, tags: impl IntoIterator<Item = Id>) -> Self {
        self.task.tags = tags.into_iter().collect();
        self
    }

    /// A key of the caller's in place of a random one: a program that starts over with the same key, within 24 hours,
    /// doesn't make the task twice.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// 422 where a field is out of its limits.
    pub async fn send(self) -> Result<Task, Error> {
        self.client.send(Call::post(Server::Todo, TASKS, &self.task).keyed(self.key)).await?.json()
    }
}
