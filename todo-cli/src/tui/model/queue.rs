//! Changes on their way to the server: made here at once, sent in order, and repeated until the server has them.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use todo_sdk::model::{CreateTask, Due, Id, PRIORITY_NONE, Task, UpdateTask};

use super::history::History;

/// How long an answer may take.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);

/// Something to do at the server.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Op {
    /// Makes a task; tags by name are made as well.
    Create {
        task: Box<CreateTask>,
        tags: Vec<String>,
    },
    /// Changes a task that has `version`, else it is a conflict. `tags` replaces all of them.
    Update {
        id: Id,
        changes: Box<UpdateTask>,
        version: Option<i64>,
        tags: Option<Vec<String>>,
    },
    /// Completes or reopens.
    Complete {
        ids: Vec<Id>,
        done: bool,
    },
    /// Changes each of several tasks in the same way or in its own.
    Each {
        changes: Vec<(Id, UpdateTask)>,
    },
    /// Puts tags on, by name, and takes them off.
    Retag {
        ids: Vec<Id>,
        add: Vec<String>,
        remove: Vec<Id>,
    },
    Delete {
        ids: Vec<Id>,
    },
    Comment {
        task: Id,
        text: String,
    },
    EditComment {
        id: Id,
        text: String,
    },
    DeleteComment {
        id: Id,
    },
    /// Reverts the last change that is not undone yet, whoever made it.
    Undo,
    /// Reverts the last undo.
    Redo,
    /// Puts a reminder off.
    Snooze {
        reminder: Id,
        until: DateTime<Utc>,
    },
    /// A reminder that no channel has was shown here.
    Shown {
        reminder: Id,
    },
}

impl Op {
    /// The tasks it changes.
    pub(crate) fn tasks(&self) -> Vec<Id> {
        match self {
            Self::Update { id, .. } => vec![*id],
            Self::Complete { ids, .. } | Self::Retag { ids, .. } | Self::Delete { ids } => ids.clone(),
            Self::Each { changes } => changes.iter().map(|(id, _)| *id).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether it is about this task.
    pub(crate) fn is_about(&self, task: Id) -> bool {
        match self {
            Self::Update { id, .. } | Self::Comment { task: id, .. } => *id == task,
            Self::Complete { ids, .. } | Self::Retag { ids, .. } | Self::Delete { ids } => ids.contains(&task),
            Self::Each { changes } => changes.iter().any(|(id, _)| *id == task),
            _ => false,
        }
    }

    /// Whether it can be taken back.
    pub(crate) fn is_undoable(&self) -> bool {
        !matches!(self, Self::Undo | Self::Redo | Self::Shown { .. })
    }

    fn rename(&mut self, from: Id, to: Id) {
        let rename = |id: &mut Id| {
            if *id == from {
                *id = to;
            }
        };
        match self {
            Self::Update { id, .. } | Self::Comment { task: id, .. } => rename(id),
            Self::Complete { ids, .. } | Self::Retag { ids, .. } | Self::Delete { ids } => {
                ids.iter_mut().for_each(rename);
            }
            Self::Each { changes } => changes.iter_mut().map(|(id, _)| id).for_each(rename),
            _ => {}
        }
    }

    /// Without this task; whether anything is left.
    fn leave_out(&mut self, task: Id) -> bool {
        match self {
            Self::Complete { ids, .. } | Self::Retag { ids, .. } | Self::Delete { ids } => {
                ids.retain(|id| *id != task);
                !ids.is_empty()
            }
            Self::Each { changes } => {
                changes.retain(|(id, _)| *id != task);
                !changes.is_empty()
            }
            op => !op.is_about(task),
        }
    }
}

/// One of the queue.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    /// Of this run: makes the key that lets the server know a repetition.
    pub(crate) number: u64,
    pub(crate) op: Op,
    /// The tasks as they were, to go back to if it is refused.
    pub(crate) before: Vec<Task>,
    /// What was undone so far, for what undoes and redoes.
    pub(crate) history: History,
}

/// In the order they were made.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    writes: VecDeque<Write>,
    /// The first one is being sent.
    pub(crate) sending: bool,
    /// Since when.
    pub(crate) sent_at: Option<DateTime<Utc>>,
    last: u64,
}

impl Queue {
    pub(crate) fn len(&self) -> usize {
        self.writes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    pub(crate) fn push(&mut self, op: Op, before: Vec<Task>) -> u64 {
        self.last += 1;
        self.writes.push_back(Write { number: self.last, op, before, history: History::default() });
        self.last
    }

    pub(crate) fn first(&self) -> Option<&Write> {
        self.writes.front()
    }

    /// Takes the first one out, which has this number.
    pub(crate) fn settle(&mut self, number: u64) -> Option<Write> {
        if self.writes.front()?.number != number {
            return None;
        }
        self.sending = false;
        self.writes.pop_front()
    }

    /// `task` as it will be when all that waits is done.
    pub(crate) fn ahead(&self, mut task: Task, now: DateTime<Utc>) -> Task {
        for write in &self.writes {
            apply(&write.op, &mut task, now);
        }
        task
    }

    /// The server has made a task: what waits is about its id.
    pub(crate) fn rename(&mut self, from: Id, made: &Task) {
        for write in &mut self.writes {
            write.op.rename(from, made.id);
            for task in write.before.iter_mut().filter(|task| task.id == from) {
                (task.id, task.version) = (made.id, made.version);
            }
        }
    }

    /// A task that was to be made will not be: neither will what was to be done to it, which is what this answers.
    pub(crate) fn forget(&mut self, task: Id) -> Vec<Op> {
        let mut forgotten = Vec::new();
        self.writes.retain_mut(|write| {
            write.before.retain(|known| known.id != task);
            let stays = !write.op.is_about(task) || write.op.leave_out(task);
            if !stays {
                forgotten.push(write.op.clone());
            }
            stays
        });
        forgotten
    }

    /// What waits to change this task has to meet this version, where it insisted on none: it was made on top of a change
    /// that met another one.
    pub(crate) fn insist(&mut self, task: Id, made_on: i64) {
        for write in &mut self.writes {
            if let Op::Update { id, version: version @ None, .. } = &mut write.op
                && *id == task
            {
                *version = Some(made_on);
            }
        }
    }

    /// Whether something that waits will raise the version of this task, as far as that is known.
    pub(crate) fn changes(&self, task: Id) -> bool {
        self.writes.iter().any(|write| {
            let reverts = matches!(write.op, Op::Undo | Op::Redo);
            reverts || write.op.tasks().contains(&task) || provisional(write.number) == task
        })
    }

    /// Whether the answer to what was sent takes so long that this is worth a word.
    pub(crate) fn answer_is_late(&self, now: DateTime<Utc>) -> bool {
        self.sending && self.sent_at.is_some_and(|at| now - at >= PATIENCE)
    }

    /// Whether something about this task waits.
    pub(crate) fn is_about(&self, task: Id) -> bool {
        self.writes.iter().any(|write| write.op.is_about(task) || provisional(write.number) == task)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Write> {
        self.writes.iter()
    }

    pub(crate) fn deletes(&self, id: Id) -> bool {
        self.writes.iter().any(|write| matches!(&write.op, Op::Delete { ids } if ids.contains(&id)))
    }
}

/// The number of a task that the server doesn't have yet.
pub(crate) fn provisional(number: u64) -> Id {
    -i64::try_from(number).unwrap_or(i64::MAX)
}

/// What the server will make of it, as far as that can be known here. Tags by name wait for the server.
pub(crate) fn apply(op: &Op, task: &mut Task, now: DateTime<Utc>) {
    match op {
        Op::Update { id, changes, .. } if *id == task.id => set(changes, task, now),
        Op::Complete { ids, done } if ids.contains(&task.id) => complete(task, *done, now),
        Op::Each { changes } => {
            let task_id = task.id;
            for (_, changes) in changes.iter().filter(|(id, _)| *id == task_id) {
                set(changes, task, now);
            }
        }
        Op::Retag { ids, remove, .. } if ids.contains(&task.id) => task.tags.retain(|tag| !remove.contains(tag)),
        _ => {}
    }
}

fn complete(task: &mut Task, done: bool, now: DateTime<Utc>) {
    if task.completed != done {
        task.completed = done;
        task.completed_at = done.then_some(now);
    }
}

fn set(changes: &UpdateTask, task: &mut Task, now: DateTime<Utc>) {
    fn put<T: Clone>(change: Option<&T>, field: &mut T) {
        if let Some(value) = change {
            field.clone_from(value);
        }
    }
    put(changes.title.as_ref(), &mut task.title);
    put(changes.due.as_ref(), &mut task.due);
    put(changes.remind_time.as_ref(), &mut task.remind_time);
    put(changes.remind_before_seconds.as_ref(), &mut task.remind_before_seconds);
    put(changes.nag_seconds.as_ref(), &mut task.nag_seconds);
    put(changes.repeat.as_ref(), &mut task.repeat);
    if let Some(description) = &changes.description {
        task.description = description.clone().unwrap_or_default();
    }
    if let Some(priority) = changes.priority {
        task.priority = priority.unwrap_or(PRIORITY_NONE);
    }
    if let Some(tags) = &changes.tags {
        task.tags = tags.clone().unwrap_or_default();
    }
    if let Some(done) = changes.completed {
        complete(task, done, now);
    }
    if let (Some(before), Some(Due::At(at))) = (task.remind_before_seconds, task.due) {
        task.remind_time = at.checked_sub_signed(TimeDelta::seconds(before));
    }
}

/// A task before the server has it.
pub(crate) fn provisional_task(number: u64, task: &CreateTask, tags: Vec<Id>, now: DateTime<Utc>) -> Task {
    let mut made = Task {
        id: provisional(number),
        title: task.title.clone(),
        description: task.description.clone(),
        completed: false,
        completed_at: None,
        priority: task.priority.unwrap_or(PRIORITY_NONE),
        due: task.due,
        remind_time: task.remind_time,
        remind_before_seconds: task.remind_before_seconds,
        nag_seconds: task.nag_seconds,
        repeat: task.repeat.clone(),
        tags,
        telegram_user: None,
        date_created: now,
        date_updated: now,
        version: 0,
    };
    set(&UpdateTask::default(), &mut made, now);
    made
}
