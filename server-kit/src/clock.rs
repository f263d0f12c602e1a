//! Time is passed in, so that tests own it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use chrono::{DateTime, TimeDelta, Utc};

/// The current time: the system's, or one that a test moves.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(Utc::now))
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> (Self, ManualClock) {
        let manual = ManualClock(Arc::new(AtomicI64::new(start.timestamp_micros())));
        let read = manual.clone();
        (Self(Arc::new(move || read.get())), manual)
    }

    /// Now, to the microsecond: PostgreSQL keeps no more, and a cursor must find what was stored.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        micros((self.0)())
    }
}

/// The same time without what is finer than a microsecond.
#[must_use]
pub fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    // Also turns a leap second, 23:59:60, into the second after it, as the databases do.
    DateTime::from_timestamp_micros(time.timestamp_micros()).unwrap_or(time)
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// Moves a clock made by [`Clock::manual`].
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    fn get(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or_default()
    }

    /// Moves the clock, backwards too.
    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_microseconds().unwrap_or_default(), Ordering::SeqCst);
    }
}
