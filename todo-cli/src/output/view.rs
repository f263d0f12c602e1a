//! How tasks, tags and comments look.

use std::collections::HashMap;

use chrono::{DateTime, Local, Utc};
use todo_sdk::model::{
    Change, Comment, Due, EventKind, Id, NamedToken, PRIORITY_NONE, ReminderRow, ReminderState, Resource, Session, Tag,
    Task,
};

use super::{
    Cell, Printer, Table, Tone, repeat,
    table::paragraph,
    text,
    when::{self, Urgency},
};

/// Names of tags by id.
pub(crate) type TagNames = HashMap<Id, String>;

/// What a view needs to know besides its subject.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) printer: &'a Printer,
    pub(crate) now: &'a DateTime<Local>,
}

impl Look<'_> {
    fn due(&self, task: &Task) -> Option<(String, Tone)> {
        let due = task.due?;
        let tone = match when::urgency(due, self.now) {
            _ if task.completed => Tone::Dim,
            Urgency::Overdue => Tone::Alarm,
            Urgency::Today => Tone::Warn,
            Urgency::Soon => Tone::Calm,
            Urgency::Later => Tone::Plain,
        };
        Some((when::relative(due, self.now), tone))
    }

    /// Tasks, one in a row.
    pub(crate) fn tasks(&self, tasks: &[Task], tags: &TagNames) -> Table {
        let mut hidden = Vec::new();
        let mut hide_if = |column, same: bool| {
            if same {
                hidden.push(column);
            }
        };
        hide_if(1, tasks.iter().all(|task| !task.completed));
        hide_if(2, tasks.iter().all(|task| task.priority == PRIORITY_NONE));
        hide_if(3, tasks.iter().all(|task| task.due.is_none()));
        hide_if(5, tasks.iter().all(|task| task.tags.is_empty()));
        Table {
            headings: vec!["ID", "", "P", "Due", "Title", "Tags"],
            rows: tasks.iter().map(|task| self.task_row(task, tags)).collect(),
            text_column: 4,
            hidden,
        }
    }

    fn task_row(&self, task: &Task, tags: &TagNames) -> Vec<Cell> {
        let (due, due_tone) = self.due(task).unwrap_or((String::new(), Tone::Plain));
        let (state, mark) = if task.completed { ("done", "✓") } else { ("open", "") };
        let priority = task.priority.to_string();
        let shown_priority = if task.priority == PRIORITY_NONE { "" } else { &priority };
        let title = if task.completed { Tone::Dim } else { Tone::Plain };
        vec![
            Cell::new(&task.id.to_string()).tone(Tone::Strong),
            Cell::both(mark, state).tone(Tone::Good),
            Cell::both(shown_priority, &priority).tone(priority_tone(task.priority)),
            Cell::both(&due, &task.due.map(|due| due.to_string()).unwrap_or_default()).tone(due_tone),
            Cell::new(&task.title).tone(title),
            Cell::both(&tag_list(task, tags), &tag_names(task, tags).join(",")).tone(Tone::Dim),
        ]
    }

    /// A task in a line: `12  Buy milk · due tomorrow · p1 · @home`.
    pub(crate) fn task_line(&self, task: &Task, tags: &TagNames) -> String {
        let paint = |tone, text: &str| self.printer.paint(tone, text);
        let mut line = format!("{}  {}", paint(Tone::Strong, &task.id.to_string()), text::line(&task.title));
        let mut add = |part: String| {
            line.push_str(" · ");
            line.push_str(&part);
        };
        if let Some((due, tone)) = self.due(task) {
            add(format!("due {}", paint(tone, &due)));
        }
        if let Some(at) = task.remind_time {
            add(format!("remind {}", when::relative(Due::At(at), self.now)));
        }
        if task.priority != PRIORITY_NONE {
            add(paint(priority_tone(task.priority), &format!("p{}", task.priority)));
        }
        if let Some(repeat) = &task.repeat {
            add(format!("repeats {}", text::line(&repeat::words(repeat))));
        }
        if !task.tags.is_empty() {
            add(paint(Tone::Dim, &text::line(&tag_list(task, tags))));
        }
        line
    }

    /// Everything about a task.
    pub(crate) fn task_details(&self, task: &Task, tags: &TagNames, comments: &[Comment]) -> String {
        let mut rows: Vec<(&str, String)> = Vec::new();
        let at = |at| when::absolute(Due::At(at), self.now);
        let state = match task.completed_at {
            Some(done) => self.printer.paint(Tone::Good, &format!("done {}", at(done))),
            None => "open".to_owned(),
        };
        rows.push(("State", state));
        if let (Some(due), Some((relative, tone))) = (task.due, self.due(task)) {
            let absolute = when::absolute(due, self.now);
            let both = if absolute == relative { absolute } else { format!("{absolute} ({relative})") };
            rows.push(("Due", self.printer.paint(tone, &both)));
        }
        if let Some(remind) = task.remind_time {
            rows.push(("Reminder", format!("{}{}", at(remind), when::reminder_words(task))));
        }
        if task.priority != PRIORITY_NONE {
            rows.push(("Priority", self.printer.paint(priority_tone(task.priority), &task.priority.to_string())));
        }
        if let Some(repeat) = &task.repeat {
            rows.push(("Repeats", text::line(&repeat::words(repeat)).into_owned()));
        }
        if !task.tags.is_empty() {
            rows.push(("Tags", text::line(&tag_list(task, tags)).into_owned()));
        }
        rows.push(("Created", at(task.date_created)));
        rows.push(("Updated", format!("{} (version {})", at(task.date_updated), task.version)));

        let title = self.printer.paint(Tone::Strong, &text::line(&task.title));
        let mut shown = format!("{} {title}\n", self.printer.paint(Tone::Dim, &format!("{}", task.id)));
        for (name, content) in rows {
            shown += &format!("  {} {content}\n", self.printer.paint(Tone::Dim, &format!("{name:<9}")));
        }
        if !task.description.is_empty() {
            shown += &format!("\n{}", paragraph(&task.description, self.printer));
        }
        for comment in comments {
            let heading = format!("Comment {} · {}", comment.id, at(comment.posted_date));
            shown += &format!(
                "\n  {}\n{}",
                self.printer.paint(Tone::Dim, &heading),
                paragraph(&comment.content, self.printer)
            );
        }
        shown.truncate(shown.trim_end().len());
        shown
    }

    /// Comments, one in a row.
    pub(crate) fn comments(&self, comments: &[Comment]) -> Table {
        let row = |comment: &Comment| {
            let posted = Due::At(comment.posted_date);
            vec![
                Cell::new(&comment.id.to_string()).tone(Tone::Strong),
                Cell::both(&when::absolute(posted, self.now), &posted.to_string()).tone(Tone::Dim),
                Cell::lines(&comment.content),
            ]
        };
        let rows = comments.iter().map(row).collect();
        Table { headings: vec!["ID", "Posted", "Comment"], rows, text_column: 2, hidden: Vec::new() }
    }

    /// A comment in a line.
    pub(crate) fn comment_line(&self, comment: &Comment) -> String {
        let id = self.printer.paint(Tone::Strong, &comment.id.to_string());
        format!("comment {id} on task {}: {}", comment.task_id, text::line(&comment.content))
    }

    /// Tags, one in a row.
    pub(crate) fn tags(&self, tags: &[Tag]) -> Table {
        let row = |tag: &Tag| vec![Cell::new(&tag.id.to_string()).tone(Tone::Strong), Cell::new(&tag.name)];
        Table { headings: vec!["ID", "Name"], rows: tags.iter().map(row).collect(), text_column: 1, hidden: Vec::new() }
    }

    /// Named tokens, one in a row.
    pub(crate) fn tokens(&self, tokens: &[NamedToken]) -> Table {
        let row = |token: &NamedToken| {
            vec![
                Cell::new(&token.id.to_string()).tone(Tone::Strong),
                Cell::new(token.scope.as_str()),
                self.moment(token.last_used_at, "never"),
                self.moment(token.expires_at, "never"),
                Cell::new(&token.name),
            ]
        };
        let headings = vec!["ID", "May", "Used", "Expires", "Name"];
        Table { headings, rows: tokens.iter().map(row).collect(), text_column: 4, hidden: Vec::new() }
    }

    /// Sessions, one in a row.
    pub(crate) fn sessions(&self, sessions: &[Session]) -> Table {
        let row = |session: &Session| {
            let here = if session.current { "this one" } else { "" };
            vec![
                Cell::new(&session.id).tone(Tone::Dim),
                self.moment(Some(session.last_used_at), ""),
                Cell::new(here).tone(Tone::Good),
                Cell::new(&session.client),
            ]
        };
        let headings = vec!["ID", "Used", "", "Device"];
        Table { headings, rows: sessions.iter().map(row).collect(), text_column: 3, hidden: Vec::new() }
    }

    /// Changes, one in a row.
    pub(crate) fn changes(&self, changes: &[Change]) -> Table {
        let row = |change: &Change| {
            vec![
                Cell::new(&change.seq.to_string()).tone(Tone::Strong),
                self.moment(Some(change.at), ""),
                Cell::new(change.event.as_str()).tone(event_tone(change.event)),
                Cell::new(&change.client).tone(Tone::Dim),
                Cell::new(&subject(&change.resource)),
            ]
        };
        let headings = vec!["No.", "When", "What", "Client", "About"];
        Table { headings, rows: changes.iter().map(row).collect(), text_column: 4, hidden: Vec::new() }
    }

    /// A change in a line: `17:03:12  task.updated  12 Buy milk · todo-bot`.
    pub(crate) fn change_line(&self, change: &Change) -> String {
        let paint = |tone, text: &str| self.printer.paint(tone, text);
        let time = change.at.with_timezone(&self.now.timezone()).format("%H:%M:%S").to_string();
        let event = paint(event_tone(change.event), &format!("{:<15}", change.event.as_str()));
        let about = subject(&change.resource);
        format!(
            "{}  {event}  {} {}",
            paint(Tone::Dim, &time),
            text::line(&about),
            paint(Tone::Dim, &format!("· {}", text::line(&change.client)))
        )
    }

    /// Reminders, one in a row.
    pub(crate) fn reminders(&self, rows: &[ReminderRow]) -> Table {
        let row = |row: &ReminderRow| {
            vec![
                Cell::new(&row.id.to_string()).tone(Tone::Dim),
                Cell::new(&row.task_id.to_string()).tone(Tone::Strong),
                Cell::new(row.state.as_str()).tone(state_tone(row.state)),
                self.moment(Some(row.due_at), ""),
                self.moment(row.sent_at, ""),
                Cell::new(row.channel.as_deref().unwrap_or_default()),
                Cell::new(&remark(row)),
            ]
        };
        let mut hidden = Vec::new();
        if rows.iter().all(|row| row.sent_at.is_none()) {
            hidden.push(4);
        }
        let headings = vec!["ID", "Task", "State", "Due", "Sent", "Channel", "Remark"];
        Table { headings, rows: rows.iter().map(row).collect(), text_column: 6, hidden }
    }

    /// A reminder in a line.
    pub(crate) fn reminder_line(&self, row: &ReminderRow) -> String {
        let at = when::absolute(Due::At(row.due_at), self.now);
        let task = self.printer.paint(Tone::Strong, &row.task_id.to_string());
        format!("reminder of task {task} {} {at}", self.printer.paint(state_tone(row.state), row.state.as_str()))
    }

    fn moment(&self, at: Option<DateTime<Utc>>, none: &str) -> Cell {
        match at {
            Some(at) => Cell::both(&when::absolute(Due::At(at), self.now), &Due::At(at).to_string()),
            None => Cell::both(none, "").tone(Tone::Dim),
        }
    }

    /// A tag in a line.
    pub(crate) fn tag_line(&self, tag: &Tag) -> String {
        let id = self.printer.paint(Tone::Strong, &tag.id.to_string());
        format!("tag {id} {}", at_name(&text::line(&tag.name)))
    }
}

/// What a change is about.
fn subject(resource: &Resource) -> String {
    match resource {
        Resource::Task(task) => format!("{} {}", task.id, task.title),
        Resource::Comment(comment) => format!("{} on task {}: {}", comment.id, comment.task_id, comment.content),
        Resource::Reminder(reminder) => format!("of task {} {}", reminder.task_id, reminder.state.as_str()),
        Resource::Tag(tag) => format!("{} {}", tag.id, at_name(&tag.name)),
        _ => String::new(),
    }
}

fn state_tone(state: ReminderState) -> Tone {
    match state {
        ReminderState::Sent | ReminderState::Acknowledged => Tone::Good,
        ReminderState::Failed => Tone::Warn,
        ReminderState::Dead => Tone::Alarm,
        ReminderState::Snoozed => Tone::Dim,
        _ => Tone::Calm,
    }
}

/// How late it was, how often it was tried, and why it failed.
fn remark(row: &ReminderRow) -> String {
    let late = row.late_by_seconds.filter(|late| *late > 0).map(|late| format!("{late} s late"));
    let tries = (row.attempts > 1).then(|| format!("{} tries", row.attempts));
    [late, tries, row.reason.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn event_tone(event: EventKind) -> Tone {
    match event.as_str().rsplit('.').next() {
        Some("created") => Tone::Good,
        Some("deleted") => Tone::Alarm,
        _ => Tone::Calm,
    }
}

fn priority_tone(priority: i16) -> Tone {
    match priority {
        1 => Tone::Alarm,
        2 => Tone::Warn,
        3 => Tone::Calm,
        _ => Tone::Plain,
    }
}

pub(super) fn tag_names(task: &Task, tags: &TagNames) -> Vec<String> {
    // A tag that was made after the names were fetched still has its number.
    task.tags.iter().map(|id| tags.get(id).cloned().unwrap_or_else(|| format!("#{id}"))).collect()
}

fn tag_list(task: &Task, tags: &TagNames) -> String {
    tag_names(task, tags).iter().map(|name| at_name(name)).collect::<Vec<_>>().join(" ")
}

fn at_name(name: &str) -> String {
    if name.contains(char::is_whitespace) { format!("@\"{name}\"") } else { format!("@{name}") }
}
