//! A private Redis server.

use std::{
    fs::File,
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    process::{Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{STOP_LIMIT, start_on_free_port, wait_until_ready};
use crate::process::{Process, Signal};

/// How long it may take to answer us.
const ANSWER_LIMIT: Duration = Duration::from_secs(1);

/// A Redis server of our own that keeps nothing on disk, reachable from this machine only.
#[derive(Debug)]
pub struct Redis {
    // Before the directory: it is stopped before its files go.
    process: Option<Process>,
    port: u16,
    dir: TempDir,
}

impl Redis {
    /// Starts an empty server.
    ///
    /// # Errors
    ///
    /// Without `redis-server`, or with what its log says.
    pub fn start() -> io::Result<Self> {
        let dir = crate::private_dir("redis-")?;
        let mut server = Self { process: None, port: 0, dir };
        let (port, process) = start_on_free_port(|port| server.run(port))?;
        server.port = port;
        server.process = Some(process);
        Ok(server)
    }

    fn run(&self, port: u16) -> io::Result<Process> {
        let log = self.dir.path().join("log");
        let output = File::create(&log)?;
        let mut redis = Command::new("redis-server");
        redis.args(["--bind", "127.0.0.1", "--port", &port.to_string(), "--save", "", "--appendonly", "no"]);
        redis.current_dir(self.dir.path());
        redis.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        wait_until_ready("redis-server", Process::spawn(redis)?, &log, || Ok(say(port, "PING", "+PONG").is_ok()))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}/", self.address())
    }

    /// Makes it forget everything.
    ///
    /// # Errors
    ///
    /// If it does not answer.
    pub fn flush(&self) -> io::Result<()> {
        say(self.port, "FLUSHALL", "+OK")
    }

    /// `kill -9`; what it held is lost.
    ///
    /// # Errors
    ///
    /// If it can't be killed.
    pub fn kill_9(&mut self) -> io::Result<()> {
        self.process.take().map_or(Ok(()), |process| process.kill().map(|_| ()))
    }

    /// Stops it; what it held is lost.
    ///
    /// # Errors
    ///
    /// If it does not stop.
    pub fn stop(&mut self) -> io::Result<()> {
        match self.process.take() {
            Some(process) => process.stop(Signal::TERM, STOP_LIMIT).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Starts it again, empty, on the same port.
    ///
    /// # Errors
    ///
    /// With what its log says.
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop()?;
        self.process = Some(self.run(self.port)?);
        Ok(())
    }

    /// Freezes it: connections stay open and nothing answers.
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn pause(&self) -> io::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on after [`Self::pause`].
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn resume(&self) -> io::Result<()> {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> io::Result<()> {
        self.process.as_ref().ok_or_else(|| io::Error::other("redis-server does not run"))?.signal(signal)
    }
}

/// Sends a command and reads the one line that it is to answer.
fn say(port: u16, command: &str, expected: &str) -> io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    stream.write_all(format!("{command}\r\n").as_bytes())?;
    let mut answer = vec![0; expected.len()];
    stream.read_exact(&mut answer)?;
    if answer == expected.as_bytes() { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
