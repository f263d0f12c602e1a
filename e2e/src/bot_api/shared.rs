//! What the server's tasks and the tests' people hold together.

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::watch;

use super::{faults::Reach, world::World};

/// The world, and bells that ring when something in it changes.
#[derive(Debug)]
pub(crate) struct Shared {
    world: Mutex<World>,
    /// Rings for anything.
    pub(crate) news: watch::Sender<u64>,
    /// Rings when there may be something to hand over, or when the way of handing over has changed.
    pub(crate) queued: watch::Sender<u64>,
    /// Rings when calls that hang are let go.
    pub(crate) released: watch::Sender<u64>,
    pub(crate) reach: watch::Sender<Reach>,
    /// Calls under way but polls.
    in_flight: AtomicUsize,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self {
            world: Mutex::new(world),
            news: watch::channel(0).0,
            queued: watch::channel(0).0,
            released: watch::channel(0).0,
            reach: watch::channel(Reach::Up).0,
            in_flight: AtomicUsize::new(0),
        }
    }

    /// A test that fails while it looks must not break the others' view.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn changed(&self) {
        ring(&self.news);
    }

    pub(crate) fn queue_changed(&self) {
        ring(&self.queued);
        self.changed();
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.load(Ordering::SeqCst) == 0 && self.world().updates.len() == 0
    }
}

pub(crate) fn ring(bell: &watch::Sender<u64>) {
    bell.send_modify(|count| *count = count.wrapping_add(1));
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct Flight<'a>(&'a Shared);

impl<'a> Flight<'a> {
    pub(crate) fn begin(shared: &'a Shared) -> Self {
        shared.in_flight.fetch_add(1, Ordering::SeqCst);
        Self(shared)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
        self.0.changed();
    }
}
