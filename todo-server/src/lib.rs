//! Users, tokens, tasks and tags over REST.
//!
//! ```no_run
//! # async fn run(settings: todo_server::Settings) -> Result<(), Box<dyn std::error::Error>> {
//! let app = todo_server::App::open(&settings, server_kit::clock::Clock::system()).await?;
//! let listener = server_kit::serve::bind(settings.listen).await?;
//! let mut stop = server_kit::serve::StopSignal::listen();
//! server_kit::serve::serve(listener, app.router(), stop.asked()).await;
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
