//! The program `comments-server`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use comments_server::{App, Settings};
use server_kit::{
    clock::Clock,
    health,
    serve::{self, StopSignal},
    settings, telemetry,
};
use todo_sdk::Client;

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "comments-server", version, about = "Comments on tasks over REST")]
struct Program {
    #[command(flatten)]
    settings: Settings,
    /// What to do instead of serving
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Ask the server whether it can work, and end with 0 or 1
    Health {
        /// Where it is, if not where these settings say
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
}

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => settings::exit_code(error.as_ref()),
    }
}

fn start() -> Result<(), Box<dyn std::error::Error>> {
    let Program { settings, command } = settings::load("comments-server.toml")?;
    serve::runtime(settings.common.worker_threads)?.block_on(run(settings, command))
}

async fn run(settings: Settings, command: Option<Command>) -> Result<(), Box<dyn std::error::Error>> {
    let mut stop = StopSignal::listen();
    if let Some(Command::Health { url }) = command {
        serve::install_tls_provider();
        health::check(&url.unwrap_or_else(|| health::local_url(settings.listen))).await?;
        println!("ready");
        return Ok(());
    }
    let _telemetry = telemetry::init("comments-server", settings.common.log_format);
    serve::install_tls_provider();
    let client = Client::builder(&settings.todo_server_url)
        .client_name(concat!("comments-server/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let Some(app) = stop.unless_asked(App::open(&settings, client, Clock::system())).await else { return Ok(()) };
    let app = app?;
    serve::run(
        "comments-server",
        settings.listen,
        &settings.common,
        app.kit(),
        app.router(),
        Box::pin(app.work()),
        stop,
    )
    .await?;
    app.close().await;
    Ok(())
}
