//! When a task is due: a moment, or a whole day.

use std::{fmt, str::FromStr};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// When a task is due.
///
/// ```
/// use todo_sdk::model::Due;
///
/// assert!(matches!("2026-12-01".parse(), Ok(Due::Day(_))));
/// assert!(matches!("2026-12-01T18:30:00+02:00".parse(), Ok(Due::At(_))));
/// assert_eq!("2026-12-01T18:30:00+02:00".parse::<Due>().unwrap().to_string(), "2026-12-01T16:30:00Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    /// All day, in the zone of the task's owner: `2026-12-01`.
    Day(NaiveDate),
    /// A moment: `2026-12-01T18:30:00Z`.
    At(DateTime<Utc>),
}

/// The text is neither `YYYY-MM-DD` nor an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a date like 2026-12-01 or an RFC 3339 time like 2026-12-01T18:30:00Z")]
pub struct ParseDueError;

impl FromStr for Due {
    type Err = ParseDueError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // chrono also reads `2026-1-1`; the contract's form has ten characters.
        if text.len() == 10 {
            return text.parse().map(Self::Day).map_err(|_| ParseDueError);
        }
        DateTime::parse_from_rfc3339(text).map(|at| Self::At(at.to_utc())).map_err(|_| ParseDueError)
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::At(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}

impl From<DateTime<Utc>> for Due {
    fn from(at: DateTime<Utc>) -> Self {
        Self::At(at)
    }
}

impl From<NaiveDate> for Due {
    fn from(day: NaiveDate) -> Self {
        Self::Day(day)
    }
}

impl Serialize for Due {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Day(_) => serializer.collect_str(self),
            Self::At(at) => super::moment::serialize(at, serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Due {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
mod schema {
    use utoipa::{
        PartialSchema, ToSchema,
        openapi::{ObjectBuilder, RefOr, Schema, schema::Type},
    };

    use super::Due;

    impl PartialSchema for Due {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("An RFC 3339 time, or `YYYY-MM-DD` for all day in the owner's zone."))
                .examples(["2026-12-01T18:30:00Z", "2026-12-01"])
                .into()
        }
    }

    impl ToSchema for Due {}
}
