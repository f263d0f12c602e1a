//! How far a dialogue has got: nothing that the servers know, only what was asked and not answered yet.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use todo_sdk::model::{Due, Id};

use crate::action::UnknownAction;

/// What is remembered of a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    /// What the next message means.
    pub(crate) state: State,
    /// Where in the list one was.
    pub(crate) place: Place,
}

/// What the next message means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    /// Nothing was asked: it may become a task.
    #[default]
    Idle,
    /// A task is being made step by step.
    Draft {
        /// What is asked.
        step: Step,
        /// What was answered.
        draft: Draft,
    },
    /// A line was understood, and is offered as a task.
    Offer {
        /// The line.
        text: String,
        /// When it was read.
        at: DateTime<Utc>,
    },
    /// The title of a task.
    Title {
        /// Which.
        task: Id,
    },
    /// The description of a task.
    Description {
        /// Which.
        task: Id,
    },
    /// When a task is due.
    Due {
        /// Which.
        task: Id,
    },
    /// When to remind of a task.
    Reminder {
        /// Which.
        task: Id,
    },
    /// Until when a reminder is put off.
    Snooze {
        /// Which.
        reminder: Id,
        /// Its task.
        task: Id,
    },
    /// The name of a new category.
    NewTag {
        /// The task that it is for.
        task: Option<Id>,
    },
    /// The new name of a category.
    RenameTag {
        /// Which.
        tag: Id,
    },
    /// A comment on a task.
    Comment {
        /// Which.
        task: Id,
    },
    /// The new text of a comment.
    EditComment {
        /// Which.
        comment: Id,
    },
    /// What to search for.
    Search,
    /// Where one is, or what time it is there.
    Zone,
}

/// What is asked when a task is made step by step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// The title.
    Title,
    /// The description.
    Description,
    /// The categories.
    Tags,
    /// The day.
    Day,
    /// The time of that day.
    Time,
    /// The reminder.
    Reminder,
    /// Whether all is well.
    Confirm,
}

/// A task that is being made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    /// Its title.
    pub(crate) title: String,
    /// Its description.
    pub(crate) description: String,
    /// Ids of its categories.
    pub(crate) tags: Vec<Id>,
    /// When it is due.
    pub(crate) due: Option<Due>,
    /// How many minutes before that to remind.
    pub(crate) remind_before: Option<i64>,
}

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Filter {
    /// Those to do.
    #[default]
    Open,
    /// Those that are done.
    Done,
    /// Both.
    All,
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "o",
            Self::Done => "d",
            Self::All => "a",
        })
    }
}

impl FromStr for Filter {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        [Self::Open, Self::Done, Self::All].into_iter().find(|filter| filter.to_string() == text).ok_or(UnknownAction)
    }
}

/// Where in the list one is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Place {
    /// Which tasks.
    pub(crate) filter: Filter,
    /// Of this category.
    pub(crate) tag: Option<Id>,
    /// With this in them.
    pub(crate) search: Option<String>,
    /// From 0.
    pub(crate) page: u32,
}
