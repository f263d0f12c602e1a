//! [Todoist](https://www.todoist.com/help/articles/format-a-csv-file-to-import-into-todoist-UVUXTmm6)'s CSV of a project.

use std::io::{BufRead, Write};

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use csv::{Position, StringRecord};
use todo_sdk::{
    model::{CreateTask, Due, PRIORITY_NONE, Repeat, RepeatFrom},
    quick,
};

use super::{
    GoOn, Losses, Read, Record, Remark,
    quotes::Quotes,
    recurrence::{Every, Unit},
};
use crate::error::Error;

const COLUMNS: [&str; 10] =
    ["TYPE", "CONTENT", "DESCRIPTION", "PRIORITY", "INDENT", "AUTHOR", "RESPONSIBLE", "DATE", "DATE_LANG", "TIMEZONE"];
/// What stands between a rule and the day with which it begins.
const STARTING: &str = " starting ";

pub(super) fn read(
    from: impl BufRead,
    now: &DateTime<Tz>,
    losses: &mut Losses,
    take: &mut dyn FnMut(Read) -> GoOn,
) -> Result<(), Error> {
    // By default, a line that ends with \r\n counts as begun before its \n: numbers of lines would be one too low.
    let lines = csv::Terminator::Any(b'\n');
    let mut csv = csv::ReaderBuilder::new().flexible(true).terminator(lines).from_reader(Quotes::new(from));
    let fault = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::input(error),
        other => Error::Malformed(format!("it is no CSV: {other:?}")),
    };
    let names: Vec<String> = csv.headers().map_err(fault)?.iter().map(name_of).collect();
    if !names.iter().any(|name| name == "TYPE") || !names.iter().any(|name| name == "CONTENT") {
        return Err(Error::Malformed("it is no CSV of Todoist: the first line lacks TYPE or CONTENT".to_owned()));
    }
    let mut last: Option<(u64, Record)> = None;
    let mut row = StringRecord::new();
    while csv.read_record(&mut row).map_err(fault)? {
        let line = row.position().map_or(0, Position::line);
        if let Some(opened) = csv.get_ref().fault(csv.position()) {
            if let Some((line, record)) = last.take() {
                take(Read::Task(line, Box::new(record)));
            }
            return Err(Error::Malformed(format!(
                "the quote that opens in line {opened} is not closed where its cell ends"
            )));
        }
        let cells = Cells { names: &names, row: &row };
        match cells.get("TYPE") {
            "task" => {
                if let Some((line, record)) = last.replace((line, record(&cells, now, line, losses)))
                    && !take(Read::Task(line, Box::new(record)))
                {
                    return Ok(());
                }
            }
            "note" => match &mut last {
                Some((_, record)) => record.comments.push(remark(&cells, now, line, losses)),
                None => losses.note("notes on the project", line),
            },
            "section" => losses.note("sections", line),
            "" | "meta" => {}
            other => losses.note(format!("lines of the type \"{other}\""), line),
        }
    }
    if let Some((line, record)) = last {
        take(Read::Task(line, Box::new(record)));
    }
    Ok(())
}

fn name_of(header: &str) -> String {
    header.trim_start_matches('\u{feff}').trim().to_ascii_uppercase()
}

struct Cells<'r> {
    names: &'r [String],
    row: &'r StringRecord,
}

impl<'r> Cells<'r> {
    fn get(&self, name: &str) -> &'r str {
        let column = self.names.iter().position(|known| known == name);
        column.and_then(|column| self.row.get(column)).map_or("", str::trim)
    }

    /// With the white space around it.
    fn text(&self, name: &str) -> String {
        let column = self.names.iter().position(|known| known == name);
        let text = column.and_then(|column| self.row.get(column)).unwrap_or_default();
        let text = text.strip_suffix('\r').unwrap_or(text);
        if text.trim().is_empty() { String::new() } else { text.to_owned() }
    }

    fn zone(&self, now: &DateTime<Tz>) -> Tz {
        self.get("TIMEZONE").parse().unwrap_or(now.timezone())
    }
}

fn remark(cells: &Cells<'_>, now: &DateTime<Tz>, place: u64, losses: &mut Losses) -> Remark {
    if !cells.get("AUTHOR").is_empty() {
        losses.note("authors of notes", place);
    }
    let (date, zone) = (cells.get("DATE"), cells.zone(now));
    let posted = moment(date, &now.with_timezone(&zone)).filter(|at| *at <= now.to_utc());
    if !date.is_empty() && posted.is_none() {
        losses.note("dates of notes that are not understood, or still to come", place);
    }
    Remark { text: cells.text("CONTENT"), posted }
}

/// `2026-12-01T18:30:00Z`, or whatever is understood of a task.
fn moment(date: &str, now: &DateTime<Tz>) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(date) {
        return Some(at.to_utc());
    }
    match understand(date, now)?.0? {
        Due::At(at) => Some(at),
        Due::Day(day) => Some(quick::local_time(now.timezone(), day.and_time(NaiveTime::MIN))),
    }
}

fn record(cells: &Cells<'_>, now: &DateTime<Tz>, place: u64, losses: &mut Losses) -> Record {
    let mut tags = Vec::new();
    let mut title = Vec::new();
    for word in cells.get("CONTENT").split_whitespace() {
        match word.strip_prefix('@').filter(|label| !label.is_empty()) {
            Some(label) => tags.push(label.to_owned()),
            None => title.push(word),
        }
    }
    let mut task = CreateTask {
        title: title.join(" "),
        description: cells.text("DESCRIPTION"),
        priority: cells.get("PRIORITY").parse().ok().filter(|priority| (1..=PRIORITY_NONE).contains(priority)),
        ..CreateTask::default()
    };
    if task.title.is_empty() {
        task.title = cells.get("CONTENT").to_owned();
    }
    let date = cells.get("DATE");
    if !date.is_empty() {
        match understand(date, &now.with_timezone(&cells.zone(now))) {
            Some((due, repeat)) => (task.due, task.repeat) = (due, repeat),
            None => {
                losses.note("dates that are not understood (kept in the description)", place);
                let sign = if task.description.is_empty() { "" } else { "\n\n" };
                task.description = format!("{}{sign}{date}", task.description);
            }
        }
    }
    let lost = [
        ("that a task stands below another", !matches!(cells.get("INDENT"), "" | "1")),
        ("authors of tasks", !cells.get("AUTHOR").is_empty()),
        ("whom a task was given to", !cells.get("RESPONSIBLE").is_empty()),
        ("how long a task takes", !cells.get("DURATION").is_empty()),
        ("deadlines beside the date", !cells.get("DEADLINE").is_empty()),
    ];
    lost.into_iter().filter(|(_, lost)| *lost).for_each(|(what, _)| losses.note(what, place));
    let source = cells.row.iter().map(str::trim_end).collect::<Vec<_>>().join("\u{1f}");
    Record { task, tags, source, ..Record::default() }
}

/// A date in words, with what repeats.
fn understand(text: &str, now: &DateTime<Tz>) -> Option<(Option<Due>, Option<Repeat>)> {
    let (rule, start) = match text.to_lowercase().find(STARTING) {
        Some(at) => (text.get(..at)?, text.get(at + STARTING.len()..)),
        None => (text, None),
    };
    let parse = |text: &str| {
        // Whatever is not understood would stay beside it.
        let read = quick::parse(&format!("x {text}"), now.to_utc(), now.timezone());
        (read.title == "x" && read.tags.is_empty() && read.priority.is_none()).then_some(read)
    };
    let read = parse(rule)?;
    let due = match start {
        Some(start) => parse(start)?.due,
        None => read.due,
    };
    (due.is_some() || read.repeat.is_some()).then_some((due, read.repeat))
}

pub(crate) struct Writer<W: Write> {
    to: csv::Writer<W>,
    zone: Tz,
}

impl<W: Write> Writer<W> {
    pub(super) fn new(to: W, zone: Tz) -> Result<Self, Error> {
        let mut writer = Self { to: csv::Writer::from_writer(to), zone };
        writer.row(&COLUMNS)?;
        Ok(writer)
    }

    fn row(&mut self, cells: &[&str; 10]) -> Result<(), Error> {
        self.to.write_record(cells).map_err(output)
    }

    pub(super) fn write(&mut self, record: &Record, losses: &mut Losses) -> Result<(), Error> {
        let (task, place) = (&record.task, record.place());
        if task.completed {
            losses.note("completed tasks (not written)", place);
            return Ok(());
        }
        let lost = [
            ("reminders", record.reminds()),
            ("when tasks were made", task.date_created.is_some()),
            ("when comments were made", !record.comments.is_empty()),
            ("spaces in tags", record.tags.iter().any(|tag| tag.contains(char::is_whitespace))),
            ("words of titles that Todoist reads as labels", task.title.split_whitespace().any(is_label)),
            ("white space in titles, beside single spaces", !task.title.split(' ').eq(task.title.split_whitespace())),
        ];
        lost.into_iter().filter(|(_, lost)| *lost).for_each(|(what, _)| losses.note(what, place));
        let labels = record.tags.iter().map(|tag| format!("@{}", tag.split_whitespace().collect::<Vec<_>>().join("_")));
        let content: Vec<String> = std::iter::once(task.title.clone()).chain(labels).collect();
        let priority = task.priority.unwrap_or(PRIORITY_NONE).to_string();
        let date = self.date(record, losses);
        let zone = if date.is_empty() { "" } else { self.zone.name() };
        let language = if date.is_empty() { "" } else { "en" };
        let content = content.join(" ");
        self.row(&["task", &content, &task.description, &priority, "1", "", "", &date, language, zone])?;
        for comment in &record.comments {
            self.row(&["note", &comment.text, "", "", "", "", "", "", "", ""])?;
        }
        Ok(())
    }

    fn date(&self, record: &Record, losses: &mut Losses) -> String {
        let due = record.task.due.map(|due| match due {
            Due::Day(day) => day.to_string(),
            Due::At(at) => at.with_timezone(&self.zone).format("%Y-%m-%d %H:%M").to_string(),
        });
        let every = record.task.repeat.as_ref().map(|repeat| Every::of(repeat).map(words));
        match (every, due) {
            (Some(Some(every)), Some(due)) => format!("{every}{STARTING}{due}"),
            (Some(Some(every)), None) => {
                losses.note("that a repetition has no due date", record.place());
                every
            }
            (Some(None), due) => {
                losses.note("repetitions beyond every so many days, weeks, months or years", record.place());
                due.unwrap_or_default()
            }
            (None, due) => due.unwrap_or_default(),
        }
    }

    pub(super) fn end(mut self) -> Result<(), Error> {
        self.to.flush().map_err(Error::Output)
    }
}

fn is_label(word: &str) -> bool {
    word.len() > 1 && word.starts_with('@')
}

fn words(every: Every) -> String {
    let sign = if every.from == RepeatFrom::Completion { "!" } else { "" };
    let unit = match every.unit {
        Unit::Day => "day",
        Unit::Weekday => "weekday",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Year => "year",
    };
    if every.count == 1 { format!("every{sign} {unit}") } else { format!("every{sign} {} {unit}s", every.count) }
}

fn output(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Error::Output(error),
        other => Error::Output(std::io::Error::other(format!("{other:?}"))),
    }
}
