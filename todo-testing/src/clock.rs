//! The time of the servers.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::clock::{Clock, ManualClock};

/// The clock of a [`TestServer`](crate::TestServer): it stands still until it is moved. Clones move the same clock.
///
/// ```
/// use chrono::TimeDelta;
/// use todo_testing::TestServer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let world = TestServer::builder().at("2026-12-31T23:00:00Z".parse()?).start().await?;
/// world.clock().advance(TimeDelta::hours(2));
/// assert_eq!(world.clock().now().to_rfc3339(), "2027-01-01T01:00:00+00:00");
/// world.clock().set("2027-06-01T00:00:00Z".parse()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TestClock {
    clock: Clock,
    hand: ManualClock,
}

impl TestClock {
    pub(crate) fn starting(at: DateTime<Utc>) -> Self {
        let (clock, hand) = Clock::manual(at);
        Self { clock, hand }
    }

    pub(crate) fn for_servers(&self) -> Clock {
        self.clock.clone()
    }

    /// The time there.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Moves the clock on, or back where `by` is below zero.
    pub fn advance(&self, by: TimeDelta) {
        self.hand.advance(by);
    }

    /// Moves the clock to this time, earlier or later.
    pub fn set(&self, time: DateTime<Utc>) {
        self.advance(time - self.now());
    }
}
