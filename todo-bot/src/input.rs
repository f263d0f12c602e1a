//! What a person does, made of what Telegram tells.

use teloxide::{
    types::{
        CallbackQuery, CallbackQueryId, Location, MaybeInaccessibleMessage, Message, MessageEntityKind, MessageId,
        Update, UpdateKind, User, UserId,
    },
    utils::command::BotCommands,
};
use todo_sdk::model::Id;

use crate::action::{Action, UnknownAction};

/// The commands, as they stand in the menu.
#[derive(Debug, Clone, PartialEq, Eq, BotCommands)]
#[command(rename_rule = "snake_case")]
pub(crate) enum Command {
    /// Begin, or join this chat with an account by its code.
    Start(String),
    /// The list.
    Tasks,
    /// A task by one line, or step by step.
    Add(String),
    /// A task step by step, from its title on.
    New(String),
    /// Tasks with these words in them.
    Search(String),
    /// Categories.
    Categories,
    /// Take the last change back.
    Undo,
    /// The language.
    Lang,
    /// The time zone.
    Timezone(String),
    /// Join this chat with an account by its code.
    Link(String),
    /// All of one's data as a file.
    Export,
    /// Delete the account.
    DeleteMe,
    /// Leave what is under way.
    Cancel,
    /// What the bot can do.
    Help,
}

/// Those in Telegram's menu, in its order.
pub(crate) const MENU: [&str; 12] =
    ["tasks", "add", "new", "search", "categories", "undo", "timezone", "lang", "link", "export", "cancel", "help"];

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    /// A command.
    Command(Command),
    /// A command that there is none of.
    UnknownCommand,
    /// A text.
    Text(String),
    /// An answer to a message of the bot that shows a task.
    Reply {
        /// The task.
        task: Id,
        /// What was written.
        text: String,
    },
    /// A button.
    Press(Press),
    /// Where they are.
    Location(Location),
    /// A picture, a sticker, a voice.
    Other,
}

/// A button was pressed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Press {
    /// To be answered.
    pub(crate) query: CallbackQueryId,
    /// The message that it is below; too old ones can't be changed.
    pub(crate) message: Option<MessageId>,
    /// What it does.
    pub(crate) action: Result<Action, UnknownAction>,
}

/// Where an update comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Source {
    /// A person, in the chat with the bot.
    Person {
        /// Who.
        user: User,
        /// What they did.
        input: Input,
    },
    /// A group, in which somebody speaks to the bot.
    Group {
        /// Which.
        chat: i64,
        /// The message.
        message: Option<MessageId>,
        /// A button to be answered.
        query: Option<CallbackQueryId>,
        /// The language of who spoke.
        language: Option<String>,
    },
    /// A person who unblocked the bot.
    Returned {
        /// Who.
        user: User,
    },
    /// A person who blocked it.
    Left {
        /// Their chat.
        chat: i64,
    },
    /// Nothing to answer.
    Nobody,
}

/// The chat that updates are to be handled one after another for.
#[must_use]
pub(crate) fn chat_of(update: &Update) -> Option<i64> {
    update.chat().map(|chat| chat.id.0)
}

/// What an update says. `me` is the bot's id, `name` its name.
#[must_use]
pub(crate) fn read(update: Update, me: UserId, name: &str) -> Source {
    match update.kind {
        UpdateKind::Message(message) => read_message(message, me, name),
        UpdateKind::CallbackQuery(query) => read_press(query),
        UpdateKind::MyChatMember(member) if member.chat.is_private() => match member.new_chat_member.is_present() {
            true => Source::Returned { user: member.from },
            false => Source::Left { chat: member.chat.id.0 },
        },
        _ => Source::Nobody,
    }
}

fn read_message(message: Message, me: UserId, name: &str) -> Source {
    let Some(user) = message.from.clone() else { return Source::Nobody };
    if user.is_bot {
        return Source::Nobody;
    }
    if !message.chat.is_private() {
        let language = user.language_code;
        let group = Source::Group { chat: message.chat.id.0, message: Some(message.id), query: None, language };
        return if speaks_to(&message, me, name) { group } else { Source::Nobody };
    }
    Source::Person { input: input_of(&message, me, name), user }
}

/// Whether somebody in a group speaks to the bot: by a command, or by answering it.
fn speaks_to(message: &Message, me: UserId, name: &str) -> bool {
    let text = message.text().unwrap_or_default();
    let named = |command: &str| command.split_once('@').is_none_or(|(_, to)| to.eq_ignore_ascii_case(name));
    let command = text.split_whitespace().next().filter(|first| first.starts_with('/') && first.len() > 1);
    let answers = message.reply_to_message().and_then(|to| to.from.as_ref()).is_some_and(|from| from.id == me);
    let joins = message.new_chat_members().is_some_and(|members| members.iter().any(|member| member.id == me));
    command.is_some_and(named) || answers || joins
}

fn input_of(message: &Message, me: UserId, name: &str) -> Input {
    if let Some(location) = message.location() {
        return Input::Location(*location);
    }
    // What stands below a picture counts as well.
    let Some(text) = message.text().or(message.caption()) else { return Input::Other };
    if text.starts_with('/') && text.len() > 1 && !text.starts_with("//") {
        return command_of(text, name);
    }
    let shown =
        message.reply_to_message().filter(|to| to.from.as_ref().is_some_and(|from| from.id == me)).and_then(task_in);
    match shown {
        Some(task) => Input::Reply { task, text: text.to_owned() },
        None => Input::Text(text.to_owned()),
    }
}

fn command_of(text: &str, name: &str) -> Input {
    // Telegram's own apps write commands in lower case, people don't always.
    let (command, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let text = format!("{} {}", command.to_lowercase(), rest.trim());
    Command::parse(text.trim_end(), name).map_or(Input::UnknownCommand, Input::Command)
}

/// The task that a message of the bot shows: its number stands last, set as code, which nobody's title can be.
fn task_in(message: &Message) -> Option<Id> {
    let entities = message.parse_entities()?;
    let codes = entities.iter().rev().filter(|entity| *entity.kind() == MessageEntityKind::Code);
    codes.filter_map(|code| code.text().strip_prefix('#')?.parse().ok()).next()
}

fn read_press(query: CallbackQuery) -> Source {
    let CallbackQuery { id, from, message, data, .. } = query;
    let message_id = message.as_ref().and_then(|message| match message {
        MaybeInaccessibleMessage::Regular(message) => Some(message.id),
        MaybeInaccessibleMessage::Inaccessible(_) => None,
    });
    match message.as_ref().map(MaybeInaccessibleMessage::chat) {
        Some(chat) if !chat.is_private() => {
            Source::Group { chat: chat.id.0, message: None, query: Some(id), language: from.language_code }
        }
        _ => {
            let action = data.unwrap_or_default().parse();
            Source::Person { user: from, input: Input::Press(Press { query: id, message: message_id, action }) }
        }
    }
}
