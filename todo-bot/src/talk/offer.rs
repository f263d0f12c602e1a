//! A line that becomes a task: what was understood of it is shown first.

use todo_sdk::{
    model::{CreateTask, TITLE_MAX},
    quick::{self, Quick},
};

use super::{Answer, Talk, card, edit::one_line};
use crate::{
    action::Action,
    session::{Offer, State},
    telegram::{Button, Screen},
    view,
};

impl Talk {
    pub(super) async fn ask_line(&mut self) -> Answer {
        let screen = Screen::text(self.words().say("ask-line"));
        self.say(&screen).await
    }

    pub(super) async fn offer(&mut self, text: String) -> Answer {
        let offer = Offer { number: self.update, text: text.trim().to_owned(), at: self.clock.now };
        let read = self.read(&offer);
        let number = offer.number;
        let words = self.words();
        let mut rows = vec![Button::new(words.say("add-it"), Action::OfferAdd { offer: number })];
        if !read.spans.is_empty() {
            rows.push(Button::new(words.say("add-raw"), Action::OfferRaw { offer: number }));
        }
        let screen = Screen::text(view::quick::preview(self.clock, &read))
            .row(rows)
            .button(words.say("cancel"), Action::OfferDrop { offer: number });
        self.session.offer(offer);
        self.expect(State::Idle);
        self.say(&screen).await
    }

    /// The first line is the task, what follows its description.
    fn read(&self, offer: &Offer) -> Quick {
        let (line, rest) = offer.text.split_once('\n').unwrap_or((&offer.text, ""));
        // As it was understood when it was shown.
        let mut read = quick::parse(line, offer.at, self.person.zone);
        let (title, whole) = shortened(std::mem::take(&mut read.title));
        let parts = [whole, read.description.take(), Some(rest.trim().to_owned())];
        let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
        let description = parts.collect::<Vec<_>>().join("\n");
        read.title = title;
        read.description = Some(description).filter(|description| !description.is_empty());
        read
    }

    pub(super) async fn offer_add(&mut self, number: u32, raw: bool) -> Answer {
        let Some(offer) = self.session.offered(number).cloned() else { return self.old_button().await };
        let client = self.person.client.clone();
        let task = if raw {
            let (title, whole) = shortened(one_line(&offer.text));
            CreateTask { title, description: whole.map(|_| offer.text).unwrap_or_default(), ..CreateTask::default() }
        } else {
            let read = self.read(&offer);
            let mut tags = Vec::new();
            for name in &read.tags {
                tags.push(self.tag_named(name).await?);
            }
            read.into_task(tags)
        };
        let made = client.tasks().create_from(task).idempotency_key(self.key("task")).send().await?;
        self.session.close_offer(number);
        let mut screen = card(self, made.id).await?;
        screen.text = format!("{}\n\n{}", self.words().say("task-made"), screen.text);
        self.show(&screen).await
    }

    pub(super) async fn offer_drop(&mut self, number: u32) -> Answer {
        if !self.session.close_offer(number) {
            return self.old_button().await;
        }
        let screen = Screen::text(self.words().say("cancelled"));
        self.show(&screen).await
    }
}

/// A title cut between words, and all of it where it is too long for one.
fn shortened(title: String) -> (String, Option<String>) {
    if title.chars().count() <= TITLE_MAX {
        return (title, None);
    }
    // A sign is left for the three dots.
    (view::label(&one_line(&title), TITLE_MAX - 1), Some(title))
}
