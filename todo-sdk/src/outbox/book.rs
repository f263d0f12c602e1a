//! What the lines of the file come to: pure, so that every file that a crash can leave behind is easily tried.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{
    Entry, State,
    entry::{Attempt, number_of},
};
use crate::model::Id;

/// Raised when older programs can't read the file any more.
pub(super) const FORMAT: u32 = 1;
/// So many provisional ids are remembered once nothing waits any more.
const TASKS_MAX: usize = 1000;

/// A line of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Record {
    /// The first line: what is left of lines that were cleared away.
    Outbox {
        format: u32,
        /// The last number that was given.
        last: u64,
        /// Provisional tasks and what they turned out to be.
        tasks: Vec<(u64, Id)>,
        /// The versions that our own changes led to.
        versions: Vec<(Id, i64)>,
    },
    Queued(Box<Entry>),
    /// It is about to be sent for the first time.
    Sending {
        number: u64,
        attempt: Box<Attempt>,
    },
    /// It did not reach the server for sure.
    Unsent {
        number: u64,
    },
    /// The server has it.
    Done {
        number: u64,
        /// The task that was made or changed, and its version.
        task: Option<(Id, i64)>,
    },
    Aside {
        number: u64,
        state: Box<State>,
    },
    /// A person wants it to be sent once more: another call, so under another key.
    Again {
        number: u64,
        key: String,
        version: Option<i64>,
    },
    Dropped {
        number: u64,
    },
}

/// What all lines come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Book {
    pub(super) last: u64,
    pub(super) entries: BTreeMap<u64, Entry>,
    tasks: BTreeMap<u64, Id>,
    versions: BTreeMap<Id, i64>,
}

impl Book {
    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::Outbox { last, tasks, versions, .. } => {
                self.last = last;
                self.tasks = tasks.into_iter().collect();
                self.versions = versions.into_iter().collect();
            }
            Record::Queued(entry) => {
                self.last = self.last.max(entry.number);
                self.entries.insert(entry.number, *entry);
            }
            Record::Sending { number, attempt } => self.change(number, |entry| entry.attempt = Some(*attempt)),
            Record::Unsent { number } => self.change(number, |entry| entry.attempt = None),
            Record::Done { number, task } => self.settle(number, task),
            Record::Aside { number, state } => self.change(number, |entry| entry.state = *state),
            Record::Again { number, key, version } => self.change(number, |entry| {
                entry.key = key;
                entry.state = State::Waiting;
                entry.attempt = None;
                if let Some(version) = version {
                    entry.operation = entry.operation.clone().if_match(version);
                }
            }),
            Record::Dropped { number } => {
                self.entries.remove(&number);
                self.forget_versions();
            }
        }
    }

    fn change(&mut self, number: u64, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.entries.get_mut(&number) {
            change(entry);
        }
    }

    fn settle(&mut self, number: u64, task: Option<(Id, i64)>) {
        let made = self.entries.remove(&number).is_some_and(|entry| entry.operation.task().is_none());
        if let Some((id, version)) = task {
            if made {
                self.tasks.entry(number).or_insert(id);
            }
            self.versions.insert(id, version);
        }
        self.forget_versions();
    }

    /// They only say something about what still waits.
    fn forget_versions(&mut self) {
        if self.entries.is_empty() {
            self.versions.clear();
        }
    }

    /// What all of it is without its history.
    pub(super) fn records(&self) -> Vec<Record> {
        let forgotten = if self.entries.is_empty() { self.tasks.len().saturating_sub(TASKS_MAX) } else { 0 };
        let head = Record::Outbox {
            format: FORMAT,
            last: self.last,
            tasks: self.tasks.iter().skip(forgotten).map(|(number, id)| (*number, *id)).collect(),
            versions: self.versions.iter().map(|(id, version)| (*id, *version)).collect(),
        };
        let entries = self.entries.values().map(|entry| Record::Queued(Box::new(entry.clone())));
        std::iter::once(head).chain(entries).collect()
    }

    /// The server's id of a task; `None` while it is provisional.
    pub(super) fn real(&self, id: Id) -> Option<Id> {
        match number_of(id) {
            Some(number) => self.tasks.get(&number).copied(),
            None => Some(id),
        }
    }

    fn settled(&self, id: Id) -> Id {
        self.real(id).unwrap_or(id)
    }

    /// The version that the task of an entry has if nobody else has changed it, as far as that is known.
    pub(super) fn expected(&self, entry: &Entry) -> Option<i64> {
        let own = entry.task().and_then(|id| self.versions.get(&self.settled(id)).copied());
        entry.operation.version().max(own)
    }

    /// The next entry to send: the first one that no other has to go before.
    pub(super) fn next(&self) -> Option<&Entry> {
        let mut held = BTreeSet::new();
        self.entries.values().find(|entry| {
            let task = entry.task().map(|id| self.settled(id));
            let is_made_here = entry.operation.task().is_none();
            let is_free = task.is_none_or(|id| !held.contains(&id) && (is_made_here || id > 0));
            let goes = entry.waits() && is_free;
            if !goes {
                held.extend(task);
            }
            goes
        })
    }

    /// Whether a new entry about this task has to stand behind others.
    pub(super) fn is_behind(&self, task: Option<Id>) -> bool {
        let task = task.map(|id| self.settled(id));
        let about_it = |entry: &Entry| task.is_some() && entry.task().map(|id| self.settled(id)) == task;
        task.is_some_and(|id| id < 0) || self.next().is_some() || self.entries.values().any(about_it)
    }

    /// An entry, and those that make no sense without it: the last one first.
    pub(super) fn with_dependents(&self, number: u64) -> Vec<u64> {
        let Some(entry) = self.entries.get(&number) else { return Vec::new() };
        let made = entry.task().filter(|_| entry.operation.task().is_none());
        let depends = |other: &&Entry| other.number == number || (made.is_some() && other.operation.task() == made);
        self.entries.values().rev().filter(depends).map(|entry| entry.number).collect()
    }
}
