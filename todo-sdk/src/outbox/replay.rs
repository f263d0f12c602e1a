//! Sending what waits.

use std::{fs::TryLockError, time::Duration};

use chrono::Utc;
use tokio::time::{Instant, sleep, timeout};

use super::{
    Attempt, Done, Entry, Error, Operation, Outbox, State,
    book::Record,
    call::{Obstacle, Since, is_so, perform, work_out},
    this_failed,
};
use crate::{
    client::{self, Client},
    model::{Problem, Task},
};

/// How long the server may take to say that it is there.
const PROBE: Duration = Duration::from_secs(4);
/// How long to wait for another process that is sending.
const TURN: Duration = Duration::from_secs(10);
/// How often to look whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// What came of a replay.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Replay {
    /// What the server did, in order.
    pub done: Vec<(Entry, Done)>,
    /// What was set aside by this replay.
    pub aside: Vec<Entry>,
    /// Why it ended before all was sent that could be.
    pub stopped: Option<Stopped>,
}

/// Why a replay ended early. What was not sent waits on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Stopped {
    /// The server is out of reach, or does not take anything from this client at the moment (not signed in, too many calls).
    Call(client::Error),
    /// Another process is sending, and takes its time.
    Busy,
}

/// What came of one entry.
enum Outcome {
    Done(Done),
    Aside(State),
    Stopped(client::Error),
}

impl Outbox {
    /// Sends what waits, in order, until nothing is left or the server is out of reach. What the server does not take is
    /// set aside, and the rest goes on.
    ///
    /// Where another process is sending, it is waited for (ten seconds at most): it may send some of what waits.
    ///
    /// # Errors
    ///
    /// If the file can't be read or written.
    pub async fn replay(&self, client: &Client) -> Result<Replay, Error> {
        let mut replay = Replay::default();
        if self.next().await?.is_none() {
            return Ok(replay);
        }
        if let Err(error) = probe(client).await {
            replay.stopped = Some(Stopped::Call(error));
            return Ok(replay);
        }
        let Some(_turn) = self.turn().await? else {
            replay.stopped = Some(Stopped::Busy);
            return Ok(replay);
        };
        while let Some(entry) = self.next().await? {
            match self.send_entry(client, &entry).await? {
                Outcome::Done(done) => {
                    self.record(Record::Done { number: entry.number, task: done.task() }).await?;
                    replay.done.push((entry, done));
                }
                Outcome::Aside(state) => {
                    self.record(Record::Aside { number: entry.number, state: Box::new(state.clone()) }).await?;
                    replay.aside.push(Entry { state, ..entry });
                }
                Outcome::Stopped(error) => {
                    replay.stopped = Some(Stopped::Call(error));
                    break;
                }
            }
        }
        Ok(replay)
    }

    /// The next to send, about the server's own id and the version that is expected there.
    async fn next(&self) -> Result<Option<Entry>, Error> {
        if self.journal.is_missing() {
            return Ok(None);
        }
        self.on_disk(|outbox| {
            let book = outbox.journal.look()?;
            Ok(book.next().cloned().map(|mut entry| {
                if let Some(id) = entry.operation.task().and_then(|id| book.real(id)) {
                    entry.operation = entry.operation.of_task(id);
                }
                if let Some(version) = book.expected(&entry) {
                    entry.operation = entry.operation.if_match(version);
                }
                entry
            }))
        })
        .await
    }

    /// Nobody else sends while the file is open.
    async fn turn(&self) -> Result<Option<std::fs::File>, Error> {
        let file = self.on_disk(|outbox| outbox.journal.lock_file(".sending")).await?;
        let end = Instant::now() + TURN;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(LOOK).await,
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(this_failed(self, error)),
            }
        }
    }

    async fn send_entry(&self, client: &Client, entry: &Entry) -> Result<Outcome, Error> {
        let wanted = match &entry.attempt {
            Some(attempt) if attempt.operation.needs_its_key() && attempt.is_too_old(Utc::now()) => {
                return Ok(Outcome::Aside(outcome_unknown(attempt)));
            }
            // What was worked out for it stays as it is.
            Some(attempt) => &attempt.operation,
            None => &entry.operation,
        };
        let operation = match work_out(client, wanted.clone(), Since::Unchanged(entry.at)).await {
            Ok(operation) => operation,
            Err(Obstacle::Moved(theirs)) => return Ok(moved(entry, theirs)),
            Err(Obstacle::Call(error)) => return Ok(judge(client, wanted, error).await),
        };
        if entry.attempt.is_none() {
            let attempt = Box::new(Attempt { at: Utc::now(), operation: operation.clone() });
            self.record(Record::Sending { number: entry.number, attempt }).await?;
        }
        let error = match perform(client, &operation, &entry.key).await {
            Ok(done) => return Ok(Outcome::Done(done)),
            Err(error) => error,
        };
        let is_unsent = entry.attempt.is_none() && !leaves_open(&error);
        let outcome = judge(client, &operation, error).await;
        if is_unsent && matches!(outcome, Outcome::Stopped(_)) {
            self.record(Record::Unsent { number: entry.number }).await?;
        }
        Ok(outcome)
    }
}

async fn probe(client: &Client) -> Result<(), client::Error> {
    timeout(PROBE, client.ready())
        .await
        .unwrap_or_else(|_| Err(client::Error::TimedOut { url: client.todo_server_url(), after: PROBE }))
}

/// Whether it may have been done although this came back.
pub(super) fn leaves_open(error: &client::Error) -> bool {
    error.leaves_open() || matches!(error, client::Error::Decode { .. }) || error.status() == Some(500)
}

/// Whether everything else would fail alike, now but not for ever: nothing is to be set aside for that.
fn stops(error: &client::Error) -> bool {
    use client::Error as Call;
    let is_from_elsewhere = error.code() == Some(Call::UNEXPECTED_ANSWER);
    match error {
        Call::Decode { .. } | Call::NotSignedIn | Call::Store(_) | Call::InvalidUrl { .. } => true,
        _ => error.passes() || is_from_elsewhere || matches!(error.status(), Some(401 | 403 | 408)),
    }
}

/// What an error means for the entry.
async fn judge(client: &Client, operation: &Operation, error: client::Error) -> Outcome {
    match (operation, error.status()) {
        _ if stops(&error) => Outcome::Stopped(error),
        // What was wanted.
        (Operation::DeleteTask { id, .. }, Some(404)) => Outcome::Done(Done::Deleted(*id)),
        (Operation::CreateTag { .. }, Some(409)) => Outcome::Done(Done::Nothing),
        (Operation::UpdateTask { id, .. } | Operation::DeleteTask { id, .. }, Some(412)) => {
            match client.tasks().get(*id).await {
                Ok(theirs) => conflict(operation, &error, Box::new(theirs)),
                Err(missing) if missing.status() == Some(404) => gone(operation, &missing),
                Err(error) => Outcome::Stopped(error),
            }
        }
        (_, Some(404)) => gone(operation, &error),
        (_, Some(409 | 412)) => Outcome::Aside(State::Conflict { problem: problem_of(&error), theirs: None }),
        _ => Outcome::Aside(State::Refused { problem: problem_of(&error) }),
    }
}

fn gone(operation: &Operation, error: &client::Error) -> Outcome {
    match operation {
        Operation::DeleteTask { id, .. } => Outcome::Done(Done::Deleted(*id)),
        _ => Outcome::Aside(State::Conflict { problem: problem_of(error), theirs: None }),
    }
}

/// There is no conflict where both made the same change.
fn conflict(operation: &Operation, error: &client::Error, theirs: Box<Task>) -> Outcome {
    match operation {
        Operation::UpdateTask { changes, .. } if is_so(&theirs, changes) => Outcome::Done(Done::Task(theirs)),
        _ => Outcome::Aside(State::Conflict { problem: problem_of(error), theirs: Some(theirs) }),
    }
}

/// Found before anything was sent.
fn moved(entry: &Entry, theirs: Box<Task>) -> Outcome {
    let detail = format!("task {} was changed at the server, it is version {} now", theirs.id, theirs.version);
    let problem = Problem::new(412, "version_moved", "Version moved", detail);
    match &entry.operation {
        Operation::UpdateTask { changes, tag, untag, .. }
            if tag.is_empty() && untag.is_empty() && is_so(&theirs, changes) =>
        {
            Outcome::Done(Done::Task(theirs))
        }
        _ => Outcome::Aside(State::Conflict { problem: Box::new(problem), theirs: Some(theirs) }),
    }
}

fn outcome_unknown(attempt: &Attempt) -> State {
    let detail = format!(
        "it was sent at {} and got no answer; by now the server can't tell whether it did it",
        attempt.at.format("%Y-%m-%d %H:%M UTC")
    );
    let problem = Problem::new(409, State::OUTCOME_UNKNOWN, "Outcome unknown", detail);
    State::Refused { problem: Box::new(problem) }
}

fn problem_of(error: &client::Error) -> Box<Problem> {
    let own = || Problem::new(422, "unsendable", "It can't be sent", error.to_string());
    Box::new(error.problem().cloned().unwrap_or_else(own))
}
