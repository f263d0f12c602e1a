//! Whose addresses are being called: a slow one keeps nobody else's reminders waiting.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use todo_sdk::model::Id;
use tokio::sync::Notify;

/// The people whose addresses are being called. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Busy(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    calls: Mutex<BTreeMap<Id, u32>>,
    over: Notify,
}

impl Shared {
    fn calls(&self) -> MutexGuard<'_, BTreeMap<Id, u32>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Busy {
    /// Notes a call that lasts until the answer is dropped.
    pub(super) fn begin(&self, user: Id) -> Call {
        *self.0.calls().entry(user).or_default() += 1;
        Call { user, busy: self.clone() }
    }

    /// Everybody whose address is being called.
    pub(crate) fn people(&self) -> Vec<Id> {
        self.0.calls().keys().copied().collect()
    }

    /// Waits until nobody calls somebody's address any more.
    pub(crate) async fn over(&self) {
        self.0.over.notified().await;
    }
}

/// A call to somebody's address.
#[derive(Debug)]
pub(super) struct Call {
    user: Id,
    busy: Busy,
}

impl Drop for Call {
    fn drop(&mut self) {
        let mut calls = self.busy.0.calls();
        let left = calls.get(&self.user).map_or(0, |calls| calls.saturating_sub(1));
        if left > 0 {
            calls.insert(self.user, left);
        } else {
            calls.remove(&self.user);
            self.busy.0.over.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn people_are_busy_until_their_last_call_is_over() {
        let busy = Busy::default();
        let (first, second, other) = (busy.begin(1), busy.begin(1), busy.begin(2));
        assert_eq!(busy.people(), [1, 2]);
        drop(first);
        assert_eq!(busy.people(), [1, 2]);
        drop(second);
        busy.over().await;
        assert_eq!(busy.people(), [2]);
        drop(other);
        assert_eq!(busy.people(), [] as [Id; 0]);
    }
}
