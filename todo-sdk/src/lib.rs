//! The typed client of the to-do service.
//!
//! * [`Client`] talks to the servers: tasks, tags, comments, reminders, changes as they happen. It is async;
//!   [`blocking`](blocking/index.html) is the same for programs without an async runtime.
//! * [`quick`] reads a task from one line, in English or Russian.
//! * [`model`] is the wire contract: plain serde types, the same ones that the servers answer with.
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
//!
//! # Features
//!
//! | feature | on by default | what it brings |
//! |---|---|---|
//! | `client` | yes | [`Client`], on tokio; TLS by rustls, with the certificates of the system |
//! | `blocking` | | [`blocking::Client`](blocking/struct.Client.html) |
//! | `outbox` | | [`outbox`](outbox/index.html): writes are kept while the server is out of reach, and sent in order |
//! | `http2` | | HTTP/2 with servers that speak it, as reverse proxies do |
//! | `tokens` | | [`tokens`](tokens/index.html): signing and verifying access and refresh tokens |
//! | `openapi` | | OpenAPI schemas of the wire types, for [utoipa](https://docs.rs/utoipa) |
//!
//! Without any of them the crate is [`model`] and [`quick`], and does neither network nor threads.
//!
//! # Errors
//!
//! Whatever fails does so with an [`Error`]. Ask it what to do: [`passes`](Error::passes) where the same call may succeed
//! later, [`status`](Error::status) and [`code`](Error::code) where the server refused,
//! [`field_errors`](Error::field_errors) for what is wrong with each field.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "blocking")]
pub mod blocking;
#[cfg(feature = "client")]
pub mod client;
pub mod model;
#[cfg(feature = "outbox")]
pub mod outbox;
pub mod quick;
#[cfg(feature = "tokens")]
pub mod tokens;

#[cfg(feature = "client")]
pub use client::{Client, Error, with_request_id};

// So that its examples are compiled.
#[cfg(all(doctest, feature = "blocking"))]
#[doc = include_str!("../README.md")]
struct Readme;
