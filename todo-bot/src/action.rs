//! What buttons do. A button carries it as text of at most 64 bytes; whoever presses one, or forges one, can name any id, so
//! every id is looked up as the person's own.

use std::{fmt, str::FromStr};

use chrono::NaiveDate;
use todo_sdk::model::{Id, Language};

use crate::session::{Filter, Spot, Step};

/// The text of a button says nothing that this version knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a button of another version")]
pub(crate) struct UnknownAction;

/// A language in a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lang(pub(crate) Language);

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl FromStr for Lang {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        let known = [Language::En, Language::Ru].into_iter().find(|language| language.as_str() == text);
        known.map(Self).ok_or(UnknownAction)
    }
}

/// What a day or a time is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The due date of the task that is being made under this number.
    Draft(u32),
    /// The due date of a task.
    Due(Id),
    /// The reminder of a task.
    Reminder(Id),
    /// Until when a reminder is put off.
    Snooze {
        /// The reminder.
        reminder: Id,
        /// Its task.
        task: Id,
    },
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft(draft) => write!(f, "d{draft}"),
            Self::Due(task) => write!(f, "u{task}"),
            Self::Reminder(task) => write!(f, "r{task}"),
            Self::Snooze { reminder, task } => write!(f, "s{reminder}.{task}"),
        }
    }
}

impl FromStr for Target {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        let id = |text: &str| text.parse::<Id>().map_err(|_| UnknownAction);
        match text.split_at_checked(1).ok_or(UnknownAction)? {
            ("d", draft) => Ok(Self::Draft(draft.parse().map_err(|_| UnknownAction)?)),
            ("u", task) => Ok(Self::Due(id(task)?)),
            ("r", task) => Ok(Self::Reminder(id(task)?)),
            ("s", ids) => {
                let (reminder, task) = ids.split_once('.').ok_or(UnknownAction)?;
                Ok(Self::Snooze { reminder: id(reminder)?, task: id(task)? })
            }
            _ => Err(UnknownAction),
        }
    }
}

/// How often a task is to repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Often {
    /// Each day.
    Day,
    /// From Monday to Friday.
    Workdays,
    /// Each week.
    Week,
    /// Each month.
    Month,
    /// Each year.
    Year,
    /// Not at all.
    Never,
}

impl Often {
    /// All that are a repetition.
    pub(crate) const SOME: [Self; 5] = [Self::Day, Self::Workdays, Self::Week, Self::Month, Self::Year];

    /// As it would be written in a line; none for never.
    #[must_use]
    pub(crate) fn phrase(self) -> Option<&'static str> {
        match self {
            Self::Day => Some("every day"),
            Self::Workdays => Some("every weekday"),
            Self::Week => Some("every week"),
            Self::Month => Some("every month"),
            Self::Year => Some("every year"),
            Self::Never => None,
        }
    }
}

impl fmt::Display for Often {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "d",
            Self::Workdays => "k",
            Self::Week => "w",
            Self::Month => "m",
            Self::Year => "y",
            Self::Never => "n",
        })
    }
}

impl FromStr for Often {
    type Err = UnknownAction;

    fn from_str(text: &str) -> Result<Self, UnknownAction> {
        let mut all = Self::SOME.into_iter().chain([Self::Never]);
        all.find(|often| often.to_string() == text).ok_or(UnknownAction)
    }
}

/// Writes each action as its name and its fields with colons between, and reads that.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:literal = $Action:ident $({ $($field:ident: $type:ty),+ })?,)+) => {
        /// What a button does.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(crate) enum Action {
            $($(#[$doc])* $Action $({ $($field: $type),+ })?,)+
        }

        impl fmt::Display for Action {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Self::$Action $({ $($field),+ })? => {
                        f.write_str($name)?;
                        $($(write!(f, ":{}", $field)?;)+)?
                    })+
                }
                Ok(())
            }
        }

        impl FromStr for Action {
            type Err = UnknownAction;

            fn from_str(text: &str) -> Result<Self, UnknownAction> {
                let mut fields = text.split(':');
                let action = match fields.next() {
                    $(Some($name) => Self::$Action $({ $($field: next(&mut fields)?),+ })?,)+
                    _ => return Err(UnknownAction),
                };
                if fields.next().is_none() { Ok(action) } else { Err(UnknownAction) }
            }
        }
    };
}

/// The next field of a button.
pub(crate) fn next<'t, T: FromStr>(fields: &mut impl Iterator<Item = &'t str>) -> Result<T, UnknownAction> {
    fields.next().ok_or(UnknownAction)?.parse().map_err(|_| UnknownAction)
}

actions! {
    /// Nothing: the name of a month, an empty day.
    "-" = Nothing,
    /// Speak this language.
    "la" = Speak { language: Lang },
    /// Reckon in this zone.
    "tz" = Zone { name: String },

    /// A page of all tasks of a kind.
    "ls" = List { filter: Filter, page: u32 },
    /// The list at a place.
    "lp" = ListAt { spot: Spot },
    /// The list, where one was in it.
    "lb" = Back,
    /// All tasks of a category that are to do, whatever was listed before.
    "ga" = TagTasks { tag: Id },
    /// Choose a category for the list at that place, from a page of them.
    "lc" = ListTags { spot: Spot, page: u32 },
    /// Ask what to search for.
    "lq" = Search { spot: Spot },

    /// A task.
    "t" = Open { task: Id },
    /// A task in the list at that place, which one comes back to.
    "lo" = OpenIn { task: Id, spot: Spot },
    /// A task in a message of its own: the one with the button goes on to show what it shows.
    "tl" = OpenBelow { task: Id },
    /// A part of its whole description.
    "tf" = Description { task: Id, part: u32 },
    /// Complete it.
    "td" = Done { task: Id },
    /// Reopen it.
    "to" = Reopen { task: Id },
    /// Its fields.
    "te" = Edit { task: Id },
    /// Ask for its title.
    "tt" = EditTitle { task: Id },
    /// Ask for its description.
    "tx" = EditDescription { task: Id },
    /// Take its description away.
    "tn" = ClearDescription { task: Id },
    /// Choose its priority.
    "tp" = Priorities { task: Id },
    /// Set its priority.
    "ts" = Priority { task: Id, priority: i16 },
    /// Choose its categories.
    "tg" = TaskTags { task: Id },
    /// A page of its categories.
    "tj" = TaskTagsPage { task: Id, page: u32 },
    /// Give it a category, or take that away.
    "tk" = ToggleTag { task: Id, tag: Id },
    /// Ask for the name of a new category for it.
    "tw" = NewTaskTag { task: Id },
    /// Choose its reminder.
    "tr" = Reminders { task: Id },
    /// Remind so many minutes before it is due.
    "tb" = RemindBefore { task: Id, minutes: i64 },
    /// Do not remind of it.
    "tz0" = NoReminder { task: Id },
    /// Choose how it repeats.
    "tv" = Repeats { task: Id },
    /// Let it repeat that often.
    "ta" = Repeat { task: Id, often: Often },
    /// Ask whether to delete it.
    "tq" = AskDelete { task: Id },
    /// Delete it.
    "ty" = Delete { task: Id },
    /// Take a change back.
    "un" = Undo { seq: i64, task: Id },

    /// A month to choose a day in, as year and month.
    "cm" = Month { target: Target, year: i32, month: u32 },
    /// A day was chosen.
    "cd" = Day { target: Target, day: NaiveDate },
    /// A time was chosen, in minutes of the day.
    "ct" = Time { target: Target, day: NaiveDate, minutes: u32 },
    /// All day.
    "ca" = AllDay { target: Target, day: NaiveDate },
    /// No day at all.
    "cn" = NoDay { target: Target },

    /// Comments of a task.
    "cs" = Comments { task: Id, page: u32 },
    /// Ask for a comment.
    "c+" = NewComment { task: Id },
    /// A comment.
    "co" = Comment { comment: Id },
    /// A part of it, where it is long.
    "cp" = CommentPart { comment: Id, part: u32 },
    /// Ask for its new text.
    "ce" = EditComment { comment: Id },
    /// Delete it.
    "cx" = DeleteComment { comment: Id },

    /// Categories.
    "gs" = Tags,
    /// A page of them.
    "gp" = TagsPage { page: u32 },
    /// A category.
    "gt" = Tag { tag: Id },
    /// Ask for the name of a new one.
    "g+" = NewTag,
    /// Ask for its new name.
    "gr" = RenameTag { tag: Id },
    /// Ask whether to delete it.
    "gq" = AskDeleteTag { tag: Id },
    /// Delete it.
    "gx" = DeleteTag { tag: Id },

    /// Complete the task that a reminder reminds of.
    "rd" = ReminderDone { reminder: Id, task: Id },
    /// Put a reminder off by so many minutes.
    "sn" = Snooze { reminder: Id, task: Id, minutes: i64 },
    /// Put it off until tomorrow morning.
    "sm" = SnoozeMorning { reminder: Id, task: Id },
    /// Choose until when.
    "sc" = SnoozeChoose { reminder: Id, task: Id },

    /// Go on from this step without an answer, in a task that is being made.
    "dn" = DraftNext { draft: u32, step: Step },
    /// A page of the categories that it may have.
    "dj" = DraftTagsPage { draft: u32, page: u32 },
    /// Give it a category, or take that away.
    "dk" = DraftTag { draft: u32, tag: Id },
    /// Remind so many minutes before it is due.
    "db" = DraftRemind { draft: u32, minutes: i64 },
    /// Make it.
    "dy" = DraftSave { draft: u32 },
    /// Do not make it.
    "dx" = DraftDrop { draft: u32 },
    /// Make what was understood of a line.
    "oy" = OfferAdd { offer: u32 },
    /// Make a task of the line as it is.
    "or" = OfferRaw { offer: u32 },
    /// Make nothing of it.
    "ox" = OfferDrop { offer: u32 },

    /// Delete the account.
    "me" = DeleteMe,
    /// Keep it.
    "mn" = KeepMe,
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAR: Id = Id::MAX;

    #[test]
    fn the_longest_fit_into_a_button_and_come_back() {
        let day = NaiveDate::from_ymd_opt(2099, 12, 31).unwrap();
        let target = Target::Snooze { reminder: FAR, task: FAR };
        let spot = Spot { filter: Filter::All, page: u16::MAX, tag: FAR, search: u32::MAX };
        for action in [
            Action::Nothing,
            Action::Speak { language: Lang(Language::Ru) },
            Action::Zone { name: "America/Argentina/ComodRivadavia".to_owned() },
            Action::List { filter: Filter::Open, page: u32::MAX },
            Action::ListAt { spot },
            Action::ListTags { spot, page: u32::MAX },
            Action::Search { spot },
            Action::OpenIn { task: FAR, spot },
            Action::ToggleTag { task: FAR, tag: FAR },
            Action::TaskTagsPage { task: FAR, page: u32::MAX },
            Action::Repeat { task: FAR, often: Often::Never },
            Action::DraftTagsPage { draft: u32::MAX, page: u32::MAX },
            Action::Snooze { reminder: FAR, task: FAR, minutes: -10_000 },
            Action::Month { target, year: 2099, month: 12 },
            Action::Time { target, day, minutes: 1439 },
            Action::Time { target: Target::Draft(u32::MAX), day, minutes: 0 },
            Action::DraftNext { draft: u32::MAX, step: Step::Reminder },
            Action::DraftTag { draft: u32::MAX, tag: FAR },
            Action::OfferAdd { offer: u32::MAX },
            Action::AllDay { target: Target::Due(FAR), day },
            Action::NoDay { target: Target::Reminder(FAR) },
        ] {
            let text = action.to_string();
            assert!(text.len() <= 64, "{text}");
            assert_eq!(text.parse(), Ok(action));
        }
    }

    #[test]
    fn what_nobody_wrote_is_refused() {
        for text in [
            "",
            "t",
            "t:",
            "t:x",
            "t:1:2",
            "zz:1",
            "la:fr",
            "cd:q1:2026-01-01",
            "cd:d1:2026-13-01",
            "cd:d:2026-12-01",
            "dn:1:z",
            "t:1e3",
            "cd::",
            "lp:o",
            "lp:o1.0",
            "lp:x1.0.0",
            "lp:o99999.0.0",
            "lp:ж1.0.0",
            "lp:o1.0.0.0",
            "lc:o1.0.0",
            "ta:1:x",
        ] {
            assert_eq!(text.parse::<Action>(), Err(UnknownAction), "{text}");
        }
    }
}
