//! What lies over the list, one at a time.

use chrono::{DateTime, Utc};
use ratatui_textarea::TextArea;
use todo_sdk::model::{Id, Task, UpdateTask};
use tui_input::Input;

use super::{form::Form, picker::DayPicker, scope::Sort};

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
    /// The first line that is shown.
    Help(usize),
    Confirm(Confirm),
    Conflict(Box<Conflict>),
    /// The reminder on the screen is being answered.
    Toast,
}

/// A text that is being written.
#[derive(Debug)]
pub(crate) struct Writing {
    pub(crate) about: About,
    pub(crate) area: TextArea<'static>,
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
    /// Due then.
    SnoozeTo(DateTime<Utc>),
    SnoozeDays(u64),
    SnoozePick,
    PutTag(String),
    DropTag(Id),
    Comment(Id),
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Confirm {
    Delete(Vec<Id>),
    /// With changes that have not reached the server.
    Quit,
}

/// Somebody else changed what was being changed here.
#[derive(Debug)]
pub(crate) struct Conflict {
    pub(crate) theirs: Task,
    pub(crate) changes: UpdateTask,
    pub(crate) tags: Option<Vec<String>>,
    /// The task as it was when the change began.
    pub(crate) base: Option<Task>,
}
