//! Single fields of tasks, for programs that read them.

use chrono::{DateTime, Utc};
use clap::ValueEnum;
use serde::{Serialize, Serializer, ser::SerializeMap};
use todo_sdk::model::{Due, RepeatFrom, Task};

use super::{
    text,
    view::{TagNames, tag_names},
};

/// A field of a task, named as in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Field {
    /// Its number
    Id,
    /// `open` or `done`
    State,
    /// Its title
    Title,
    /// More about it
    Description,
    /// `true` or `false`
    Completed,
    /// When it was done
    CompletedAt,
    /// 1 (highest) to 4 (none)
    Priority,
    /// A day (2026-12-01) or a moment (2026-12-01T18:30:00Z)
    Due,
    /// When to remind of it
    RemindTime,
    /// How long before `due` that is
    RemindBeforeSeconds,
    /// The pause between reminders
    NagSeconds,
    /// As `--repeat` takes it; an object in JSON
    Repeat,
    /// Their names, with commas between; their ids in JSON
    Tags,
    /// Number of the Telegram account
    TelegramUser,
    /// When it was made
    DateCreated,
    /// When it was last changed
    DateUpdated,
    /// Counts its changes
    Version,
}

impl Field {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::State => "state",
            Self::Title => "title",
            Self::Description => "description",
            Self::Completed => "completed",
            Self::CompletedAt => "completed_at",
            Self::Priority => "priority",
            Self::Due => "due",
            Self::RemindTime => "remind_time",
            Self::RemindBeforeSeconds => "remind_before_seconds",
            Self::NagSeconds => "nag_seconds",
            Self::Repeat => "repeat",
            Self::Tags => "tags",
            Self::TelegramUser => "telegram_user",
            Self::DateCreated => "date_created",
            Self::DateUpdated => "date_updated",
            Self::Version => "version",
        }
    }

    /// In a line: nothing where there is none, and nothing in it that ends the field or steers a terminal.
    pub(crate) fn text(self, task: &Task, tags: &TagNames) -> String {
        fn number<T: ToString>(number: Option<T>) -> String {
            number.map(|number| number.to_string()).unwrap_or_default()
        }
        let moment = |at: Option<DateTime<Utc>>| number(at.map(Due::At));
        let raw = match self {
            Self::Id => task.id.to_string(),
            Self::State => state(task).to_owned(),
            Self::Title => task.title.clone(),
            Self::Description => task.description.clone(),
            Self::Completed => task.completed.to_string(),
            Self::CompletedAt => moment(task.completed_at),
            Self::Priority => task.priority.to_string(),
            Self::Due => number(task.due),
            Self::RemindTime => moment(task.remind_time),
            Self::RemindBeforeSeconds => number(task.remind_before_seconds),
            Self::NagSeconds => number(task.nag_seconds),
            Self::Repeat => repeat(task),
            Self::Tags => tag_names(task, tags).join(","),
            Self::TelegramUser => number(task.telegram_user),
            Self::DateCreated => moment(Some(task.date_created)),
            Self::DateUpdated => moment(Some(task.date_updated)),
            Self::Version => task.version.to_string(),
        };
        text::line(&raw).into_owned()
    }

    fn serialize<M: SerializeMap>(self, task: &Task, map: &mut M) -> Result<(), M::Error> {
        let name = self.as_str();
        match self {
            Self::Id => map.serialize_entry(name, &task.id),
            Self::State => map.serialize_entry(name, state(task)),
            Self::Title => map.serialize_entry(name, &task.title),
            Self::Description => map.serialize_entry(name, &task.description),
            Self::Completed => map.serialize_entry(name, &task.completed),
            Self::CompletedAt => map.serialize_entry(name, &task.completed_at),
            Self::Priority => map.serialize_entry(name, &task.priority),
            Self::Due => map.serialize_entry(name, &task.due),
            Self::RemindTime => map.serialize_entry(name, &task.remind_time),
            Self::RemindBeforeSeconds => map.serialize_entry(name, &task.remind_before_seconds),
            Self::NagSeconds => map.serialize_entry(name, &task.nag_seconds),
            Self::Repeat => map.serialize_entry(name, &task.repeat),
            Self::Tags => map.serialize_entry(name, &task.tags),
            Self::TelegramUser => map.serialize_entry(name, &task.telegram_user),
            Self::DateCreated => map.serialize_entry(name, &task.date_created),
            Self::DateUpdated => map.serialize_entry(name, &task.date_updated),
            Self::Version => map.serialize_entry(name, &task.version),
        }
    }
}

fn state(task: &Task) -> &'static str {
    if task.completed { "done" } else { "open" }
}

/// As it is typed: the rule, with `!` at its end where it is reckoned from the completion.
fn repeat(task: &Task) -> String {
    let Some(repeat) = &task.repeat else { return String::new() };
    let mark = if repeat.from == RepeatFrom::Completion { "!" } else { "" };
    format!("{}{mark}", repeat.rrule)
}

/// These fields of a task as an object, in their order; the whole task where none are named.
pub(crate) struct Picked<'t> {
    pub(crate) task: &'t Task,
    pub(crate) fields: &'t [Field],
}

impl Serialize for Picked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.fields.is_empty() {
            return self.task.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for field in self.fields {
            field.serialize(self.task, &mut map)?;
        }
        map.end()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(in crate::output) fn task() -> Task {
        serde_json::from_value(json!({
            "id": 12, "title": "Buy\tmilk\u{1b}[31m", "description": "two\nlines", "completed": false, "completed_at": null,
            "priority": 2, "due": "2026-12-01", "remind_time": "2026-11-30T08:00:00Z", "remind_before_seconds": -60,
            "nag_seconds": null, "repeat": {"rrule": "FREQ=DAILY", "from": "completion"}, "tags": [1, 5],
            "telegram_user": null, "date_created": "2026-11-01T08:00:00.25Z", "date_updated": "2026-11-01T08:00:00Z",
            "version": 3
        }))
        .unwrap()
    }

    pub(in crate::output) fn tags() -> TagNames {
        TagNames::from([(1, "home".to_owned()), (5, "two\twords".to_owned())])
    }

    #[test]
    fn every_field_is_one_harmless_word_of_a_line() {
        let line: Vec<String> = Field::value_variants().iter().map(|field| field.text(&task(), &tags())).collect();
        assert_eq!(
            line.join("|"),
            "12|open|Buy␉milk␛[31m|two␊lines|false||2|2026-12-01|2026-11-30T08:00:00Z|-60||FREQ=DAILY!|home,two␉words||\
             2026-11-01T08:00:00.250Z|2026-11-01T08:00:00Z|3"
        );
    }

    #[test]
    fn names_and_values_are_those_of_the_api() {
        let whole = serde_json::to_value(task()).unwrap();
        let picked = serde_json::to_value(Picked { task: &task(), fields: Field::value_variants() }).unwrap();
        for (name, value) in whole.as_object().unwrap() {
            assert_eq!(picked.get(name), Some(value), "{name}");
        }
        assert_eq!(picked.as_object().unwrap().len(), whole.as_object().unwrap().len() + 1, "and the state");
        for field in Field::value_variants() {
            assert_eq!(Field::from_str(field.as_str(), false), Ok(*field));
        }
    }

    #[test]
    fn fields_keep_the_order_that_was_asked_for() {
        let of = |fields: &[Field]| serde_json::to_string(&Picked { task: &task(), fields }).unwrap();
        assert_eq!(of(&[Field::Due, Field::State, Field::Id]), r#"{"due":"2026-12-01","state":"open","id":12}"#);
        let whole: Value = serde_json::from_str(&of(&[])).unwrap();
        assert_eq!(whole, serde_json::to_value(task()).unwrap());
    }
}
