//! `/api/tasks`: tasks.

mod create;
mod list;
mod update;

pub use create::CreateTaskBuilder;
pub use list::TaskListBuilder;
pub use update::UpdateTaskBuilder;

use super::{
    Change, Client, Create, Error,
    request::{Call, Server},
};
use crate::model::{BulkResult, BulkTasks, CreateTask, Id, QuickResult, QuickTask, Task, TaskQuery, UpdateTask};

const TASKS: &str = "api/tasks";
const QUICK: &str = "api/tasks/quick";

/// The calls about tasks.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// use futures_util::TryStreamExt;
/// use todo_sdk::model::{BulkTasks, CreateTask};
///
/// let made = client.tasks().quick("Call the bank tomorrow 10:00 @home p1").await?;
/// let urgent: Vec<_> = client.tasks().list().completed(false).priority([1]).stream().try_collect().await?;
/// let create = vec![CreateTask { title: "Buy milk".to_owned(), ..CreateTask::default() }];
/// let bulk = BulkTasks { create, delete: vec![urgent[0].id], ..BulkTasks::default() };
/// client.tasks().bulk(&bulk).idempotency_key("of-this-morning").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tasks {
    pub(super) client: Client,
}

impl Tasks {
    /// Makes a task.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let friday = chrono::NaiveDate::from_ymd_opt(2026, 12, 4).ok_or("no such day")?;
    /// let task = client.tasks().create("Call the bank").priority(1).due(friday).send().await?;
    /// assert_eq!(task.version, 1);
    /// # Ok(())
    /// # }
    /// ```
    pub fn create(&self, title: impl Into<String>) -> CreateTaskBuilder {
        self.create_from(CreateTask { title: title.into(), ..CreateTask::default() })
    }

    /// Makes a task of fields that are put together already.
    pub fn create_from(&self, task: CreateTask) -> CreateTaskBuilder {
        CreateTaskBuilder::new(self.client.clone(), task)
    }

    /// One task.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn get(&self, id: Id) -> Result<Task, Error> {
        self.client.send(Call::get(Server::Todo, path(id))).await?.json()
    }

    /// All tasks, or those that filters let through.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// let page = client.tasks().list().completed(false).ordering("priority,due").limit(20).send().await?;
    /// if let Some(cursor) = page.next {
    ///     let next = client.tasks().list().completed(false).ordering("priority,due").limit(20).cursor(cursor);
    ///     println!("{} more", next.send().await?.items.len());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self) -> TaskListBuilder {
        TaskListBuilder::new(self.client.clone(), TaskQuery::default())
    }

    /// Changes some fields of a task and leaves the others.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// let task = client.tasks().get(12).await?;
    /// // Fails with 412 if somebody was faster.
    /// client.tasks().update(12).completed(true).clear_due().if_match(task.version).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update(&self, id: Id) -> UpdateTaskBuilder {
        UpdateTaskBuilder::new(self.client.clone(), id, UpdateTask::default())
    }

    /// Completes a task; of one that repeats, the next occurrence is made along with it.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// let done = client.tasks().complete(12).await?;
    /// println!("done at {:?}", done.completed_at);
    /// client.tasks().reopen(12).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn complete(&self, id: Id) -> UpdateTaskBuilder {
        self.update(id).completed(true)
    }

    /// Opens a completed task again.
    pub fn reopen(&self, id: Id) -> UpdateTaskBuilder {
        self.update(id).completed(false)
    }

    /// Sets every field of a task: what `task` leaves out is cleared.
    pub fn replace(&self, id: Id, task: &CreateTask) -> Change<Task> {
        Change::new(self.client.clone(), Call::put(Server::Todo, path(id), task))
    }

    /// Makes a task of one line, e.g. `Call the bank tomorrow 10:00 @home p1`; see [`quick`](crate::quick). Tags that
    /// don't exist are made along with it.
    pub fn quick(&self, text: impl Into<String>) -> Create<QuickResult> {
        let line = QuickTask { text: text.into(), dry_run: false };
        Create::new(self.client.clone(), Call::post(Server::Todo, QUICK, &line))
    }

    /// What the server understands of a line, without making anything.
    pub fn understand(&self, text: impl Into<String>) -> Create<QuickResult> {
        let line = QuickTask { text: text.into(), dry_run: true };
        Create::new(self.client.clone(), Call::post(Server::Todo, QUICK, &line))
    }

    /// Deletes a task and its comments.
    pub fn delete(&self, id: Id) -> Change<()> {
        Change::delete(self.client.clone(), Server::Todo, TASKS, id)
    }

    /// Makes, changes and deletes up to 1,000 tasks in one transaction: all of it or nothing.
    pub fn bulk(&self, tasks: &BulkTasks) -> Create<BulkResult> {
        Create::new(self.client.clone(), Call::post(Server::Todo, "api/tasks/bulk", tasks))
    }
}

fn path(id: Id) -> String {
    format!("{TASKS}/{id}")
}
