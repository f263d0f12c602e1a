//! The form of all fields of a task.

use chrono::DateTime;
use chrono_tz::Tz;
use ratatui_textarea::{TextArea, WrapMode};
use todo_sdk::model::{CreateTask, Due, Id, PRIORITY_NONE, Repeat, Task, UpdateTask, validate::Validate};
use tui_input::Input;

use super::picker::DayPicker;
use crate::{
    input::{
        dates::parse_due,
        fields::{RemindArg, nag_arg, parse_remind, parse_repeat, priority_arg},
    },
    output::{repeat, when},
};

/// A field of the form, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Title,
    Due,
    Remind,
    Nag,
    Repeat,
    Priority,
    Tags,
    Description,
}

impl Field {
    pub(crate) const ALL: [Self; 8] =
        [Self::Title, Self::Due, Self::Remind, Self::Nag, Self::Repeat, Self::Priority, Self::Tags, Self::Description];

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Due => "Due",
            Self::Remind => "Reminder",
            Self::Nag => "Again every",
            Self::Repeat => "Repeats",
            Self::Priority => "Priority",
            Self::Tags => "Tags",
            Self::Description => "Description",
        }
    }

    /// What can be written there.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Title => "what is to be done",
            Self::Due => "tomorrow 10:00, 2026-12-01, +3d, 18:30",
            Self::Remind => "tomorrow 9:00, or 30m before",
            Self::Nag => "15m: reminds on and on until it is done",
            Self::Repeat => "daily, every monday, every! 3 days",
            Self::Priority => "1 (highest) to 4 (none)",
            Self::Tags => "home work",
            Self::Description => "",
        }
    }
}

/// What the form says, once it is sound.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Filled {
    pub(crate) task: CreateTask,
    pub(crate) tags: Vec<String>,
}

/// The form, filled in as far as it is.
#[derive(Debug)]
pub(crate) struct Form {
    /// The task as it was when the form opened; `None` for a new one.
    pub(crate) base: Option<Task>,
    /// How the form was filled then.
    before: [String; 7],
    inputs: [Input; 7],
    /// What was in all fields when somebody began to write.
    begun: Vec<String>,
    pub(crate) description: TextArea<'static>,
    pub(crate) field: Field,
    pub(crate) error: Option<(Field, String)>,
    pub(crate) picker: Option<DayPicker>,
}

impl Form {
    pub(crate) fn new(base: Option<Task>, tags: &[String], now: &DateTime<Tz>) -> Self {
        let before = base.as_ref().map(|task| texts(task, tags, now)).unwrap_or_default();
        let description = base.as_ref().map(|task| task.description.clone()).unwrap_or_default();
        let inputs = before.clone().map(Input::new);
        let description = text_area(&description);
        let (field, begun) = (Field::Title, Vec::new());
        let mut form = Self { base, before, inputs, begun, description, field, error: None, picker: None };
        form.begin();
        form
    }

    /// What is in it now is nothing that anybody wrote.
    pub(crate) fn begin(&mut self) {
        self.begun = self.texts();
    }

    /// Whether something was written.
    pub(crate) fn is_changed(&self) -> bool {
        self.texts() != self.begun
    }

    fn texts(&self) -> Vec<String> {
        Field::ALL.into_iter().map(|field| self.text(field)).collect()
    }

    pub(crate) fn input(&self, field: Field) -> Option<&Input> {
        self.inputs.get(field as usize)
    }

    pub(crate) fn input_mut(&mut self, field: Field) -> Option<&mut Input> {
        self.inputs.get_mut(field as usize)
    }

    pub(crate) fn set(&mut self, field: Field, text: String) {
        if let Some(input) = self.input_mut(field) {
            *input = Input::new(text);
        }
    }

    pub(crate) fn text(&self, field: Field) -> String {
        self.input(field).map_or_else(|| self.description.lines().join("\n"), |input| input.value().trim().to_owned())
    }

    /// Puts what differs in `mine` into the form, which shows somebody else's version.
    pub(crate) fn take_over(
        &mut self,
        mine: &Filled,
        changes: &UpdateTask,
        tags: Option<&[String]>,
        now: &DateTime<Tz>,
    ) {
        let task = super::queue::provisional_task(0, &mine.task, Vec::new(), now.to_utc());
        let texts = texts(&task, tags.unwrap_or_default(), now);
        let changed = [
            changes.title.is_some(),
            changes.due.is_some(),
            changes.remind_time.is_some() || changes.remind_before_seconds.is_some(),
            changes.nag_seconds.is_some(),
            changes.repeat.is_some(),
            changes.priority.is_some(),
            tags.is_some(),
        ];
        for ((field, text), _) in Field::ALL.into_iter().zip(texts).zip(changed).filter(|(_, changed)| *changed) {
            self.set(field, text);
        }
        if let Some(description) = &changes.description {
            self.description = text_area(description.as_deref().unwrap_or_default());
        }
    }

    pub(crate) fn move_by(&mut self, fields: isize) {
        let count = Field::ALL.len();
        let next = (self.field as usize).saturating_add(count).saturating_add_signed(fields) % count;
        self.field = Field::ALL[next];
    }

    /// How a field is understood, or why it isn't; `None` where it is empty or speaks for itself.
    pub(crate) fn echo(&self, field: Field, now: &DateTime<Tz>) -> Option<Result<String, String>> {
        let text = self.text(field);
        if text.is_empty() {
            return None;
        }
        let shown = |due: Due| {
            let (absolute, relative) = (when::absolute(due, now), when::relative(due, now));
            if absolute == text || absolute == relative { relative } else { format!("{absolute} ({relative})") }
        };
        match field {
            Field::Due => Some(parse_due(&text, now).map(shown).map_err(|error| error.to_string())),
            Field::Remind => Some(match parse_remind(&text, now) {
                Ok(RemindArg::At(at)) => Ok(shown(Due::At(at))),
                Ok(RemindArg::Before(_)) if self.text(Field::Due).is_empty() => {
                    Err("needs a due date, or a moment of its own".to_owned())
                }
                Ok(RemindArg::Before(_)) => Ok("moves along with the due date".to_owned()),
                Err(error) => Err(error),
            }),
            Field::Nag => Some(nag_arg(&text).map(|_| "until it is done".to_owned())),
            Field::Repeat => {
                let words = parse_repeat(&text, now).map(|repeat| repeat::words(&repeat));
                // What is said in these words already needs no echo.
                Some(words.map(|words| if words == text { String::new() } else { words }))
            }
            Field::Priority => priority_arg(&text).err().map(Err),
            Field::Title | Field::Tags | Field::Description => None,
        }
    }

    /// # Errors
    ///
    /// The first field that can't be understood, and why.
    pub(crate) fn read(&self, now: &DateTime<Tz>) -> Result<Filled, (Field, String)> {
        for field in Field::ALL {
            if let Some(Err(why)) = self.echo(field, now) {
                return Err((field, why));
            }
        }
        let filled = |field| Some(self.text(field)).filter(|text| !text.is_empty());
        let (remind_time, remind_before_seconds) = match filled(Field::Remind).map(|text| parse_remind(&text, now)) {
            Some(Ok(RemindArg::At(at))) => (Some(at), None),
            Some(Ok(RemindArg::Before(seconds))) => (None, Some(seconds)),
            _ => (None, None),
        };
        let task = CreateTask {
            title: self.text(Field::Title),
            description: self.text(Field::Description),
            completed: self.base.as_ref().is_some_and(|base| base.completed),
            priority: filled(Field::Priority).and_then(|text| priority_arg(&text).ok()),
            due: filled(Field::Due).and_then(|text| parse_due(&text, now).ok()),
            remind_time,
            remind_before_seconds,
            nag_seconds: filled(Field::Nag).and_then(|text| nag_arg(&text).ok()),
            repeat: filled(Field::Repeat).and_then(|text| parse_repeat(&text, now).ok()),
            ..CreateTask::default()
        };
        if let Err(errors) = task.validate() {
            let first = errors.into_iter().find_map(|(name, faults)| Some((name, faults.into_iter().next()?)));
            if let Some((name, fault)) = first {
                return Err((field_named(&name), format!("{name} {}", fault.message)));
            }
        }
        Ok(Filled { task, tags: tag_words(&self.text(Field::Tags)) })
    }

    /// What was changed of the task; `None` where nothing was.
    pub(crate) fn changes(&self, filled: &Filled) -> Option<(UpdateTask, Option<Vec<String>>)> {
        let base = self.base.as_ref()?;
        let changed = |field: Field| self.text(field) != self.before[field as usize];
        let task = &filled.task;
        let mut changes = UpdateTask::default();
        if changed(Field::Title) {
            changes.title = Some(task.title.clone());
        }
        if task.description != base.description {
            changes.description = Some(Some(task.description.clone()).filter(|text| !text.is_empty()));
        }
        if changed(Field::Due) {
            changes.due = Some(task.due);
        }
        if changed(Field::Remind) {
            match task.remind_before_seconds {
                Some(before) => changes.remind_before_seconds = Some(Some(before)),
                None => changes.remind_time = Some(task.remind_time),
            }
        }
        if changed(Field::Nag) {
            changes.nag_seconds = Some(task.nag_seconds);
        }
        if changed(Field::Repeat) {
            changes.repeat = Some(task.repeat.clone());
        }
        if changed(Field::Priority) {
            changes.priority = Some(task.priority);
        }
        let tags = changed(Field::Tags).then(|| filled.tags.clone());
        (changes != UpdateTask::default() || tags.is_some()).then_some((changes, tags))
    }
}

fn field_named(name: &str) -> Field {
    match name {
        "due" => Field::Due,
        "description" => Field::Description,
        "priority" => Field::Priority,
        "nag_seconds" => Field::Nag,
        "repeat" => Field::Repeat,
        name if name.starts_with("remind") => Field::Remind,
        name if name.starts_with("tags") => Field::Tags,
        _ => Field::Title,
    }
}

/// The fields of a task as they are written in the form, but for the description.
fn texts(task: &Task, tags: &[String], now: &DateTime<Tz>) -> [String; 7] {
    let absolute = |due| when::absolute(due, now);
    let remind = match (task.remind_before_seconds, task.remind_time) {
        (Some(0), _) => "due".to_owned(),
        (Some(before), _) if before > 0 => format!("{} before", length(before)),
        (Some(after), _) => format!("{} after", length(-after)),
        (None, Some(at)) => absolute(Due::At(at)),
        (None, None) => String::new(),
    };
    [
        task.title.clone(),
        task.due.map(absolute).unwrap_or_default(),
        remind,
        task.nag_seconds.map(length).unwrap_or_default(),
        task.repeat.as_ref().map(|repeat| repeat_text(repeat, now)).unwrap_or_default(),
        if task.priority == PRIORITY_NONE { String::new() } else { task.priority.to_string() },
        tags.iter().map(|tag| quoted(tag)).collect::<Vec<_>>().join(" "),
    ]
}

fn repeat_text(repeat: &Repeat, now: &DateTime<Tz>) -> String {
    repeat::written(repeat, |text| parse_repeat(text, now).ok())
}

/// As [`crate::input::fields::duration_arg`] reads it.
fn length(seconds: i64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let unit = units.into_iter().find(|(unit, _)| seconds % unit == 0);
    unit.map_or(format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}

fn quoted(tag: &str) -> String {
    if tag.contains(char::is_whitespace) { format!("\"{tag}\"") } else { tag.to_owned() }
}

/// Names with spaces between; `@` in front and quotes around them are taken off.
pub(crate) fn tag_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut in_quotes = false;
    for c in text.chars().chain([' ']) {
        match c {
            '"' => in_quotes = !in_quotes,
            c if c == ',' || (c.is_whitespace() && !in_quotes) => {
                let name = word.trim().trim_start_matches('@').to_owned();
                if !name.is_empty() && !words.iter().any(|known| known.to_lowercase() == name.to_lowercase()) {
                    words.push(name);
                }
                word.clear();
            }
            c => word.push(c),
        }
    }
    words
}

/// A text area that wraps, with what is in it already.
pub(crate) fn text_area(text: &str) -> TextArea<'static> {
    let mut area = TextArea::new(text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect());
    area.set_wrap_mode(WrapMode::WordOrGlyph);
    area.set_cursor_line_style(ratatui::style::Style::default());
    // The terminal's own cursor stands there.
    area.set_cursor_style(ratatui::style::Style::default());
    area.move_cursor(ratatui_textarea::CursorMove::Bottom);
    area.move_cursor(ratatui_textarea::CursorMove::End);
    area
}

/// Whose task it is that the form changes.
pub(crate) fn id_of(form: &Form) -> Option<Id> {
    form.base.as_ref().map(|task| task.id)
}
