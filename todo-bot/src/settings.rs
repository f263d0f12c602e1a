//! Settings: flag, then environment, then default.

use std::net::SocketAddr;

use clap::{CommandFactory, FromArgMatches, Parser, ValueEnum};
use url::Url;

/// The Telegram client of the to-do service.
#[derive(Debug, Clone, Parser)]
#[command(name = "todo-bot", version, about)]
pub(crate) struct Settings {
    /// Token of the bot, from @BotFather
    #[arg(long, env = "BOT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) bot_token: Option<String>,
    /// A Bot API server
    #[arg(long, env = "BOT_API_URL", value_name = "URL", default_value = "https://api.telegram.org")]
    pub(crate) bot_api_url: Url,
    /// Where Telegram reaches this bot, e.g. `https://example.org/bot`; without it the bot asks for updates
    #[arg(long, env = "BOT_WEBHOOK_URL", value_name = "URL", requires = "webhook_secret")]
    pub(crate) webhook_url: Option<Url>,
    /// What Telegram proves itself by: 1 to 256 letters, digits, _ and -
    #[arg(long, env = "BOT_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub(crate) webhook_secret: Option<String>,
    /// Address and port that updates come to; port 0 picks one and prints it
    #[arg(long, env = "BOT_WEBHOOK_LISTEN", value_name = "ADDRESS", default_value = "127.0.0.1:8002")]
    pub(crate) webhook_listen: SocketAddr,
    /// Where the todo-server is
    #[arg(long, env = "TODO_SERVER_URL", value_name = "URL", default_value = "http://127.0.0.1:8000")]
    pub(crate) todo_server_url: String,
    /// Where the comments-server is
    #[arg(long, env = "COMMENTS_SERVER_URL", value_name = "URL", default_value = "http://127.0.0.1:8001")]
    pub(crate) comments_server_url: String,
    /// This service's secret, the one behind `bot:` in TODO_SERVER_SERVICES
    #[arg(long, env = "SERVICE_SECRET", value_name = "SECRET", hide_env_values = true)]
    pub(crate) service_secret: Option<String>,
    /// Keeps dialogues over restarts, and lets several bots share them; without it they are kept in memory
    #[arg(long, env = "REDIS_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) redis_url: Option<String>,
    /// Messages a second over all chats; Telegram allows 30
    #[arg(long, env = "BOT_RATE", value_name = "NUMBER", default_value = "30",
        value_parser = clap::value_parser!(u32).range(2..=10_000))]
    pub(crate) rate: u32,
    /// Messages a second in one chat; Telegram allows 1
    #[arg(long, env = "BOT_RATE_CHAT", value_name = "NUMBER", default_value = "1",
        value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub(crate) rate_chat: u32,
    /// How log lines look
    #[arg(long, env = "LOG_FORMAT", value_enum, default_value = "pretty")]
    pub(crate) log_format: LogFormat,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Pretty,
    /// For machines.
    Json,
}

impl Settings {
    /// Reads the arguments and the environment.
    ///
    /// # Errors
    ///
    /// As clap says.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let matches = Self::command().mut_args(without_empty).try_get_matches()?;
        Self::from_arg_matches(&matches)
    }
}

/// An empty variable counts as none: Compose files and unit files can't leave one out.
fn without_empty(arg: clap::Arg) -> clap::Arg {
    let empty = arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    if empty { arg.env(clap::builder::Resettable::Reset) } else { arg }
}
