//! The program `todo-bot`: the Telegram client. It reads its settings and refuses to start without a token.

use std::process::ExitCode;

use clap::Parser;

/// The Telegram client of the to-do service.
#[derive(Parser)]
#[command(name = "todo-bot", version, about)]
struct Settings {
    /// Token of the bot, from @BotFather
    #[arg(long, env = "BOT_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    bot_token: Option<String>,
}

/// Why the bot can't start.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("no BOT_TOKEN: ask @BotFather in Telegram for one and set BOT_TOKEN to it")]
    NoToken,
    #[error("this version of todo-bot has no dialogues; use the todo program or the REST servers")]
    NoDialogues,
}

fn main() -> ExitCode {
    let Settings { bot_token } = Settings::parse();
    let error = match bot_token.filter(|token| !token.trim().is_empty()) {
        None => StartError::NoToken,
        Some(_) => StartError::NoDialogues,
    };
    eprintln!("error: {error}");
    ExitCode::FAILURE
}
