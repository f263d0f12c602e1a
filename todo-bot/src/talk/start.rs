//! The beginning, the language, the help, and what is not understood.

use teloxide::types::{KeyboardRemove, ReplyMarkup};
use todo_sdk::model::{Language, UpdateUser};

use super::{Answer, Talk};
use crate::{
    action::{Action, Lang},
    i18n::Words,
    session::State,
    telegram::{Button, Screen},
};

impl Talk {
    pub(super) async fn start(&mut self) -> Answer {
        if !self.person.has_chosen() {
            return self.ask_language().await;
        }
        let screen = self.welcome();
        self.show(&screen).await
    }

    fn welcome(&self) -> Screen {
        let words = self.words();
        let name = self.person.chat.as_ref().and_then(|chat| chat.first_name.clone()).unwrap_or_default();
        Screen::text(words.html("welcome", [("name", name.into())]))
            .button(words.say("list-open"), Action::List { filter: crate::session::Filter::Open, page: 0 })
            .button(words.say("set-zone"), Action::Zone { name: String::new() })
    }

    pub(super) async fn ask_language(&mut self) -> Answer {
        let first = self.words();
        let second = Words(match first.0 {
            Language::Ru => Language::En,
            _ => Language::Ru,
        });
        let text = format!("{}\n{}", first.say("which-language"), second.say("which-language"));
        let button = |words: Words| Button::new(words.say("language-name"), Action::Speak { language: Lang(words.0) });
        let screen = Screen::text(text).row([button(first), button(second)]);
        self.show(&screen).await
    }

    pub(super) async fn speak(&mut self, language: Language) -> Answer {
        let is_first = !self.person.has_chosen();
        let client = &self.person.client;
        if let Some(chat) = &self.person.chat {
            client.telegram().set_language(chat.id, Some(language)).send().await?;
        }
        let changes = UpdateUser { language: Some(Some(language)), ..UpdateUser::default() };
        client.users().update_me(&changes).await?;
        self.person_changed();
        let mut person = (*self.person).clone();
        person.words = Words(language);
        (self.person, self.clock.words) = (person.into(), Words(language));
        let screen = match is_first {
            true => self.welcome(),
            false => Screen::text(self.words().say("language-set")),
        };
        self.show(&screen).await?;
        self.ask_again().await
    }

    pub(super) async fn help(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("help"));
        self.say(&screen).await?;
        self.ask_again().await
    }

    pub(super) async fn cancel(&mut self) -> Answer {
        let was = std::mem::take(&mut self.session.state);
        let offers = std::mem::take(&mut self.session.offers);
        let is_none = was == State::Idle && offers.is_empty();
        let text = if is_none { self.words().say("nothing-to-cancel") } else { self.words().say("cancelled") };
        // Takes the button for the place away, if it is there.
        self.say_with(&Screen::text(text), ReplyMarkup::KeyboardRemove(KeyboardRemove::new())).await?;
        self.resume().await
    }

    pub(super) async fn unknown_command(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("unknown-command"));
        self.say(&screen).await
    }

    pub(super) async fn only_text(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("only-text"));
        self.say(&screen).await
    }

    pub(super) async fn old_button(&mut self) -> Answer {
        let text = self.words().say("old-button");
        self.warn(&text).await
    }
}
