//! `todo`: tasks from the command line.

mod cli;
mod commands;
mod completion;
mod config_file;
mod connect;
mod context;
mod credentials;
#[cfg(feature = "embedded")]
mod embedded;
mod error;
mod formats;
mod input;
mod offline;
mod output;
mod paths;
mod pending;
mod profile;
mod tui;
mod zone;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};
use error::{Error, exit};
use output::{Printer, report::report};
use profile::{Env, Place, process_env};

fn main() -> ExitCode {
    if completion::answer() {
        return ExitCode::SUCCESS;
    }
    let mut cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let Some(args) = commands::topics::asked_below(&error, std::env::args_os().skip(1)) else {
                return usage(&error);
            };
            let printer = Printer::for_usage_errors(false);
            return end(commands::topics::help(&args, &printer), &printer, None);
        }
    };
    cli.global.json |= matches!(&cli.command, Some(Command::List(args)) if args.ndjson);
    let printer = Printer::new(&cli.global);
    if opens_terminal_interface(&cli, &printer) {
        return match profile::resolve(&cli.global, None, Env::new(&process_env)) {
            Ok(place) => end(tui::open(printer, place.clone()), &printer, Some(&place)),
            Err(error) => end(Err(error), &printer, None),
        };
    }
    log_to_stderr(cli.global.verbose, printer.color_errors);
    if let Some(result) = cli.command.as_ref().and_then(|command| commands::set_up(command, &cli.global, &printer)) {
        return end(result, &printer, None);
    }
    #[cfg(feature = "embedded")]
    if let Some(Command::Up(args)) = &cli.command {
        return end(embedded::up(args, &printer), &printer, None);
    }
    let command = cli.command.unwrap_or_else(|| Command::List(commands::default_list()));
    match profile::resolve(&cli.global, command.url(), Env::new(&process_env)) {
        Ok(place) => end(run(command, printer, place.clone()), &printer, Some(&place)),
        Err(error) => end(Err(error), &printer, None),
    }
}

/// `todo ui`, or no command at all where somebody sits at a terminal and wants neither JSON nor ids.
fn opens_terminal_interface(cli: &Cli, printer: &Printer) -> bool {
    use std::io::IsTerminal;
    match cli.command {
        Some(Command::Ui) => true,
        None => printer.terminal && !printer.json && !printer.quiet && std::io::stdin().is_terminal(),
        Some(_) => false,
    }
}

/// Commands make a few calls, one after the other: one thread does.
fn run(command: Command, printer: Printer, place: Place) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Output)?;
    runtime.block_on(commands::run(command, printer, place))
}

fn end(result: Result<(), Error>, printer: &Printer, place: Option<&Place>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            if !matches!(error, Error::Reported(_)) {
                report(&error, printer, place);
            }
            error.exit_code().into()
        }
    }
}

/// Help, the version, or arguments that make no sense. With `--json` those are a problem object too.
fn usage(error: &clap::Error) -> ExitCode {
    let mut arguments = std::env::args_os().take_while(|argument| argument != "--");
    let json = arguments.any(|argument| argument == "--json" || argument == "--ndjson");
    if !error.use_stderr() || !json {
        let _ = error.print();
        return if error.use_stderr() { exit::USAGE.into() } else { ExitCode::SUCCESS };
    }
    let text = error.render().to_string();
    let message = text.trim_start_matches("error: ").split("\n\nUsage:").next().unwrap_or_default();
    let message = message.split("\n\nFor more").next().unwrap_or_default().trim();
    end(Err(Error::usage(message)), &Printer::for_usage_errors(true), None)
}

/// Set up only where it was asked for: by `-v`, or by `RUST_LOG`.
fn log_to_stderr(verbose: u8, color: bool) {
    use tracing_subscriber::{EnvFilter, fmt};
    let default = match verbose {
        0 if std::env::var_os("RUST_LOG").is_none() => return,
        0 => "warn",
        1 => "info,todo_sdk=debug",
        _ => "debug",
    };
    let from_env = EnvFilter::try_from_default_env();
    let filter =
        if verbose > 0 { EnvFilter::new(default) } else { from_env.unwrap_or_else(|_| EnvFilter::new(default)) };
    fmt().with_env_filter(filter).with_ansi(color).with_writer(std::io::stderr).init();
}
