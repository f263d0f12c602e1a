//! A task that is being made.

use std::collections::HashMap;

use todo_sdk::model::Id;

use super::{label, tags::TagPage, task::TAGS_SHOWN, when::Clock};
use crate::{
    action::Action,
    session::{Draft, Step},
    telegram::{
        Button, Screen,
        html::{cut, escape},
    },
};

/// Reminders that are offered, in minutes before it is due.
const REMIND_BEFORE: [i64; 4] = [0, 10, 60, 1440];

/// What has been said so far.
#[must_use]
pub(crate) fn so_far(clock: Clock, draft: &Draft, tags: &HashMap<Id, String>) -> String {
    let mut text = format!("<b>{}</b>", escape(&draft.title));
    if !draft.description.is_empty() {
        let (description, more) = cut(&draft.description, 300);
        text.push_str(&format!("\n{}{}", escape(description), if more { "…" } else { "" }));
    }
    let names: Vec<&str> = draft.tags.iter().filter_map(|tag| tags.get(tag)).map(String::as_str).collect();
    if !names.is_empty() {
        text.push_str(&format!("\n🏷 {}", escape(&label(&names.join(", "), TAGS_SHOWN))));
    }
    if let Some(due) = draft.due {
        text.push_str(&format!("\n📅 {}", clock.due(due)));
    }
    if let Some(minutes) = draft.remind_before {
        text.push_str(&format!("\n🔔 {}", clock.before(minutes)));
    }
    text
}

/// Leaves it.
fn cancel(clock: Clock, draft: &Draft) -> Button {
    Button::new(clock.words.say("cancel"), Action::DraftDrop { draft: draft.number })
}

/// Goes on from a step without an answer.
pub(crate) fn next(label: String, draft: &Draft, step: Step) -> Button {
    Button::new(label, Action::DraftNext { draft: draft.number, step })
}

/// Asks for the title.
pub(crate) fn title(clock: Clock, draft: &Draft) -> Screen {
    Screen::text(clock.words.say("ask-title")).row([cancel(clock, draft)])
}

/// Asks for the description.
pub(crate) fn description(clock: Clock, so_far: &str, draft: &Draft) -> Screen {
    let words = clock.words;
    let label = if draft.description.is_empty() { words.say("skip") } else { words.say("no-description") };
    let skip = next(label, draft, Step::Description);
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-description"))).row([skip, cancel(clock, draft)])
}

/// Asks for the categories.
pub(crate) fn categories(clock: Clock, so_far: &str, draft: &Draft, tags: &HashMap<Id, String>) -> Screen {
    let label = if draft.tags.is_empty() { clock.words.say("skip") } else { clock.words.say("next") };
    let (number, page) = (draft.number, TagPage::new(tags, draft.tags_page));
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-categories")))
        .grid(page.choices(&draft.tags, |tag| Action::DraftTag { draft: number, tag }), 2)
        .row(page.turns(|page| Action::DraftTagsPage { draft: number, page }))
        .row([next(label, draft, Step::Tags), cancel(clock, draft)])
}

/// Asks for the reminder.
pub(crate) fn reminder(clock: Clock, so_far: &str, draft: &Draft) -> Screen {
    let remind = |minutes: i64| Action::DraftRemind { draft: draft.number, minutes };
    let button = |minutes: i64| Button::new(clock.before(minutes), remind(minutes));
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-reminder")))
        .grid(REMIND_BEFORE.into_iter().map(button), 2)
        .row([next(clock.words.say("no-reminder"), draft, Step::Reminder), cancel(clock, draft)])
}

/// Asks whether all is well.
pub(crate) fn confirm(clock: Clock, so_far: &str, draft: &Draft) -> Screen {
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-confirm")))
        .row([Button::new(clock.words.say("save"), Action::DraftSave { draft: draft.number }), cancel(clock, draft)])
}
