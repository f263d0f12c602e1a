//! The program `todo-server`.

use std::process::ExitCode;

use clap::Parser;
use server_kit::{
    clock::Clock,
    serve::{self, StopSignal},
    settings, telemetry,
};
use todo_server::{App, Settings, admin::Command};

/// The command line.
#[derive(Debug, Parser)]
#[command(name = "todo-server", version, about = "Users, tokens, tasks, tags and reminders over REST")]
struct Program {
    #[command(flatten)]
    settings: Settings,
    /// What to do instead of serving
    #[command(subcommand)]
    command: Option<Command>,
}

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => settings::exit_code(error.as_ref()),
    }
}

fn start() -> Result<(), Box<dyn std::error::Error>> {
    let Program { settings, command } = settings::load("todo-server.toml")?;
    serve::runtime(settings.common.worker_threads)?.block_on(run(settings, command))
}

async fn run(settings: Settings, command: Option<Command>) -> Result<(), Box<dyn std::error::Error>> {
    let mut stop = StopSignal::listen();
    if let Some(command) = command {
        telemetry::init_command(settings.common.log_format);
        serve::install_tls_provider();
        // Dropped half-way it leaves nothing behind.
        let done = stop.unless_asked(Box::pin(command.run(&settings))).await;
        return Ok(done.ok_or("stopped before it was done")??);
    }
    let _telemetry = telemetry::init("todo-server", settings.common.log_format);
    serve::install_tls_provider();
    let Some(app) = stop.unless_asked(App::open(&settings, Clock::system())).await else { return Ok(()) };
    let app = app?;
    serve::run("todo-server", settings.listen, &settings.common, app.kit(), app.router(), Box::pin(app.work()), stop)
        .await?;
    app.close().await;
    Ok(())
}
