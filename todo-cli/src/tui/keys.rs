//! The one table of keys: dispatch, hints, help and the palette are all made from it.

use std::collections::HashMap;

use super::chord::Chord;

/// Where the keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Context {
    List,
    Sidebar,
    Detail,
    Calendar,
    Statistics,
    Quick,
    Search,
    Form,
    Text,
    Menu,
    Picker,
    Palette,
    Help,
    Confirm,
    Conflict,
    Toast,
}

impl Context {
    /// How help calls it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::List => "Tasks",
            Self::Sidebar => "Sidebar",
            Self::Detail => "Details",
            Self::Calendar => "Calendar",
            Self::Statistics => "Statistics",
            Self::Quick => "Adding",
            Self::Search => "Searching",
            Self::Form => "Editing",
            Self::Text => "Writing a text",
            Self::Menu => "Choosing",
            Self::Picker => "Choosing a day",
            Self::Palette => "Palette",
            Self::Help => "Help",
            Self::Confirm => "Questions",
            Self::Conflict => "Conflicts",
            Self::Toast => "Reminders",
        }
    }
}

/// Everything that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Down,
    Up,
    Left,
    Right,
    First,
    Last,
    PageDown,
    PageUp,
    NextPane,
    PreviousPane,
    Open,
    Back,
    Today,
    Upcoming,
    Overdue,
    All,
    DoneView,
    Calendar,
    Statistics,
    Add,
    AddForm,
    Edit,
    Complete,
    Delete,
    Snooze,
    Due,
    Priority,
    Tag,
    Comment,
    EditComment,
    Mark,
    MarkAll,
    Undo,
    Redo,
    Remind,
    Search,
    NextMatch,
    PreviousMatch,
    Filter,
    ClearFilters,
    Sort,
    Reminder,
    Palette,
    Help,
    Theme,
    Sidebar,
    Reload,
    Quit,
    Suspend,
    Accept,
    Cancel,
    NextField,
    PreviousField,
    Editor,
    PickDay,
    Complement,
    PreviousMonth,
    NextMonth,
    Yes,
    Mine,
    Theirs,
    ToastDone,
    ToastSnooze,
    ToastHour,
    ToastTomorrow,
}

/// A line of the table.
#[derive(Debug)]
pub(crate) struct Binding {
    pub(crate) action: Action,
    /// As the config file calls it.
    pub(crate) name: &'static str,
    /// With spaces between; the first one is shown.
    pub(crate) keys: &'static str,
    pub(crate) contexts: &'static [Context],
    /// In help and in the palette.
    pub(crate) text: &'static str,
    /// In the line at the bottom; empty for none.
    pub(crate) hint: &'static str,
}

const MAIN: &[Context] = &[Context::List, Context::Sidebar, Context::Detail, Context::Calendar, Context::Statistics];
const TASK: &[Context] = &[Context::List, Context::Detail];
const WRITING: &[Context] =
    &[Context::Quick, Context::Search, Context::Form, Context::Text, Context::Menu, Context::Picker, Context::Palette];
const CHOOSING: &[Context] = &[Context::Menu, Context::Palette];
const LISTS: &[Context] = &[Context::List, Context::Sidebar, Context::Detail];

const fn bind(
    action: Action,
    name: &'static str,
    keys: &'static str,
    contexts: &'static [Context],
    text: &'static str,
    hint: &'static str,
) -> Binding {
    Binding { action, name, keys, contexts, text, hint }
}

/// All keys. The order is that of help and hints.
pub(crate) const TABLE: &[Binding] = &[
    bind(Action::Add, "add", "a", MAIN, "Add a task in one line", "add"),
    bind(Action::Complete, "done", "x", TASK, "Done, or open again", "done"),
    bind(Action::Open, "open", "enter", &[Context::List, Context::Sidebar, Context::Calendar], "Open", "open"),
    bind(Action::PreviousMonth, "previous_month", "[", &[Context::Calendar], "Previous month", "earlier"),
    bind(Action::NextMonth, "next_month", "]", &[Context::Calendar], "Next month", "later"),
    bind(Action::First, "calendar_today", "t", &[Context::Calendar], "To today", "today"),
    bind(Action::Edit, "edit", "e", TASK, "Edit all fields", "edit"),
    bind(Action::Comment, "comment", "c", TASK, "Write a comment", "comment"),
    bind(Action::Search, "search", "/", MAIN, "Search", "search"),
    bind(Action::Undo, "undo", "u", MAIN, "Undo a change, one further back each time", "undo"),
    bind(Action::Redo, "redo", "ctrl-r", MAIN, "Redo what was undone last", ""),
    bind(Action::Delete, "delete", "d delete", TASK, "Delete", "delete"),
    bind(Action::Snooze, "snooze", "s", TASK, "Put off: a later due date", "snooze"),
    bind(Action::Due, "due", "D", TASK, "Choose the due day on a calendar", ""),
    bind(Action::Remind, "remind", "r", TASK, "Remind me: set or change the reminder", ""),
    bind(Action::Priority, "priority", "p", TASK, "Set the priority", ""),
    bind(Action::Tag, "tag", "t", TASK, "Put tags on or take them off", "tag"),
    bind(Action::AddForm, "add_form", "A", MAIN, "Add a task with all fields", ""),
    bind(Action::EditComment, "edit_comment", "C", TASK, "Edit or delete a comment", ""),
    bind(Action::Mark, "mark", "space", &[Context::List], "Select several tasks", "select"),
    bind(Action::MarkAll, "mark_all", "v", &[Context::List], "Select all tasks of the list, or none", ""),
    bind(Action::Filter, "filter", "f", LISTS, "Filter the list", "filter"),
    bind(Action::ClearFilters, "clear_filters", "F", LISTS, "Remove search and filters", ""),
    bind(Action::Sort, "sort", "o", LISTS, "Choose the order", ""),
    bind(Action::NextMatch, "next_match", "n", &[Context::List, Context::Detail], "Next task that was found", ""),
    bind(Action::PreviousMatch, "previous_match", "N", &[Context::List, Context::Detail], "Previous one", ""),
    bind(Action::Reminder, "reminder", "!", MAIN, "Answer the reminder on the screen", ""),
    bind(Action::Today, "today", "1", MAIN, "Go to Today", ""),
    bind(Action::Upcoming, "upcoming", "2", MAIN, "Go to Upcoming", ""),
    bind(Action::Overdue, "overdue", "3", MAIN, "Go to Overdue", ""),
    bind(Action::All, "all", "4", MAIN, "Go to All", ""),
    bind(Action::DoneView, "done_view", "5", MAIN, "Go to Done", ""),
    bind(Action::Calendar, "calendar", "6", MAIN, "Go to the calendar", ""),
    bind(Action::Statistics, "statistics", "7", MAIN, "Go to the statistics", ""),
    bind(Action::Down, "down", "j down ctrl-n", MAIN, "Down", ""),
    bind(Action::Up, "up", "k up", MAIN, "Up", ""),
    bind(Action::Left, "left", "h left", MAIN, "To the left", ""),
    bind(Action::Right, "right", "l right", MAIN, "To the right", ""),
    bind(Action::First, "first", "g home", MAIN, "To the top", ""),
    bind(Action::Last, "last", "G end", MAIN, "To the end", ""),
    bind(Action::PageDown, "page_down", "pagedown ctrl-d ctrl-f", MAIN, "A page down", ""),
    bind(Action::PageUp, "page_up", "pageup ctrl-u ctrl-b", MAIN, "A page up", ""),
    bind(Action::NextPane, "next_pane", "tab", MAIN, "Next part of the screen", "next pane"),
    bind(Action::PreviousPane, "previous_pane", "shift-tab", MAIN, "Previous part of the screen", ""),
    bind(Action::Back, "back", "esc", MAIN, "Back; removes selection, search and filters", ""),
    bind(Action::Palette, "palette", ": ctrl-p", MAIN, "Find any action by its name", "palette"),
    bind(Action::Sidebar, "sidebar", "b", MAIN, "Show or hide the sidebar", ""),
    bind(Action::Theme, "theme", "T", MAIN, "Switch between dark and light", ""),
    bind(Action::Reload, "reload", "R ctrl-l", MAIN, "Load everything again and draw the screen anew", ""),
    bind(Action::Suspend, "suspend", "ctrl-z", MAIN, "Suspend; `fg` comes back", ""),
    bind(Action::Help, "help", "? f1", MAIN, "All keys", "help"),
    bind(Action::Quit, "quit", "q ctrl-c", MAIN, "Quit", "quit"),
    // Over the list.
    bind(Action::Accept, "accept", "enter", &[Context::Menu, Context::Picker, Context::Palette], "Take it", "take it"),
    bind(Action::Accept, "add_it", "enter", &[Context::Quick], "Add it", "add"),
    bind(Action::Accept, "search_more", "enter", &[Context::Search], "Search descriptions and comments too", "search"),
    bind(Action::Accept, "save", "ctrl-s", &[Context::Form, Context::Text], "Save", "save"),
    bind(
        Action::Complement,
        "complement",
        "tab",
        &[Context::Quick],
        "Complete the tag that is being typed",
        "complete tag",
    ),
    bind(Action::NextField, "next_field", "tab down", &[Context::Form], "Next field", "next field"),
    bind(Action::PreviousField, "previous_field", "shift-tab up", &[Context::Form], "Previous field", ""),
    bind(Action::PickDay, "pick_day", "ctrl-t", &[Context::Form], "Choose the day on a calendar", "calendar"),
    bind(Action::Editor, "editor", "ctrl-e", &[Context::Form, Context::Text], "Write it in $EDITOR", "$EDITOR"),
    bind(
        Action::Down,
        "next_item",
        "down ctrl-n",
        &[Context::Menu, Context::Palette, Context::Search, Context::Help, Context::Conflict],
        "Down",
        "",
    ),
    bind(
        Action::Up,
        "previous_item",
        "up ctrl-p",
        &[Context::Menu, Context::Palette, Context::Search, Context::Help, Context::Conflict],
        "Up",
        "",
    ),
    bind(Action::Down, "help_down", "j", &[Context::Help], "Down", ""),
    bind(Action::Up, "help_up", "k", &[Context::Help], "Up", ""),
    bind(Action::PageDown, "help_page_down", "pagedown space ctrl-d", &[Context::Help], "A page down", "page down"),
    bind(Action::PageUp, "help_page_up", "pageup ctrl-u", &[Context::Help], "A page up", "page up"),
    bind(Action::First, "help_first", "g home", &[Context::Help], "To the top", ""),
    bind(Action::Last, "help_last", "G end", &[Context::Help], "To the end", "end"),
    bind(Action::PageDown, "items_on", "pagedown", CHOOSING, "A page down", ""),
    bind(Action::PageUp, "items_back", "pageup", CHOOSING, "A page up", ""),
    bind(Action::First, "first_item", "home", CHOOSING, "To the first one", ""),
    bind(Action::Last, "last_item", "end", CHOOSING, "To the last one", ""),
    bind(Action::Down, "week_on", "j down", &[Context::Picker], "A week on", ""),
    bind(Action::Up, "week_back", "k up", &[Context::Picker], "A week back", ""),
    bind(Action::Left, "day_back", "h left", &[Context::Picker], "A day back", ""),
    bind(Action::Right, "day_on", "l right", &[Context::Picker], "A day on", ""),
    bind(Action::PreviousMonth, "month_back", "[ pageup", &[Context::Picker], "A month back", "month back"),
    bind(Action::NextMonth, "month_on", "] pagedown", &[Context::Picker], "A month on", "month on"),
    bind(Action::First, "to_today", "t", &[Context::Picker], "To today", "today"),
    bind(Action::Yes, "yes", "y enter", &[Context::Confirm], "Yes", "yes"),
    bind(Action::Cancel, "no", "n esc ctrl-c", &[Context::Confirm], "No", "no"),
    bind(Action::Mine, "mine", "m", &[Context::Conflict], "Keep mine, over theirs", "keep mine"),
    bind(Action::Theirs, "theirs", "t", &[Context::Conflict], "Keep theirs, drop mine", "keep theirs"),
    bind(Action::Edit, "merge", "e", &[Context::Conflict], "Edit theirs with mine filled in", "edit"),
    bind(Action::ToastDone, "toast_done", "x", &[Context::Toast], "The task is done", "done"),
    bind(Action::ToastSnooze, "toast_snooze", "s", &[Context::Toast], "Remind in 10 minutes", "10 min"),
    bind(Action::ToastHour, "toast_hour", "h", &[Context::Toast], "Remind in an hour", "1 hour"),
    bind(Action::ToastTomorrow, "toast_tomorrow", "t", &[Context::Toast], "Remind tomorrow at 9:00", "tomorrow"),
    bind(Action::Open, "toast_open", "enter", &[Context::Toast], "Go to the task", "open"),
    bind(
        Action::Cancel,
        "cancel",
        "esc ctrl-c",
        &[
            Context::Quick,
            Context::Search,
            Context::Form,
            Context::Text,
            Context::Menu,
            Context::Picker,
            Context::Palette,
            Context::Help,
            Context::Conflict,
            Context::Toast,
        ],
        "Close without a change",
        "close",
    ),
    bind(Action::Cancel, "close_help", "q ?", &[Context::Help], "Close", ""),
    bind(Action::Help, "help_here", "f1", WRITING, "All keys; what is being written stays", ""),
];

/// The table with the keys of the config file.
#[derive(Debug)]
pub(crate) struct Keymap {
    chords: Vec<Vec<Chord>>,
}

impl Default for Keymap {
    fn default() -> Self {
        let parse = |binding: &Binding| binding.keys.split(' ').filter_map(|key| key.parse().ok()).collect();
        Self { chords: TABLE.iter().map(parse).collect() }
    }
}

impl Keymap {
    /// With other keys for some actions.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in a line.
    pub(crate) fn with(overrides: &HashMap<String, Vec<String>>) -> Result<Self, String> {
        let mut keymap = Self::default();
        for (name, keys) in overrides {
            let row = TABLE.iter().position(|binding| binding.name == name);
            let row = row.ok_or_else(|| format!("there is no action \"{name}\""))?;
            let chords = keys.iter().map(|key| key.parse().map_err(|_| format!("\"{key}\" is no key")));
            keymap.chords[row] = chords.collect::<Result<_, String>>()?;
        }
        match keymap.clash() {
            Some(clash) => Err(clash),
            None => Ok(keymap),
        }
    }

    /// A key that means two things in one place.
    fn clash(&self) -> Option<String> {
        let mut meanings: HashMap<(Context, Chord), &Binding> = HashMap::new();
        for (binding, chords) in self.all() {
            for (chord, context) in chords.iter().flat_map(|chord| binding.contexts.iter().map(move |at| (chord, at))) {
                let first = *meanings.entry((*context, *chord)).or_insert(binding);
                if first.action != binding.action {
                    let (one, other, place) = (first.name, binding.name, context.label());
                    return Some(format!(
                        "\"{chord}\" would be both {one} and {other} (in: {place}); give one of them another key"
                    ));
                }
            }
        }
        None
    }

    pub(crate) fn action(&self, context: Context, chord: Chord) -> Option<Action> {
        let rows = TABLE.iter().zip(&self.chords);
        let mut here = rows.filter(|(binding, _)| binding.contexts.contains(&context));
        here.find(|(_, chords)| chords.contains(&chord)).map(|(binding, _)| binding.action)
    }

    /// What can be done here, with its keys.
    pub(crate) fn of(&self, context: Context) -> impl Iterator<Item = (&'static Binding, &[Chord])> {
        let rows = TABLE.iter().zip(&self.chords);
        rows.filter(move |(binding, _)| binding.contexts.contains(&context)).map(|(binding, keys)| (binding, &keys[..]))
    }

    /// Everything, with its keys.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static Binding, &[Chord])> {
        TABLE.iter().zip(&self.chords).map(|(binding, keys)| (binding, &keys[..]))
    }

    /// The key for an action, as it is shown.
    pub(crate) fn key(&self, context: Context, action: Action) -> String {
        let found = self.of(context).find(|(binding, keys)| binding.action == action && !keys.is_empty());
        found.and_then(|(_, keys)| keys.first()).map(ToString::to_string).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_of_the_table_is_one_and_means_one_thing() {
        let mut seen = HashSet::new();
        for binding in TABLE {
            for key in binding.keys.split(' ') {
                let chord: Chord = key.parse().unwrap_or_else(|_| panic!("{key}"));
                for context in binding.contexts {
                    assert!(seen.insert((*context, chord)), "{key} twice in {context:?}");
                }
            }
        }
        let names: HashSet<_> = TABLE.iter().map(|binding| binding.name).collect();
        assert_eq!(names.len(), TABLE.len(), "names are unique");
    }

    #[test]
    fn the_config_file_changes_keys() {
        let keys = |name: &str, key: &str| HashMap::from([(name.to_owned(), vec![key.to_owned()])]);
        let keymap = Keymap::with(&keys("done", "ctrl-x")).unwrap();
        assert_eq!(keymap.action(Context::List, "ctrl-x".parse().unwrap()), Some(Action::Complete));
        assert_eq!(keymap.action(Context::List, "x".parse().unwrap()), None);
        assert_eq!(keymap.key(Context::List, Action::Complete), "ctrl-x");
        assert!(Keymap::with(&keys("dnoe", "x")).unwrap_err().contains("dnoe"));
        for (name, key, other) in [("add", "n", "next_match"), ("done", "a", "add"), ("yes", "n", "no")] {
            let why = Keymap::with(&keys(name, key)).unwrap_err();
            let named = [&format!("\"{key}\""), name, other].into_iter().all(|part| why.contains(part));
            assert!(named && why.len() < 100, "{why}");
        }
        // In other places, in exchange, or for the same.
        assert!(Keymap::with(&keys("mine", "x")).is_ok());
        assert!(Keymap::with(&keys("help_down", "down")).is_ok());
        let swapped = [("add", "x"), ("done", "a")].map(|(name, key)| (name.to_owned(), vec![key.to_owned()]));
        assert!(Keymap::with(&HashMap::from(swapped)).is_ok());
        assert!(Keymap::with(&keys("done", "hyper-x")).unwrap_err().contains("hyper-x"));
    }
}
