//! Shows that reminders arrive: kills servers and deliverers while thousands fall due, lets a hundred thousand fall due at
//! once, and measures how long after its time a reminder is delivered.

mod burst;
mod deliverer;
mod kills;
mod lag;
mod world;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Kills servers and deliverers while reminders fall due, and measures how fast they go out
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    /// Rounds of kills on each database
    #[arg(long, default_value_t = 20, global = true)]
    rounds: u32,
    /// Reminders in each of them
    #[arg(long, default_value_t = 10_000, global = true)]
    due: usize,
    /// Reminders that fall due at once
    #[arg(long, default_value_t = 100_000, global = true)]
    burst: usize,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Only the kills
    Kills,
    /// Only what falls due at once
    Burst,
    /// Only the time that a reminder takes
    Lag,
    /// Deliver: what the others start and kill
    #[command(hide = true)]
    Deliver(deliverer::Arguments),
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = || -> world::Result<()> {
        let runtime = tokio::runtime::Runtime::new()?;
        runtime.block_on(async {
            match &options.part {
                Some(Part::Deliver(arguments)) => deliverer::run(arguments).await,
                Some(Part::Kills) => kills::run(options.rounds, options.due).await,
                Some(Part::Burst) => burst::run(options.burst).await,
                Some(Part::Lag) => lag::run().await,
                None => {
                    kills::run(options.rounds, options.due).await?;
                    burst::run(options.burst).await?;
                    lag::run().await
                }
            }
        })
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("reminders: {error}");
            ExitCode::FAILURE
        }
    }
}
