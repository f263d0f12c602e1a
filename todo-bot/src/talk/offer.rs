//! A line that becomes a task: what was understood of it is shown first.

use todo_sdk::{
    model::{CreateTask, TITLE_MAX, Task},
    quick::{self, Quick},
};

use super::{Answer, Talk, card, edit::one_line};
use crate::{
    action::Action,
    error::Fail,
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
        let zone = self.person.zone.name().to_owned();
        let offer = Offer { number: self.update, text: text.trim().to_owned(), at: self.clock.now, zone };
        let read = self.read(&offer);
        if let Some(problem) = self.title_problem(&read.title) {
            return self.say(&Screen::text(problem)).await;
        }
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
        let (line, rest) = lines(&offer.text);
        // As it was understood when it was shown.
        let mut read = quick::parse(line, offer.at, offer.zone.parse().unwrap_or(self.person.zone));
        let (title, whole) = shortened(std::mem::take(&mut read.title));
        let description = joined([whole, read.description.take(), Some(rest.trim().to_owned())]);
        read.title = title;
        read.description = Some(description).filter(|description| !description.is_empty());
        read
    }

    pub(super) async fn offer_add(&mut self, number: u32, raw: bool) -> Answer {
        let Some(offer) = self.session.offered(number).cloned() else { return self.old_button().await };
        let key = self.key_of(number, "offer");
        let task = self.offered_task(&offer, raw).await?;
        let made = match self.make(task, &key).await {
            // The other button was pressed before, and its answer was lost: that one was made.
            Err(error) if is_key_reused(&error) => self.make(self.offered_task(&offer, !raw).await?, &key).await?,
            made => made?,
        };
        self.session.close_offer(number);
        let mut screen = card(self, made.id).await?;
        screen.text = format!("{}\n\n{}", self.words().say("task-made"), screen.text);
        self.show(&screen).await
    }

    /// What becomes of an offer: what was understood, or the line as it is.
    async fn offered_task(&self, offer: &Offer, raw: bool) -> Result<CreateTask, Fail> {
        if raw {
            let (line, rest) = lines(&offer.text);
            let (title, whole) = shortened(one_line(line));
            let description = joined([whole, Some(rest.trim().to_owned())]);
            return Ok(CreateTask { title, description, ..CreateTask::default() });
        }
        let read = self.read(offer);
        let mut tags = Vec::new();
        for name in &read.tags {
            tags.push(self.tag_named(name).await?);
        }
        Ok(read.into_task(tags))
    }

    /// Makes a task, once under this key.
    pub(super) async fn make(&self, task: CreateTask, key: &str) -> Result<Task, todo_sdk::Error> {
        self.person.client.tasks().create_from(task).idempotency_key(key).send().await
    }

    pub(super) async fn offer_drop(&mut self, number: u32) -> Answer {
        if !self.session.close_offer(number) {
            return self.old_button().await;
        }
        let screen = Screen::text(self.words().say("cancelled"));
        self.show(&screen).await
    }
}

/// Whether the key has made something else.
pub(super) fn is_key_reused(error: &todo_sdk::Error) -> bool {
    error.field_errors().is_some_and(|errors| errors.values().flatten().any(|fault| fault.code == "key_reused"))
}

/// The first line, and what follows.
fn lines(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// What there is of a description, a part below the other.
fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n")
}

/// A title cut between words, and all of it where it is too long for one.
fn shortened(title: String) -> (String, Option<String>) {
    if title.chars().count() <= TITLE_MAX {
        return (title, None);
    }
    // A sign is left for the three dots.
    (view::label(&one_line(&title), TITLE_MAX - 1), Some(title))
}
