//! Categories.

use std::collections::HashMap;

use todo_sdk::model::{Id, Tag};

use crate::{
    action::Action,
    i18n::Words,
    telegram::{Button, Screen},
};

/// All of them.
pub(crate) fn tags(words: Words, tags: &HashMap<Id, String>) -> Screen {
    let text = words.html("categories", [("n", tags.len().into())]);
    Screen::text(text)
        .grid(super::task::choices(tags, &[], |tag| Action::Tag { tag }), 2)
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
