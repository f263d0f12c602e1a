//! The list.

use std::pin::pin;

use futures_util::TryStreamExt;
use todo_sdk::model::{Id, LIMIT_MAX, Task};

use super::{Answer, Talk};
use crate::{
    action::Action,
    error::Fail,
    session::{Filter, Place, Search, Spot, State},
    view::list::{self, PAGE},
};

impl Talk {
    /// The list of those to do, from its beginning.
    pub(super) async fn tasks(&mut self) -> Answer {
        self.session.place = Place::default();
        self.list_again().await
    }

    /// A page of all tasks of a kind, whatever was listed before.
    pub(super) async fn list(&mut self, filter: Filter, page: u32) -> Answer {
        self.session.place = Place { filter, page, ..Place::default() };
        self.list_again().await
    }

    /// The list that a button names.
    pub(super) async fn list_at(&mut self, spot: Spot) -> Answer {
        match self.session.place_at(spot) {
            Some(place) => {
                self.session.place = place;
                self.list_again().await
            }
            None => self.old_list().await,
        }
    }

    pub(super) async fn tag_tasks(&mut self, tag: Id) -> Answer {
        self.session.place = Place { tag: Some(tag), ..Place::default() };
        self.list_again().await
    }

    /// A task of the list that a button names; one comes back to that list, if it is still known.
    pub(super) async fn open_in(&mut self, task: Id, spot: Spot) -> Answer {
        if let Some(place) = self.session.place_at(spot) {
            self.session.place = place;
        }
        self.open(task).await
    }

    /// There were too many searches since.
    async fn old_list(&mut self) -> Answer {
        let text = self.words().say("old-search");
        self.warn(&text).await
    }

    pub(super) async fn ask_search_at(&mut self, spot: Spot) -> Answer {
        if let Some(place) = self.session.place_at(spot) {
            self.session.place = place;
        }
        self.ask_search().await
    }

    async fn ask_search(&mut self) -> Answer {
        let question = self.words().say("ask-search");
        self.ask(question, Action::Back, State::Search).await
    }

    pub(super) async fn search(&mut self, text: String) -> Answer {
        let text = text.trim().to_owned();
        if text.is_empty() {
            return self.ask_search().await;
        }
        let search = Search { number: self.update, text };
        self.session.search(search.clone());
        self.session.place = Place { filter: Filter::All, search: Some(search), ..Place::default() };
        self.list_again().await
    }

    /// The list, where one was in it.
    pub(super) async fn list_again(&mut self) -> Answer {
        self.expect(State::Idle);
        let mut place = self.session.place.clone();
        let (page, tags) = tokio::join!(self.page(&place), self.person.tag_names());
        let (mut page, tags) = (page?, tags?);
        // Whatever was there may be gone.
        if place.tag.take_if(|tag| !tags.contains_key(tag)).is_some() {
            page = self.page(&place).await?;
        }
        let Page { number, tasks, more } = page;
        self.session.place = Place { page: number, ..place };
        let screen = list::list(self.clock, &self.session.place, &tasks, more, &tags);
        self.show(&screen).await
    }

    /// The page where one was, or the last one that there is.
    async fn page(&self, place: &Place) -> Result<Page, Fail> {
        let mut tasks = self.person.client.tasks().list();
        tasks = match place.filter {
            Filter::Open => tasks.completed(false).ordering("due,priority,id"),
            Filter::Done => tasks.completed(true).ordering("-completed_at,id"),
            Filter::All => tasks.ordering("completed,due,priority,id"),
        };
        if let Some(tag) = place.tag {
            tasks = tasks.tags([tag]);
        }
        if let Some(search) = &place.search {
            tasks = tasks.q(&search.text);
        }
        let wanted = (place.page as usize).saturating_add(1).saturating_mul(PAGE).saturating_add(1);
        let wanted = u32::try_from(wanted).unwrap_or(LIMIT_MAX).min(LIMIT_MAX);
        let mut stream = pin!(tasks.limit(wanted).stream());
        let mut page = Page::default();
        while let Some(task) = stream.try_next().await? {
            if page.tasks.len() == PAGE {
                if page.number == place.page {
                    page.more = true;
                    break;
                }
                page = Page { number: page.number + 1, ..Page::default() };
            }
            page.tasks.push(task);
        }
        Ok(page)
    }

    pub(super) async fn list_tags(&mut self, spot: Spot, page: u32) -> Answer {
        let tags = self.person.tag_names().await?;
        if tags.is_empty() {
            let text = self.words().say("no-categories");
            return self.warn(&text).await;
        }
        let screen = list::by_category(self.words(), spot, &tags, page);
        self.show(&screen).await
    }
}

/// A page of the list.
#[derive(Debug, Default)]
struct Page {
    /// From 0.
    number: u32,
    tasks: Vec<Task>,
    /// Whether another one follows.
    more: bool,
}
