//! Categories.

use std::collections::HashMap;

use todo_sdk::model::{Id, Tag};

use super::label;
use crate::{
    action::Action,
    i18n::Words,
    telegram::{Button, Screen},
};

/// Categories on a page: Telegram shows no more than a hundred buttons, and few people want to see that many.
const PAGE: usize = 30;

/// A page of all categories, in the order of their names.
#[derive(Debug)]
pub(crate) struct TagPage<'t> {
    tags: Vec<(Id, &'t str)>,
    number: usize,
    has_more: bool,
}

impl<'t> TagPage<'t> {
    /// The page of this number, from 0; the last one if there are not so many.
    pub(crate) fn new(tags: &'t HashMap<Id, String>, number: u32) -> Self {
        let mut sorted: Vec<(Id, &str)> = tags.iter().map(|(id, name)| (*id, name.as_str())).collect();
        sorted.sort_by_cached_key(|(id, name)| (name.to_lowercase(), *id));
        let last = sorted.len().saturating_sub(1) / PAGE;
        let number = usize::try_from(number).unwrap_or(last).min(last);
        let tags = sorted.iter().skip(number * PAGE).take(PAGE).copied().collect();
        Self { tags, number, has_more: number < last }
    }

    /// The page on which that category stands.
    pub(crate) fn with(tags: &'t HashMap<Id, String>, tag: Id) -> Self {
        let key = |tag: Id, name: &str| (name.to_lowercase(), tag);
        let before = tags.get(&tag).map(|name| {
            let own = key(tag, name);
            tags.iter().filter(|(id, name)| key(**id, name) < own).count()
        });
        Self::new(tags, u32::try_from(before.unwrap_or(0) / PAGE).unwrap_or(0))
    }

    /// A button for each, those marked that are chosen.
    pub(crate) fn choices(&self, chosen: &[Id], action: impl Fn(Id) -> Action) -> Vec<Button> {
        let mark = |id: Id| if chosen.contains(&id) { "✓ " } else { "" };
        let button = |(id, name): &(Id, &str)| Button::new(format!("{}{}", mark(*id), label(name, 24)), action(*id));
        self.tags.iter().map(button).collect()
    }

    /// Buttons to the pages before and behind, where there are any.
    pub(crate) fn turns(&self, action: impl Fn(u32) -> Action) -> Vec<Button> {
        let to = |label: &str, page: usize| Button::new(label, action(u32::try_from(page).unwrap_or(0)));
        let before = self.number.checked_sub(1).map(|page| to("‹", page));
        let behind = self.has_more.then(|| to("›", self.number + 1));
        before.into_iter().chain(behind).collect()
    }
}

/// A page of all of them.
pub(crate) fn tags(words: Words, tags: &HashMap<Id, String>, page: u32) -> Screen {
    let text = words.html("categories", [("n", tags.len().into())]);
    let page = TagPage::new(tags, page);
    Screen::text(text)
        .grid(page.choices(&[], |tag| Action::Tag { tag }), 2)
        .row(page.turns(|page| Action::TagsPage { page }))
        .button(words.say("new-category"), Action::NewTag)
}

/// One of them.
pub(crate) fn tag(words: Words, tag: &Tag) -> Screen {
    Screen::text(words.html("category", [("name", (&tag.name).into())]))
        .button(words.say("its-tasks"), Action::TagTasks { tag: tag.id })
        .row([
            Button::new(words.say("rename"), Action::RenameTag { tag: tag.id }),
            Button::new(words.say("delete"), Action::AskDeleteTag { tag: tag.id }),
        ])
        .button(words.say("back"), Action::Tags)
}

/// Whether to delete one.
pub(crate) fn ask_delete(words: Words, tag: &Tag) -> Screen {
    Screen::text(words.html("ask-delete-category", [("name", (&tag.name).into())])).row([
        Button::new(words.say("yes-delete"), Action::DeleteTag { tag: tag.id }),
        Button::new(words.say("no"), Action::Tag { tag: tag.id }),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_stands_on_one_page() {
        let tags: HashMap<Id, String> = (0..100).map(|id| (id, format!("tag {id:02}"))).collect();
        let ids = |page: &TagPage<'_>| page.tags.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        let all: Vec<Id> = (0..4).flat_map(|page| ids(&TagPage::new(&tags, page))).collect();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
        assert_eq!(ids(&TagPage::new(&tags, u32::MAX)), (90..100).collect::<Vec<_>>());
        for tag in 0..100 {
            assert!(ids(&TagPage::with(&tags, tag)).contains(&tag), "{tag}");
        }
        let turns = |page| TagPage::new(&tags, page).turns(|page| Action::TagsPage { page }).len();
        assert_eq!([turns(0), turns(1), turns(3)], [1, 2, 1]);
        assert!(TagPage::new(&HashMap::new(), 5).turns(|page| Action::TagsPage { page }).is_empty());
    }
}
