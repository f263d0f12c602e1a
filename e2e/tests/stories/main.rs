//! What users can rely on, told to the real programs over HTTP, on SQLite and on PostgreSQL.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod api;
mod bot;
mod cli;
mod comments;
mod delivery;
mod durability;
mod events;
mod examples;
// Valgrind counts them, which `./dev test` installs on Linux only: it does not run on current macOS.
#[cfg(target_os = "linux")]
mod instructions;
mod limits;
mod lists;
mod logs;
mod notify;
mod offline;
mod openapi;
mod operator;
mod paging;
mod pipes;
mod put_off;
mod quick;
mod reminders;
mod routes;
mod services;
mod setup;
mod startup;
mod tags;
mod tasks;
mod throttle;
mod tokens;
mod transfer;
mod tui;
mod undo;
mod users;
mod webhooks;
