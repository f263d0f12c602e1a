//! Users, tokens, tasks and tags over REST.
//!
//! ```no_run
//! # async fn run(settings: todo_server::Settings) -> Result<(), Box<dyn std::error::Error>> {
//! let app = todo_server::App::open(&settings, server_kit::clock::Clock::system()).await?;
//! let listener = server_kit::serve::bind(settings.listen).await?;
//! server_kit::serve::serve(listener, app.router()?, server_kit::serve::stop_signal()).await;
//! app.close().await;
//! # Ok(())
//! # }
//! ```

pub mod admin;
mod app;
mod delivery;
mod keys;
mod local;
mod passwords;
mod routes;
mod services;
mod settings;
pub mod store;
mod webhook;

pub use app::{App, StartError};
pub use services::Services;
pub use settings::{Registration, Settings};
