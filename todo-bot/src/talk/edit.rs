//! A task's fields.

use todo_sdk::model::{DESCRIPTION_MAX, Id, TITLE_MAX, validate::Faults};

use super::{Answer, Talk, card, refused};
use crate::{
    action::Action,
    i18n::Words,
    session::State,
    telegram::Screen,
    view::{self, tags::TagPage},
};

impl Talk {
    pub(super) async fn edit(&mut self, task: Id) -> Answer {
        self.expect(State::Idle);
        let task = self.person.client.tasks().get(task).await?;
        let screen = view::task::edit(self.words(), &task);
        self.show(&screen).await
    }

    pub(super) async fn ask_new_title(&mut self, task: Id) -> Answer {
        let now = self.person.client.tasks().get(task).await?;
        let question = self.words().html("ask-new-title", [("title", now.title.into())]);
        self.ask(question, Action::Edit { task }, State::Title { task }).await
    }

    pub(super) async fn title_said(&mut self, task: Id, text: String) -> Answer {
        let title = one_line(&text);
        if let Some(problem) = self.title_problem(&title) {
            return self.say(&Screen::text(problem)).await;
        }
        let changed = self.person.client.tasks().update(task).title(title).send().await?;
        self.expect(State::Idle);
        let text = self.words().html("title-changed", [("title", changed.title.into())]);
        self.changed(task, text).await
    }

    /// Why a text can't be a title.
    pub(super) fn title_problem(&self, title: &str) -> Option<String> {
        let too_long =
            |words: Words, n: usize| words.html("title-too-long", [("n", n.into()), ("most", TITLE_MAX.into())]);
        self.problem(title, too_long, |faults| faults.visible("title", title, TITLE_MAX))
    }

    pub(super) async fn ask_new_description(&mut self, task: Id) -> Answer {
        let now = self.person.client.tasks().get(task).await?;
        self.expect(State::Description { task });
        let mut screen = Screen::text(self.words().say("ask-new-description"));
        if !now.description.is_empty() {
            screen = screen.button(self.words().say("clear"), Action::ClearDescription { task });
        }
        let screen = screen.button(self.words().say("back"), Action::Edit { task });
        self.show(&screen).await
    }

    pub(super) async fn description_said(&mut self, task: Id, text: String) -> Answer {
        if let Some(problem) = self.description_problem(&text) {
            return self.say(&Screen::text(problem)).await;
        }
        self.person.client.tasks().update(task).description(text).send().await?;
        self.expect(State::Idle);
        let text = self.words().say("description-changed");
        self.changed(task, text).await
    }

    /// Why a text can't be a description or a comment.
    pub(super) fn description_problem(&self, text: &str) -> Option<String> {
        let too_long =
            |words: Words, n: usize| words.html("text-too-long", [("n", n.into()), ("most", DESCRIPTION_MAX.into())]);
        self.problem(text, too_long, |faults| faults.text("text", text, DESCRIPTION_MAX))
    }

    /// Why the servers would not take a text, before they are asked; `too_long` says it of so many characters.
    pub(super) fn problem(
        &self,
        text: &str,
        too_long: impl FnOnce(Words, usize) -> String,
        check: impl FnOnce(&mut Faults),
    ) -> Option<String> {
        let mut faults = Faults::default();
        check(&mut faults);
        let errors = faults.into_result().err()?;
        let fault = errors.values().flatten().next()?;
        Some(match fault.code.as_str() {
            "too_long" => too_long(self.words(), text.chars().count()),
            code => refused(self.words(), code).unwrap_or_else(|| self.words().say("refused")),
        })
    }

    pub(super) async fn clear_description(&mut self, task: Id) -> Answer {
        self.person.client.tasks().update(task).clear_description().send().await?;
        self.open(task).await
    }

    pub(super) async fn priorities(&mut self, task: Id) -> Answer {
        let task = self.person.client.tasks().get(task).await?;
        let screen = view::task::priorities(self.words(), &task);
        self.show(&screen).await
    }

    pub(super) async fn set_priority(&mut self, task: Id, priority: i16) -> Answer {
        self.person.client.tasks().update(task).priority(priority).send().await?;
        self.open(task).await
    }

    pub(super) async fn task_tags(&mut self, task: Id) -> Answer {
        self.task_tags_page(task, 0).await
    }

    pub(super) async fn task_tags_page(&mut self, task: Id, page: u32) -> Answer {
        self.expect(State::Idle);
        let task = self.person.client.tasks().get(task).await?;
        let tags = self.person.tag_names().await?;
        let screen = view::task::categories(self.words(), &task, &TagPage::new(&tags, page));
        self.show(&screen).await
    }

    pub(super) async fn toggle_tag(&mut self, task: Id, tag: Id) -> Answer {
        let client = &self.person.client;
        let mut tags = client.tasks().get(task).await?.tags;
        match tags.iter().position(|known| *known == tag) {
            Some(at) => drop(tags.remove(at)),
            None => tags.push(tag),
        }
        let task = client.tasks().update(task).tags(tags).send().await?;
        let all = self.person.tag_names().await?;
        let screen = view::task::categories(self.words(), &task, &TagPage::with(&all, tag));
        self.show(&screen).await
    }

    /// Says that it was done, and shows the task below.
    pub(super) async fn changed(&mut self, task: Id, text: String) -> Answer {
        let mut screen = card(self, task).await?;
        screen.text = format!("{text}\n\n{}", screen.text);
        self.say(&screen).await
    }
}

/// A title has one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
