//! The terminal interface, driven as people drive it: measured with a hundred thousand tasks, and drawn for the README.

mod bench;
mod pictures;
mod world;

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Measures the terminal interface, or draws pictures of it
#[derive(Debug, Parser)]
struct Options {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How soon the first frame is there, how soon a key shows, and how much memory it takes
    Bench {
        #[arg(long, default_value_t = 100_000)]
        tasks: usize,
        #[arg(long, default_value_t = 1000)]
        keys: usize,
    },
    /// Draws screens of the real program as SVG
    Pictures {
        #[arg(default_value = "docs/pictures")]
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = || -> io::Result<()> {
        let runtime = tokio::runtime::Runtime::new()?;
        match options.command.unwrap_or(Command::Bench { tasks: 100_000, keys: 1000 }) {
            Command::Bench { tasks, keys } => bench::run(&runtime, tasks, keys),
            Command::Pictures { folder } => pictures::run(&runtime, &folder),
        }
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tui: {error}");
            ExitCode::FAILURE
        }
    }
}
