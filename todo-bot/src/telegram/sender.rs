//! Calls to the Bot API: within its limits, and again where that helps.

use std::{sync::Arc, time::Duration};

use teloxide::{
    ApiError, Bot, RequestError,
    payloads::{AnswerCallbackQuerySetters, EditMessageTextSetters, SendDocumentSetters, SendMessageSetters},
    requests::Requester,
    types::{
        CallbackQueryId, ChatId, InputFile, LinkPreviewOptions, MessageId, ParseMode, ReplyMarkup, ReplyParameters,
    },
};
use tokio::time::sleep;

use super::{Gate, Priority, Screen};
use crate::error::passes;

/// How often a call that failed in passing is made.
const ATTEMPTS: u32 = 4;
/// The longest that an answer to a person waits because Telegram asks for it.
const PATIENCE: Duration = Duration::from_secs(30);
/// Most characters in the note that answers a button.
const TOAST_MAX: usize = 200;

/// Sends to Telegram.
#[derive(Clone)]
pub(crate) struct Sender {
    bot: Bot,
    gate: Arc<Gate>,
}

impl Sender {
    /// Sends by this bot, as fast as the gate lets it.
    #[must_use]
    pub(crate) fn new(bot: Bot, gate: Arc<Gate>) -> Self {
        Self { bot, gate }
    }

    /// A new message to somebody who waits for it.
    ///
    /// # Errors
    ///
    /// Telegram refuses it, or can't be reached.
    pub(crate) async fn send(&self, chat: i64, screen: &Screen) -> Result<MessageId, RequestError> {
        self.send_with(chat, screen, None, None).await
    }

    /// A new message with another keyboard than the screen's, or as an answer to a message.
    ///
    /// # Errors
    ///
    /// Telegram refuses it, or can't be reached.
    pub(crate) async fn send_with(
        &self,
        chat: i64,
        screen: &Screen,
        markup: Option<ReplyMarkup>,
        reply_to: Option<MessageId>,
    ) -> Result<MessageId, RequestError> {
        self.retrying(chat, Priority::Person, || self.message(chat, screen, markup.clone(), reply_to)).await
    }

    /// A new message that nobody waits for: tried once, the caller knows when to try again.
    ///
    /// # Errors
    ///
    /// Telegram refuses it, or can't be reached.
    pub(crate) async fn send_in_bulk(&self, chat: i64, screen: &Screen) -> Result<MessageId, RequestError> {
        self.gate.pass(chat, Priority::Bulk).await;
        let sent = self.message(chat, screen, None, None).await;
        if let Err(RequestError::RetryAfter(pause)) = &sent {
            self.gate.hold(chat, pause.duration());
        }
        sent
    }

    async fn message(
        &self,
        chat: i64,
        screen: &Screen,
        markup: Option<ReplyMarkup>,
        reply_to: Option<MessageId>,
    ) -> Result<MessageId, RequestError> {
        let mut call = self
            .bot
            .send_message(ChatId(chat), &screen.text)
            .parse_mode(ParseMode::Html)
            .link_preview_options(no_preview());
        match markup {
            Some(markup) => call = call.reply_markup(markup),
            None if !screen.rows.is_empty() => call = call.reply_markup(screen.keyboard()),
            None => {}
        }
        if let Some(message) = reply_to {
            call = call.reply_parameters(ReplyParameters::new(message).allow_sending_without_reply());
        }
        Ok(call.await?.id)
    }

    /// Puts a screen in the place of a message. It may show that already.
    ///
    /// # Errors
    ///
    /// Telegram refuses it, or can't be reached.
    pub(crate) async fn edit(
        &self,
        chat: i64,
        message: MessageId,
        screen: &Screen,
        priority: Priority,
    ) -> Result<(), RequestError> {
        let edit = || async {
            let call = self
                .bot
                .edit_message_text(ChatId(chat), message, &screen.text)
                .parse_mode(ParseMode::Html)
                .link_preview_options(no_preview())
                .reply_markup(screen.keyboard());
            match call.await {
                Ok(_) | Err(RequestError::Api(ApiError::MessageNotModified)) => Ok(()),
                Err(error) => Err(error),
            }
        };
        self.retrying(chat, priority, edit).await
    }

    /// Answers a button: with a note that passes, with one that has to be closed, or with nothing. Telegram counts no
    /// message for it.
    ///
    /// # Errors
    ///
    /// Telegram refuses it, or can't be reached.
    pub(crate) async fn answer(&self, query: &CallbackQueryId, note: &str, to_close: bool) -> Result<(), RequestError> {
        let mut call = self.bot.answer_callback_query(query.clone()).show_alert(to_close);
        if !note.is_empty() {
            call = call.text(note.chars().take(TOAST_MAX).collect::<String>());
        }
        call.await.map(drop)
    }

    /// A file.
    ///
    /// # Errors
    ///
    /// Telegram refuses it, or can't be reached.
    pub(crate) async fn document(
        &self,
        chat: i64,
        name: &str,
        bytes: Vec<u8>,
        caption: &str,
    ) -> Result<MessageId, RequestError> {
        let send = || async {
            let file = InputFile::memory(bytes.clone()).file_name(name.to_owned());
            let call = self.bot.send_document(ChatId(chat), file).caption(caption).parse_mode(ParseMode::Html);
            Ok(call.await?.id)
        };
        self.retrying(chat, Priority::Person, send).await
    }

    async fn retrying<T, F>(&self, chat: i64, priority: Priority, call: impl Fn() -> F) -> Result<T, RequestError>
    where
        F: Future<Output = Result<T, RequestError>>,
    {
        let mut attempt = 1;
        loop {
            self.gate.pass(chat, priority).await;
            let error = match call().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let pause = match &error {
                RequestError::RetryAfter(pause) => {
                    self.gate.hold(chat, pause.duration());
                    // The gate waits.
                    Some(Duration::ZERO).filter(|_| pause.duration() <= PATIENCE)
                }
                error if passes(error) => Some(Duration::from_millis(250) * (1 << attempt)),
                _ => None,
            };
            match pause.filter(|_| attempt < ATTEMPTS) {
                Some(pause) => sleep(pause).await,
                None => return Err(error),
            }
            attempt += 1;
        }
    }
}

/// What people write is theirs; nobody fetches its links.
fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
