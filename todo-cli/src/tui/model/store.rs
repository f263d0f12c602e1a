//! All tasks that are known, in memory.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use todo_sdk::model::{Due, Id, Task};

/// Where a task lies in the [`Store`]; stays the same as long as the task is there.
pub(crate) type Index = u32;

/// A task, and what lists ask of it again and again.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) task: Task,
    /// When it is due, in seconds; a whole day at its end. [`i64::MAX`] for never.
    pub(crate) moment: i64,
    /// The day it is due, in this machine's zone, counted from the common era. [`i32::MAX`] for never.
    pub(crate) day: i32,
}

/// What most lists ask of a task, beside that of the others: a walk through all of them stays in the processor's caches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Brief {
    pub(crate) moment: i64,
    pub(crate) id: Id,
    pub(crate) day: i32,
    pub(crate) priority: i16,
    pub(crate) completed: bool,
    /// There is a task here.
    taken: bool,
}

/// Tasks by id. Walking through all of them is fast: a hundred thousand take a few milliseconds.
#[derive(Debug)]
pub(crate) struct Store {
    slots: Vec<Option<Slot>>,
    briefs: Vec<Brief>,
    indexes: HashMap<Id, Index>,
    free: Vec<Index>,
    zone: Tz,
}

impl Store {
    pub(crate) fn new(zone: Tz) -> Self {
        Self { slots: Vec::new(), briefs: Vec::new(), indexes: HashMap::new(), free: Vec::new(), zone }
    }

    pub(crate) fn len(&self) -> usize {
        self.indexes.len()
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Task> {
        self.slot(self.index_of(id)?).map(|slot| &slot.task)
    }

    pub(crate) fn index_of(&self, id: Id) -> Option<Index> {
        self.indexes.get(&id).copied()
    }

    pub(crate) fn slot(&self, index: Index) -> Option<&Slot> {
        self.slots.get(index as usize)?.as_ref()
    }

    /// The highest index there is room for.
    pub(crate) fn end(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Index, &Slot)> {
        (0..).zip(&self.slots).filter_map(|(index, slot)| Some((index, slot.as_ref()?)))
    }

    pub(crate) fn briefs(&self) -> impl Iterator<Item = (Index, &Brief)> {
        (0..).zip(&self.briefs).filter(|(_, brief)| brief.taken)
    }

    /// Puts a task in, and answers where, and what was there before.
    pub(crate) fn put(&mut self, mut task: Task) -> (Index, Option<Slot>) {
        // Lists have many short texts: what they were read with in reserve adds up.
        task.title.shrink_to_fit();
        task.description.shrink_to_fit();
        task.tags.shrink_to_fit();
        let id = task.id;
        let (moment, day) = task.due.map_or((i64::MAX, i32::MAX), |due| self.when(due));
        let (priority, completed) = (task.priority, task.completed);
        let brief = Brief { moment, id, day, priority, completed, taken: true };
        let slot = Slot { task, moment, day };
        if let Some(index) = self.index_of(id) {
            self.briefs[index as usize] = brief;
            return (index, self.slots[index as usize].replace(slot));
        }
        let index = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.briefs.push(brief);
            Index::try_from(self.slots.len() - 1).unwrap_or(Index::MAX)
        });
        self.slots[index as usize] = Some(slot);
        self.briefs[index as usize] = brief;
        self.indexes.insert(id, index);
        (index, None)
    }

    pub(crate) fn take(&mut self, id: Id) -> Option<(Index, Slot)> {
        let index = self.indexes.remove(&id)?;
        let slot = self.slots[index as usize].take()?;
        self.briefs[index as usize].taken = false;
        self.free.push(index);
        Some((index, slot))
    }

    pub(crate) fn clear(&mut self) {
        self.slots.clear();
        self.briefs.clear();
        self.indexes.clear();
        self.free.clear();
    }

    fn when(&self, due: Due) -> (i64, i32) {
        let day = day_of(due, self.zone);
        let moment = match due {
            Due::At(at) => at.timestamp(),
            Due::Day(day) => moment_of(day, end_of_day(), self.zone).timestamp(),
        };
        (moment, day.num_days_from_ce())
    }
}

/// The day that something is due.
pub(crate) fn day_of(due: Due, zone: Tz) -> NaiveDate {
    match due {
        Due::Day(day) => day,
        Due::At(at) => at.with_timezone(&zone).date_naive(),
    }
}

pub(crate) fn end_of_day() -> NaiveTime {
    NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default()
}

/// What a clock on the wall means; where clocks skip it, as if they did not.
pub(crate) fn moment_of(day: NaiveDate, time: NaiveTime, zone: Tz) -> DateTime<Utc> {
    let wall = day.and_time(time);
    zone.from_local_datetime(&wall).earliest().map_or_else(|| wall.and_utc(), |at| at.to_utc())
}
