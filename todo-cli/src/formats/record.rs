//! A task on its way between two forms, and what is lost there.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use todo_sdk::model::{
    COMMENT_MAX, CreateTag, CreateTask, DESCRIPTION_MAX, Id, TASK_TAGS_MAX, TITLE_MAX, validate::Validate,
};

/// A task with the names of its tags and its comments.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Record {
    /// Its number in the list that it comes from, if that has one.
    pub(crate) id: Option<Id>,
    /// Without tags.
    pub(crate) task: CreateTask,
    pub(crate) tags: Vec<String>,
    pub(crate) comments: Vec<Remark>,
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

    /// The record within our limits: what is too long for its place goes on in the next one.
    ///
    /// # Errors
    ///
    /// What is no task at all.
    pub(super) fn fitted(mut self) -> Result<Self, String> {
        let title = one_line(&self.task.title);
        if title.chars().count() > TITLE_MAX {
            let cut: String = title.chars().take(TITLE_MAX - 1).collect();
            let rest = std::mem::take(&mut self.task.description);
            self.task.description = if rest.is_empty() { title } else { format!("{title}\n\n{rest}") };
            self.task.title = format!("{}…", cut.trim_end());
        } else {
            self.task.title = title;
        }
        if self.task.description.chars().count() > DESCRIPTION_MAX {
            let (kept, rest) = split_at_char(&self.task.description, DESCRIPTION_MAX);
            self.comments.insert(0, Remark { text: rest, posted: None });
            self.task.description = kept;
        }
        self.comments = self.comments.into_iter().flat_map(Remark::fitted).collect();
        let mut names: Vec<String> = Vec::new();
        for name in &self.tags {
            if !names.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
                CreateTag { name: name.clone() }.validate().map_err(|errors| first("tag", errors))?;
                names.push(name.clone());
            }
        }
        if names.len() > TASK_TAGS_MAX {
            return Err(format!("has {} tags, at most {TASK_TAGS_MAX} are allowed", names.len()));
        }
        self.tags = names;
        self.task.validate().map_err(|errors| first("task", errors))?;
        Ok(self)
    }
}

impl Remark {
    fn fitted(self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut rest = self.text.trim().to_owned();
        while !rest.is_empty() {
            let (text, behind) = split_at_char(&rest, COMMENT_MAX);
            parts.push(Self { text, posted: self.posted });
            rest = behind;
        }
        parts
    }
}

/// Line breaks become spaces.
fn one_line(text: &str) -> String {
    text.split(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
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

    /// Each, with how often.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, Loss)> {
        self.0.iter().map(|(what, loss)| (what.as_str(), *loss))
    }
}
