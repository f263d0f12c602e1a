//! Arguments of `register` and `login`.

use clap::Args;

/// Make an account and sign in
///
/// With --server, the profile points at that server from then on. The password is asked for on a terminal; in a script, use --password-stdin or the variable TODO_PASSWORD.
#[derive(Debug, Args)]
pub(crate) struct RegisterArgs {
    /// The name to sign in with; asked for on a terminal if absent
    #[arg(value_parser = super::non_empty)]
    pub(crate) username: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// IANA name of the zone that your days are reckoned in; this machine's if absent
    #[arg(long, value_name = "ZONE", value_parser = super::non_empty)]
    pub(crate) timezone: Option<String>,
    /// Language of messages to you
    #[arg(long, value_name = "LANGUAGE", value_parser = ["en", "ru"])]
    pub(crate) language: Option<String>,
}

/// Sign in; with a URL, point the profile at that server
///
/// Without a URL it signs in where the profile points already. The password is asked for on a terminal; in a script, use
/// --password-stdin or the variable TODO_PASSWORD. It is never an argument, where other users of the machine could see it.
#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// The todo-server, e.g. https://todo.example.com; it is saved in the profile
    #[arg(value_parser = super::non_empty)]
    pub(crate) url: Option<String>,
    /// The name to sign in with; asked for on a terminal if absent
    #[arg(long, short, value_name = "NAME", value_parser = super::non_empty)]
    pub(crate) username: Option<String>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Sign in with a token, read from the first line of standard input
    #[arg(long, conflicts_with_all = ["password_stdin", "username"])]
    pub(crate) token_stdin: bool,
}

/// End the session and forget it
#[derive(Debug, Args)]
pub(crate) struct LogoutArgs {
    /// End every session of yours, on every device
    #[arg(long)]
    pub(crate) all: bool,
}

/// Where the password comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PasswordSource {
    /// The first line of standard input.
    Stdin,
    /// `TODO_PASSWORD`, else a prompt.
    EnvOrPrompt,
}

impl PasswordSource {
    pub(crate) fn from_flag(password_stdin: bool) -> Self {
        if password_stdin { Self::Stdin } else { Self::EnvOrPrompt }
    }
}
