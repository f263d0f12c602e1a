//! Everything the screen is made of. It is changed by [`update`](super::update) alone and holds no connection, no file
//! and no clock.

pub(crate) mod detail;
pub(crate) mod drafts;
pub(crate) mod form;
pub(crate) mod history;
mod labels;
mod landing;
pub(crate) mod list;
mod notice;
pub(crate) mod overlay;
pub(crate) mod picker;
pub(crate) mod queue;
pub(crate) mod scope;
pub(crate) mod search;
pub(crate) mod state;
pub(crate) mod stats;
pub(crate) mod store;

use std::collections::{BTreeMap, HashSet, VecDeque};

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use todo_sdk::model::{Id, ReminderRow, Task};

use self::{
    detail::Details,
    drafts::Drafts,
    history::History,
    list::List,
    notice::Notice,
    overlay::{Conflict, Overlay},
    picker::DayPicker,
    queue::Queue,
    scope::{Counts, Filters, Present, Scope, Sort, View},
    search::Search,
    state::State,
    stats::Statistics,
    store::Store,
};
use super::{
    keys::{Context, Keymap},
    theme::Theme,
};
use crate::pending::Pending;

/// What takes longer gets a spinner.
const PATIENCE: TimeDelta = TimeDelta::milliseconds(150);

/// Which part of the screen takes the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Focus {
    Sidebar,
    List,
    Detail,
}

/// How it stands with the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Link {
    Connecting,
    Loading,
    /// Changes show as they happen.
    Live,
    /// Out of reach, and why.
    Away(String),
    /// The session is over; once somebody signs in again, it goes on.
    SignedOut,
}

/// Everything the screen is made of.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) now: DateTime<Utc>,
    pub(crate) zone: Tz,
    pub(crate) size: (u16, u16),
    pub(crate) theme: Theme,
    pub(crate) keymap: Keymap,
    pub(crate) state: State,

    pub(crate) store: Store,
    pub(crate) tags: BTreeMap<Id, String>,
    pub(crate) counts: Counts,
    present: Present,

    pub(crate) focus: Focus,
    pub(crate) list: List,
    pub(crate) filters: Filters,
    pub(crate) search: Search,
    pub(crate) details: Details,
    /// When the details of the task under the cursor are worth asking for.
    pub(crate) details_at: Option<DateTime<Utc>>,
    pub(crate) calendar: DayPicker,
    pub(crate) statistics: Option<Statistics>,
    pub(crate) overlay: Overlay,

    pub(crate) queue: Queue,
    /// What waits is kept when somebody leaves.
    pub(crate) keeps: bool,
    /// When the first of the queue is tried again.
    pub(crate) retry_at: Option<DateTime<Utc>>,
    pub(crate) pending: Pending,
    pub(crate) history: History,
    /// Changes that met somebody else's, while something else is open.
    pub(crate) conflicts: VecDeque<Conflict>,
    /// What was done before and waits in the queue of the commands.
    pub(crate) earlier: usize,
    pub(crate) drafts: Drafts,
    /// Reminders on the screen.
    pub(crate) toasts: Vec<ReminderRow>,
    pub(crate) notice: Option<Notice>,

    pub(crate) link: Link,
    pub(crate) connected: bool,
    /// It is known whose tasks these are, and they are there or being loaded.
    pub(crate) begun: bool,
    pub(crate) following: bool,
    pub(crate) user: Option<Id>,
    /// The last change that is known.
    pub(crate) seq: i64,
    /// What was remembered is all in the store; `None` while it is being read.
    pub(crate) remembered: Option<bool>,
    /// Whose tasks were remembered.
    pub(crate) remembered_user: Option<Id>,
    /// While everything is loaded: what was known before and has not come again.
    pub(crate) unseen: HashSet<Id>,
    /// While everything is loaded: what was deleted meanwhile.
    pub(crate) gone: HashSet<Id>,
    pub(crate) busy_since: Option<DateTime<Utc>>,
    /// The task that was made here last, for the cursor to go to.
    pub(crate) fresh: Option<u64>,
    pub(crate) last_click: Option<(DateTime<Utc>, u16, u16)>,
}

impl Model {
    pub(crate) fn new(
        now: DateTime<Utc>,
        zone: Tz,
        size: (u16, u16),
        state: State,
        theme: Theme,
        keymap: Keymap,
    ) -> Self {
        let today = now.with_timezone(&zone).date_naive();
        Self {
            now,
            zone,
            size,
            theme,
            keymap,
            state,
            store: Store::new(zone),
            tags: BTreeMap::new(),
            counts: Counts::default(),
            present: Present { moment: now.timestamp(), day: today.num_days_from_ce() },
            focus: Focus::List,
            list: List::default(),
            filters: Filters::default(),
            search: Search::default(),
            details: Details::default(),
            details_at: None,
            calendar: DayPicker::new(today, today),
            statistics: None,
            overlay: Overlay::None,
            queue: Queue::default(),
            keeps: false,
            retry_at: None,
            pending: Pending::default(),
            history: History::default(),
            conflicts: VecDeque::new(),
            earlier: 0,
            drafts: Drafts::default(),
            toasts: Vec::new(),
            notice: None,
            link: Link::Connecting,
            connected: false,
            begun: false,
            following: false,
            user: None,
            seq: 0,
            remembered: None,
            remembered_user: None,
            unseen: HashSet::new(),
            gone: HashSet::new(),
            busy_since: None,
            fresh: None,
            last_click: None,
        }
    }

    /// The time on this machine's clocks.
    pub(crate) fn here(&self) -> DateTime<Tz> {
        self.now.with_timezone(&self.zone)
    }

    pub(crate) fn view(&self) -> View {
        self.state.view
    }

    pub(crate) fn sort(&self) -> Sort {
        self.state.sort(self.view())
    }

    /// The present as the lists know it: it moves by minutes, so that a list keeps still while one reads.
    pub(crate) fn present(&self) -> Present {
        self.present
    }

    pub(crate) fn context(&self) -> Context {
        match &self.overlay {
            Overlay::None => {}
            Overlay::Quick(_) => return Context::Quick,
            Overlay::Form(form) => return if form.picker.is_some() { Context::Picker } else { Context::Form },
            Overlay::Text(_) => return Context::Text,
            Overlay::Menu(_) => return Context::Menu,
            Overlay::Picker { .. } => return Context::Picker,
            Overlay::Palette(_) => return Context::Palette,
            Overlay::Help(_) => return Context::Help,
            Overlay::Confirm(_) => return Context::Confirm,
            Overlay::Conflict(_) => return Context::Conflict,
            Overlay::Toast => return Context::Toast,
        }
        match (self.focus, self.view()) {
            _ if self.search.typing => Context::Search,
            (Focus::Sidebar, _) => Context::Sidebar,
            (_, View::Calendar) => Context::Calendar,
            (_, View::Statistics) => Context::Statistics,
            (Focus::Detail, _) => Context::Detail,
            (Focus::List, _) => Context::List,
        }
    }

    pub(crate) fn selected(&self) -> Option<&Task> {
        if !self.view().is_list() {
            return None;
        }
        self.list.selected.and_then(|id| self.store.get(id))
    }

    /// What an action is for: the marked tasks, else the one under the cursor.
    pub(crate) fn targets(&self) -> Vec<Id> {
        if !self.view().is_list() {
            return Vec::new();
        }
        if self.list.marked.is_empty() {
            return self.selected().map(|task| task.id).into_iter().collect();
        }
        self.list.marked.iter().copied().collect()
    }

    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope { view: self.view(), filters: &self.filters, present: self.present }
    }

    /// Works the rows out again.
    pub(crate) fn refresh(&mut self) {
        self.statistics = None;
        let rows = if self.search.is_on() {
            let scope = self.scope();
            let passes = |index: &u32| self.store.slot(*index).is_some_and(|slot| scope.filters_pass(slot));
            let found = self.search.rows(&self.store);
            if self.filters.is_empty() { found } else { found.into_iter().filter(passes).collect() }
        } else if self.view().is_list() {
            self.scope().rows(&self.store, self.sort())
        } else {
            Vec::new()
        };
        self.list.replace(rows, &self.store);
        self.ask_for_details();
    }

    pub(crate) fn recount(&mut self) {
        self.counts = Counts::of(&self.store, self.present);
    }

    /// Lets the lists know what time it is; whether that may change them.
    pub(crate) fn move_present(&mut self) -> bool {
        let today = self.here().date_naive();
        let present = Present { moment: self.now.timestamp() / 60 * 60, day: today.num_days_from_ce() };
        if present == self.present {
            return false;
        }
        self.calendar.today = today;
        self.present = present;
        true
    }

    /// Puts a task in as the server has it; what waits in the queue is kept on top of it.
    pub(crate) fn put(&mut self, task: Task) {
        if self.gone.contains(&task.id) || self.queue.deletes(task.id) {
            return;
        }
        self.unseen.remove(&task.id);
        if self.store.get(task.id).is_some_and(|known| known.version > task.version) {
            return;
        }
        let task = self.queue.ahead(task, self.now);
        self.put_as_is(task);
    }

    pub(crate) fn put_as_is(&mut self, task: Task) {
        let id = task.id;
        let (index, before) = self.store.put(task);
        if let Some(before) = &before {
            self.counts.remove(before, self.present);
        }
        if let Some(slot) = self.store.slot(index) {
            self.counts.add(slot, self.present);
        }
        self.statistics = None;
        if self.search.is_on() || !self.view().is_list() {
            return;
        }
        let (sort, selected) = (self.sort(), self.list.selected);
        if let Some(before) = &before {
            self.list.remove(index, before, sort, &self.store);
        }
        let scope = Scope { view: self.state.view, filters: &self.filters, present: self.present };
        self.list.insert(index, &scope, sort, &self.store);
        self.list.settle(&self.store);
        if self.list.left == Some(id) && self.list.go_to_task(id, &self.store) {
            self.list.left = None;
        }
        if selected == Some(id) || self.list.selected != selected {
            self.ask_for_details();
        }
    }

    /// Takes a task out.
    pub(crate) fn remove(&mut self, id: Id) -> Option<Task> {
        let sort = self.sort();
        let (index, slot) = self.store.take(id)?;
        self.counts.remove(&slot, self.present);
        self.statistics = None;
        self.list.marked.remove(&id);
        self.list.remove(index, &slot, sort, &self.store);
        self.list.settle(&self.store);
        self.toasts.retain(|row| row.task_id != id);
        self.ask_for_details();
        Some(slot.task)
    }

    /// Has the details of the task under the cursor fetched, once the cursor rests.
    pub(crate) fn ask_for_details(&mut self) {
        let selected = self.selected().map(|task| task.id);
        if self.details.id != selected.unwrap_or_default() {
            self.details = Details { id: selected.unwrap_or_default(), ..Details::default() };
        }
        // What the server doesn't have yet it knows nothing about.
        self.details_at = selected.filter(|id| *id > 0).map(|_| self.now + TimeDelta::milliseconds(120));
    }

    /// Changes that somebody has to decide about.
    pub(crate) fn undecided(&self) -> impl Iterator<Item = &Conflict> {
        let shown = if let Overlay::Conflict(conflict) = &self.overlay { Some(&**conflict) } else { None };
        shown.into_iter().chain(&self.conflicts)
    }

    /// How many changes of this run the server doesn't have.
    pub(crate) fn unsent(&self) -> usize {
        self.queue.len() + self.undecided().count()
    }

    pub(crate) fn is_busy(&self) -> bool {
        let detailing = self.details_at.is_none() && self.details.id > 0 && !self.details.loaded;
        self.link == Link::Loading
            || (self.link == Link::Connecting)
            || self.queue.sending
            || (self.link == Link::Live && detailing)
            || self.search.is_running()
    }

    /// Whether to show that something is going on.
    pub(crate) fn shows_busy(&self) -> bool {
        self.busy_since.is_some_and(|since| self.now - since >= PATIENCE)
    }

    /// Whether something is done to this task that the server does not get for now.
    pub(crate) fn waits(&self, id: Id) -> bool {
        let stuck = matches!(self.link, Link::Away(_) | Link::SignedOut) || self.shows_busy();
        id < 0 || (stuck && self.queue.is_about(id))
    }

    /// When the screen changes even if nothing happens.
    pub(crate) fn wake_at(&self) -> DateTime<Utc> {
        let minute = self.now + TimeDelta::seconds(60 - self.now.timestamp().rem_euclid(60));
        let spinner = self.is_busy().then(|| self.now + TimeDelta::milliseconds(100));
        let notice = self.notice_until();
        let next = [spinner, notice, self.retry_at, self.details_at, self.search.ask_at, self.pending.next()];
        next.into_iter().flatten().fold(minute, DateTime::min)
    }
}
