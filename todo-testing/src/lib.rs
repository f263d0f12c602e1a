//! The real servers in a test's own process: todo-server and comments-server on a new SQLite database, with a clock that
//! the test moves and a network that it breaks.
//!
//! Nothing is imitated. The routes, the rules and the SQL are those of the programs; only the sockets are left out, and the
//! time is the test's. So a program that talks through [`todo_sdk`] can be tried with what is hard to wait for: tokens that
//! expire, reminders that fall due, days that end, servers that refuse, stall and vanish.
//!
//! ```
//! use chrono::TimeDelta;
//! use todo_testing::{Fault, TestServer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let world = TestServer::start().await?;
//! let ann = world.person("ann").await?;
//!
//! // An hour later her access token is no good any more; the client gets a new one by itself.
//! world.clock().advance(TimeDelta::hours(1));
//! let task = ann.tasks().create("Call the bank").await?;
//! assert_eq!(task.date_created, world.clock().now());
//!
//! // A server that is away for a moment is asked again, one that is gone is an error.
//! world.fail_next(Fault::Unavailable { retry_after: None });
//! assert_eq!(ann.tasks().get(task.id).await?.title, "Call the bank");
//! world.offline();
//! assert!(ann.tasks().get(task.id).await.is_err_and(|error| error.passes()));
//! world.online();
//! ann.tasks().complete(task.id).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # Time
//!
//! The servers' clock stands still until it is moved: tokens, reminders, rates, days and the journal go by it. What a
//! client waits for (a `Retry-After`, its own time-outs) goes by the system's clock, as everywhere.
//!
//! # Programs
//!
//! A program of its own process is tried through [`TestServer::listen`], by the same clock. The network that breaks is that
//! of clients in this process, which [`TestServer::person`] and [`TestServer::client_builder`] make.

mod clock;
mod fault;
mod network;
mod server;

pub use clock::TestClock;
pub use fault::Fault;
pub use network::Exchange;
pub use server::{Listening, PASSWORD, SERVICE_SECRET, StartError, TestServer, TestServerBuilder};
