//! Cache-aside look-up of tasks: whose task is it?
//!
//! The cache only ever saves a look-up. The database decides when a comment is written, so a stale entry can't bring a
//! deleted task back.
//!
//! In Redis the key of task 12 is `todo:task:12`, its value the id of its owner as a decimal number, its expiry
//! [`TIME_TO_LIVE`]. Without Redis the same map is kept in the process.

use std::time::Duration;

use moka::sync::Cache;
use redis::cmd;
use todo_sdk::model::Id;

use crate::{metrics, redis::Redis};

/// Entries kept in the process: a few dozen bytes each.
const CAPACITY: u64 = 100_000;
/// Bounds how long an entry outlives a change that the cache was not told of.
pub const TIME_TO_LIVE: Duration = Duration::from_secs(300);

/// Task id → owner. Cheap to clone; clones share the entries.
#[derive(Clone, Debug)]
pub enum TaskCache {
    /// Of this process.
    Local(Cache<Id, Id>),
    /// Of all replicas.
    Redis(Redis),
}

impl TaskCache {
    /// Shared through Redis where there is one.
    #[must_use]
    pub fn new(redis: Option<Redis>) -> Self {
        let local = || Cache::builder().max_capacity(CAPACITY).time_to_live(TIME_TO_LIVE).build();
        redis.map_or_else(|| Self::Local(local()), Self::Redis)
    }

    /// The owner of the task, if it is known.
    pub async fn owner(&self, task: Id) -> Option<Id> {
        let owner = match self {
            Self::Local(cache) => cache.get(&task),
            Self::Redis(redis) => redis.ask::<Option<Id>>(cmd("GET").arg(key(task))).await.flatten(),
        };
        metrics::task_looked_up(owner.is_some());
        owner
    }

    /// Remembers the owner.
    pub async fn put(&self, task: Id, owner: Id) {
        match self {
            Self::Local(cache) => cache.insert(task, owner),
            Self::Redis(redis) => {
                let _: Option<()> =
                    redis.ask(cmd("SET").arg(key(task)).arg(owner).arg("EX").arg(TIME_TO_LIVE.as_secs())).await;
            }
        }
    }

    /// Forgets the tasks, on every replica.
    pub async fn forget(&self, tasks: &[Id]) {
        match self {
            Self::Local(cache) => tasks.iter().for_each(|task| cache.invalidate(task)),
            Self::Redis(_) if tasks.is_empty() => {}
            Self::Redis(redis) => {
                let keys: Vec<String> = tasks.iter().copied().map(key).collect();
                let _: Option<()> = redis.ask(cmd("UNLINK").arg(keys)).await;
            }
        }
    }
}

fn key(task: Id) -> String {
    format!("todo:task:{task}")
}
