//! Categories.

use std::hash::{DefaultHasher, Hash, Hasher};

use todo_sdk::model::{Id, TAG_NAME_MAX};

use super::{Answer, Talk, edit::one_line};
use crate::{action::Action, error::Fail, i18n::Words, session::State, telegram::Screen, view};

impl Talk {
    pub(super) async fn tags(&mut self) -> Answer {
        self.tags_page(0).await
    }

    pub(super) async fn tags_page(&mut self, page: u32) -> Answer {
        self.expect(State::Idle);
        let tags = self.person.tag_names().await?;
        let screen = view::tags::tags(self.words(), &tags, page);
        self.show(&screen).await
    }

    pub(super) async fn tag(&mut self, tag: Id) -> Answer {
        self.expect(State::Idle);
        let tag = self.person.client.tags().get(tag).await?;
        let screen = view::tags::tag(self.words(), &tag);
        self.show(&screen).await
    }

    pub(super) async fn ask_tag(&mut self, task: Option<Id>) -> Answer {
        let question = self.words().say("ask-category");
        let back = task.map_or(Action::Tags, |task| Action::TaskTags { task });
        self.ask(question, back, State::NewTag { task }).await
    }

    pub(super) async fn tag_said(&mut self, task: Option<Id>, text: String) -> Answer {
        let name = one_line(&text);
        if let Some(problem) = self.name_problem(&name) {
            return self.say(&Screen::text(problem)).await;
        }
        let folded = name.to_lowercase();
        if task.is_none() && self.person.tag_names().await?.values().any(|known| known.to_lowercase() == folded) {
            let text = self.words().say("category-exists");
            return self.warn(&text).await;
        }
        let tag = self.tag_named(&name).await?;
        self.expect(State::Idle);
        let Some(task) = task else { return self.tags().await };
        let client = &self.person.client;
        let mut tags = client.tasks().get(task).await?.tags;
        if !tags.contains(&tag) {
            tags.push(tag);
        }
        client.tasks().update(task).tags(tags).send().await?;
        self.open(task).await
    }

    pub(super) fn name_problem(&self, name: &str) -> Option<String> {
        let too_long =
            |words: Words, n: usize| words.html("category-too-long", [("n", n.into()), ("most", TAG_NAME_MAX.into())]);
        self.problem(name, too_long, |faults| faults.visible("name", name, TAG_NAME_MAX))
    }

    /// The category of that name; made if there is none.
    pub(super) async fn tag_named(&self, name: &str) -> Result<Id, Fail> {
        let folded = name.to_lowercase();
        let known = self.person.tag_names().await?;
        if let Some(id) = known.iter().find_map(|(id, name)| (name.to_lowercase() == folded).then_some(*id)) {
            return Ok(id);
        }
        // One update may name several.
        let mut hasher = DefaultHasher::new();
        folded.hash(&mut hasher);
        let key = self.key(&format!("tag-{:x}", hasher.finish()));
        Ok(self.person.client.tags().create(name).idempotency_key(key).send().await?.id)
    }

    pub(super) async fn ask_new_tag_name(&mut self, tag: Id) -> Answer {
        let now = self.person.client.tags().get(tag).await?;
        let question = self.words().html("ask-new-category-name", [("name", now.name.into())]);
        self.ask(question, Action::Tag { tag }, State::RenameTag { tag }).await
    }

    pub(super) async fn tag_renamed(&mut self, tag: Id, text: String) -> Answer {
        let name = one_line(&text);
        if let Some(problem) = self.name_problem(&name) {
            return self.say(&Screen::text(problem)).await;
        }
        match self.person.client.tags().rename(tag, name).send().await {
            Ok(_) => self.tag(tag).await,
            Err(error) if error.status() == Some(409) => {
                let text = self.words().say("category-exists");
                self.warn(&text).await
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn ask_delete_tag(&mut self, tag: Id) -> Answer {
        let tag = self.person.client.tags().get(tag).await?;
        let screen = view::tags::ask_delete(self.words(), &tag);
        self.show(&screen).await
    }

    pub(super) async fn delete_tag(&mut self, tag: Id) -> Answer {
        self.person.client.tags().delete(tag).send().await?;
        if self.session.place.tag == Some(tag) {
            self.session.place.tag = None;
        }
        self.tags().await
    }
}
