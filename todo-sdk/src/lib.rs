//! The typed client of the to-do service.
//!
//! * [`quick`] reads a task from one line, in English or Russian.
//! * [`model`] is the wire contract: plain serde types, the same ones that the servers answer with.
//! * `client` (feature `client`, on by default) is the async client.
//! * `tokens` (feature `tokens`) signs and verifies access and refresh tokens.
//!
//! ```no_run
//! # #[cfg(feature = "client")]
//! # async fn run() -> Result<(), todo_sdk::Error> {
//! use todo_sdk::Client;
//!
//! let client = Client::builder("http://127.0.0.1:8000").build()?;
//! client.sign_in("ann", "correct horse battery").await?;
//! let task = client.tasks().create("Call the bank").priority(1).send().await?;
//! println!("{} {}", task.id, task.title);
//! # Ok(())
//! # }
//! ```

#[cfg(feature = "client")]
pub mod client;
pub mod model;
pub mod quick;
#[cfg(feature = "tokens")]
pub mod tokens;

#[cfg(feature = "client")]
pub use client::{Client, Error, with_request_id};
