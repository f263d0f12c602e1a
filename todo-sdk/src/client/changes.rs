//! `/api/changes` and `/api/undo`: the journal of one's changes.

use super::{
    Client, Create, Error,
    request::{Call, Server},
};
use crate::model::{Change, ChangeQuery, Undo, Undone};

const CHANGES: &str = "api/changes";

/// The calls about the journal.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// for change in client.changes().list().newest_first().limit(10).send().await? {
///     println!("{} {} by {}", change.seq, change.event.as_str(), change.client);
/// }
/// client.changes().undo().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Changes {
    pub(super) client: Client,
}

impl Changes {
    /// A page of the journal, the oldest first.
    pub fn list(&self) -> ChangeListBuilder {
        ChangeListBuilder { client: self.client.clone(), query: ChangeQuery::default() }
    }

    /// Reverts the last change, whichever client made it. 409 where something newer stands on the same field.
    ///
    /// Once more, it reverts that: to undo an undo is to redo.
    pub fn undo(&self) -> Create<Undone> {
        Create::new(self.client.clone(), Call::post(Server::Todo, "api/undo", &Undo::default()))
    }

    /// Reverts the call that made this change, by its number. 409 where something newer stands on the same field.
    pub fn undo_change(&self, seq: i64) -> Create<Undone> {
        Create::new(self.client.clone(), Call::post(Server::Todo, "api/undo", &Undo { seq: Some(seq) }))
    }
}

/// A page of the journal; see [`Changes::list`].
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct ChangeListBuilder {
    client: Client,
    query: ChangeQuery,
}

impl ChangeListBuilder {
    /// Only changes behind this one.
    pub fn since(mut self, seq: i64) -> Self {
        self.query.since = Some(seq);
        self
    }

    /// Only changes before this one.
    pub fn before(mut self, seq: i64) -> Self {
        self.query.before = Some(seq);
        self
    }

    /// Begins with the newest.
    pub fn newest_first(mut self) -> Self {
        self.query.ordering = Some("-seq".to_owned());
        self
    }

    /// Changes on the page, 1–1000; 100 by default.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// 410 where the journal does not reach back to [`since`](Self::since).
    pub async fn send(self) -> Result<Vec<Change>, Error> {
        self.client.send(Call::list(Server::Todo, CHANGES, &self.query)?).await?.json()
    }
}
