//! Listing tasks.

use futures_util::Stream;

use super::TASKS;
use crate::{
    client::{
        Client, Error, Page,
        page::items,
        request::{Call, Server},
    },
    model::{Due, Id, Task, TaskQuery},
};

/// A list of tasks; see [`Tasks::list`](super::Tasks::list).
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct TaskListBuilder {
    client: Client,
    query: TaskQuery,
}

impl TaskListBuilder {
    pub(super) fn new(client: Client, query: TaskQuery) -> Self {
        Self { client, query }
    }

    /// Done or open ones only.
    pub fn completed(mut self, completed: bool) -> Self {
        self.query.completed = Some(completed);
        self
    }

    /// Tasks that have any of these tags.
    pub fn tags(mut self, ids: impl IntoIterator<Item = Id>) -> Self {
        self.query.tags_ids = Some(with_commas(ids));
        self
    }

    /// Tasks whose title or description contains this, whatever the case.
    pub fn q(mut self, text: impl Into<String>) -> Self {
        self.query.q = Some(text.into());
        self
    }

    /// Tasks of any of these priorities.
    pub fn priority(mut self, priorities: impl IntoIterator<Item = i16>) -> Self {
        self.query.priority = Some(with_commas(priorities));
        self
    }

    /// Due before this moment, or before this day begins.
    pub fn due_before(mut self, time: impl Into<Due>) -> Self {
        self.query.due_before = Some(time.into());
        self
    }

    /// Due at this moment or later, or from the begin of this day on.
    pub fn due_after(mut self, time: impl Into<Due>) -> Self {
        self.query.due_after = Some(time.into());
        self
    }

    /// With a reminder before this moment or day.
    pub fn remind_before(mut self, time: impl Into<Due>) -> Self {
        self.query.remind_before = Some(time.into());
        self
    }

    /// Fields of [`TaskOrder`](crate::model::TaskOrder) with commas between, `-` before one for descending:
    /// `priority,-due`.
    pub fn ordering(mut self, ordering: impl Into<String>) -> Self {
        self.query.ordering = Some(ordering.into());
        self
    }

    /// Items on a page, 1–1000; 100 by default.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Begins with the page that [`Page::next`] names. The filters and the order have to be the same as before.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.query.cursor = Some(cursor.into());
        self
    }

    /// Everything at once, in place of what was set so far.
    pub fn query(mut self, query: TaskQuery) -> Self {
        self.query = query;
        self
    }

    /// One page.
    ///
    /// # Errors
    ///
    /// 422 where a filter makes no sense.
    pub async fn send(self) -> Result<Page<Task>, Error> {
        Page::read(&self.client.send(Call::list(Server::Todo, TASKS, &self.query)?).await?)
    }

    /// The tasks of all pages; each page is fetched when the tasks before it are used up.
    pub fn stream(self) -> impl Stream<Item = Result<Task, Error>> + Send + 'static {
        items(self.query.cursor.clone(), move |cursor| {
            let page = Self { query: TaskQuery { cursor, ..self.query.clone() }, ..self.clone() };
            page.send()
        })
    }
}

fn with_commas<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}
