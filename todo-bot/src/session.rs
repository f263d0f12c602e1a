//! How far a dialogue has got: nothing that the servers know, only what was asked and not answered yet.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use todo_sdk::model::{Due, Id};

use crate::action::{UnknownAction, next};

/// What is remembered of a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Session {
    /// What the next message means.
    pub(crate) state: State,
    /// Where in the list one was.
    pub(crate) place: Place,
    /// What was searched for of late, the oldest first.
    pub(crate) searches: Vec<Search>,
    /// A task that is being made, while something else was asked in between.
    pub(crate) paused: Option<(Step, Draft)>,
    /// Lines that are offered as tasks, the oldest first.
    pub(crate) offers: Vec<Offer>,
    /// The update that brought it here.
    pub(crate) update: u32,
    /// The update that last changed who the person is to the bot: their language, their zone, their account.
    pub(crate) person: u32,
    /// What `/undo` did last.
    pub(crate) undone: Option<LastUndo>,
    /// The update of an `/undo` whose answer was lost: the next one asks for its answer.
    pub(crate) undoing: Option<u32>,
    /// A comment whose answer was lost: the same one sent again is that one.
    pub(crate) commenting: Option<LostComment>,
}

/// A comment that may have been made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LostComment {
    /// The task that it is about.
    pub(crate) task: Id,
    /// The update that named it to the servers.
    pub(crate) update: u32,
}

/// Most lines that are offered at a time; the buttons of older ones do nothing more.
const OFFERS_MAX: usize = 10;

/// Most searches whose lists can still be turned.
const SEARCHES_MAX: usize = 10;

impl Session {
    /// The number of the task that is being made, also while something else is asked in between.
    #[must_use]
    pub(crate) fn draft_number(&self) -> Option<u32> {
        match (&self.state, &self.paused) {
            (State::Draft { draft, .. }, _) | (State::Zone | State::Snooze { .. }, Some((_, draft))) => {
                Some(draft.number)
            }
            _ => None,
        }
    }

    /// Asks something in between: a task that is being made waits.
    pub(crate) fn interrupt(&mut self, state: State) {
        if let State::Draft { step, draft } = std::mem::replace(&mut self.state, state) {
            self.paused = Some((step, draft));
        }
    }

    /// What was asked about is gone. A task that is being made is not.
    pub(crate) fn end_question(&mut self) {
        if self.draft_number().is_none() {
            self.state = State::Idle;
        }
    }

    /// Remembers a line that is offered.
    pub(crate) fn offer(&mut self, offer: Offer) {
        self.offers.push(offer);
        let over = self.offers.len().saturating_sub(OFFERS_MAX);
        self.offers.drain(..over);
    }

    /// The line of that offer, if it is still open.
    #[must_use]
    pub(crate) fn offered(&self, number: u32) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.number == number)
    }

    /// Remembers what is searched for.
    pub(crate) fn search(&mut self, search: Search) {
        self.searches.retain(|known| known.number != search.number);
        self.searches.push(search);
        let over = self.searches.len().saturating_sub(SEARCHES_MAX);
        self.searches.drain(..over);
    }

    /// The place that a button names; none if its search is forgotten.
    #[must_use]
    pub(crate) fn place_at(&self, spot: Spot) -> Option<Place> {
        let search = match spot.search {
            0 => None,
            number => Some(self.searches.iter().find(|search| search.number == number)?.clone()),
        };
        Some(Place { filter: spot.filter, tag: Some(spot.tag).filter(|tag| *tag != 0), search, page: spot.page.into() })
    }

    /// Closes an offer; whether it was open.
    pub(crate) fn close_offer(&mut self, number: u32) -> bool {
        let before = self.offers.len();
        self.offers.retain(|offer| offer.number != number);
        self.offers.len() < before
    }
}

/// A line that was understood, and is offered as a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    /// Its buttons name it: the number of the update that brought it.
    pub(crate) number: u32,
    /// The line.
    pub(crate) text: String,
    /// When it was read.
    pub(crate) at: DateTime<Utc>,
    /// The zone that it was read in; empty in what older versions kept.
    #[serde(default)]
    pub(crate) zone: String,
}

/// What was undone last: undoing once more does it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LastUndo {
    /// The number of the change that was reverted.
    pub(crate) change: i64,
    /// The last number of the reversal.
    pub(crate) reversal: i64,
    /// What that change was, in words.
    pub(crate) what: String,
    /// Whether it stands again.
    pub(crate) is_done_again: bool,
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
        /// The day that was chosen, whose time is asked for.
        day: Option<NaiveDate>,
    },
    /// When to remind of a task.
    Reminder {
        /// Which.
        task: Id,
        /// As for [`Self::Due`].
        day: Option<NaiveDate>,
    },
    /// Until when a reminder is put off.
    Snooze {
        /// Which.
        reminder: Id,
        /// Its task.
        task: Id,
        /// As for [`Self::Due`].
        day: Option<NaiveDate>,
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
    /// How a task repeats.
    Repeat {
        /// Which.
        task: Id,
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

impl Step {
    const ALL: [Self; 7] =
        [Self::Title, Self::Description, Self::Tags, Self::Day, Self::Time, Self::Reminder, Self::Confirm];
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Title => "t",
            Self::Description => "x",
            Self::Tags => "g",
            Self::Day => "d",
            Self::Time => "h",
            Self::Reminder => "r",
            Self::Confirm => "c",
        })
    }
}

impl FromStr for Step {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        Self::ALL.into_iter().find(|step| step.to_string() == text).ok_or(UnknownAction)
    }
}

/// A task that is being made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    /// Its buttons name it: the number of the update that began it.
    pub(crate) number: u32,
    /// Its title.
    pub(crate) title: String,
    /// Its description.
    pub(crate) description: String,
    /// Ids of its categories.
    pub(crate) tags: Vec<Id>,
    /// The page of categories that is shown.
    pub(crate) tags_page: u32,
    /// When it is due.
    pub(crate) due: Option<Due>,
    /// How many minutes before that to remind.
    pub(crate) remind_before: Option<i64>,
    /// The step that it was led back to, as it could not be saved: all others are answered.
    pub(crate) repairs: Option<Step>,
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
    /// That a search finds.
    #[serde(rename = "found_by")]
    pub(crate) search: Option<Search>,
    /// From 0.
    pub(crate) page: u32,
}

impl Place {
    /// As a button names it.
    #[must_use]
    pub(crate) fn spot(&self) -> Spot {
        Spot {
            filter: self.filter,
            page: u16::try_from(self.page).unwrap_or(u16::MAX),
            tag: self.tag.unwrap_or(0),
            search: self.search.as_ref().map_or(0, |search| search.number),
        }
    }
}

/// What is searched for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Search {
    /// Buttons name it: the number of the update that brought it.
    pub(crate) number: u32,
    /// What tasks have in them.
    pub(crate) text: String,
}

/// A place as its buttons name it, so that each list turns itself, whatever was listed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Which tasks.
    pub(crate) filter: Filter,
    /// From 0.
    pub(crate) page: u16,
    /// Of this category; 0 for any.
    pub(crate) tag: Id,
    /// The number of a search; 0 for none.
    pub(crate) search: u32,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}.{}.{}", self.filter, self.page, self.tag, self.search)
    }
}

impl FromStr for Spot {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        let (filter, rest) = text.split_at_checked(1).ok_or(UnknownAction)?;
        let mut fields = rest.split('.');
        let spot = Self {
            filter: filter.parse()?,
            page: next(&mut fields)?,
            tag: next(&mut fields)?,
            search: next(&mut fields)?,
        };
        if fields.next().is_none() { Ok(spot) } else { Err(UnknownAction) }
    }
}
