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
    telemetry::init(settings.common.log_format);
    serve::install_tls_provider();
    let client = Client::builder(&settings.todo_server_url)
        .client_name(concat!("comments-server/", env!("CARGO_PKG_VERSION")))
        .build()?;
    let app = App::open(&settings, client, Clock::system()).await?;
    let listener = serve::bind(settings.listen).await?;
    println!("comments-server listening on http://{}", listener.local_addr()?);
    serve::serve(listener, app.router()?, serve::stop_signal()).await;
    app.close().await;
    Ok(())
}
