//! The command line: what can be typed, and its help.

#![allow(rustdoc::bare_urls, reason = "these comments are the help that a terminal shows")]

mod access;
mod account;
mod comment;
mod form;
mod journal;
mod reminder;
mod setup;
mod status;
mod tag;
mod task;
mod transfer;

pub(crate) use access::{LinkCommand, SessionCommand, TokenCommand, WebhookArgs};
pub(crate) use account::{LoginArgs, LogoutArgs, PasswordSource, RegisterArgs};
pub(crate) use comment::CommentCommand;
pub(crate) use form::FormArgs;
pub(crate) use journal::{UndoArgs, WaitArgs, WatchArgs};
pub(crate) use reminder::{RemindArgs, RemindersArgs, SnoozeArgs};
pub(crate) use setup::{CompletionsArgs, ConfigCommand, HelpArgs, ManArgs};
pub(crate) use status::StatusArgs;
pub(crate) use tag::TagCommand;
pub(crate) use task::{AddArgs, Changes, DATE_HELP, EditArgs, IdArgs, ListArgs, QUICK_HELP, RemoveArgs, ShowArgs};
pub(crate) use transfer::{ExportArgs, ImportArgs};

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::commands::topics;

/// Where tasks are.
pub(crate) const SERVER_HELP: &str = "\
Without a server configured everything works at once on a local database. `todo login URL` points a profile at a server.";

/// What scripts branch on.
pub(crate) const EXIT_HELP: &str = "\
Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 not signed in or not allowed, 5 conflict, 6 server out of reach.";

/// Where settings come from.
pub(crate) const SETTINGS_HELP: &str = "\
Settings come from flags, then the environment (TODO_SERVER_URL, COMMENTS_SERVER_URL, TODO_TOKEN, TODO_PROFILE, \
TODO_DATA_DIR, TODO_CONFIG_DIR), then config.toml in the configuration directory:

    default_profile = \"work\"

    [profiles.work]
    server = \"https://todo.example.com\"";

fn after_long_help() -> String {
    format!("{SERVER_HELP}\n\n{EXIT_HELP}\n\n{SETTINGS_HELP}\n\n{}", topics::list())
}

/// Your tasks: on this machine, or on a server
///
/// Without a command: the terminal interface, or `todo list` where there is no terminal.
#[derive(Debug, Parser)]
#[command(name = "todo", version, after_help = topics::list(), after_long_help = after_long_help(), max_term_width = 100)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command understands.
#[derive(Debug, Default, Args)]
pub(crate) struct Global {
    /// Print wire objects as JSON, and errors as problem objects
    ///
    /// Lists are one array. Commands that change several things print one object a line. Nothing else goes to standard
    /// output; errors are RFC 9457 problem objects on standard error.
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) json: bool,
    /// The todo-server to talk to, or `local` for the database on this machine [env: TODO_SERVER_URL]
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options")]
    pub(crate) server: Option<String>,
    /// The comments-server [env: COMMENTS_SERVER_URL]
    ///
    /// Where absent: port 8001 beside a todo-server on an explicit port 8000, else the same URL as the todo-server.
    #[arg(long, global = true, value_name = "URL", help_heading = "Global options", hide_short_help = true)]
    pub(crate) comments_server: Option<String>,
    /// The profile whose server and sign-in to use [env: TODO_PROFILE]
    #[arg(long, global = true, value_name = "NAME", help_heading = "Global options")]
    pub(crate) profile: Option<String>,
    /// Fail where the server is out of reach, in place of queueing the change; `queue = false` in config.toml does it always
    #[arg(long, global = true, help_heading = "Global options", hide_short_help = true)]
    pub(crate) no_queue: bool,
    /// Print ids only: of what was listed, made or changed
    #[arg(long, short, global = true, help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// When to use colours; `auto` also heeds NO_COLOR and CLICOLOR_FORCE
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Global options"
    )]
    pub(crate) color: ColorWhen,
    /// Log what happens to standard error; twice for more
    #[arg(long, short, global = true, action = clap::ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
}

/// When to use colours.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve: both servers in this process, until Ctrl-C
    #[cfg(feature = "embedded")]
    Up(UpArgs),
    /// Open the terminal interface, as `todo` alone does on a terminal
    ///
    /// `?` shows all keys, `:` finds any action by its name. In config.toml, `[tui]` has `theme` ("auto", "dark" or
    /// "light") and `mouse` (true or false), `[tui.keys]` keys for actions, such as `done = ["x", "ctrl-x"]`, and
    /// `[tui.colors]` colours, such as `accent = "#7aa2f7"`.
    #[command(alias = "tui")]
    Ui,
    Register(RegisterArgs),
    Login(LoginArgs),
    Logout(LogoutArgs),
    /// Show who is signed in, where
    Whoami,
    Add(AddArgs),
    #[command(visible_alias = "ls")]
    List(ListArgs),
    Show(ShowArgs),
    Edit(EditArgs),
    /// Complete tasks
    Done(IdArgs),
    /// Reopen completed tasks
    Reopen(IdArgs),
    Rm(RemoveArgs),
    Remind(RemindArgs),
    Snooze(SnoozeArgs),
    Reminders(RemindersArgs),
    Status(StatusArgs),
    Undo(UndoArgs),
    Watch(WatchArgs),
    Wait(WaitArgs),
    Import(ImportArgs),
    Export(ExportArgs),
    /// Manage tags
    #[command(subcommand, visible_alias = "tags")]
    Tag(TagCommand),
    /// Manage comments on tasks
    #[command(subcommand, visible_alias = "comments")]
    Comment(CommentCommand),
    /// Manage tokens for scripts
    #[command(subcommand, visible_alias = "tokens")]
    Token(TokenCommand),
    /// See and end your sessions
    #[command(subcommand, visible_alias = "sessions")]
    Session(SessionCommand),
    /// Join this account with another door to it
    #[command(subcommand)]
    Link(LinkCommand),
    /// Show each setting, what it is and who says so; or change config.toml
    #[command(after_long_help = topics::settings())]
    Config {
        #[command(subcommand)]
        command: Option<ConfigCommand>,
    },
    /// Look for what may be wrong: settings, servers, sign-in, files, terminal
    ///
    /// Each line tells what was found (✓ well, ! worth a look, ✗ wrong) and what to do about it. Exit codes: 0 nothing is
    /// wrong, 1 something is.
    Doctor,
    Completions(CompletionsArgs),
    Man(ManArgs),
    Help(HelpArgs),
}

/// Where `todo up` listens.
#[cfg(feature = "embedded")]
#[derive(Debug, Args)]
pub(crate) struct UpArgs {
    /// Address of the todo-server; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", env = "TODO_SERVER_LISTEN", default_value = "127.0.0.1:8000")]
    pub(crate) listen: std::net::SocketAddr,
    /// Address of the comments-server; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT", env = "COMMENTS_SERVER_LISTEN", default_value = "127.0.0.1:8001")]
    pub(crate) comments_listen: std::net::SocketAddr,
}

/// For clap: text with something in it.
fn non_empty(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("must not be empty") } else { Ok(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn definitions_are_sound() {
        super::Cli::command().debug_assert();
    }
}
