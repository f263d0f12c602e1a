//! Which tasks a list shows, and in which order.

use std::{cmp::Ordering, collections::HashMap};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use todo_sdk::model::Id;

use super::store::{Brief, Index, Slot, Store};

/// What the sidebar offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum View {
    /// Open, due today or before.
    Today,
    /// Open, due after today.
    Upcoming,
    /// Open, and its time has passed.
    Overdue,
    /// Open.
    All,
    Done,
    /// Open, with this tag.
    Tag(Id),
    /// A month, with what is due on each day.
    Calendar,
    Statistics,
}

impl View {
    /// Those that have lists.
    pub(crate) const LISTS: [Self; 5] = [Self::Today, Self::Upcoming, Self::Overdue, Self::All, Self::Done];

    pub(crate) fn is_list(self) -> bool {
        !matches!(self, Self::Calendar | Self::Statistics)
    }
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    Due,
    Priority,
    Title,
    /// The newest first.
    Created,
    /// The last changed first.
    Updated,
    /// The last done first.
    Completed,
}

impl Sort {
    pub(crate) const ALL: [Self; 6] =
        [Self::Due, Self::Priority, Self::Title, Self::Created, Self::Updated, Self::Completed];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Due => "due date",
            Self::Priority => "priority",
            Self::Title => "title",
            Self::Created => "newest first",
            Self::Updated => "last changed first",
            Self::Completed => "last done first",
        }
    }

    pub(crate) fn default_of(view: View) -> Self {
        if view == View::Done { Self::Completed } else { Self::Due }
    }
}

/// What narrows a list down further.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    pub(crate) tag: Option<Id>,
    pub(crate) priority: Option<i16>,
    pub(crate) reminder: bool,
    /// With or without a due date.
    pub(crate) dated: Option<bool>,
    pub(crate) day: Option<NaiveDate>,
}

impl Filters {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn pass(&self, slot: &Slot) -> bool {
        let task = &slot.task;
        self.tag.is_none_or(|tag| task.tags.contains(&tag))
            && self.priority.is_none_or(|priority| task.priority == priority)
            && (!self.reminder || task.remind_time.is_some())
            && self.dated.is_none_or(|dated| task.due.is_some() == dated)
            && self.day.is_none_or(|day| slot.day == day.num_days_from_ce())
    }
}

/// The present, as far as lists ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Present {
    /// In seconds.
    pub(crate) moment: i64,
    /// Counted from the common era.
    pub(crate) day: i32,
}

/// What a list shows.
#[derive(Debug, Clone)]
pub(crate) struct Scope<'a> {
    pub(crate) view: View,
    pub(crate) filters: &'a Filters,
    pub(crate) present: Present,
}

impl Scope<'_> {
    pub(crate) fn shows(&self, slot: &Slot) -> bool {
        self.view_shows(slot) && self.filters.pass(slot)
    }

    pub(crate) fn filters_pass(&self, slot: &Slot) -> bool {
        self.filters.pass(slot)
    }

    fn view_shows(&self, slot: &Slot) -> bool {
        let open = !slot.task.completed;
        match self.view {
            View::Done => !open,
            View::All | View::Calendar | View::Statistics => open,
            View::Today => open && slot.day <= self.present.day,
            View::Upcoming => open && slot.day > self.present.day && slot.day != i32::MAX,
            View::Overdue => open && slot.moment < self.present.moment,
            View::Tag(tag) => open && slot.task.tags.contains(&tag),
        }
    }

    /// Whether the view may show it, as far as that can be told without the task itself.
    fn may_show(&self, brief: &Brief) -> bool {
        let open = !brief.completed;
        match self.view {
            View::Done => !open,
            View::Today => open && brief.day <= self.present.day,
            View::Upcoming => open && brief.day > self.present.day && brief.day != i32::MAX,
            View::Overdue => open && brief.moment < self.present.moment,
            View::All | View::Calendar | View::Statistics | View::Tag(_) => open,
        }
    }

    /// The rows of the list, in order.
    pub(crate) fn rows(&self, store: &Store, sort: Sort) -> Vec<Index> {
        let told = self.filters.is_empty() && !matches!(self.view, View::Tag(_));
        let shown = store.briefs().filter(|(index, brief)| {
            self.may_show(brief) && (told || store.slot(*index).is_some_and(|slot| self.shows(slot)))
        });
        if sort == Sort::Title {
            let title = |index| store.slot(index).map(|slot| slot.task.title.to_lowercase()).unwrap_or_default();
            let mut rows: Vec<(String, Index)> = shown.map(|(index, _)| (title(index), index)).collect();
            rows.sort_unstable();
            return rows.into_iter().map(|(_, index)| index).collect();
        }
        // Keys beside each other: comparing through the store would miss the processor's caches each time.
        let key_of = |index, brief: &Brief| match sort {
            Sort::Due => (brief.moment, i64::from(brief.priority), brief.id),
            Sort::Priority => (i64::from(brief.priority), brief.moment, brief.id),
            _ => store.slot(index).map(|slot| key(sort, slot)).unwrap_or_default(),
        };
        let mut rows: Vec<((i64, i64, i64), Index)> =
            shown.map(|(index, brief)| (key_of(index, brief), index)).collect();
        rows.sort_unstable();
        rows.into_iter().map(|(_, index)| index).collect()
    }
}

fn key(sort: Sort, slot: &Slot) -> (i64, i64, i64) {
    let task = &slot.task;
    let priority = i64::from(task.priority);
    match sort {
        Sort::Due => (slot.moment, priority, task.id),
        Sort::Priority => (priority, slot.moment, task.id),
        Sort::Title => (0, 0, task.id),
        Sort::Created => (-task.date_created.timestamp_micros(), 0, -task.id),
        Sort::Updated => (-task.date_updated.timestamp_micros(), 0, -task.id),
        Sort::Completed => (task.completed_at.map_or(i64::MAX, |at| -at.timestamp_micros()), 0, -task.id),
    }
}

/// The order of two rows: what [`Scope::rows`] sorts by, for putting a single one in its place.
pub(crate) fn compare(sort: Sort, one: &Slot, other: &Slot) -> Ordering {
    if sort == Sort::Title {
        let lower = |slot: &Slot| slot.task.title.to_lowercase();
        return lower(one).cmp(&lower(other)).then_with(|| one.task.id.cmp(&other.task.id));
    }
    key(sort, one).cmp(&key(sort, other))
}

/// How many tasks each view has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) today: usize,
    pub(crate) upcoming: usize,
    pub(crate) overdue: usize,
    pub(crate) all: usize,
    pub(crate) done: usize,
    pub(crate) tags: HashMap<Id, usize>,
}

impl Counts {
    pub(crate) fn of(store: &Store, present: Present) -> Self {
        let mut counts = Self::default();
        for (_, slot) in store.iter() {
            counts.add(slot, present);
        }
        counts
    }

    pub(crate) fn add(&mut self, slot: &Slot, present: Present) {
        self.each(slot, present, |count| *count += 1);
    }

    pub(crate) fn remove(&mut self, slot: &Slot, present: Present) {
        self.each(slot, present, |count| *count = count.saturating_sub(1));
    }

    fn each(&mut self, slot: &Slot, present: Present, act: impl Fn(&mut usize)) {
        if slot.task.completed {
            act(&mut self.done);
            return;
        }
        act(&mut self.all);
        if slot.day <= present.day {
            act(&mut self.today);
        } else if slot.day != i32::MAX {
            act(&mut self.upcoming);
        }
        if slot.moment < present.moment {
            act(&mut self.overdue);
        }
        for tag in &slot.task.tags {
            act(self.tags.entry(*tag).or_default());
        }
    }

    pub(crate) fn of_view(&self, view: View) -> Option<usize> {
        Some(match view {
            View::Today => self.today,
            View::Upcoming => self.upcoming,
            View::Overdue => self.overdue,
            View::All => self.all,
            View::Done => self.done,
            View::Tag(tag) => self.tags.get(&tag).copied().unwrap_or_default(),
            View::Calendar | View::Statistics => return None,
        })
    }
}
