//! A script: statements that are one write, and what they are told.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use rusqlite::types::Value;

/// The statements of a write, one after the other, and their parameters.
///
/// What a statement returns, an integer of one row, is a parameter of those that follow, under the name of its column, and
/// the last one is the answer: `INSERT …; SELECT last_insert_rowid() AS id; INSERT … VALUES (:id, $1)`. A statement with a
/// list among its parameters is run once for each value. One that neither returns nor changes a row refuses the script.
#[derive(Debug)]
pub struct Script {
    pub(super) text: &'static str,
    pub(super) values: Vec<Told>,
}

/// A parameter.
#[derive(Debug)]
pub enum Told {
    /// One value.
    One(Value),
    /// One after the other.
    Each(Vec<i64>),
}

impl Script {
    /// One without parameters so far.
    #[must_use]
    pub fn new(text: &'static str) -> Self {
        Self { text, values: Vec::new() }
    }

    /// Adds the next parameter: `$1`, `$2`, ….
    #[must_use]
    pub fn bind(mut self, value: impl Bound) -> Self {
        self.values.push(value.told());
        self
    }
}

/// What may be a parameter: it is written as sqlx writes it.
pub trait Bound {
    /// As SQLite stores it.
    fn told(self) -> Told;
}

impl Bound for Value {
    fn told(self) -> Told {
        Told::One(self)
    }
}

/// What rusqlite stores in the same way.
macro_rules! bound {
    ($($kind:ty),*) => {
        $(impl Bound for $kind {
            fn told(self) -> Told {
                Value::from(self).told()
            }
        })*
    };
}
bound!(bool, i16, i32, i64, String);

impl Bound for &str {
    fn told(self) -> Told {
        Value::Text(self.to_owned()).told()
    }
}

impl Bound for &String {
    fn told(self) -> Told {
        self.as_str().told()
    }
}

impl Bound for DateTime<Utc> {
    fn told(self) -> Told {
        Value::Text(self.to_rfc3339_opts(SecondsFormat::AutoSi, false)).told()
    }
}

impl Bound for NaiveDate {
    fn told(self) -> Told {
        Value::Text(self.to_string()).told()
    }
}

impl Bound for &Vec<i64> {
    fn told(self) -> Told {
        Told::Each(self.clone())
    }
}

impl<T: Bound> Bound for Option<T> {
    fn told(self) -> Told {
        self.map_or(Told::One(Value::Null), Bound::told)
    }
}
