//! Settings of todo-server.

use std::net::SocketAddr;

use clap::{Parser, ValueEnum};
use ipnet::IpNet;
use server_kit::settings::Common;

use crate::Services;

/// Users, tokens, tasks, tags and reminders over REST.
#[derive(Clone, Parser)]
#[command(name = "todo-server", version, about)]
pub struct Settings {
    /// What both servers are told.
    #[command(flatten)]
    pub common: Common,
    /// Address and port; port 0 picks a free one and prints it
    #[arg(long, env = "TODO_SERVER_LISTEN", default_value = "127.0.0.1:8000", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Ed25519 private key (PEM, or @FILE); made once in the data directory with SQLite, required with PostgreSQL
    ///
    /// Several may follow each other: the first signs, tokens of the others are believed.
    #[arg(long, env = "TODO_SERVER_SIGNING_KEY", value_name = "PEM|@FILE", hide_env_values = true)]
    pub signing_key: Option<String>,
    /// Whether anybody may make an account
    #[arg(long, env = "TODO_SERVER_REGISTRATION", value_enum, default_value = "open")]
    pub registration: Registration,
    /// Internal services and their secrets: `bot:SECRET,comments:SECRET`
    #[arg(long, env = "TODO_SERVER_SERVICES", value_name = "NAME:SECRET", hide_env_values = true, default_value = "")]
    pub services: Services,
    /// Name of the bot in Telegram, without the @, for links into it
    #[arg(long, env = "TODO_SERVER_BOT_NAME", value_name = "NAME")]
    pub bot_name: Option<String>,
    /// How many days the journal of changes is kept, for events and undo
    #[arg(long, env = "TODO_SERVER_JOURNAL_DAYS", default_value = "90", value_name = "DAYS",
        value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub journal_days: u32,
    /// Reminders that are late by more hours than this come in one message a person
    #[arg(long, env = "TODO_SERVER_GATHER_AFTER_HOURS", default_value = "24", value_name = "HOURS",
        value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub gather_after_hours: u32,
    /// Private networks that webhooks may call, by http as well, with commas between: `10.0.0.0/8`
    #[arg(long, env = "TODO_SERVER_WEBHOOK_NETWORKS", value_name = "NETWORKS", value_delimiter = ',')]
    pub webhook_networks: Vec<IpNet>,
    /// IANA zone of new accounts
    #[arg(long, env = "TODO_SERVER_TIME_ZONE", default_value = "UTC", value_name = "ZONE", value_parser = parse_zone)]
    pub time_zone: String,
}

// The key stays out of logs.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("common", &self.common).field("listen", &self.listen).finish_non_exhaustive()
    }
}

/// Whether anybody may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Nobody.
    Closed,
}

fn parse_zone(name: &str) -> Result<String, String> {
    match name.parse::<chrono_tz::Tz>() {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err("not an IANA time zone such as Europe/Berlin".to_owned()),
    }
}
