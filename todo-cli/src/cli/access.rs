//! Arguments of `token`, `session` and `link`.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};
use todo_sdk::model::{Id, Scope};

use crate::input::{dates::moment_arg, fields::id_arg};

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token for a script; it is shown once
    ///
    /// Give it to the script in the variable TODO_TOKEN. It may read tasks, tags and comments, with `--scope write` change
    /// them, and never your account.
    Add {
        /// A name to recognise it by
        #[arg(value_parser = super::non_empty)]
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value = "read")]
        scope: ScopeArg,
        /// Refused from then on; without this, never. E.g. +90d or "2027-01-01 0:00"
        #[arg(long, value_name = "WHEN", value_parser = moment_arg)]
        expires: Option<DateTime<Utc>>,
    },
    /// List tokens, without their secrets
    ///
    /// In a pipe: lines of id, scope, last use, end and name, separated by tabs.
    #[command(visible_alias = "ls")]
    List,
    /// Revoke tokens
    Rm {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = id_arg)]
        ids: Vec<Id>,
    },
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Only read
    Read,
    /// Read and change
    Write,
}

impl From<ScopeArg> for Scope {
    fn from(scope: ScopeArg) -> Self {
        match scope {
            ScopeArg::Read => Self::Read,
            ScopeArg::Write => Self::Write,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// List where you are signed in
    ///
    /// In a pipe: lines of id, last use and device, separated by tabs.
    #[command(visible_alias = "ls")]
    List,
    /// End sessions; `todo logout --all` ends all of them
    Rm {
        /// Their ids
        #[arg(required = true, value_name = "ID", value_parser = super::non_empty)]
        ids: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LinkCommand {
    /// Join a Telegram chat with this account, tasks and all
    ///
    /// Shows a link as a QR code and waits until it was opened in Telegram. With --json it prints the link and does not
    /// wait.
    Telegram {
        /// Print the link and end
        #[arg(long)]
        no_wait: bool,
    },
    /// Have reminders posted to an address of yours, signed after standardwebhooks.com
    ///
    /// Without an address, shows the one that is set. The secret to check signatures with is shown once, when the address is
    /// set.
    Webhook(WebhookArgs),
}

/// Where reminders are posted.
#[derive(Debug, Args)]
pub(crate) struct WebhookArgs {
    /// An https address that the server reaches
    pub(crate) url: Option<String>,
    /// Post something there now, to see whether it is taken
    #[arg(long)]
    pub(crate) test: bool,
    /// Post there no more
    #[arg(long, conflicts_with_all = ["url", "test"])]
    pub(crate) off: bool,
}
