//! Orders of a list, and where in one a cursor stands.
//!
//! A nullable column is ordered as `coalesce(column, far)`, with `far` at the end that comes last: no key is null, so
//! one comparison of rows finds what is behind a cursor, and an index can serve it.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde_json::Value;
use server_kit::{Error, db::Engine};
use todo_sdk::model::{Task, TaskOrder};

/// One column of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    by: TaskOrder,
    pub(super) descending: bool,
}

/// The due date as the index has it.
pub(super) const DUE: Column = Column { by: TaskOrder::Due, descending: false };

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Key {
    Int(i64),
    Bool(bool),
    Text(String),
    Time(DateTime<Utc>),
}

/// A total order: the last column is always the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) columns: Vec<Column>,
    /// As it was asked for; ties a cursor to it.
    pub(super) name: String,
}

impl Order {
    /// Reads `priority,-due`.
    pub(super) fn parse(text: Option<&str>) -> Result<Self, Error> {
        let name = text.unwrap_or("id");
        let mut columns: Vec<Column> = Vec::new();
        for field in name.split(',').map(str::trim) {
            let (descending, field) = match field.strip_prefix('-') {
                Some(field) => (true, field),
                None => (false, field),
            };
            let by = TaskOrder::parse(field).ok_or_else(|| unknown(field))?;
            if columns.iter().any(|column| column.by == by) {
                return Err(Error::invalid("ordering", "duplicate", format!("names {field} twice")));
            }
            columns.push(Column { by, descending });
            // Nothing behind the id can matter: there are no ties.
            if by == TaskOrder::Id {
                return Ok(Self { columns, name: name.to_owned() });
            }
        }
        let descending = columns.last().is_some_and(|column| column.descending);
        columns.push(Column { by: TaskOrder::Id, descending });
        Ok(Self { columns, name: name.to_owned() })
    }

    /// The keys of a task, for the cursor that stands behind it.
    pub(super) fn keys_of(&self, task: &Task, due_at: Option<DateTime<Utc>>) -> Vec<Value> {
        let time = |at: Option<DateTime<Utc>>, column: &Column| Value::from(at.unwrap_or(column.far()).to_rfc3339());
        let key = |column: &Column| match column.by {
            TaskOrder::Title => Value::from(task.title.to_lowercase()),
            TaskOrder::Priority => Value::from(task.priority),
            TaskOrder::Completed => Value::from(task.completed),
            TaskOrder::Due => time(due_at, column),
            TaskOrder::RemindTime => time(task.remind_time, column),
            TaskOrder::CompletedAt => time(task.completed_at, column),
            TaskOrder::DateCreated => time(Some(task.date_created), column),
            TaskOrder::DateUpdated => time(Some(task.date_updated), column),
            _ => Value::from(task.id),
        };
        self.columns.iter().map(key).collect()
    }

    /// The id behind which the list goes on, or 0 at its beginning, if it is ordered by id alone and ascending.
    pub(super) fn after(&self, behind: Option<&[Key]>) -> Option<i64> {
        match (&self.columns[..], behind) {
            ([Column { by: TaskOrder::Id, descending: false }], None) => Some(0),
            ([Column { by: TaskOrder::Id, descending: false }], Some([Key::Int(id)])) => Some(*id),
            _ => None,
        }
    }

    /// The keys in a cursor.
    pub(super) fn read_keys(&self, values: Vec<Value>) -> Option<Vec<Key>> {
        if values.len() != self.columns.len() {
            return None;
        }
        self.columns.iter().zip(values).map(|(column, value)| column.read(value)).collect()
    }
}

fn unknown(field: &str) -> Error {
    let names: Vec<&str> = TaskOrder::ALL.iter().map(|order| order.as_str()).collect();
    let message = format!("cannot order by {field:?}; there are {}, each with - for descending", names.join(", "));
    Error::invalid("ordering", "unknown_field", message)
}

impl Column {
    /// The expression that is ordered by.
    pub(super) fn sql(self, engine: Engine) -> String {
        let nullable = |name: &str| format!("coalesce(t.{name}, {})", self.far_literal(engine));
        match self.by {
            TaskOrder::Title => "t.title_folded".to_owned(),
            TaskOrder::Due => nullable("due_at"),
            TaskOrder::RemindTime => nullable("remind_time"),
            TaskOrder::CompletedAt => nullable("completed_at"),
            other => format!("t.{}", other.as_str()),
        }
    }

    /// Stands for "none" where none comes last: out of the years that a task can hold.
    fn far(self) -> DateTime<Utc> {
        let year = if self.descending { 0 } else { 9999 };
        let (month, day) = if self.descending { (1, 1) } else { (12, 31) };
        NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
    }

    /// The same, letter for letter as in the index of the migrations.
    fn far_literal(self, engine: Engine) -> &'static str {
        match (engine, self.descending) {
            (Engine::Sqlite, false) => "'9999-12-31T00:00:00+00:00'",
            (Engine::Sqlite, true) => "'0000-01-01T00:00:00+00:00'",
            (Engine::Postgres, false) => "'9999-12-31 00:00:00+00'::timestamptz",
            (Engine::Postgres, true) => "'0001-01-01 00:00:00+00 BC'::timestamptz",
        }
    }

    fn read(self, value: Value) -> Option<Key> {
        match self.by {
            TaskOrder::Title => {
                value.as_str().filter(|text| !text.contains('\0')).map(|text| Key::Text(text.to_owned()))
            }
            TaskOrder::Completed => value.as_bool().map(Key::Bool),
            TaskOrder::Id | TaskOrder::Priority => value.as_i64().map(Key::Int),
            _ => DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| Key::Time(at.to_utc())),
        }
    }
}
