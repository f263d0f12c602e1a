//! A private PostgreSQL server.

use std::{
    env,
    ffi::OsStr,
    fs::File,
    io::{self, Write},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use rustix::process::{Pid, kill_process};
use tempfile::TempDir;

use super::{STOP_LIMIT, start_on_free_port, wait_until_ready};
use crate::process::{Process, Signal};

/// Where Debian puts the server's programs, below a folder for each version.
const DEBIAN_HOME: &str = "/usr/lib/postgresql";
/// As whom it runs when the tests run as root, which it refuses to be. The first that exists is taken.
const UNPRIVILEGED: [&str; 2] = ["postgres", "nobody"];
/// What is committed outlives the server's end but not the machine's, and every test process keeps pools of its own.
const SETTINGS: [&str; 5] = [
    "fsync=off",
    "full_page_writes=off",
    "listen_addresses=127.0.0.1",
    "max_connections=400",
    "unix_socket_directories=.",
];

/// A PostgreSQL server of our own: user `postgres`, no password, reachable from this machine only.
#[derive(Debug)]
pub struct Postgres {
    // Before the directory: it is stopped before its files go.
    process: Option<Process>,
    programs: PathBuf,
    owner: Option<Owner>,
    settings: &'static [&'static str],
    port: u16,
    dir: TempDir,
}

#[derive(Debug, Clone, Copy)]
struct Owner {
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// Makes a new cluster and starts a server on it.
    ///
    /// # Errors
    ///
    /// Without PostgreSQL's programs, or with what its log says.
    pub fn start() -> io::Result<Self> {
        Self::start_with(&[])
    }

    /// The same with further settings, `name=value`, which stand above ours.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn start_with(settings: &'static [&'static str]) -> io::Result<Self> {
        let dir = crate::private_dir("pg-")?;
        let (programs, owner) = (find_programs()?, find_owner()?);
        let mut server = Self { process: None, programs, owner, settings, port: 0, dir };
        if let Some(Owner { uid, gid }) = server.owner {
            chown(server.dir.path(), Some(uid), Some(gid))?;
        }
        server.init()?;
        let (port, process) = start_on_free_port(|port| server.run(port))?;
        server.port = port;
        server.process = Some(process);
        Ok(server)
    }

    fn init(&self) -> io::Result<()> {
        let mut initdb = self.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        initdb.args(["--no-sync", "--no-instructions", "--pgdata=data"]);
        expect_success(&mut initdb)
    }

    fn run(&self, port: u16) -> io::Result<Process> {
        let log = self.log_path();
        let mut postgres = self.command("postgres");
        postgres.args(["-D", "data", "-p", &port.to_string()]);
        SETTINGS.iter().chain(self.settings).for_each(|setting| {
            postgres.args(["-c", setting]);
        });
        let output = File::create(&log)?;
        postgres.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let process = Process::spawn(postgres)?;
        // The line that `pg_ctl --wait` looks at.
        let status = self.dir.path().join("data/postmaster.pid");
        wait_until_ready("postgres", process, &log, || {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            Ok(text.lines().nth(7).is_some_and(|line| line.trim() == "ready"))
        })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = plain_command(&self.programs.join(program));
        command.current_dir(self.dir.path());
        if let Some(Owner { uid, gid }) = self.owner {
            command.uid(uid).gid(gid);
        }
        command
    }

    /// The URL of its maintenance database.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Makes an empty database and answers its URL.
    ///
    /// # Errors
    ///
    /// As the server says.
    pub fn create_database(&self, name: &str) -> io::Result<String> {
        create_database(&self.url(), name)
    }

    /// Runs statements on one of its databases.
    ///
    /// # Errors
    ///
    /// As the server says.
    pub fn run_sql(&self, url: &str, sql: &str) -> io::Result<()> {
        run_sql(url, sql)
    }

    /// The processor time that it has used since it was started, all its processes together, where the system tells.
    #[must_use]
    pub fn cpu(&self) -> Option<Duration> {
        self.process.as_ref()?.cpu_with_children()
    }

    /// One of the programs that came with it.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// What it has logged since it was started.
    ///
    /// # Errors
    ///
    /// If it can't be read.
    pub fn log(&self) -> io::Result<String> {
        std::fs::read_to_string(self.log_path())
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    /// Stops it as a power cut would: clients are cut off, the next start recovers.
    ///
    /// # Errors
    ///
    /// If it does not stop.
    pub fn stop(&mut self) -> io::Result<()> {
        match self.process.take() {
            Some(process) => process.stop(Signal::QUIT, STOP_LIMIT).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Starts it again, on the same port and data.
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
        self.signal_all(Signal::STOP)
    }

    /// Lets it go on after [`Self::pause`].
    ///
    /// # Errors
    ///
    /// If it does not run.
    pub fn resume(&self) -> io::Result<()> {
        self.signal_all(Signal::CONT)
    }

    /// Each connection has a process of its own. The parent comes first, so that it makes no more of them.
    fn signal_all(&self, signal: Signal) -> io::Result<()> {
        let process = self.process.as_ref().ok_or_else(|| io::Error::other("postgres does not run"))?;
        process.signal(signal)?;
        let pid = process.pid().as_raw_nonzero();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
        for child in children.split_whitespace().filter_map(|child| Pid::from_raw(child.parse().ok()?)) {
            // One that is gone meanwhile needs no signal.
            let _ = kill_process(child, signal);
        }
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A frozen server hears nothing but SIGKILL.
        let _ = self.resume();
        let _ = self.stop();
    }
}

/// A database on a server that others use too. It is removed when dropped, so that many of them need no more room at a time
/// than one.
#[derive(Debug)]
pub struct Database {
    server: String,
    name: String,
    url: String,
}

impl Database {
    /// Makes an empty database on the server behind `server`, the URL of any database on it.
    ///
    /// # Errors
    ///
    /// As the server says.
    pub fn create(server: &str, name: &str) -> io::Result<Self> {
        let url = create_database(server, name)?;
        Ok(Self { server: server.to_owned(), name: name.to_owned(), url })
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Whoever is still connected is cut off. What the owner found out stands, whatever becomes of the database.
        if let Err(error) = run_sql(&self.server, &format!("DROP DATABASE \"{}\" WITH (FORCE)", self.name)) {
            eprintln!("the database {} stays: {error}", self.name);
        }
    }
}

fn create_database(url: &str, name: &str) -> io::Result<String> {
    run_sql(url, &format!("CREATE DATABASE \"{name}\""))?;
    let (server, _) = url.rsplit_once('/').ok_or_else(|| io::Error::other("the URL names no database"))?;
    Ok(format!("{server}/{name}"))
}

fn run_sql(url: &str, sql: &str) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(sql.as_bytes())?;
    let mut psql = plain_command(&find_programs()?.join("psql"));
    psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", url, "--file"]).arg(file.path());
    expect_success(&mut psql)
}

/// A command that the caller's own PostgreSQL settings don't reach.
fn plain_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    let settings = env::vars_os().map(|(name, _)| name).filter(|name| name.to_string_lossy().starts_with("PG"));
    settings.for_each(|name| {
        command.env_remove(name);
    });
    command
}

fn expect_success(command: &mut Command) -> io::Result<()> {
    let output = command.stdin(Stdio::null()).output().map_err(|error| about(command.get_program(), &error))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!("{} failed ({}): {text}", command.get_program().display(), output.status)))
}

fn about(program: &OsStr, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot run {}: {error}", program.display()))
}

/// The folder of `initdb`, `postgres` and `psql`: from `PATH`, or the newest of Debian's.
fn find_programs() -> io::Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let complete = |folder: &PathBuf| ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file());
    let missing = "PostgreSQL's server programs (initdb, postgres) are neither in PATH nor in /usr/lib/postgresql";
    env::split_paths(&path)
        .chain(debian_folders())
        .find(complete)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, missing))
}

fn debian_folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN_HOME).into_iter().flatten().flatten();
    let mut versions: Vec<u32> = versions.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.into_iter().map(|version| Path::new(DEBIAN_HOME).join(version.to_string()).join("bin")).collect()
}

/// Who has to own it: nobody special, unless we are root.
fn find_owner() -> io::Result<Option<Owner>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let id = |flag: &str, user: &str| -> Option<u32> {
        let output = Command::new("id").args([flag, user]).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    let owner = UNPRIVILEGED.iter().find_map(|user| Some(Owner { uid: id("-u", user)?, gid: id("-g", user)? }));
    owner.map(Some).ok_or_else(|| io::Error::other("there is no user that PostgreSQL could run as"))
}
