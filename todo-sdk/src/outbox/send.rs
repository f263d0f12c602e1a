//! Sending at once, or queueing.

use chrono::Utc;
use uuid::Uuid;

use super::{
    Attempt, Done, Entry, Error, Operation, Outbox, Stopped,
    call::{Obstacle, Since, perform, work_out},
    replay::leaves_open,
};
use crate::client::{self, Client};

/// How often a change without a version of its own is tried where others change the same task at the same moment.
const TRIES: usize = 3;

/// Writes by way of an outbox; see [`Client::outbox`].
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    outbox: Outbox,
}

/// What became of a write.
#[derive(Debug)]
pub enum Sent {
    /// The server did it.
    Done(Done),
    /// It waits, safely on disk.
    Queued(Entry),
    /// It was queued behind others, sent, and not taken.
    Aside(Entry),
}

impl Client {
    /// Writes that are queued in `outbox` while the server is out of reach; see [`outbox`](crate::outbox).
    #[must_use]
    pub fn outbox(&self, outbox: &Outbox) -> Sender {
        Sender { client: self.clone(), outbox: outbox.clone() }
    }
}

impl Sender {
    /// Sends now if the server answers and nothing waits before it, else queues. What waits is sent first, if it can be.
    ///
    /// # Errors
    ///
    /// [`Error::Call`] where the server answers an error: then nothing is queued. [`Error::File`] where it can't be queued.
    pub async fn send(&self, operation: Operation) -> Result<Sent, Error> {
        self.send_seen(operation, None).await
    }

    /// The same for a change that insists on no version while a person is there to see what it is made on: `seen` is the
    /// version that they saw last. It guards the change if it has to wait.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub async fn send_seen(&self, operation: Operation, seen: Option<i64>) -> Result<Sent, Error> {
        let task = operation.task();
        let is_behind = !self.outbox.journal.is_missing()
            && self.outbox.on_disk(move |outbox| Ok(outbox.journal.look()?.is_behind(task))).await?;
        if !is_behind {
            let operation = match task {
                // What it turned out to be; while that is unknown, it is behind.
                Some(id) if id < 0 => {
                    let real = self.outbox.on_disk(move |outbox| outbox.real_id(id)).await?;
                    operation.of_task(real.unwrap_or(id))
                }
                _ => operation,
            };
            return self.send_now(operation, seen).await;
        }
        let operation = guarded(operation, seen);
        let entry = self.outbox.on_disk(move |outbox| outbox.queue(operation)).await?;
        let replay = self.outbox.replay(&self.client).await?;
        let is_it = |other: &Entry| other.number == entry.number;
        if let Some((_, done)) = replay.done.into_iter().find(|(other, _)| is_it(other)) {
            return Ok(Sent::Done(done));
        }
        Ok(replay.aside.into_iter().find(is_it).map_or(Sent::Queued(entry), Sent::Aside))
    }

    async fn send_now(&self, operation: Operation, seen: Option<i64>) -> Result<Sent, Error> {
        let mut tries = 1;
        loop {
            let key = Uuid::new_v4().to_string();
            let (error, attempt) = match work_out(&self.client, operation.clone(), Since::Now).await {
                Ok(worked_out) => match perform(&self.client, &worked_out, &key).await {
                    Ok(done) => return Ok(Sent::Done(done)),
                    Err(error) => {
                        let is_open = leaves_open(&error);
                        (error, is_open.then(|| Attempt { at: Utc::now(), operation: worked_out }))
                    }
                },
                Err(Obstacle::Call(error)) => (error, None),
                Err(Obstacle::Moved(theirs)) => (moved(theirs.version), None),
            };
            if operation.version().is_none() && error.status() == Some(412) && tries < TRIES {
                tries += 1;
                continue;
            }
            if !is_away(&error) {
                return Err(error.into());
            }
            let operation = guarded(operation, seen);
            let entry = self.outbox.on_disk(move |outbox| outbox.push(key, operation, attempt)).await?;
            return Ok(Sent::Queued(entry));
        }
    }
}

impl Stopped {
    /// Whether the server could not be reached.
    #[must_use]
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Call(error) if is_away(error))
    }
}

fn guarded(operation: Operation, seen: Option<i64>) -> Operation {
    match (operation.version(), seen) {
        (None, Some(seen)) => operation.if_match(seen),
        _ => operation,
    }
}

/// Whether nobody is there who could answer. Being asked to slow down is an answer.
fn is_away(error: &client::Error) -> bool {
    error.passes() && error.status() != Some(429)
}

fn moved(version: i64) -> client::Error {
    let detail = format!("this is version {version} now; load it again and repeat the change");
    let problem = crate::model::Problem::new(412, "version_moved", "Version moved", detail);
    client::Error::Problem { problem: Box::new(problem), retry_after: None }
}
