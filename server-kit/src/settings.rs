//! Settings: flag, then environment, then file, then default.

use std::{
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use clap::{
    CommandFactory, FromArgMatches,
    error::{ContextKind, ContextValue},
};
use ipnet::IpNet;

use crate::{db::DatabaseUrl, paths, redis::RedisUrl, telemetry::LogFormat, throttle::Rate};

/// Most connections of a process that was told no number.
const CONNECTIONS_MAX: u32 = 16;

/// Why the settings can't be read.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Flags or values that make no sense, or `--help`: clap prints it.
    #[error(transparent)]
    Usage(#[from] clap::Error),
    /// The file can't be read.
    #[error("cannot read the settings in {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is no TOML of names and values.
    #[error("{} is not valid: {message}", path.display())]
    Parse {
        /// Which.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
}

/// Reads the settings `T` from the arguments, the environment and `FILE` in the configuration directory, whose names
/// are those of the environment in lower case: `todo_server_listen = "0.0.0.0:8000"`.
///
/// # Errors
///
/// See [`SettingsError`].
pub fn load<T: CommandFactory + FromArgMatches>(file: &str) -> Result<T, SettingsError> {
    let path = paths::config_dir().join(file);
    // Settings stand before or after the name of a command.
    let command = with_file(T::command().mut_args(|arg| arg.global(true)), &path)?;
    Ok(parse_with(command, std::env::args_os())?)
}

/// Reads the settings `T` from these arguments, of which the first is the program's name, and the environment.
///
/// # Errors
///
/// As clap says, without what nobody should see.
pub fn parse<T: CommandFactory + FromArgMatches>(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<T, clap::Error> {
    parse_with(T::command(), arguments)
}

fn parse_with<T: FromArgMatches>(
    command: clap::Command,
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<T, clap::Error> {
    let command = command.mut_args(without_empty);
    let hidden = command.get_arguments().filter(|arg| arg.is_hide_env_values_set());
    let secret: Vec<String> = hidden.filter_map(|arg| Some(format!("--{} ", arg.get_long()?))).collect();
    let parsed = command.try_get_matches_from(arguments).and_then(|matches| T::from_arg_matches(&matches));
    parsed.map_err(|mut error| {
        // clap quotes the value that it refuses.
        let about = error.get(ContextKind::InvalidArg).map(ToString::to_string).unwrap_or_default();
        if secret.iter().any(|arg| about.starts_with(arg)) {
            error.insert(ContextKind::InvalidValue, ContextValue::String("(not shown)".to_owned()));
        }
        error
    })
}

/// An empty variable counts as none: Compose files and unit files can't leave one out.
fn without_empty(arg: clap::Arg) -> clap::Arg {
    let empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    if empty { arg.env(clap::builder::Resettable::Reset) } else { arg }
}

/// Puts what the file says in the place of the defaults.
fn with_file(mut command: clap::Command, path: &Path) -> Result<clap::Command, SettingsError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(command),
        Err(source) => return Err(SettingsError::Read { path: path.to_owned(), source }),
    };
    let refused = |message: String| SettingsError::Parse { path: path.to_owned(), message };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| refused(error.to_string()))?;
    for (name, value) in table {
        let variable = name.to_uppercase();
        let known = command.get_arguments().find(|arg| arg.get_env().is_some_and(|env| env == variable.as_str()));
        let id = known.ok_or_else(|| refused(format!("there is no setting {name}")))?.get_id().clone();
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(_) | toml::Value::Boolean(_) => value.to_string(),
            _ => return Err(refused(format!("{name} must be a text, a number, true or false"))),
        };
        command = command.mut_arg(id, |arg| arg.default_value(value).required(false));
    }
    Ok(command)
}

/// What both servers are told.
#[derive(Debug, Clone, clap::Args)]
pub struct Common {
    /// `sqlite:PATH` or `postgres://USER:PASSWORD@HOST/NAME`; a file in the data directory if absent
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<DatabaseUrl>,
    /// Most connections to the database of this process, on SQLite for reading; by the number of cores if absent
    #[arg(long, env = "DATABASE_CONNECTIONS", value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub database_connections: Option<u32>,
    /// Threads that answer requests
    #[arg(long, env = "WORKER_THREADS", value_name = "NUMBER", default_value_t = default_workers(),
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub worker_threads: u32,
    /// Where the embedded database and the signing key are kept; the platform's data directory if absent
    #[arg(long, env = "TODO_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// `redis://…`, shared by all replicas; each process keeps a cache of its own if absent
    #[arg(long, env = "REDIS_URL", value_name = "URL", hide_env_values = true)]
    pub redis_url: Option<RedisUrl>,
    /// Address and port of GET /metrics for Prometheus, which is not served if absent
    #[arg(long, env = "METRICS_LISTEN", value_name = "ADDRESS:PORT")]
    pub metrics_listen: Option<SocketAddr>,
    /// How often one may try or make credentials, from one address and under one name
    #[arg(long, env = "TODO_SERVER_THROTTLE_ANON", value_name = "RATE", default_value_t = Rate::ANON)]
    pub throttle_anon: Rate,
    /// How often one may call when signed in
    #[arg(long, env = "TODO_SERVER_THROTTLE_USER", value_name = "RATE", default_value_t = Rate::USER)]
    pub throttle_user: Rate,
    /// Networks of proxies whose X-Forwarded-For counts, separated by commas, e.g. 10.0.0.0/8
    #[arg(long, env = "TODO_SERVER_TRUSTED_PROXIES", value_name = "NETWORK", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpNet>,
    /// How log lines look
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value = "pretty")]
    pub log_format: LogFormat,
}

impl Common {
    /// The data directory.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.data_dir.clone().unwrap_or_else(paths::data_dir)
    }

    /// The database: the one that was named, or the embedded one.
    #[must_use]
    pub fn database(&self) -> DatabaseUrl {
        self.database_url.clone().unwrap_or_else(|| DatabaseUrl::Sqlite(self.data_dir().join("todo.db")))
    }

    /// Most connections to the database.
    #[must_use]
    pub fn connections(&self) -> u32 {
        self.database_connections.unwrap_or_else(|| default_connections(&self.database()))
    }
}

/// Connections of a process that was told no number: more than the cores can work on only wait within the database.
///
/// SQLite works in this process, by a thread for each connection: with more of them than two for each core, lists take a
/// quarter longer, and twice the memory.
#[must_use]
pub fn default_connections(database: &DatabaseUrl) -> u32 {
    let for_each_core = match database {
        DatabaseUrl::Sqlite(_) => 2,
        DatabaseUrl::Postgres(_) => 4,
    };
    cores().max(2).saturating_mul(for_each_core).min(CONNECTIONS_MAX)
}

/// Threads of a process that was told no number: one for every second core. The others are for the database, or for
/// SQLite's own threads: with a thread on each core, a request goes on on another one after each wait, and that costs a fifth
/// more on both sides.
#[must_use]
pub fn default_workers() -> u32 {
    cores().div_ceil(2)
}

fn cores() -> u32 {
    std::thread::available_parallelism().map_or(1, |cores| u32::try_from(cores.get()).unwrap_or(u32::MAX))
}

/// Ends the program as its error asks for: help and version are no errors, usage is 2, the rest is 1.
#[must_use]
pub fn exit_code(error: &(dyn std::error::Error + 'static)) -> std::process::ExitCode {
    if let Some(SettingsError::Usage(error)) = error.downcast_ref() {
        let _ = error.print();
        return if error.use_stderr() { 2.into() } else { 0.into() };
    }
    let mut text = format!("error: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    eprintln!("{text}");
    1.into()
}
