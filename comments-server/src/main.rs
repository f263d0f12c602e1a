//! The program `comments-server`.

use std::process::ExitCode;

use comments_server::{App, Settings};
use server_kit::{clock::Clock, serve, settings, telemetry};
use todo_sdk::Client;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => settings::exit_code(error.as_ref()),
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let settings: Settings = settings::load("comments-server.toml")?;
    let _telemetry = telemetry::init("comments-server", settings.common.log_format);
    serve::install_tls_provider();
    let client = Client::builder(&settings.todo_server_url)
        .client_name(concat!("comments-server/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let Some(app) = serve::unless_stopped(App::open(&settings, client, Clock::system())).await else { return Ok(()) };
    let app = app?;
    serve::run("comments-server", settings.listen, &settings.common, app.kit(), app.router()?, Box::pin(app.work()))
        .await?;
    app.close().await;
    Ok(())
}
