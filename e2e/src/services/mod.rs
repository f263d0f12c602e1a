//! PostgreSQL and Redis on free ports, in private directories, gone when dropped.

mod postgres;
mod redis;

use std::{io, net::TcpListener, path::Path, time::Duration};

pub use postgres::{Database, Postgres};
pub use redis::Redis;

use crate::process::{Process, wait_until};

/// Names the variable that holds the URL of a private PostgreSQL server, as superuser.
pub const POSTGRES_URL: &str = "TEST_POSTGRES_URL";
/// Names the variable that holds the URL of a private Redis server.
pub const REDIS_URL: &str = "TEST_REDIS_URL";

/// How long a service may take to be ready, on a machine that is busy compiling.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a service may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// How often another port is tried when somebody was faster.
const PORT_TRIES: u32 = 5;

/// The URL of a service that `./dev test` started.
///
/// # Panics
///
/// Without one: tests fail rather than skip what they are there for.
#[must_use]
pub fn url_from(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set; run the tests with ./dev test"))
}

/// A port that was free a moment ago.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Starts a service on one free port after another until it is ready on one.
fn start_on_free_port(start: impl Fn(u16) -> io::Result<Process>) -> io::Result<(u16, Process)> {
    let mut tries = 1;
    loop {
        let port = free_port()?;
        match start(port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && tries < PORT_TRIES => tries += 1,
            started => return started.map(|process| (port, process)),
        }
    }
}

/// Waits until a service is ready; if it ends instead, its log says why.
fn wait_until_ready(
    name: &str,
    mut process: Process,
    log: &Path,
    ready: impl Fn() -> io::Result<bool>,
) -> io::Result<Process> {
    wait_until(name, START_LIMIT, || {
        if let Some(status) = process.ended()? {
            let text = std::fs::read_to_string(log).unwrap_or_default();
            let taken = text.contains("Address already in use");
            let kind = if taken { io::ErrorKind::AddrInUse } else { io::ErrorKind::Other };
            return Err(io::Error::new(kind, format!("{name} ended ({status}):\n{text}")));
        }
        Ok(ready()?.then_some(()))
    })?;
    Ok(process)
}
