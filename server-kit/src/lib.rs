//! What both servers need once: settings, database, cache, authentication, problems, telemetry, serving.
//!
//! A server is an [`axum::Router`] over a [`Kit`]: its handlers extract ([`extract`], [`auth::Caller`]), act on the
//! database through [`db::Db`], and answer a [`reply::Reply`] or an [`Error`], which becomes a problem document.

pub mod address;
pub mod at_once;
pub mod auth;
pub mod cache;
pub mod change;
pub mod clock;
pub mod comments;
pub mod db;
pub mod docs;
pub mod error;
pub mod extract;
pub mod feed;
pub mod health;
pub mod idempotency;
pub mod journal;
mod kit;
pub mod memory;
pub mod metrics;
pub mod middleware;
pub mod page;
pub mod paths;
pub mod redis;
pub mod reply;
pub mod routes;
pub mod serve;
pub mod settings;
pub mod telemetry;
#[cfg(feature = "testing")]
pub mod testing;
pub mod throttle;
pub mod time;
pub mod wait;

pub use error::Error;

pub use kit::{Kit, tell_sessions_ended};
