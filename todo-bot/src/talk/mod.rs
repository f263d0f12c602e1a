//! Answers: one file for each thing that people talk about.

mod account;
mod comments;
mod draft;
mod edit;
mod list;
mod offer;
mod reminder;
mod repeat;
mod route;
mod start;
mod tags;
mod task;
mod when;
mod zone;

use std::sync::Arc;

use chrono::Utc;
use teloxide::types::{CallbackQueryId, MessageId, ReplyMarkup, Update, User};
use todo_sdk::model::Id;

use crate::{
    app::App,
    error::Fail,
    i18n::Words,
    input::{self, Input, Source},
    people::Person,
    session::{Session, State},
    telegram::{Priority, Screen},
    view::when::Clock,
};

/// How often an update is tried at whose answer this program ends; others end in an answer, whatever goes wrong.
const ATTEMPTS: u64 = 3;

/// What an answer comes to.
type Answer = Result<(), Fail>;

/// One update, and all that its answer needs.
pub(crate) struct Talk {
    app: Arc<App>,
    chat: i64,
    user: User,
    person: Arc<Person>,
    session: Session,
    /// Names what this update makes, so that it makes it once however often it comes.
    update: u32,
    press: Option<(CallbackQueryId, Option<MessageId>)>,
    clock: Clock,
}

/// Answers an update, unless that was done before.
pub(crate) async fn answer_update(app: Arc<App>, update: Update) {
    let id = update.id.0;
    let source = input::read(update, app.me.id, app.me.username());
    let chat = match &source {
        Source::Nobody => return,
        Source::Returned { user } => return app.people.welcome_back(user).await,
        Source::Left { chat } => return app.people.forget(*chat),
        Source::Group { chat, .. } => *chat,
        Source::Person { user, .. } => chat_with(user),
    };
    let _lock = if app.is_one_of_many { app.store.lock(chat).await } else { None };
    if app.store.is_done(id).await {
        tracing::debug!(update = id, "told again");
        return;
    }
    if app.store.begin(id).await > ATTEMPTS {
        tracing::error!(update = id, chat, "an update is given up: this program ended {ATTEMPTS} times at it");
        apologize(&app, source).await;
    } else {
        answer(&app, id, source).await;
    }
    app.store.done(id).await;
}

async fn answer(app: &Arc<App>, update: u32, source: Source) {
    match source {
        Source::Person { user, input } => answer_person(app, chat_with(&user), &user, update, input).await,
        Source::Group { chat, message, query, language } => {
            let words = Words(Words::guess(language.as_deref()));
            decline(app, chat, message, query, words).await;
        }
        Source::Returned { .. } | Source::Left { .. } | Source::Nobody => {}
    }
}

/// Gives up an update whose answer panicked; whoever waits for it is told.
pub(crate) async fn give_up(app: Arc<App>, update: Update) {
    let id = update.id.0;
    apologize(&app, input::read(update, app.me.id, app.me.username())).await;
    app.store.done(id).await;
}

/// Tells somebody that they sent more than can be answered.
pub(crate) async fn turn_away(app: &App, update: Update) {
    if let Source::Person { user, .. } = input::read(update, app.me.id, app.me.username()) {
        let words = Words(Words::guess(user.language_code.as_deref()));
        tell(app, chat_with(&user), None, &words.say("too-many")).await;
    }
}

/// The chat with a person has their number.
fn chat_with(user: &User) -> i64 {
    i64::try_from(user.id.0).unwrap_or(i64::MAX)
}

async fn apologize(app: &App, source: Source) {
    let Source::Person { user, input } = source else { return };
    let chat = chat_with(&user);
    let change = app.store.session(chat).await.person;
    let words = match app.people.find(&user, change).await {
        Ok(person) => person.words,
        Err(_) => Words(Words::guess(user.language_code.as_deref())),
    };
    let press = match &input {
        Input::Press(press) => Some(&press.query),
        _ => None,
    };
    tell(app, chat, press, &words.say("went-wrong")).await;
}

/// Groups have no list of their own.
async fn decline(app: &App, chat: i64, message: Option<MessageId>, query: Option<CallbackQueryId>, words: Words) {
    let answered = match query {
        Some(query) => app.sender.answer(&query, &words.say("only-in-private"), true).await,
        None => {
            let screen = Screen::text(words.say("only-in-private"));
            app.sender.send_with(chat, &screen, None, message).await.map(drop)
        }
    };
    if let Err(error) = answered {
        tracing::debug!(%error, "cannot answer a group");
    }
}

async fn answer_person(app: &Arc<App>, chat: i64, user: &User, update: u32, input: Input) {
    let press = match &input {
        Input::Press(press) => Some((press.query.clone(), press.message)),
        _ => None,
    };
    let guess = Words(Words::guess(user.language_code.as_deref()));
    let session = app.store.session(chat).await;
    let person = match app.people.find(user, session.person).await {
        Ok(person) => person,
        Err(error) => return excuse(app, chat, guess, press.as_ref(), &error.into()).await,
    };
    let clock = Clock { words: person.words, zone: person.zone, now: Utc::now() };
    let before = session.clone();
    let is_answer = matches!(input, Input::Text(_));
    let mut talk = Talk { app: Arc::clone(app), chat, user: user.clone(), person, session, update, press, clock };
    let answered = Box::pin(talk.route(input)).await;
    if let Err(Fail::Server(error)) = &answered {
        // What was asked is still asked, unless it is about what is gone, or that was left for what is gone.
        let is_over = error.status() == Some(404) && (is_answer || talk.session.state == State::Idle);
        let Session { person, undoing, .. } = talk.session;
        talk.session = Session { person, undoing, ..before.clone() };
        if is_over {
            talk.session.end_question();
        }
    }
    if talk.session != before {
        talk.session.update = update;
        app.store.keep(chat, &talk.session).await;
    }
    if let Err(fail) = answered {
        excuse(app, chat, talk.words(), talk.press.as_ref(), &fail).await;
        talk.press = None;
    }
    talk.release().await;
}

/// Tells a person what went wrong, and what they can do.
async fn excuse(app: &App, chat: i64, words: Words, press: Option<&(CallbackQueryId, Option<MessageId>)>, fail: &Fail) {
    let text = match fail {
        Fail::Telegram(error) => {
            // There is no way to tell them.
            tracing::warn!(chat, %error, "Telegram did not take an answer");
            return;
        }
        Fail::Server(error) => reason(words, error),
    };
    tell(app, chat, press.map(|(query, _)| query), &text).await;
}

async fn tell(app: &App, chat: i64, press: Option<&CallbackQueryId>, text: &str) {
    if let Some(query) = press
        && app.sender.answer(query, text, true).await.is_ok()
    {
        return;
    }
    // Too old a button can't be answered.
    if let Err(error) = app.sender.send(chat, &Screen::text(crate::telegram::html::escape(text))).await {
        tracing::warn!(chat, %error, "cannot tell what went wrong");
    }
}

fn reason(words: Words, error: &todo_sdk::Error) -> String {
    match error.status() {
        Some(404) => words.say("gone"),
        Some(409 | 412) => words.say("conflict"),
        Some(413 | 422) => refusal(words, error),
        Some(429) => words.say("too-many"),
        _ if error.passes() => {
            tracing::warn!(%error, "the servers do not answer");
            words.say("server-down")
        }
        _ => {
            tracing::error!(%error, "a call failed");
            words.say("went-wrong")
        }
    }
}

/// Servers speak English; the commonest of their refusals are said in the person's words.
fn refusal(words: Words, error: &todo_sdk::Error) -> String {
    let codes = error.field_errors().into_iter().flat_map(|errors| errors.values().flatten());
    let said = codes.filter_map(|fault| refused(words, &fault.code)).next();
    tracing::info!(%error, "a server refuses");
    said.unwrap_or_else(|| words.say("refused"))
}

/// What a fault of that code is called.
fn refused(words: Words, code: &str) -> Option<String> {
    match code {
        "blank" => Some(words.say("refused-blank")),
        "too_long" => Some(words.say("refused-long")),
        "nul_character" => Some(words.say("refused-sign")),
        "too_many" => Some(words.say("refused-many")),
        "out_of_range" => Some(words.say("refused-range")),
        "needs_due" => Some(words.say("refused-needs-due")),
        "past" => Some(words.say("refused-past")),
        _ => None,
    }
}

impl Talk {
    fn words(&self) -> Words {
        self.person.words
    }

    /// Names what this update makes; `what` tells several apart.
    fn key(&self, what: &str) -> String {
        self.key_of(self.update, what)
    }

    /// Names what comes of a question of that number, however often its button is pressed: an answer may have been lost.
    fn key_of(&self, number: impl std::fmt::Display, what: &str) -> String {
        format!("todo-bot-{}-{number}-{what}", self.app.me.id.0)
    }

    /// What is believed of the person holds no more, here and at the other bots.
    fn person_changed(&mut self) {
        self.session.person = self.update;
        self.app.people.forget(self.chat);
    }

    /// Shows a screen: in the place of the one whose button was pressed, or below.
    async fn show(&mut self, screen: &Screen) -> Answer {
        if let Some((_, Some(message))) = &self.press {
            let edited = self.app.sender.edit(self.chat, *message, screen, Priority::Tap).await;
            match edited {
                Ok(()) => return Ok(()),
                // Too old, or deleted meanwhile.
                Err(teloxide::RequestError::Api(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.say(screen).await
    }

    /// Shows a screen below.
    async fn say(&mut self, screen: &Screen) -> Answer {
        self.app.sender.send(self.chat, screen).await?;
        Ok(())
    }

    /// Shows a screen below, with Telegram's own keyboard.
    async fn say_with(&mut self, screen: &Screen, markup: ReplyMarkup) -> Answer {
        self.app.sender.send_with(self.chat, screen, Some(markup), None).await?;
        Ok(())
    }

    /// Answers the button with a note.
    async fn note(&mut self, text: &str) {
        self.close(text).await;
    }

    /// Answers the button with a note that has to be closed.
    async fn warn(&mut self, text: &str) -> Answer {
        if let Some((query, _)) = self.press.take() {
            match self.app.sender.answer(&query, text, true).await {
                Ok(()) => return Ok(()),
                Err(error) => tracing::debug!(%error, "cannot answer a button; saying it below"),
            }
        }
        self.say(&Screen::text(crate::telegram::html::escape(text))).await
    }

    /// Answers the button, if nothing did: it would look busy otherwise.
    async fn release(mut self) {
        self.close("").await;
    }

    async fn close(&mut self, text: &str) {
        if let Some((query, _)) = self.press.take() {
            // Too old a button can't be answered; it does what it does.
            if let Err(error) = self.app.sender.answer(&query, text, false).await {
                tracing::debug!(%error, "cannot answer a button");
            }
        }
    }

    /// What the next message means.
    fn expect(&mut self, state: State) {
        self.session.state = state;
    }

    /// Asks for something, with a way out.
    async fn ask(&mut self, question: String, back: crate::action::Action, state: State) -> Answer {
        self.expect(state);
        let screen = Screen::text(question).button(self.words().say("back"), back);
        self.show(&screen).await
    }
}

/// A task as it is shown: with its categories' names and the number of its comments.
async fn card(talk: &Talk, task: Id) -> Result<Screen, Fail> {
    let tasks = talk.person.client.tasks();
    let (task, tags, comments) = tokio::join!(tasks.get(task), talk.person.tag_names(), comments::count(talk, task));
    Ok(crate::view::task::card(talk.clock, &task?, &tags?, comments))
}
