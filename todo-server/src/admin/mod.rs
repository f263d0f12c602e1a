//! What the operator does at the machine: straight on the database, whether or not servers run.

mod data;
mod target;
mod users;

use std::{
    fmt::Display,
    io::{self, Write},
};

use clap::Subcommand;
use server_kit::{
    db::{Db, OpenError},
    health::{self, NotReady},
};

pub use data::{ExportArgs, ImportArgs};
pub use users::UserCommand;

use crate::{Settings, store::transfer::TransferError};

/// What `todo-server` does instead of serving.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Bring the database's schema up to date, and end
    Migrate,
    /// Ask the server whether it can work, and end with 0 or 1
    Health {
        /// Where it is, if not where these settings say
        #[arg(long, value_name = "URL")]
        url: Option<String>,
    },
    /// Manage accounts
    #[command(subcommand)]
    User(UserCommand),
    /// Write the whole data set as JSON lines
    Export(ExportArgs),
    /// Read what `export` wrote into a database without accounts, of either kind
    Import(ImportArgs),
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// No database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The server is away, or can't work.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// A name or password that is not allowed, or the database.
    #[error(transparent)]
    Refused(#[from] server_kit::Error),
    /// There is nobody of that name.
    #[error("there is no user {0}; `todo-server user list` shows all")]
    NoSuchUser(String),
    /// Data that can't be moved.
    #[error(transparent)]
    Transfer(#[from] TransferError),
    /// No password was typed or piped.
    #[error("{0}")]
    Password(&'static str),
    /// A file, or the terminal.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: io::Error,
    },
}

impl AdminError {
    fn io(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        |source| Self::Io { what: what.into(), source }
    }
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    ///
    /// See [`AdminError`].
    pub async fn run(self, settings: &Settings) -> Result<(), AdminError> {
        match self {
            Self::Migrate => on_database(settings, async |_| say("the schema is up to date")).await,
            Self::Health { url } => {
                health::check(&url.unwrap_or_else(|| health::local_url(settings.listen))).await?;
                say("ready")
            }
            Self::User(command) => on_database(settings, async |db| command.run(db, settings).await).await,
            Self::Export(args) => on_database(settings, async |db| args.run(db).await).await,
            Self::Import(args) => on_database(settings, async |db| args.run(db).await).await,
        }
    }
}

/// Opens the database, which brings its schema up to date, for some work on it.
async fn on_database(
    settings: &Settings,
    work: impl AsyncFnOnce(&Db) -> Result<(), AdminError>,
) -> Result<(), AdminError> {
    let db = Db::open(&settings.common.database(), settings.common.connections()).await?;
    let done = work(&db).await;
    db.close().await;
    done
}

/// Prints a line.
fn say(line: impl Display) -> Result<(), AdminError> {
    // Unlike `println!`, this is no panic where nobody reads.
    writeln!(io::stdout(), "{line}").map_err(AdminError::io("cannot write to standard output"))
}
