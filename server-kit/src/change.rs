//! The frame of every write of a person's data.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use todo_sdk::model::Id;

use crate::{
    Error, Kit,
    db::{Conn, Single},
    idempotency::Request,
    journal::{self, Owner},
    reply::Reply,
};

/// What a write does, once the person's row is locked.
pub trait Work<T>:
    for<'c> FnOnce(&'c mut Conn<'_>, Owner, DateTime<Utc>) -> BoxFuture<'c, Result<T, Error>> + Send + 'static
{
}

impl<T, F> Work<T> for F where
    F: for<'c> FnOnce(&'c mut Conn<'_>, Owner, DateTime<Utc>) -> BoxFuture<'c, Result<T, Error>> + Send + 'static
{
}

impl Kit {
    /// Changes a person's data in one transaction, whose first statement locks the person's row.
    ///
    /// # Errors
    ///
    /// 401 if the account is gone; what `work` answers.
    pub async fn change<T: Send + 'static>(&self, user: Id, work: impl Work<T>) -> Result<T, Error> {
        let (now, owners) = (self.clock.now(), self.owners.clone());
        let written = self.db.write(move |conn| {
            Box::pin(async move {
                let owner = journal::lock(conn, user).await?;
                owners.insert(user, owner.clone());
                work(conn, owner, now).await
            })
        });
        let written = written.await?;
        self.feed.changed(user);
        Ok(written)
    }

    /// The same, done once: a call that came before with the same `Idempotency-Key` is answered from its record.
    ///
    /// # Errors
    ///
    /// 422 if the key was used for another request; as [`Kit::change`].
    pub async fn change_once(&self, user: Id, once: Option<Request>, work: impl Work<Reply>) -> Result<Reply, Error> {
        let Some(once) = once else { return self.change(user, work).await };
        self.change(user, move |conn, owner, now| {
            Box::pin(async move {
                if let Some(reply) = once.replay(conn, Some(user), now).await? {
                    return Ok(reply);
                }
                let reply = work(conn, owner, now).await?;
                once.keep(conn, user, now, &reply).await?;
                Ok(reply)
            })
        })
        .await
    }

    /// The same, tried in one statement first, of what is remembered of the person: see [`crate::at_once`]. That answers
    /// nothing, and has written nothing, where it does not do.
    ///
    /// # Errors
    ///
    /// As [`Kit::change_once`].
    pub async fn change_at_once<'a, F>(
        &'a self,
        user: Id,
        once: Option<Request>,
        at_once: impl FnOnce(Single<'a>, Owner, DateTime<Utc>, Option<Request>) -> F,
        work: impl Work<Reply>,
    ) -> Result<Reply, Error>
    where
        F: Future<Output = Result<Option<Reply>, Error>> + Send,
    {
        if let Some(owner) = self.owners.get(&user) {
            let (now, key) = (self.clock.now(), once.clone());
            if let Some(reply) = at_once(self.db.single().await?, owner, now, key).await? {
                self.feed.changed(user);
                return Ok(reply);
            }
        }
        Box::pin(self.change_once(user, once, work)).await
    }
}
