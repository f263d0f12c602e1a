//! Counts the instructions that the servers' hot paths take and compares them with those of `e2e/instructions.toml`. Unlike
//! times, they hardly depend on what else the machine does, so a path that got slower shows in CI.
//!
//! This program runs itself below valgrind, which counts. See [`walk`] for what is counted, [`baseline`] for the bounds.

mod baseline;
mod count;
mod paths;
mod report;
mod walk;
mod world;

use std::{io, process::ExitCode};

use baseline::{Baseline, Conditions};
use clap::{Parser, Subcommand};

/// Counts the instructions of the hot paths and compares them with those that are stored
#[derive(Debug, Parser)]
struct Options {
    /// Stores what is counted in e2e/instructions.toml
    #[arg(long)]
    store: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Goes each path, for valgrind to count
    #[command(hide = true)]
    Walk,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let done = match options.command {
        Some(Command::Walk) => walk::walk().map(|()| true),
        None if options.store => store().map(|()| true),
        None => compare(),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("instructions: {error}");
            ExitCode::FAILURE
        }
    }
}

fn store() -> io::Result<()> {
    let counted = count::count()?;
    let baseline = Baseline { conditions: Conditions::here()?, figures: counted };
    baseline.store()?;
    println!("{}", report::table(&baseline.figures, &baseline));
    Ok(())
}

/// Whether all paths are within their bounds.
fn compare() -> io::Result<bool> {
    let baseline = Baseline::stored()?;
    let here = Conditions::here()?;
    let Some(bounds) = baseline.conditions.bounds(&here) else {
        println!("nothing is compared: the stored figures are of {}, this is {here}", baseline.conditions);
        return Ok(true);
    };
    if baseline.conditions.rustc != here.rustc {
        println!("the bounds are wide: the stored figures are of {}, this is {here}", baseline.conditions);
    }
    let counted = count::count()?;
    println!("{}", report::table(&counted, &baseline));
    let slips = baseline.slips(&counted, bounds);
    for slip in &slips {
        println!("{slip}");
    }
    if !slips.is_empty() {
        println!("{}", report::ADVICE);
    }
    Ok(slips.is_empty())
}
