//! Rows that many callers ask for at the same time, looked up in one statement.
//!
//! A round trip costs both ends more than the row that is found in it. Whoever asks while others are being looked after is
//! in the next statement, with all who came in the meantime. Nobody waits for a clock, and who is alone has a statement to
//! themselves. An embedded database is no round trip away: there, each caller reads alone.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::BoxFuture;
use sqlx::{FromRow, PgConnection, Row, postgres::PgRow};
use todo_sdk::model::Id;
use tokio::{sync::oneshot, time::timeout};

use super::{Conn, Db, pool};
use crate::Error;

/// Statements at a time: while the database works on one, the server fills the other.
const LANES: usize = 2;
/// Most rows in a statement: bounds how long the first one waits for the others.
const MOST: usize = 64;
/// How long a statement may take before its callers ask alone: a connection that hangs must not hold up the others.
const PATIENCE: Duration = Duration::from_secs(5);

/// A row's owner, and its id.
type Key = (Id, Id);
/// Looks one row up.
type One<T> = for<'c> fn(&'c mut Conn<'_>, Id, Id) -> BoxFuture<'c, Result<Option<T>, Error>>;
/// Looks rows up: answers as many as there are keys, in their order.
type Many<T> =
    for<'c> fn(&'c mut PgConnection, &'static str, &'c [Key]) -> BoxFuture<'c, Result<Vec<Option<T>>, Error>>;

/// Looks up rows of one kind. Cheap to clone; clones share their statements.
pub struct Together<T>(Arc<Inner<T>>);

struct Inner<T> {
    db: Db,
    one: One<T>,
    many: Many<T>,
    select: &'static str,
    queue: Mutex<Queue<T>>,
}

struct Queue<T> {
    waiting: Vec<Waiting<T>>,
    /// Whether a lane is about to take those who wait.
    gathering: bool,
    /// Lanes whose statement runs.
    busy: usize,
}

struct Waiting<T> {
    key: Key,
    answer: oneshot::Sender<Option<T>>,
}

impl<T> Clone for Together<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Together<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Together").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Together<T> {
    /// Of rows in `db`: how to look one up, and the statement for PostgreSQL that looks up many. Its parameters are two
    /// arrays, of owners and of ids; its last column, `nr`, says to which place in them a row belongs, as in
    /// `unnest($1, $2) WITH ORDINALITY AS k (user_id, id, nr)`.
    #[must_use]
    pub fn new<R>(db: Db, one: One<T>, select: &'static str) -> Self
    where
        R: for<'r> FromRow<'r, PgRow> + Into<T> + 'static,
    {
        let many: Many<T> = |conn, select, keys| Box::pin(look_up::<R, T>(conn, select, keys));
        let queue = Queue { waiting: Vec::new(), gathering: false, busy: 0 };
        Self(Arc::new(Inner { db, one, many, select, queue: Mutex::new(queue) }))
    }

    /// The person's row of that id, if there is one.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn get(&self, user: Id, id: Id) -> Result<Option<T>, Error> {
        if matches!(self.0.db, Db::Postgres(_))
            && let Ok(found) = self.ask((user, id)).await
        {
            return Ok(found);
        }
        (self.0.one)(&mut self.0.db.read().await?.conn(), user, id).await
    }

    /// Fails if the common statement did: each caller finds out alone what is the matter.
    fn ask(&self, key: Key) -> oneshot::Receiver<Option<T>> {
        let (answer, answered) = oneshot::channel();
        let mut queue = self.0.lock();
        queue.waiting.push(Waiting { key, answer });
        if queue.begins() {
            Lane::start(&self.0);
        }
        answered
    }
}

impl<T> Inner<T> {
    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Queue<T> {
    /// Whether a lane is needed for those who wait; then there is one from now on.
    fn begins(&mut self) -> bool {
        let begins = !self.gathering && self.busy < LANES && !self.waiting.is_empty();
        self.gathering |= begins;
        begins
    }
}

/// Runs one statement after the other, for as long as somebody waits.
struct Lane<T> {
    inner: Arc<Inner<T>>,
    stage: Stage,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Gathers,
    Busy,
    Over,
}

/// A lane that ends before it is over (a panic, the end of the runtime) leaves nobody waiting for it.
impl<T> Drop for Lane<T> {
    fn drop(&mut self) {
        if self.stage == Stage::Over {
            return;
        }
        let mut queue = self.inner.lock();
        match self.stage {
            Stage::Busy => queue.busy -= 1,
            _ => queue.gathering = false,
        }
        queue.waiting.clear();
    }
}

impl<T: Send + 'static> Lane<T> {
    fn start(inner: &Arc<Inner<T>>) {
        tokio::spawn(Self { inner: Arc::clone(inner), stage: Stage::Gathers }.run());
    }

    async fn run(mut self) {
        loop {
            // Whoever is about to ask does so now.
            tokio::task::yield_now().await;
            let waiting = self.take();
            self.answer(waiting).await;
            if !self.goes_on() {
                return;
            }
        }
    }

    fn take(&mut self) -> Vec<Waiting<T>> {
        let mut queue = self.inner.lock();
        queue.gathering = false;
        queue.busy += 1;
        self.stage = Stage::Busy;
        let count = queue.waiting.len().min(MOST);
        let taken = queue.waiting.drain(..count).collect();
        // More than one statement takes: another lane needs not wait for this one.
        if queue.begins() {
            Self::start(&self.inner);
        }
        taken
    }

    fn goes_on(&mut self) -> bool {
        let mut queue = self.inner.lock();
        queue.busy -= 1;
        let goes_on = queue.begins();
        self.stage = if goes_on { Stage::Gathers } else { Stage::Over };
        goes_on
    }

    async fn answer(&self, waiting: Vec<Waiting<T>>) {
        let keys: Vec<Key> = waiting.iter().map(|waiting| waiting.key).collect();
        let looked_up = timeout(PATIENCE, self.look_up(&keys)).await;
        if looked_up.is_err() {
            // Nobody shall be given this connection before it was asked whether it is alive.
            pool::failed();
        }
        if let Ok(Ok(found)) = looked_up {
            for (waiting, found) in waiting.into_iter().zip(found) {
                // The caller may have gone.
                let _ = waiting.answer.send(found);
            }
        } else {
            tracing::debug!(rows = keys.len(), "a common look-up failed");
            self.inner.lock().waiting.clear();
        }
    }

    async fn look_up(&self, keys: &[Key]) -> Result<Vec<Option<T>>, Error> {
        let mut reader = self.inner.db.read().await?;
        match (reader.conn(), keys) {
            (mut conn, [(user, id)]) => Ok(vec![(self.inner.one)(&mut conn, *user, *id).await?]),
            (Conn::Postgres(conn), keys) => (self.inner.many)(conn, self.inner.select, keys).await,
            (Conn::Sqlite(_), _) => Err(Error::internal("an embedded database is asked for one row at a time")),
        }
    }
}

async fn look_up<R, T>(conn: &mut PgConnection, select: &'static str, keys: &[Key]) -> Result<Vec<Option<T>>, Error>
where
    R: for<'r> FromRow<'r, PgRow> + Into<T>,
{
    let (users, ids): (Vec<Id>, Vec<Id>) = keys.iter().copied().unzip();
    let mut found: Vec<Option<T>> = keys.iter().map(|_| None).collect();
    for row in sqlx::query(select).bind(users).bind(ids).fetch_all(conn).await? {
        let nr: i64 = row.try_get(row.len() - 1)?;
        if let Some(place) = usize::try_from(nr - 1).ok().and_then(|place| found.get_mut(place)) {
            *place = Some(R::from_row(&row)?.into());
        }
    }
    Ok(found)
}
