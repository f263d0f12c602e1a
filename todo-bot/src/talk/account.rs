//! The account: joined with another one, taken along, deleted.

use chrono_tz::Tz;
use futures_util::TryStreamExt;

use super::{Answer, Talk};
use crate::{
    action::Action,
    error::Fail,
    session::Session,
    telegram::{Button, Screen},
};

/// Most bytes of a file that a bot may send.
const FILE_MAX: usize = 50 * 1024 * 1024;

impl Talk {
    pub(super) async fn how_to_link(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("how-to-link"));
        self.say(&screen).await
    }

    pub(super) async fn link(&mut self, code: &str) -> Answer {
        match self.app.people.bot().telegram().link(self.chat, code).await {
            Ok(_) => {}
            Err(error) if error.status() == Some(422) => return self.code_refused().await,
            Err(error) if error.status() == Some(409) => {
                let text = self.words().say("already-linked");
                return self.say(&Screen::text(text)).await;
            }
            Err(error) => return Err(error.into()),
        }
        self.session = Session::default();
        let before = self.person.zone;
        self.meet_again().await?;
        let screen = self.joined(before);
        self.say(&screen).await
    }

    /// The code may have joined this chat before, and that answer was lost: whose chat it is, is true whatever the code was.
    async fn code_refused(&mut self) -> Answer {
        self.meet_again().await?;
        let account = self.person.client.users().me().await?.username;
        let text = match is_of_this_chat(&account, self.chat) {
            true => self.words().say("bad-code"),
            false => self.words().html("bad-code-joined", [("account", account.into())]),
        };
        self.say(&Screen::text(text)).await
    }

    /// The chat may be another account's now.
    async fn meet_again(&mut self) -> Result<(), Fail> {
        self.person_changed();
        self.person = self.app.people.find(&self.user, self.session.person).await?;
        (self.clock.words, self.clock.zone) = (self.person.words, self.person.zone);
        Ok(())
    }

    /// Another account may reckon in another zone: that is said, and the chat's may be kept.
    fn joined(&self, before: Tz) -> Screen {
        let (words, zone) = (self.words(), self.person.zone);
        let time = |zone: Tz| self.clock.now.with_timezone(&zone).format("%H:%M").to_string();
        let mut text = words.html("linked", [("zone", zone.name().into()), ("now", time(zone).into())]);
        let mut choice = Vec::new();
        if before != zone {
            text = format!("{text}\n\n{}", words.html("linked-zone", [("zone", before.name().into())]));
            choice = [zone, before]
                .map(|zone| {
                    let label = format!("{} · {}", zone.name().replace('_', " "), time(zone));
                    Button::new(label, Action::Zone { name: zone.name().to_owned() })
                })
                .into();
        }
        Screen::text(text)
            .grid(choice, 1)
            .button(words.say("list-open"), Action::List { filter: crate::session::Filter::Open, page: 0 })
    }

    pub(super) async fn export(&mut self) -> Answer {
        let bytes = self.data().await?;
        if bytes.len() > FILE_MAX {
            let text = self.words().say("export-too-big");
            return self.say(&Screen::text(text)).await;
        }
        let name = format!("todo-{}.jsonl", self.clock.today());
        let caption = self.words().say("export-caption");
        self.app.sender.document(self.chat, &name, bytes, &caption).await?;
        self.ask_again().await
    }

    /// All that is the person's, as `todo import json` reads it.
    async fn data(&self) -> Result<Vec<u8>, Fail> {
        let mut lines = self.person.client.users().export().await?;
        let mut data = Vec::new();
        while let Some(line) = lines.try_next().await? {
            data.extend(serde_json::to_vec(&line).unwrap_or_default());
            data.push(b'\n');
            if data.len() > FILE_MAX {
                break;
            }
        }
        Ok(data)
    }

    pub(super) async fn ask_delete_me(&mut self) -> Answer {
        let words = self.words();
        let screen = Screen::text(words.say("ask-delete-me")).row([
            Button::new(words.say("yes-delete-me"), Action::DeleteMe),
            Button::new(words.say("no"), Action::KeepMe),
        ]);
        self.say(&screen).await
    }

    pub(super) async fn keep_me(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("kept-me"));
        self.show(&screen).await
    }

    pub(super) async fn delete_me(&mut self) -> Answer {
        self.person.client.users().delete_me().await?;
        self.session = Session::default();
        self.person_changed();
        let screen = Screen::text(self.words().say("deleted-me"));
        self.show(&screen).await
    }
}

/// Whether an account was made for a chat at first sight, and is nobody's elsewhere: servers name them so.
fn is_of_this_chat(account: &str, chat: i64) -> bool {
    let rest = account.strip_prefix("telegram-").and_then(|rest| rest.strip_prefix(&chat.to_string()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests {
    use super::is_of_this_chat;

    #[test]
    fn accounts_of_chats_are_told_by_their_names() {
        assert!(is_of_this_chat("telegram-7", 7));
        assert!(is_of_this_chat("telegram-7-0f0e", 7));
        assert!(!is_of_this_chat("telegram-71", 7));
        assert!(!is_of_this_chat("ann", 7));
    }
}
