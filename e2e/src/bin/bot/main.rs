//! Shows what one bot carries: ten thousand updates at once, and a thousand reminders while people chat.

mod load;
mod reminders;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Measures how fast the bot answers, and that it keeps Telegram's limits
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    /// Chats
    #[arg(long, default_value_t = 1000, global = true)]
    chats: usize,
    /// Updates in each of them
    #[arg(long, default_value_t = 10, global = true)]
    updates: usize,
    /// People who chat while reminders go out
    #[arg(long, default_value_t = 50, global = true)]
    talking: usize,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Only the updates
    Load,
    /// Only the reminders
    Reminders,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = || -> world::Result<()> {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            for postgres in [false, true] {
                if !matches!(options.part, Some(Part::Reminders)) {
                    load::run(postgres, options.chats, options.updates).await?;
                }
                if !matches!(options.part, Some(Part::Load)) {
                    reminders::run(postgres, options.chats, options.talking).await?;
                }
            }
            Ok(())
        })
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bot: {error}");
            ExitCode::FAILURE
        }
    }
}
