//! What was understood of a line.

use todo_sdk::quick::Quick;

use super::{label, repeat, task, when::Clock};
use crate::telegram::html::{cut, escape};

/// The task that a line would become.
#[must_use]
pub(crate) fn preview(clock: Clock, read: &Quick) -> String {
    let words = clock.words;
    let mut text = format!("{}\n\n<b>{}</b>", words.say("offer"), escape(&read.title));
    if let Some(priority) = read.priority {
        text.push_str(&format!("\n{} {}", task::mark(priority), task::priority(words, priority)));
    }
    if let Some(due) = read.due {
        text.push_str(&format!("\n📅 {}", clock.due(due)));
    }
    if let Some(at) = read.remind_time {
        text.push_str(&format!("\n🔔 {}", clock.moment(at)));
    }
    if let Some(seconds) = read.remind_before_seconds {
        text.push_str(&format!("\n🔔 {}", clock.before(seconds / 60)));
    }
    if let Some(how) = &read.repeat {
        text.push_str(&format!("\n🔁 {}", escape(&repeat::words(clock, how))));
    }
    if !read.tags.is_empty() {
        text.push_str(&format!("\n🏷 {}", escape(&label(&read.tags.join(", "), task::TAGS_SHOWN))));
    }
    if let Some(description) = &read.description {
        let (description, more) = cut(description, 300);
        text.push_str(&format!("\n\n{}{}", escape(description), if more { "…" } else { "" }));
    }
    text
}
