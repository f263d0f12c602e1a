//! A task on its way between two forms, and what is lost there.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use todo_sdk::model::{
    COMMENT_MAX, CreateComment, CreateTag, CreateTask, DESCRIPTION_MAX, Id, TASK_TAGS_MAX, TITLE_MAX,
    validate::Validate,
};

use super::Format;

/// A task with the names of its tags and its comments.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Record {
    /// Its number in the list that it comes from, if that has one.
    pub(crate) id: Option<Id>,
    /// Without tags.
    pub(crate) task: CreateTask,
    pub(crate) tags: Vec<String>,
    pub(crate) comments: Vec<Remark>,
    /// What tells it from others wherever it was read: the number it has there, or else its text as it stood, so that the
    /// same one has the same whatever stands around it, and whenever it is read.
    pub(crate) source: String,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) text: String,
    pub(crate) posted: Option<DateTime<Utc>>,
}

impl Record {
    /// What it is called where something of it is lost.
    pub(super) fn place(&self) -> u64 {
        self.id.and_then(|id| u64::try_from(id).ok()).unwrap_or_default()
    }

    /// Whether it reminds of itself.
    pub(super) fn reminds(&self) -> bool {
        let CreateTask { remind_time, remind_before_seconds, nag_seconds, .. } = &self.task;
        remind_time.is_some() || remind_before_seconds.is_some() || nag_seconds.is_some()
    }

    /// The record within our limits: what is too long for its place goes on in the next one. Our own form stays as it is.
    ///
    /// # Errors
    ///
    /// What is no task at all.
    pub(super) fn fitted(mut self, format: Format, place: u64, losses: &mut Losses) -> Result<Self, String> {
        if format != Format::Json {
            self.cut(place, losses);
        }
        let count = self.comments.len();
        self.comments = self.comments.into_iter().flat_map(Remark::fitted).filter(Remark::says_something).collect();
        if self.comments.len() < count {
            losses.note("comments that say nothing", place);
        }
        let mut known = HashSet::new();
        self.tags.retain(|name| known.insert(name.to_lowercase()));
        self.tags.iter().try_for_each(|name| check_tag(name))?;
        if self.tags.len() > TASK_TAGS_MAX {
            return Err(format!("has {} tags, at most {TASK_TAGS_MAX} are allowed", self.tags.len()));
        }
        self.task.validate().map_err(|errors| first("task", errors))?;
        Ok(self)
    }

    fn cut(&mut self, place: u64, losses: &mut Losses) {
        let title = one_line(&self.task.title);
        if title != self.task.title {
            losses.note("line breaks in titles", place);
        }
        if title.chars().count() > TITLE_MAX {
            losses.note(
                format!("titles beyond {TITLE_MAX} characters (cut; the description begins with all of it)"),
                place,
            );
            let cut: String = title.chars().take(TITLE_MAX - 1).collect();
            let rest = std::mem::take(&mut self.task.description);
            self.task.description = if rest.is_empty() { title } else { format!("{title}\n\n{rest}") };
            self.task.title = format!("{}…", cut.trim_end());
        } else {
            self.task.title = title;
        }
        if self.task.description.chars().count() > DESCRIPTION_MAX {
            losses.note(format!("descriptions beyond {DESCRIPTION_MAX} characters (the rest is a comment)"), place);
            let (kept, rest) = split_at_char(&self.task.description, DESCRIPTION_MAX);
            self.comments.insert(0, Remark { text: rest, posted: None });
            self.task.description = kept;
        }
    }
}

impl Remark {
    fn fitted(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = self.text;
        while rest.chars().count() > COMMENT_MAX {
            let (text, behind) = split_at_char(&rest, COMMENT_MAX);
            parts.push(Self { text, posted: self.posted });
            rest = behind;
        }
        parts.push(Self { text: rest, posted: self.posted });
        parts
    }

    fn says_something(&self) -> bool {
        CreateComment { task_id: 0, content: self.text.clone(), posted_date: None }.validate().is_ok()
    }
}

/// # Errors
///
/// Why it is no name of a tag.
pub(super) fn check_tag(name: &str) -> Result<(), String> {
    CreateTag { name: name.to_owned() }.validate().map_err(|errors| first("tag", errors))
}

/// Line breaks become spaces.
pub(super) fn one_line(text: &str) -> String {
    const BREAKS: [char; 4] = ['\n', '\r', '\u{2028}', '\u{2029}'];
    if !text.contains(BREAKS) {
        return text.to_owned();
    }
    text.split(BREAKS).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

fn split_at_char(text: &str, count: usize) -> (String, String) {
    let at = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    (text[..at].to_owned(), text[at..].to_owned())
}

fn first(what: &str, errors: todo_sdk::model::FieldErrors) -> String {
    let first = errors.into_iter().find_map(|(field, faults)| Some((field, faults.into_iter().next()?)));
    first.map_or_else(|| format!("can't be a {what}"), |(field, fault)| format!("{what}: {field} {}", fault.message))
}

/// What could not be kept, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Losses(BTreeMap<String, Loss>);

/// How often, and where first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loss {
    pub(crate) count: u64,
    pub(crate) first: u64,
}

impl Losses {
    /// Notes that something of this line, entry or task was not kept.
    pub(crate) fn note(&mut self, what: impl Into<String>, place: u64) {
        self.0.entry(what.into()).or_insert(Loss { count: 0, first: place }).count += 1;
    }

    /// Takes those of another part of the same.
    pub(crate) fn add(&mut self, others: Self) {
        for (what, other) in others.0 {
            let loss = self.0.entry(what).or_insert(Loss { count: 0, first: other.first });
            *loss = Loss { count: loss.count + other.count, first: loss.first.min(other.first) };
        }
    }

    /// Each, with how often.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Loss)> {
        self.0.iter().map(|(what, loss)| (what.as_str(), *loss))
    }
}
