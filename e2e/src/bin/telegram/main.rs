//! Tries the bot without Telegram: serves a local Bot API and a page that looks like a chat, and runs the servers and the
//! bot beside them.

mod demo;
mod page;
mod view;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::Parser;

/// Tries the bot in a browser, without Telegram and without a token
#[derive(Debug, Parser)]
struct Options {
    /// Port of the page, on 127.0.0.1; 0 picks one
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Port of the local Bot API, on 127.0.0.1; 0 picks one
    #[arg(long, default_value_t = 8091)]
    api_port: u16,
    /// Where to keep the tasks; by default beside the programs
    #[arg(long, value_name = "DIR", conflicts_with = "fresh")]
    data: Option<PathBuf>,
    /// Start with nothing and keep nothing
    #[arg(long)]
    fresh: bool,
    /// Only the Bot API and the page, for a bot of your own
    #[arg(long)]
    no_bot: bool,
    /// Let the bot send as fast as it likes
    #[arg(long)]
    no_limits: bool,
}

/// An address of this machine that nobody else reaches.
fn local(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

#[tokio::main]
async fn main() -> ExitCode {
    match demo::run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("telegram: {error}");
            ExitCode::FAILURE
        }
    }
}
