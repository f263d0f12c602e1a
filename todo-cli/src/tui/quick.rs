//! The line for adding: what is understood of it.

use chrono::DateTime;
use chrono_tz::Tz;
use todo_sdk::{
    model::{CreateTask, Due},
    quick::{Field, Quick, parse},
};

use super::{doubt::doubts, view::due};
use crate::output::{repeat, when};

/// A line, understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Understood {
    pub(crate) task: CreateTask,
    pub(crate) tags: Vec<String>,
    pub(crate) chips: Vec<(Chip, String)>,
}

/// What a chip tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chip {
    Field(Field),
    /// What looks like a field and is none.
    Warning,
}

/// What the line means, seen from `now`.
pub(crate) fn understand(text: &str, now: &DateTime<Tz>) -> Understood {
    let mut read = parse(text, now.to_utc(), now.timezone());
    let mut fields: Vec<Field> = Vec::new();
    for span in &read.spans {
        if !fields.contains(&span.field) {
            fields.push(span.field);
        }
    }
    let mut chips: Vec<(Chip, String)> = fields
        .into_iter()
        .flat_map(|field| labels(&read, field, now).into_iter().map(move |label| (Chip::Field(field), label)))
        .collect();
    chips.extend(read.warnings.drain(..).map(|warning| (Chip::Warning, warning.message)));
    chips.extend(doubts(text, &read, now).into_iter().map(|doubt| (Chip::Warning, doubt)));
    let tags = std::mem::take(&mut read.tags);
    Understood { task: read.into_task(Vec::new()), tags, chips }
}

fn labels(read: &Quick, field: Field, now: &DateTime<Tz>) -> Vec<String> {
    match field {
        Field::Description => vec!["description".to_owned()],
        Field::Due => read.due.map(|due| due_label(due, now)).into_iter().collect(),
        Field::Priority => read.priority.map(|priority| format!("p{priority}")).into_iter().collect(),
        Field::Tag => read.tags.iter().map(|tag| format!("@{tag}")).collect(),
        Field::Remind => {
            let at = read.remind_time.map(|at| due::short(Due::At(at), now));
            let label = read.remind_before_seconds.map(when::before).or(at);
            label.map(|label| format!("reminds {label}")).into_iter().collect()
        }
        Field::Nag => {
            let pause = read.nag_seconds.map(when::length);
            pause.map(|pause| format!("again every {pause}")).into_iter().collect()
        }
        Field::Repeat => {
            read.repeat.as_ref().map(|repeat| format!("repeats {}", repeat::words(repeat))).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// The chip of a due date.
pub(crate) fn due_label(due: Due, now: &DateTime<Tz>) -> String {
    format!("due {}", due::long(due, now))
}

/// The tag that is being typed at the end of the line, without its sign.
pub(crate) fn tag_in_progress(text: &str) -> Option<&str> {
    let word = text.rsplit(char::is_whitespace).next()?;
    word.strip_prefix('@').filter(|tag| !tag.starts_with('"'))
}
