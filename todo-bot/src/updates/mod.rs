//! Updates: where they come from, and their way to whoever answers them. One chat's come one after another, those of different
//! chats at the same time; each is answered once.

pub(crate) mod polling;
mod queue;
pub(crate) mod webhook;

pub(crate) use queue::Queue;
use teloxide::types::AllowedUpdate;

/// What Telegram is asked to tell of.
#[must_use]
pub(crate) fn wanted() -> Vec<AllowedUpdate> {
    vec![AllowedUpdate::Message, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember]
}
