//! A reminder: what it says when it comes, and once its task has changed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use todo_sdk::model::{ClaimedReminder, Task};

use super::{label, task, when::Clock};
use crate::{
    action::Action,
    telegram::{Button, Screen, html::escape},
};

/// From this lateness on, in seconds, it is told.
const LATE: i64 = 120;
/// Most tasks that a message for many names.
const NAMED: usize = 20;

/// A reminder that has come.
pub(crate) fn reminder(clock: Clock, claimed: &ClaimedReminder) -> Screen {
    if claimed.gathered_count > 0 {
        return gathered(clock, claimed);
    }
    let mut heading = match (claimed.nags, claimed.snoozed) {
        (1.., _) => clock.words.say("reminder-again"),
        (_, true) => clock.words.say("reminder-snoozed"),
        _ => clock.words.say("reminder"),
    };
    if claimed.late_by_seconds >= LATE {
        let late = clock.words.html("reminder-late", [("late", clock.late(claimed.late_by_seconds).into())]);
        heading = format!("{heading} · {late}");
    }
    waiting(clock, claimed.id, &claimed.task, &heading, true)
}

/// A reminder of what is to do; some can't be put off any more.
fn waiting(clock: Clock, reminder: i64, of: &Task, heading: &str, can_snooze: bool) -> Screen {
    let words = clock.words;
    let id = of.id;
    let snooze =
        |label: &str, minutes: i64| Button::new(words.say(label), Action::Snooze { reminder, task: id, minutes });
    let mut screen =
        Screen::text(text(clock, of, heading)).button(words.say("do"), Action::ReminderDone { reminder, task: id });
    if can_snooze {
        screen = screen.row([snooze(TEN, 10), snooze(HOUR, 60)]).row([
            Button::new(words.say("snooze-morning"), Action::SnoozeMorning { reminder, task: id }),
            Button::new(words.say("snooze-choose"), Action::SnoozeChoose { reminder, task: id }),
        ]);
    }
    screen.button(words.say("open"), Action::OpenBelow { task: id })
}

/// Labels of two buttons.
const TEN: &str = "snooze-ten";
/// See [`TEN`].
const HOUR: &str = "snooze-hour";

fn text(clock: Clock, of: &Task, heading: &str) -> String {
    let mut text = format!("{heading}\n{}", task::title(of));
    // What it reminds of, not that it does.
    let without = Task { remind_time: None, ..of.clone() };
    for fact in task::facts(clock, &without, &HashMap::new()) {
        text.push('\n');
        text.push_str(&fact);
    }
    let (description, more) = crate::telegram::html::cut(&of.description, 300);
    if !description.is_empty() {
        text.push_str(&format!("\n\n{}{}", escape(description), if more { "…" } else { "" }));
    }
    text.push_str(&format!("\n\n{}", task::number(of.id)));
    text
}

/// How a reminder's message stands now that something has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    /// The task is gone.
    Deleted,
    /// It was put off.
    Snoozed(DateTime<Utc>),
    /// It was put off, and the one that came in its place was told, or was taken away.
    Told,
    /// The task is done, or open with other words or another reminder.
    Changed,
}

/// The message of a reminder after that.
pub(crate) fn after(clock: Clock, reminder: i64, of: Option<&Task>, since: Since) -> Screen {
    let words = clock.words;
    match (of, since) {
        (None, _) | (_, Since::Deleted) => Screen::text(format!("🔕 {}", words.say("reminder-gone"))),
        (Some(of), Since::Snoozed(until)) if !of.completed => {
            let heading = words.html("snoozed-until", [("when", clock.moment(until).into())]);
            Screen::text(text(clock, of, &heading))
        }
        (Some(of), _) if of.completed => Screen::text(text(clock, of, &words.say("reminder-done"))),
        (Some(of), since) => match of.remind_time {
            // One of its own is to come, and only that can be put off.
            Some(at) if at > clock.now => {
                let heading = words.html("reminder-moved", [("when", clock.moment(at).into())]);
                waiting(clock, reminder, of, &heading, false)
            }
            Some(_) => waiting(clock, reminder, of, &words.say("reminder"), since != Since::Told),
            None => waiting(clock, reminder, of, &words.say("reminder-cleared"), since != Since::Told),
        },
    }
}

/// Many that are long past, in one message.
fn gathered(clock: Clock, claimed: &ClaimedReminder) -> Screen {
    let words = clock.words;
    let all = claimed.gathered_count + 1;
    let mut text = words.html("reminders-gathered", [("n", all.into())]);
    let first = (&claimed.task, claimed.due_at);
    let named = std::iter::once(first).chain(claimed.gathered.iter().map(|one| (&one.task, one.due_at))).take(NAMED);
    let mut told = 0;
    for (of, at) in named {
        let short = Task { title: label(&of.title, 100), ..of.clone() };
        text.push_str(&format!("\n• {} — <i>{}</i>", task::title(&short), clock.moment(at)));
        told += 1;
    }
    if all > told {
        text.push_str(&format!("\n{}", words.html("and-more", [("n", (all - told).into())])));
    }
    Screen::text(text).button(words.say("open-list"), Action::List { filter: crate::session::Filter::Open, page: 0 })
}
