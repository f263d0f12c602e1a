//! What lies over the list, one at a time.

use chrono::{DateTime, NaiveDate, Utc};
use ratatui_textarea::TextArea;
use todo_sdk::model::{Id, Task, UpdateTask};
use tui_input::Input;

use super::{
    form::{Form, text_area},
    picker::DayPicker,
    scope::Sort,
};

/// What lies over the list and takes the keys.
#[derive(Debug, Default)]
pub(crate) enum Overlay {
    #[default]
    None,
    /// The line for adding.
    Quick(Input),
    Form(Box<Form>),
    /// A longer text.
    Text(Box<Writing>),
    Menu(Menu),
    /// A due day for these tasks.
    Picker {
        picker: DayPicker,
        ids: Vec<Id>,
    },
    Palette(Chooser),
    Help(Help),
    Confirm(Confirm),
    Conflict(Box<Conflict>),
    /// The reminder on the screen is being answered.
    Toast,
}

impl Overlay {
    /// Whether it holds something that would be lost.
    pub(crate) fn is_written(&self) -> bool {
        match self {
            Self::Form(form) => form.is_changed(),
            Self::Text(writing) => writing.text() != writing.begun,
            _ => false,
        }
    }
}

/// All keys, from the line that is the first one on the screen.
#[derive(Debug)]
pub(crate) struct Help {
    pub(crate) top: usize,
    /// What one was about.
    pub(crate) under: Box<Overlay>,
}

/// A text that is being written.
#[derive(Debug)]
pub(crate) struct Writing {
    pub(crate) about: About,
    pub(crate) area: TextArea<'static>,
    /// Of the task that a comment is for: it may be deleted meanwhile.
    pub(crate) title: String,
    /// The text it began with.
    begun: String,
}

impl Writing {
    pub(crate) fn new(about: About, text: &str) -> Self {
        let area = text_area(text);
        Self { about, title: String::new(), begun: area.lines().join("\n"), area }
    }

    /// What was written before and not taken.
    pub(crate) fn refused(about: About, text: &str) -> Self {
        Self { begun: String::new(), ..Self::new(about, text) }
    }

    pub(crate) fn titled(self, title: String) -> Self {
        Self { title, ..self }
    }

    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }
}

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// A new comment on a task.
    Comment(Id),
    /// A comment that is there already.
    Edit(Id),
}

/// A line of text that narrows a list of choices down.
#[derive(Debug, Default)]
pub(crate) struct Chooser {
    pub(crate) input: Input,
    pub(crate) cursor: usize,
}

/// A list to choose from.
#[derive(Debug)]
pub(crate) struct Menu {
    pub(crate) kind: MenuKind,
    pub(crate) chooser: Chooser,
}

impl Menu {
    pub(crate) fn new(kind: MenuKind) -> Self {
        Self { kind, chooser: Chooser::default() }
    }
}

/// What is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MenuKind {
    Sort,
    Filter,
    Priority(Vec<Id>),
    Snooze(Vec<Id>),
    Tags(Vec<Id>),
    Comments,
}

/// A choice of a menu.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Choice {
    Sort(Sort),
    FilterTag(Id),
    FilterPriority(i16),
    FilterReminder,
    FilterDated(bool),
    ClearFilters,
    Priority(i16),
    PutOff(To),
    PutOffPick,
    PutTag(String),
    DropTag(Id),
    Comment(Id),
}

/// When a task is to be due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum To {
    At(DateTime<Utc>),
    /// At the time of day it was, if it had one.
    Day(NaiveDate),
    /// So many days after it was.
    Later(u64),
}

/// A line of a menu.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) label: String,
    /// Beside it, e.g. the day that is meant.
    pub(crate) note: String,
    pub(crate) marked: bool,
    pub(crate) choice: Choice,
}

/// A question before something that can't be taken back by a key.
#[derive(Debug)]
pub(crate) enum Confirm {
    Delete(Vec<Id>),
    /// Drops what was written.
    Discard(Box<Overlay>),
    /// With changes that have not reached the server.
    Quit,
}

/// Somebody else changed what was being changed here.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) theirs: Task,
    pub(crate) changes: UpdateTask,
    /// What they were made on.
    pub(crate) version: Option<i64>,
    pub(crate) tags: Option<Vec<String>>,
    /// The task as it was when the change began.
    pub(crate) base: Option<Task>,
}
