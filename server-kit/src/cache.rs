//! Cache-aside look-up of tasks: whose task is it?
//!
//! The cache only ever saves a look-up. A foreign key decides, so a stale entry can't bring a deleted task back.

use std::time::Duration;

use moka::sync::Cache;
use todo_sdk::model::Id;

/// Entries kept: a few dozen bytes each.
const CAPACITY: u64 = 100_000;
/// Bounds how long an entry outlives a change that this process was not told of.
const TIME_TO_LIVE: Duration = Duration::from_secs(300);

/// Task id → owner. Cheap to clone; clones share the entries.
#[derive(Clone, Debug)]
pub struct TaskCache(Cache<Id, Id>);

impl Default for TaskCache {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(CAPACITY).time_to_live(TIME_TO_LIVE).build())
    }
}

impl TaskCache {
    /// The owner of the task, if it is known.
    #[must_use]
    pub fn owner(&self, task: Id) -> Option<Id> {
        self.0.get(&task)
    }

    /// Remembers the owner.
    pub fn put(&self, task: Id, owner: Id) {
        self.0.insert(task, owner);
    }

    /// Forgets the task.
    pub fn forget(&self, task: Id) {
        self.0.invalidate(&task);
    }
}
