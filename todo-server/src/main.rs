//! The program `todo-server`.

use std::process::ExitCode;

use server_kit::{clock::Clock, serve, settings, telemetry};
use todo_server::{App, Settings};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => settings::exit_code(error.as_ref()),
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let settings: Settings = settings::load("todo-server.toml")?;
    telemetry::init(settings.common.log_format);
    serve::install_tls_provider();
    let app = App::open(&settings, Clock::system()).await?;
    let listener = serve::bind(settings.listen).await?;
    println!("todo-server listening on http://{}", listener.local_addr()?);
    let housekeeper = tokio::spawn({
        let app = app.clone();
        async move { app.housekeep().await }
    });
    serve::serve(listener, app.router()?, serve::stop_signal()).await;
    housekeeper.abort();
    app.close().await;
    Ok(())
}
