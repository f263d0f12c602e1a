//! A local Telegram Bot API server, as strict as Telegram, with the people who write to the bot.
//!
//! It is the one fake of this workspace: Telegram is what nobody can run here. What it refuses, and in which words, follows
//! <https://core.telegram.org/bots/api> and the sources of Telegram's own server, `tdlib/telegram-bot-api` and `tdlib/td`.
//! What it can't do it refuses with 501 and says so.
//!
//! ```no_run
//! # async fn example() {
//! use e2e::bot_api::{BotApi, PersonBuilder};
//!
//! let api = BotApi::start().await;
//! // A bot is started with `api.url()` and `api.token()` here.
//! let ann = api.person(PersonBuilder::new(1, "Ann").language("ru"));
//! ann.says("/start");
//! let greeting = ann.next().await;
//! ann.presses(greeting.id, "Help");
//! ann.sees("/list").await;
//! # }
//! ```

mod act;
mod builder;
mod entities;
mod faults;
mod groups;
mod html;

mod journal;
mod keyboard;
mod limits;
mod message;
mod methods;
mod options;
mod params;
mod people;
mod poll;
mod profile;
mod refusal;
mod server;
mod shared;
mod shown;
mod updates;
mod webhook;
mod wire;
mod world;

pub use self::{
    builder::PersonBuilder,
    entities::{Entity, utf16_len},
    faults::{Calls, Fault},
    groups::{Channel, Group},
    journal::{Call, Handling, peak},
    limits::Rates,
    message::MessageId,
    options::Options,
    people::Person,
    server::BotApi,
    shown::{Action, Button, Document, Shown, Toast},
};

#[cfg(test)]
mod tests;
