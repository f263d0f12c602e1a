//! Undo and redo: which calls are reverted is looked up in the journal.

use todo_sdk::model::{Change, Id, LIMIT_MAX};

use super::{Session, failure};
use crate::{
    connect::client_name,
    error::Error,
    tui::{
        model::{
            history::{History, Reversal, Reverted, calls},
            queue::Write,
        },
        msg::{Failure, Outcome},
    },
};

/// Changes that are looked at first: most often the one that is wanted is among them.
const PAGE: u32 = 100;
/// Changes that are looked through for the calls of an act.
const FAR: usize = 50_000;

/// A call to revert: one of its changes, and all of them where that matters.
pub(super) type Target = (i64, Vec<Change>);

/// The journal from its end on, read as far as is needed.
struct Journal<'s> {
    session: &'s Session,
    read: Vec<Change>,
    /// It is read to its beginning.
    over: bool,
}

impl<'s> Journal<'s> {
    fn of(session: &'s Session) -> Self {
        Self { session, read: Vec::new(), over: false }
    }

    /// The newest call that is so.
    async fn find(&mut self, wanted: impl Fn(&[Change]) -> bool) -> Result<Option<Vec<Change>>, Error> {
        loop {
            // The last one may go on beyond what is read.
            let whole = calls(&self.read).count().saturating_sub(usize::from(!self.over));
            if let Some(call) = calls(&self.read).take(whole).find(|call| wanted(call)) {
                return Ok(Some(call.to_vec()));
            }
            if self.over {
                return Ok(None);
            }
            self.read_on().await?;
        }
    }

    async fn read_on(&mut self) -> Result<(), Error> {
        let limit = if self.read.is_empty() { PAGE } else { LIMIT_MAX };
        let list = self.session.client()?.changes().list().newest_first().limit(limit);
        let list = self.read.last().into_iter().fold(list, |list, last| list.before(last.seq));
        let page = list.send().await?;
        self.over = page.len() < limit as usize;
        self.read.extend(page);
        Ok(())
    }
}

impl Session {
    pub(super) async fn undo(&self, write: &Write) -> Result<Outcome, Failure> {
        let targets = match self.targets_of(write.number) {
            Some(targets) => targets,
            None => self.to_undo(&write.history).await.map_err(|error| failure(&error))?,
        };
        if targets.is_empty() {
            return Err(Failure::Refused("There is nothing to undo".to_owned()));
        }
        self.revert(write.number, targets).await.map(Outcome::Undone)
    }

    /// The newest call that is not undone yet, and the rest of its act, the last one first.
    async fn to_undo(&self, history: &History) -> Result<Vec<Target>, Error> {
        let mut journal = Journal::of(self);
        let Some(newest) = journal.find(|call| history.may_undo(call)).await? else { return Ok(Vec::new()) };
        let mut targets = Vec::new();
        for seq in history.act_of(&newest) {
            let call = journal.find(|call| call.iter().any(|change| change.seq == seq)).await?;
            targets.extend(call.map(|call| (seq, call)));
        }
        Ok(targets)
    }

    pub(super) async fn redo(&self, write: &Write) -> Result<Outcome, Failure> {
        let nothing = || Failure::Refused("There is nothing to redo".to_owned());
        let targets = match self.targets_of(write.number) {
            Some(targets) => targets,
            None => {
                let act = write.history.to_redo().ok_or_else(nothing)?;
                let newest = Journal::of(self).find(|call| write.history.is_by_person(call)).await;
                let newest = newest.map_err(|error| failure(&error))?;
                if !newest.is_some_and(|call| write.history.knows(&call)) {
                    let changed = "There is nothing to redo: something else was changed since";
                    return Err(Failure::Refused(changed.to_owned()));
                }
                act.calls.iter().rev().map(|seq| (*seq, Vec::new())).collect()
            }
        };
        self.revert(write.number, targets).await.map(Outcome::Redone)
    }

    /// What was decided when the write of this number was sent for the first time: the answer may have been lost, and the
    /// journal has grown.
    fn targets_of(&self, number: u64) -> Option<Vec<Target>> {
        let decided = self.decided.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        decided.as_ref().filter(|(known, _)| *known == number).map(|(_, targets)| targets.clone())
    }

    async fn revert(&self, number: u64, targets: Vec<Target>) -> Result<Reversal, Failure> {
        *self.decided.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((number, targets.clone()));
        let key = self.key_of(number);
        let mut reversal = Reversal::default();
        for (part, (seq, did)) in targets.into_iter().enumerate() {
            match self.revert_call(seq, format!("{key}-{part}")).await {
                Ok((seq, back)) => reversal.calls.push(Reverted { did, back, seq }),
                Err(error) => match failure(&error) {
                    Failure::Refused(why) | Failure::Gone(why) => {
                        reversal.stuck = Some((did, why));
                        break;
                    }
                    later => return Err(later),
                },
            }
        }
        Ok(reversal)
    }

    /// Where in the journal it is reverted, and what that did.
    async fn revert_call(&self, seq: i64, key: String) -> Result<(i64, Vec<Change>), Error> {
        let changes = self.client()?.changes();
        let undone = changes.undo_change(seq).idempotency_key(key).send().await?;
        let back = changes.list().newest_first().before(undone.seq + 1).limit(LIMIT_MAX).send().await;
        // It is there for the words that are said about it.
        let back = back.ok().and_then(|back| calls(&back).next().map(<[Change]>::to_vec));
        Ok((undone.seq, back.unwrap_or_default()))
    }

    /// The calls that changed these parts of the tasks just now, by one of their changes; nothing if that can't be told.
    pub(super) async fn calls_of(&self, parts: &[&[Id]]) -> Vec<i64> {
        let mut journal = Journal::of(self);
        let mut found = Vec::new();
        // As the journal names us: without version and machine.
        let us = client_name();
        let us = us.split('/').next().unwrap_or_default();
        for part in parts {
            let tasks: std::collections::HashSet<&Id> = part.iter().collect();
            let ours = |call: &[Change]| {
                call.iter().any(|change| change.client == us && task_of(change).is_some_and(|id| tasks.contains(&id)))
            };
            match journal.find(ours).await {
                Ok(Some(call)) => found.extend(call.first().map(|change| change.seq)),
                _ => return Vec::new(),
            }
            if journal.read.len() > FAR {
                return Vec::new();
            }
        }
        found
    }
}

fn task_of(change: &Change) -> Option<Id> {
    if let todo_sdk::model::Resource::Task(task) = &change.resource { Some(task.id) } else { None }
}
