//! A task that is being made.

use std::collections::HashMap;

use todo_sdk::model::Id;

use super::{
    label,
    task::{TAGS_SHOWN, choices},
    when::Clock,
};
use crate::{
    action::Action,
    session::Draft,
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

fn ways_on(clock: Clock) -> [Button; 2] {
    [Button::new(clock.words.say("skip"), Action::DraftNext), Button::new(clock.words.say("cancel"), Action::Cancel)]
}

/// Asks for the title.
pub(crate) fn title(clock: Clock) -> Screen {
    Screen::text(clock.words.say("ask-title")).button(clock.words.say("cancel"), Action::Cancel)
}

/// Asks for the description.
pub(crate) fn description(clock: Clock, so_far: &str) -> Screen {
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-description"))).row(ways_on(clock))
}

/// Asks for the categories.
pub(crate) fn categories(clock: Clock, so_far: &str, draft: &Draft, tags: &HashMap<Id, String>) -> Screen {
    let next = if draft.tags.is_empty() { clock.words.say("skip") } else { clock.words.say("next") };
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-categories")))
        .grid(choices(tags, &draft.tags, |tag| Action::DraftTag { tag }), 2)
        .row([Button::new(next, Action::DraftNext), Button::new(clock.words.say("cancel"), Action::Cancel)])
}

/// Asks for the reminder.
pub(crate) fn reminder(clock: Clock, so_far: &str) -> Screen {
    let button = |minutes: i64| Button::new(clock.before(minutes), Action::DraftRemind { minutes });
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-reminder")))
        .grid(REMIND_BEFORE.into_iter().map(button), 2)
        .row([
            Button::new(clock.words.say("no-reminder"), Action::DraftNext),
            Button::new(clock.words.say("cancel"), Action::Cancel),
        ])
}

/// Asks whether all is well.
pub(crate) fn confirm(clock: Clock, so_far: &str) -> Screen {
    Screen::text(format!("{so_far}\n\n{}", clock.words.say("ask-confirm"))).row([
        Button::new(clock.words.say("save"), Action::DraftSave),
        Button::new(clock.words.say("cancel"), Action::Cancel),
    ])
}
