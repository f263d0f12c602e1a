//! Moments on the wire: the text that chrono writes, made in one go. Lists have hundreds of them, and chrono's way
//! through the formatting machinery was a quarter of what a list cost.

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::{Serialize, Serializer};

/// `2026-12-01T18:30:00.123456Z` with room for nanoseconds.
const LONGEST: usize = 30;

/// The text of a moment, or nothing where it has another shape: years of more than four digits, leap seconds.
fn text(at: DateTime<Utc>, buffer: &mut [u8; LONGEST]) -> Option<&str> {
    // Once: each field of a moment with a zone is reckoned from the start.
    let at = at.naive_utc();
    let (date, nanos) = (at.date(), at.nanosecond());
    let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999)?;
    if nanos >= 1_000_000_000 {
        return None;
    }
    buffer[..20].copy_from_slice(b"0000-00-00T00:00:00.");
    let seconds = at.num_seconds_from_midnight();
    let pairs = [year / 100, year % 100, date.month(), date.day(), seconds / 3600, seconds / 60 % 60, seconds % 60];
    for (start, pair) in [0, 2, 5, 8, 11, 14, 17].into_iter().zip(pairs) {
        buffer[start] = b'0' + (pair / 10) as u8;
        buffer[start + 1] = b'0' + (pair % 10) as u8;
    }
    let end = match nanos {
        0 => 19,
        _ if nanos.is_multiple_of(1_000_000) => fraction(buffer, 3, nanos / 1_000_000),
        _ if nanos.is_multiple_of(1_000) => fraction(buffer, 6, nanos / 1_000),
        _ => fraction(buffer, 9, nanos),
    };
    buffer[end] = b'Z';
    std::str::from_utf8(&buffer[..=end]).ok()
}

/// Writes the digits behind the point; answers where they end.
fn fraction(buffer: &mut [u8; LONGEST], digits: usize, mut value: u32) -> usize {
    for digit in buffer[20..20 + digits].iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
    }
    20 + digits
}

pub(crate) fn serialize<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    match text(*at, &mut [0; LONGEST]) {
        Some(text) => serializer.serialize_str(text),
        None => at.serialize(serializer),
    }
}

/// The same for what may be absent.
pub(crate) mod option {
    use chrono::{DateTime, Utc};
    use serde::{Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
        struct Moment<'a>(&'a DateTime<Utc>);

        impl Serialize for Moment<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                super::serialize(self.0, serializer)
            }
        }
        at.as_ref().map(Moment).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moments_look_as_chrono_writes_them(
            seconds in -70_000_000_000_i64..260_000_000_000,
            nanos in prop_oneof![Just(0), 0..1_000_000_000_u32, (0..1000_u32).prop_map(|n| n * 1_000_000), (0..1_000_000_u32).prop_map(|n| n * 1000)],
        ) {
            let at = DateTime::from_timestamp(seconds, nanos).unwrap();
            let ours = serialize(&at, serde_json::value::Serializer).unwrap();
            prop_assert_eq!(ours, serde_json::to_value(at).unwrap());
            prop_assert_eq!(option::serialize(&Some(at), serde_json::value::Serializer).unwrap(), serde_json::to_value(at).unwrap());
        }
    }

    #[test]
    fn what_has_another_shape_is_left_to_chrono() {
        for text in ["2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"] {
            let at: DateTime<Utc> = text.parse().unwrap();
            assert_eq!(serialize(&at, serde_json::value::Serializer).unwrap(), serde_json::to_value(at).unwrap());
        }
        assert_eq!(option::serialize(&None, serde_json::value::Serializer).unwrap(), serde_json::Value::Null);
    }
}
