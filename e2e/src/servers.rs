//! The built programs as processes of their own.

use std::{
    env,
    fs::{File, OpenOptions},
    io::{self, BufRead, BufReader, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{ChildStdout, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use crate::process::{Process, Signal};

/// How long a program may take until it listens, on a machine that is busy with other tests.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How long a program may take to stop.
const STOP_LIMIT: Duration = Duration::from_secs(30);
/// How much of a log a failed test shows.
const LOG_LINES: usize = 80;

/// The key that the tests' servers sign with: the example of
/// [RFC 8410, 10.3](https://www.rfc-editor.org/rfc/rfc8410#section-10.3). Tests sign with it what no server would.
pub const SIGNING_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";

/// A rate that no test reaches.
const UNHURRIED: &str = "1000000/second";

/// What the servers keep their data in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A new database on the server that `./dev test` started.
    Postgres,
    /// Two replicas of each server on such a database and a Redis, behind balancers.
    Cluster,
}

/// The path of one of the workspace's programs, beside which this test or program was built.
///
/// # Panics
///
/// If it isn't built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let running = env::current_exe().unwrap_or_else(|error| panic!("cannot find the running program: {error}"));
    let folder = running.parent().unwrap_or(Path::new("target/debug"));
    // Tests are one folder deeper.
    let folder = folder.parent().filter(|_| folder.ends_with("deps")).unwrap_or(folder);
    let path = folder.join(name);
    assert!(path.is_file(), "{} is not built; run the tests with ./dev test", path.display());
    path
}

/// A command for one of the workspace's programs that keeps everything in `home` and knows nothing of our settings.
#[must_use]
pub fn command(name: &str, home: &Path) -> Command {
    let mut command = Command::new(program(name));
    command.env_clear().current_dir(home).stdin(Stdio::null());
    for kept in ["PATH", "TMPDIR", "RUST_BACKTRACE", "LLVM_PROFILE_FILE"] {
        command.envs(env::var_os(kept).map(|value| (kept, value)));
    }
    command.envs([("HOME", home), ("TODO_DATA_DIR", &home.join("data")), ("TODO_CONFIG_DIR", &home.join("config"))]);
    command
}

/// A server program. Its log is shown if the test that owns it fails.
#[derive(Debug)]
pub struct Server {
    process: Option<Process>,
    name: &'static str,
    arguments: Vec<String>,
    settings: Vec<(String, String)>,
    /// The settings that hold the addresses to listen on.
    listen: &'static [&'static str],
    /// Where it listens, in the same order; empty before the first start.
    addresses: Vec<SocketAddr>,
    home: PathBuf,
}

impl Server {
    fn new(name: &'static str, listen: &'static [&'static str], home: &Path) -> Self {
        let home = home.to_owned();
        let server = Self {
            process: None,
            name,
            arguments: Vec::new(),
            settings: Vec::new(),
            listen,
            addresses: Vec::new(),
            home,
        };
        // All the tests' people come from one address and are in a hurry.
        server.setting("TODO_SERVER_THROTTLE_ANON", UNHURRIED).setting("TODO_SERVER_THROTTLE_USER", UNHURRIED)
    }

    /// A `todo-server` that keeps its data in `home`, not yet started.
    #[must_use]
    pub fn todo(home: &Path) -> Self {
        Self::new("todo-server", &["TODO_SERVER_LISTEN"], home).setting("TODO_SERVER_SIGNING_KEY", SIGNING_KEY)
    }

    /// A `comments-server` that asks the `todo-server` at this URL for keys, not yet started.
    #[must_use]
    pub fn comments(home: &Path, todo_server: &str) -> Self {
        Self::new("comments-server", &["COMMENTS_SERVER_LISTEN"], home).setting("TODO_SERVER_URL", todo_server)
    }

    /// A `todo-bot` that asks for updates, not yet started.
    #[must_use]
    pub fn bot(home: &Path) -> Self {
        Self::new("todo-bot", &[], home)
    }

    /// A `todo-bot` that Telegram calls, not yet started.
    #[must_use]
    pub fn webhook_bot(home: &Path) -> Self {
        Self::new("todo-bot", &["BOT_WEBHOOK_LISTEN"], home)
    }

    /// `todo up`: both servers in one process, not yet started.
    #[must_use]
    pub fn up(home: &Path) -> Self {
        Self::new("todo", &["TODO_SERVER_LISTEN", "COMMENTS_SERVER_LISTEN"], home).argument("up")
    }

    /// A server of the benchmark's own, by which ours are measured: it answers what is in the file, and nothing else.
    #[must_use]
    pub fn bare(home: &Path, answer: &Path) -> Self {
        let server = Self::new("bench", &["BARE_LISTEN"], home).argument("bare");
        server.setting("BARE_ANSWER", answer.to_string_lossy())
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.push((name.to_owned(), value.into()));
        self
    }

    /// Changes a setting; it counts from the next start on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.settings.push((name.to_owned(), value.into()));
    }

    /// Adds an argument.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// Starts it and waits until it listens: on free ports, and on the same ones when it is started again.
    ///
    /// # Panics
    ///
    /// If it does not come to listen; its log says why.
    pub fn start(&mut self) {
        let command = self.command();
        match self.run(command) {
            Ok(addresses) => self.addresses = addresses,
            Err(error) => panic!("{} did not start: {error}", self.name),
        }
    }

    /// Where it will listen, instead of on a free port.
    #[must_use]
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.addresses = vec![address];
        self
    }

    /// Starts it without waiting for it.
    ///
    /// # Panics
    ///
    /// If the system can't.
    #[must_use]
    pub fn spawned(mut self) -> Self {
        let command = self.command();
        if let Err(error) = self.spawn(command) {
            panic!("{} did not start: {error}", self.name);
        }
        self
    }

    /// [`Self::start`] as the last link of a chain.
    #[must_use]
    pub fn started(mut self) -> Self {
        self.start();
        self
    }

    fn command(&self) -> Command {
        let mut command = command(self.name, &self.home);
        command.args(&self.arguments).envs(self.settings.iter().map(|(name, value)| (name, value)));
        for (index, setting) in self.listen.iter().enumerate() {
            let address = self.addresses.get(index).copied().unwrap_or(SocketAddr::from(([127, 0, 0, 1], 0)));
            command.env(setting, address.to_string());
        }
        command
    }

    /// Answers its lines as they come.
    fn spawn(&mut self, mut command: Command) -> io::Result<mpsc::Receiver<String>> {
        let log = OpenOptions::new().create(true).append(true).open(self.log())?;
        command.stdout(Stdio::piped()).stderr(log.try_clone()?);
        let process = self.process.insert(Process::spawn(command)?);
        let stdout = process.child().stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(lines(stdout, log))
    }

    fn run(&mut self, command: Command) -> io::Result<Vec<SocketAddr>> {
        let lines = self.spawn(command)?;
        let end = Instant::now() + START_LIMIT;
        let mut addresses = Vec::new();
        while addresses.len() < self.listen.len() {
            let left = end.saturating_duration_since(Instant::now());
            let line = lines.recv_timeout(left).map_err(|_| io::Error::other("it did not say where it listens"))?;
            addresses.extend(address_in(&line));
        }
        Ok(addresses)
    }

    /// Where it writes what it says.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.home.join(format!("{}.log", self.name))
    }

    /// All that programs of this name in the same home have said so far.
    #[must_use]
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    ///
    /// # Panics
    ///
    /// If it was never started.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Where it listens, if on one address.
    ///
    /// # Panics
    ///
    /// If it was never started.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        *self.addresses.first().unwrap_or_else(|| panic!("{} was never started", self.name))
    }

    /// Every address that it listens on.
    pub fn urls(&self) -> impl Iterator<Item = String> {
        self.addresses.iter().map(|address| format!("http://{address}"))
    }

    /// The most memory that it has used since it was started, in bytes, where the system tells.
    #[must_use]
    pub fn peak_memory(&self) -> Option<u64> {
        self.status("VmHWM:")
    }

    /// Has [`Self::peak_memory`] begin anew, where the system can.
    pub fn forget_peak_memory(&self) {
        if let Some(pid) = self.pid() {
            // Without it the most is one since the start, which is no less.
            let _ = std::fs::write(format!("/proc/{pid}/clear_refs"), "5");
        }
    }

    /// The memory that it uses now, in bytes, where the system tells.
    #[must_use]
    pub fn memory(&self) -> Option<u64> {
        self.status("VmRSS:")
    }

    fn status(&self, field: &str) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        Some(line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()? * 1024)
    }

    /// The processor time that it has used since it was started, where the system tells.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        self.process.as_ref()?.cpu()
    }

    fn pid(&self) -> Option<i32> {
        Some(self.process.as_ref()?.pid().as_raw_nonzero().get())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.process.as_mut()?.ended().ok()?
    }

    /// `kill -9`.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn kill_9(&mut self) {
        let status = self.take().kill();
        status.unwrap_or_else(|error| panic!("cannot kill {}: {error}", self.name));
    }

    /// Asks it to stop, as a service manager does, and answers how it ended.
    ///
    /// # Panics
    ///
    /// If it does not stop.
    pub fn terminate(&mut self) -> ExitStatus {
        let status = self.take().stop(Signal::TERM, STOP_LIMIT);
        status.unwrap_or_else(|error| panic!("{} did not stop: {error}", self.name))
    }

    fn take(&mut self) -> Process {
        self.process.take().unwrap_or_else(|| panic!("{} does not run", self.name))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n");
            eprintln!("--- the end of {}'s log ---\n{end}\n---", self.name);
        }
    }
}

/// Hands over a program's lines as they come, for as long as somebody listens, and keeps them in the log.
fn lines(stdout: ChildStdout, mut log: File) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    // To the end: without anybody who reads, the program would block on its own output.
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
    lines
}

/// The address in `… http://127.0.0.1:8000 …`.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, address) = line.split_once("http://")?;
    address.split(|c: char| c.is_whitespace() || c == '/').next()?.parse().ok()
}
