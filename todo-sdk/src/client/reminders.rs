//! `/api/reminders`: what is to come, what became of it, and its delivery.

use chrono::{DateTime, Utc};

use super::{
    Change, Client, Deliverer, Error, ShownReminders, Undelivered,
    request::{Call, Server},
};
use crate::model::{
    ClaimReminders, ClaimedReminder, Id, ReminderQuery, ReminderRow, ReminderSent, SettleReminders, SettledReminders,
    SnoozeReminder,
};

const REMINDERS: &str = "api/reminders";

/// The calls about reminders.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// if let Some(next) = client.reminders().pending().await?.into_iter().next() {
///     let later = next.due_at + chrono::TimeDelta::hours(1);
///     client.reminders().snooze(next.id, later).await?;
///     for row in client.reminders().of_task(next.task_id).await? {
///         println!("{} {}", row.due_at, row.state.as_str());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Reminders {
    pub(super) client: Client,
}

impl Reminders {
    /// What is still to come, the next first.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn pending(&self) -> Result<Vec<ReminderRow>, Error> {
        let query = ReminderQuery { limit: Some(crate::model::LIMIT_MAX) };
        self.client.send(Call::list(Server::Todo, REMINDERS, &query)?).await?.json()
    }

    /// What became of each reminder of a task, the oldest first.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn of_task(&self, task: Id) -> Result<Vec<ReminderRow>, Error> {
        self.client.send(Call::get(Server::Todo, format!("api/tasks/{task}/reminders"))).await?.json()
    }

    /// Puts a reminder off, and answers the one that comes instead. Its task stays as it is.
    pub fn snooze(&self, id: Id, until: DateTime<Utc>) -> Change<ReminderRow> {
        let call = Call::post(Server::Todo, &format!("{REMINDERS}/{id}/snooze"), &SnoozeReminder { until });
        Change::new(self.client.clone(), call)
    }

    /// Leases reminders that are due. Internal services only; see [`deliver`](Self::deliver) for a loop that does it all.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn claim(&self, claim: &ClaimReminders) -> Result<Vec<ClaimedReminder>, Error> {
        self.client.send(Call::post(Server::Todo, "api/reminders/claim", claim)).await?.json()
    }

    /// A leased reminder was delivered.
    ///
    /// # Errors
    ///
    /// 409 where the lease is another's by now.
    pub async fn sent(&self, reminder: &ClaimedReminder, message_id: Option<String>) -> Result<ReminderRow, Error> {
        let body = ReminderSent { lease: reminder.lease.clone(), message_id, version: Some(reminder.task.version) };
        let path = format!("{REMINDERS}/{}/sent", reminder.id);
        self.client.send(Call::post(Server::Todo, &path, &body)).await?.json()
    }

    /// A leased reminder could not be delivered.
    ///
    /// # Errors
    ///
    /// 409 where the lease is another's by now.
    pub async fn failed(&self, reminder: &ClaimedReminder, why: &Undelivered) -> Result<ReminderRow, Error> {
        let body = why.of(&reminder.lease);
        let path = format!("{REMINDERS}/{}/failed", reminder.id);
        self.client.send(Call::post(Server::Todo, &path, &body)).await?.json()
    }

    /// Tells what became of leased reminders, 1,000 at most, in one call.
    ///
    /// # Errors
    ///
    /// See [`Error`]. Reminders that are another's by now are no error: they are in [`SettledReminders::lost`].
    pub async fn settle(&self, settle: &SettleReminders) -> Result<SettledReminders, Error> {
        self.client.send(Call::post(Server::Todo, "api/reminders/settle", settle)).await?.json()
    }

    /// A reminder that no channel has was shown to the person by a program of their own.
    ///
    /// # Errors
    ///
    /// 409 where it is not due yet.
    pub async fn shown(&self, id: Id) -> Result<ReminderRow, Error> {
        self.client.send(Call::post(Server::Todo, &format!("{REMINDERS}/{id}/shown"), &())).await?.json()
    }

    /// Messages that show reminders, to be kept true to their tasks. Internal services only.
    #[must_use]
    pub fn shown_messages(&self) -> ShownReminders {
        ShownReminders { client: self.client.clone() }
    }

    /// Delivers reminders for as long as it is polled: claims what is due, calls `send` for each, several at a time, and
    /// tells the server what became of it. It goes on through outages; what it had then is delivered again, by this or
    /// another deliverer, when its lease ends. For other bounds than its own, see [`deliverer`](Self::deliverer).
    ///
    /// `send` answers the channel's own id of the message, if it has one.
    ///
    /// # Errors
    ///
    /// Only where going on is no use, as when the service's secret is refused.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), todo_sdk::Error> {
    /// use todo_sdk::Client;
    ///
    /// let client = Client::builder("http://127.0.0.1:8000").service("printer", "its secret").build()?;
    /// let print = |reminder: todo_sdk::model::ClaimedReminder| async move {
    ///     println!("{}", reminder.task.title);
    ///     Ok(None)
    /// };
    /// client.reminders().deliver("printer", print).await
    /// # }
    /// ```
    pub async fn deliver<F, S>(&self, channel: &str, send: F) -> Result<(), Error>
    where
        F: Fn(ClaimedReminder) -> S + Sync,
        S: Future<Output = Result<Option<String>, Undelivered>> + Send,
    {
        self.deliverer(channel).run(send).await
    }

    /// [`deliver`](Self::deliver) with bounds of one's own.
    pub fn deliverer(&self, channel: impl Into<String>) -> Deliverer {
        Deliverer::new(self.clone(), channel.into())
    }
}
