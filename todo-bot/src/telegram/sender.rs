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
use tokio::time::{Instant, sleep};

use super::{Gate, Priority, Screen};
use crate::error::passes;

/// How long an answer to a person is tried while Telegram is away or asks to wait.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long what nobody waits for is tried: whoever sends it tries again.
const PATIENCE_IN_BULK: Duration = Duration::from_secs(5);
/// How long the answer to a button is tried: the button stops waiting for it soon.
const PATIENCE_OF_BUTTONS: Duration = Duration::from_secs(15);
/// How often a call is made again that Telegram took and did not answer.
const TIMEOUTS: u32 = 2;
/// The first pause between two tries, and the longest; each is twice the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(10));
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
        let note: String = note.chars().take(TOAST_MAX).collect();
        let mut tries = Tries::begin(PATIENCE_OF_BUTTONS);
        loop {
            let mut call = self.bot.answer_callback_query(query.clone()).show_alert(to_close);
            if !note.is_empty() {
                call = call.text(&note);
            }
            match call.await {
                Ok(_) => return Ok(()),
                Err(error) => sleep(tries.pause_after(&error).ok_or(error)?).await,
            }
        }
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
        let mut tries = Tries::begin(match priority {
            Priority::Person | Priority::Tap => PATIENCE,
            Priority::Bulk => PATIENCE_IN_BULK,
        });
        loop {
            self.gate.pass(chat, priority).await;
            let error = match call().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if let RequestError::RetryAfter(pause) = &error {
                self.gate.hold(chat, pause.duration());
            }
            match tries.pause_after(&error) {
                None => return Err(error),
                // The gate waits.
                Some(_) if matches!(error, RequestError::RetryAfter(_)) => {}
                Some(pause) => sleep(pause).await,
            }
        }
    }
}

/// Tries of one call.
struct Tries {
    until: Instant,
    pause: Duration,
    timeouts: u32,
}

impl Tries {
    fn begin(patience: Duration) -> Self {
        Self { until: Instant::now() + patience, pause: PAUSES.0, timeouts: 0 }
    }

    /// How long to wait before the next try; `None` where there is to be none.
    fn pause_after(&mut self, error: &RequestError) -> Option<Duration> {
        let pause = match error {
            RequestError::RetryAfter(pause) => pause.duration(),
            // Telegram may have taken it: each try could be one message more.
            RequestError::Network(error) if error.is_timeout() && !error.is_connect() && self.timeouts == TIMEOUTS => {
                return None;
            }
            error if passes(error) => {
                self.timeouts += u32::from(matches!(error, RequestError::Network(error) if error.is_timeout()));
                let longer = (self.pause * 2).min(PAUSES.1);
                std::mem::replace(&mut self.pause, longer)
            }
            _ => return None,
        };
        (Instant::now() + pause < self.until).then_some(pause)
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
