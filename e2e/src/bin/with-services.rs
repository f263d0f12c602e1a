//! Runs a command with a private PostgreSQL and Redis: `with-services COMMAND [ARGUMENTS]`.
//!
//! Their URLs are in `TEST_POSTGRES_URL` and `TEST_REDIS_URL`. Ends as the command ends, and the services with it.

use std::{
    env,
    io::{self, IsTerminal},
    os::unix::process::ExitStatusExt,
    process::{Command, ExitCode, ExitStatus},
    thread,
};

use e2e::services::{POSTGRES_URL, Postgres, REDIS_URL, Redis};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with-services COMMAND [ARGUMENTS]");
        return ExitCode::from(2);
    };
    let mut command = Command::new(program);
    command.args(arguments);
    match run(command) {
        Ok(status) => exit_code(status),
        Err(error) => {
            eprintln!("with-services: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut command: Command) -> io::Result<ExitStatus> {
    // From here on signals are ours to handle, so that the services are stopped in order.
    let signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let postgres = Postgres::start()?;
    let redis = Redis::start()?;
    command.env(POSTGRES_URL, postgres.url()).env(REDIS_URL, redis.url());
    let name = command.get_program().display().to_string();
    let mut child =
        command.spawn().map_err(|error| io::Error::new(error.kind(), format!("cannot run {name}: {error}")))?;
    forward(signals, Pid::from_child(&child));
    child.wait()
}

/// Passes signals on to the command, whose end then ends us.
fn forward(mut signals: Signals, child: Pid) {
    thread::spawn(move || {
        for number in signals.forever() {
            // Ctrl-C on a terminal reaches the command without us, and a second one would cut its clean-up short.
            if number == SIGINT && io::stdin().is_terminal() {
                continue;
            }
            if let Some(signal) = Signal::from_named_raw(number) {
                // It may just have ended.
                let _ = kill_process(child, signal);
            }
        }
    });
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from)
}
