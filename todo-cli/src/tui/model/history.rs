//! What was undone here and can be redone, and the journal's changes call by call.

use std::collections::BTreeSet;

use todo_sdk::model::{Change, EventKind, Id, ReminderState, Resource, Task};

use super::detail::differences;
use crate::output::text;

/// The undos of this run. It names calls by the number of one of their changes in the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// What is not undone (again): calls that were, and those that undid them.
    passed: BTreeSet<i64>,
    /// Calls that redid something.
    redone: BTreeSet<i64>,
    /// Acts that took several calls, in order.
    acts: Vec<Vec<i64>>,
    /// What can be redone, the last one last.
    undone: Vec<Act>,
}

/// Something that was undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Act {
    /// The calls that undid it, in order.
    pub(crate) calls: Vec<i64>,
    /// What it was: `completing 2 tasks`.
    pub(crate) words: String,
}

/// A call that was reverted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reverted {
    /// What it had done, the newest change first; nothing where nobody needs to know.
    pub(crate) did: Vec<Change>,
    /// What reverting it did.
    pub(crate) back: Vec<Change>,
    /// Where that is in the journal.
    pub(crate) seq: i64,
}

/// What became of an undo or a redo.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reversal {
    /// In the order they were reverted.
    pub(crate) calls: Vec<Reverted>,
    /// What could not be reverted, and why.
    pub(crate) stuck: Option<(Vec<Change>, String)>,
}

impl History {
    /// Whether this call is one to undo.
    pub(crate) fn may_undo(&self, call: &[Change]) -> bool {
        by_person(call) && !holds(&self.passed, call)
    }

    /// Whether a person did this.
    pub(crate) fn is_by_person(&self, call: &[Change]) -> bool {
        by_person(call) || self.knows(call)
    }

    /// Whether this call is an undo or a redo of ours, or was undone here.
    pub(crate) fn knows(&self, call: &[Change]) -> bool {
        holds(&self.passed, call) || holds(&self.redone, call)
    }

    /// All calls of the act that this call belongs to, the last one first.
    pub(crate) fn act_of(&self, call: &[Change]) -> Vec<i64> {
        let act = self.acts.iter().rev().find(|act| call.iter().any(|change| act.contains(&change.seq)));
        match act {
            Some(act) => act.iter().rev().filter(|seq| !self.passed.contains(seq)).copied().collect(),
            None => call.first().map(|change| change.seq).into_iter().collect(),
        }
    }

    pub(crate) fn to_redo(&self) -> Option<&Act> {
        self.undone.last()
    }

    /// Something new was done: there is nothing to redo any more.
    pub(crate) fn go_on(&mut self) {
        self.undone.clear();
    }

    /// An act took these calls.
    pub(crate) fn note_act(&mut self, calls: Vec<i64>) {
        if calls.len() > 1 {
            self.acts.push(calls);
        }
    }

    pub(crate) fn undone(&mut self, reversal: &Reversal, words: &str) {
        for call in &reversal.calls {
            self.passed.extend(call.did.first().map(|change| change.seq));
            self.passed.insert(call.seq);
        }
        // The next undo goes on to what was before.
        let stuck = reversal.stuck.as_ref().and_then(|(did, _)| did.first());
        self.passed.extend(stuck.map(|change| change.seq));
        let calls: Vec<i64> = reversal.calls.iter().map(|call| call.seq).collect();
        if !calls.is_empty() {
            self.undone.push(Act { calls, words: words.to_owned() });
        }
    }

    pub(crate) fn redone(&mut self, reversal: &Reversal) -> Option<Act> {
        let calls: Vec<i64> = reversal.calls.iter().map(|call| call.seq).collect();
        self.redone.extend(&calls);
        self.note_act(calls);
        self.undone.pop()
    }
}

fn holds(seqs: &BTreeSet<i64>, call: &[Change]) -> bool {
    call.iter().any(|change| seqs.contains(&change.seq))
}

/// A journal, whichever way it goes, call by call: what one call does bears one time.
pub(crate) fn calls(journal: &[Change]) -> impl DoubleEndedIterator<Item = &[Change]> {
    journal.chunk_by(|one, next| one.at == next.at && one.client == next.client)
}

/// Whether a person did it. What a deliverer does to reminders is not undone; only people put them off.
fn by_person(call: &[Change]) -> bool {
    call.iter().any(|change| match &change.resource {
        Resource::Reminder(row) => change.event == EventKind::ReminderUpdated && row.state == ReminderState::Snoozed,
        _ => true,
    })
}

/// What the calls did: `completing 2 tasks`. How it was before is told by what reverting them did.
pub(crate) fn words(calls: &[Reverted], title: impl Fn(Id) -> Option<String>) -> String {
    let did: Vec<&Change> = calls.iter().rev().flat_map(|call| call.did.iter().rev()).collect();
    let back: Vec<&Change> = calls.iter().flat_map(|call| &call.back).collect();
    let of = |kind: EventKind| did.iter().copied().filter(move |change| change.event == kind);
    let tasks = |kind: EventKind| of(kind).filter_map(task_of).collect::<Vec<&Task>>();
    for (kind, what) in
        [(EventKind::TagDeleted, "deleting"), (EventKind::TagUpdated, "renaming"), (EventKind::TagCreated, "adding")]
    {
        if let Some(Resource::Tag(tag)) = of(kind).next().map(|change| &change.resource) {
            return format!("{what} @{}", text::line(&tag.name));
        }
    }
    let deleted = tasks(EventKind::TaskDeleted);
    if let [first, more @ ..] = &deleted[..] {
        return format!("deleting {}", first_of(first, more.len()));
    }
    // Before what was made: a repeating task that is done makes the next one.
    let updated = tasks(EventKind::TaskUpdated);
    if let [first, ..] = updated[..] {
        return format!("{} {}", changing(&updated, &back), counted(first, updated.len()));
    }
    let made = tasks(EventKind::TaskCreated);
    if let [first, more @ ..] = &made[..] {
        return format!("adding {}", first_of(first, more.len()));
    }
    about_comment(&did, title).unwrap_or_else(|| "putting a reminder off".to_owned())
}

fn task_of(change: &Change) -> Option<&Task> {
    if let Resource::Task(task) = &change.resource { Some(task) } else { None }
}

fn quoted(task: &Task) -> String {
    format!("“{}”", text::line(&task.title))
}

fn first_of(task: &Task, more: usize) -> String {
    if more == 0 { quoted(task) } else { format!("{} and {more} more", quoted(task)) }
}

fn counted(task: &Task, count: usize) -> String {
    if count == 1 { quoted(task) } else { format!("{count} tasks") }
}

/// What was done to all of these tasks.
fn changing(after: &[&Task], back: &[&Change]) -> &'static str {
    let before = |id: Id| back.iter().filter_map(|change| task_of(change)).find(|task| task.id == id);
    let mut each = after.iter().map(|task| before(task.id).map_or("changing", |before| change(before, task)));
    let first = each.next().unwrap_or("changing");
    if each.all(|next| next == first) { first } else { "changing" }
}

fn change(before: &Task, after: &Task) -> &'static str {
    if before.completed != after.completed {
        return if after.completed { "completing" } else { "reopening" };
    }
    match differences(before, after)[..] {
        ["title"] => "renaming",
        ["due"] | ["due", "reminder"] => "the due date of",
        ["reminder"] => "the reminder of",
        ["priority"] => "the priority of",
        ["tags"] => "tagging",
        _ => "changing",
    }
}

fn about_comment(did: &[&Change], title: impl Fn(Id) -> Option<String>) -> Option<String> {
    did.iter().find_map(|change| {
        let Resource::Comment(comment) = &change.resource else { return None };
        let what = match change.event {
            EventKind::CommentCreated => "the comment",
            EventKind::CommentDeleted => "deleting a comment",
            _ => "changing a comment",
        };
        let on = title(comment.task_id).map(|title| format!(" on “{}”", text::line(&title)));
        Some(format!("{what}{}", on.unwrap_or_default()))
    })
}
