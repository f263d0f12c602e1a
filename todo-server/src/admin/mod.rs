//! What the operator does at the machine: straight on the database, whether or not servers run.

mod data;
mod users;

use std::io;

use clap::Subcommand;
use server_kit::{db::Db, db::OpenError, health};

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
    #[error("not ready")]
    NotReady(#[from] todo_sdk::Error),
    /// A name or password that is none, or the database.
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
        if let Self::Health { url } = self {
            let url = url.unwrap_or_else(|| health::local_url(settings.listen));
            health::check(&url).await?;
            println!("ready");
            return Ok(());
        }
        let db = Db::open(&settings.common.database()).await?;
        let done = match self {
            Self::Migrate | Self::Health { .. } => {
                println!("the schema is up to date");
                Ok(())
            }
            Self::User(command) => command.run(&db, settings).await,
            Self::Export(args) => args.run(&db).await,
            Self::Import(args) => args.run(&db).await,
        };
        db.close().await;
        done
    }
}
