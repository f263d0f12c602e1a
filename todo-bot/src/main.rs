//! The program `todo-bot`: the Telegram client. It reaches people's data through the SDK alone, as the person who writes to
//! it.

mod action;
mod app;
mod error;
mod i18n;
mod input;
mod people;
mod reminders;
mod session;
mod settings;
mod stop;
mod store;
mod talk;
mod telegram;
mod updates;
mod view;
mod zones;

use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use self::settings::{LogFormat, Settings};

fn main() -> ExitCode {
    let settings = match Settings::read() {
        Ok(settings) => settings,
        Err(error) => error.exit(),
    };
    log(settings.log_format);
    // Two providers are compiled in; whoever makes a TLS client first must not have to choose. Only fails if one is set.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(app::run(settings)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// Logs to standard error.
fn log(format: LogFormat) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,teloxide=warn,fluent=error"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Pretty => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
}
