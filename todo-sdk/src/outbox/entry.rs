//! One write that waits, or that was set aside.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Operation;
use crate::model::{Id, Problem, Task};

/// How long a server knows an `Idempotency-Key` for sure: the 24 hours of the contract, less what clocks may differ by.
const KEY_LIFE: TimeDelta = TimeDelta::hours(23);

/// One write of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, which no other entry of this outbox ever had: 1, 2, 3, …
    pub number: u64,
    /// What it is sent under, however often: the server does it once.
    pub key: String,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What is to be done.
    pub operation: Operation,
    /// What became of it so far.
    #[serde(default)]
    pub state: State,
    /// How it was sent first, while nobody knows what came of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempt: Option<Attempt>,
}

impl Entry {
    pub(super) fn new(number: u64, operation: Operation) -> Self {
        let key = Uuid::new_v4().to_string();
        Self { number, key, at: Utc::now(), operation, state: State::Waiting, attempt: None }
    }

    /// The task that it is about, or the provisional id of the one that it makes.
    #[must_use]
    pub fn task(&self) -> Option<Id> {
        match self.operation {
            Operation::CreateTask { .. } => Some(provisional(self.number)),
            _ => self.operation.task(),
        }
    }

    /// Whether it is to be sent, and was not set aside.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == State::Waiting
    }
}

/// What became of an entry so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It is to be sent.
    #[default]
    Waiting,
    /// Something else changed the task meanwhile. Nothing was overwritten; a person decides.
    Conflict {
        /// What the server said.
        problem: Box<Problem>,
        /// The task as the server had it then, unless it is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        theirs: Option<Box<Task>>,
    },
    /// The server does not take it as it is, or nobody knows whether it has taken it
    /// ([`OUTCOME_UNKNOWN`](Self::OUTCOME_UNKNOWN)).
    Refused {
        /// What the server said.
        problem: Box<Problem>,
    },
}

impl State {
    /// The code of the problem of an entry that was sent, got no answer, and has waited for longer than the server
    /// remembers keys: sent again, it could be done twice.
    pub const OUTCOME_UNKNOWN: &'static str = "outcome_unknown";

    /// What the server said, of one that was set aside.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Waiting => None,
            Self::Conflict { problem, .. } | Self::Refused { problem } => Some(problem),
        }
    }
}

/// How an entry was sent: with everything worked out, so that it can be sent once more to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: DateTime<Utc>,
    /// With ids in place of names, and the version that it was made for.
    pub operation: Operation,
}

impl Attempt {
    /// Whether the server may have forgotten the key since.
    pub(super) fn is_too_old(&self, now: DateTime<Utc>) -> bool {
        now - self.at > KEY_LIFE
    }
}

/// What stands for the task that the entry of this number makes, until it is made.
#[must_use]
pub fn provisional(number: u64) -> Id {
    -Id::try_from(number).unwrap_or(Id::MAX)
}

/// The number of the entry that makes the task that this id stands for; `None` for the server's own ids.
#[must_use]
pub fn number_of(id: Id) -> Option<u64> {
    u64::try_from(id.checked_neg()?).ok().filter(|number| *number > 0)
}
