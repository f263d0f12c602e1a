//! What may stand in a column: an import is refused at the line that is wrong, not by some later call.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, IntoDeserializer, value::StrDeserializer},
};
use server_kit::clock::micros;
use todo_sdk::model::EventKind;

/// Types of values: what each is made of, what makes it valid, and what is said of one that isn't.
macro_rules! values {
    ($($(#[$doc:meta])* $Name:ident($Inner:ty): $valid:expr, $fault:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, sqlx::Type)]
        #[sqlx(transparent)]
        pub(super) struct $Name($Inner);

        impl<'de> Deserialize<'de> for $Name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let valid: fn(&$Inner) -> bool = $valid;
                let value = <$Inner>::deserialize(deserializer)?;
                if valid(&value) { Ok(Self(value)) } else { Err(D::Error::custom($fault)) }
            }
        }
    )+};
}

values! {
    /// An id, a version, or the number of a row in the journal.
    Number(i64): |number| *number >= 1, "must be at least 1";
    /// How many there are.
    Count(i64): |count| *count >= 0, "must not be negative";
    /// From 1 to 4.
    Priority(i16): |priority| (1..=4).contains(priority), "must be from 1 to 4";
    /// Any text that both databases hold.
    Text(String): |text| !text.contains('\0'), "must not contain the NUL character";
    /// IANA name of a zone.
    Zone(String): |name| name.parse::<Tz>().is_ok(), "must be an IANA time zone such as Europe/Berlin";
    /// What a repeat is reckoned from.
    RepeatFrom(String): |from| from == "schedule" || from == "completion", "must be schedule or completion";
    /// Where a reminder stands.
    ReminderState(String): |state| ["queued", "leased", "sent", "acknowledged", "snoozed", "failed", "dead"].contains(&state.as_str()),
        "must be the state of a reminder such as queued";
    /// What a token allows.
    Scope(String): |scope| scope == "read" || scope == "write", "must be read or write";
    /// What happened to what.
    Event(String): |name| is_event(name), "must be the name of an event such as task.created";
    /// A resource as JSON.
    Document(String): |text| serde_json::from_str::<IgnoredAny>(text).is_ok(), "must be a JSON document";
    /// A moment that both databases hold, and hold alike.
    Moment(DateTime<Utc>): |at| (1..=9999).contains(&at.year()) && micros(*at) == *at,
        "must lie between the years 1 and 9999 and have no more than microseconds";
}

impl Text {
    /// In lower case, for the column that searches look at.
    pub(super) fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

fn is_event(name: &str) -> bool {
    let name: StrDeserializer<'_, serde::de::value::Error> = name.into_deserializer();
    EventKind::deserialize(name).is_ok()
}
