//! A line that becomes a task: what was understood of it is shown first.

use chrono::{DateTime, Utc};
use todo_sdk::{
    model::CreateTask,
    quick::{self, Quick},
};

use super::{Answer, Talk, card, edit::one_line};
use crate::{
    action::Action,
    session::State,
    telegram::{Button, Screen},
    view,
};

impl Talk {
    pub(super) async fn ask_line(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("ask-line"));
        self.say(&screen).await
    }

    pub(super) async fn offer(&mut self, text: String) -> Answer {
        let text = text.trim().to_owned();
        let read = self.read(&text, self.clock.now);
        if let Some(problem) = self.title_problem(&read.title) {
            return self.say(&Screen::text(problem)).await;
        }
        let preview = view::quick::preview(self.clock, &read);
        let words = self.words();
        let mut rows = vec![Button::new(words.say("add-it"), Action::OfferAdd)];
        if !read.spans.is_empty() && one_line(&text).chars().count() <= todo_sdk::model::TITLE_MAX {
            rows.push(Button::new(words.say("add-raw"), Action::OfferRaw));
        }
        let screen = Screen::text(preview).row(rows).button(words.say("cancel"), Action::Cancel);
        self.expect(State::Offer { text, at: self.clock.now });
        self.say(&screen).await
    }

    /// The first line is the task, what follows its description.
    fn read(&self, text: &str, at: DateTime<Utc>) -> Quick {
        let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
        let mut read = quick::parse(line, at, self.person.zone);
        let parts = [read.description.take().unwrap_or_default(), rest.trim().to_owned()];
        let description = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n");
        read.description = Some(description).filter(|description| !description.is_empty());
        read
    }

    pub(super) async fn offer_add(&mut self, raw: bool) -> Answer {
        let State::Offer { text, at } = self.session.state.clone() else { return self.old_button().await };
        let client = self.person.client.clone();
        let task = if raw {
            CreateTask { title: one_line(&text), ..CreateTask::default() }
        } else {
            // As it was understood when it was shown.
            let read = self.read(&text, at);
            let mut tags = Vec::new();
            for name in &read.tags {
                tags.push(self.tag_named(name).await?);
            }
            read.into_task(tags)
        };
        let made = client.tasks().create_from(task).idempotency_key(self.key("task")).send().await?;
        self.expect(State::Idle);
        let mut screen = card(self, made.id).await?;
        screen.text = format!("{}\n\n{}", self.words().say("task-made"), screen.text);
        self.show(&screen).await
    }
}
