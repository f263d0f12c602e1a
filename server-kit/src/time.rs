//! Days in a person's zone.

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use todo_sdk::model::Due;

use crate::Error;

/// The zone of that IANA name.
///
/// # Errors
///
/// 422 on `timezone` if there is none.
pub fn zone(name: &str) -> Result<Tz, Error> {
    name.parse().map_err(|_| {
        Error::invalid("timezone", "unknown_zone", "is not an IANA time zone such as Europe/Berlin or UTC")
    })
}

/// The moment at which a day begins: the first one that exists, where a clock change skips midnight.
#[must_use]
pub fn start_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    // No change skips more than a day's worth of quarters.
    (0..96)
        .find_map(|quarters| match zone.from_local_datetime(&(midnight + TimeDelta::minutes(15 * quarters))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
            LocalResult::None => None,
        })
        .unwrap_or_else(|| midnight.and_utc())
}

/// The last microsecond of a day: what is due all day is overdue after it.
#[must_use]
pub fn end_of_day(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    match day.checked_add_days(Days::new(1)) {
        Some(next) => start_of_day(next, zone) - TimeDelta::microseconds(1),
        None => start_of_day(day, zone),
    }
}

/// A bound of a filter: a bare day means the moment at which it begins.
#[must_use]
pub fn bound(due: Due, zone: Tz) -> DateTime<Utc> {
    match due {
        Due::At(at) => crate::clock::micros(at),
        Due::Day(day) => start_of_day(day, zone),
    }
}

/// The years that both databases and every client can hold.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9998;

/// # Errors
///
/// 422 on `field` if the time is out of the years that can be kept.
pub fn check_range(field: &str, due: Due) -> Result<(), Error> {
    use chrono::Datelike;
    let year = match due {
        Due::Day(day) => day.year(),
        Due::At(at) => at.year(),
    };
    if YEARS.contains(&year) {
        Ok(())
    } else {
        Err(Error::invalid(field, "out_of_range", "must lie between the years 1 and 9998"))
    }
}

/// # Errors
///
/// 422 on `field` if the moment is still to come, or out of the years that can be kept.
pub fn check_past(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
    check_range(field, Due::At(at))?;
    if at > now {
        return Err(Error::invalid(field, "in_the_future", "lies in the future"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America::Sao_Paulo, Asia::Kathmandu, Europe::Berlin};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_begin_in_their_zone() {
        assert_eq!(start_of_day(day("2026-12-01"), Kathmandu).to_rfc3339(), "2026-11-30T18:15:00+00:00");
        // Midnight was skipped on that day.
        assert_eq!(start_of_day(day("2018-11-04"), Sao_Paulo).to_rfc3339(), "2018-11-04T03:00:00+00:00");
    }

    #[test]
    fn days_of_a_clock_change_are_shorter_or_longer() {
        let hours = |text| {
            let length = end_of_day(day(text), Berlin) - start_of_day(day(text), Berlin) + TimeDelta::microseconds(1);
            length.num_hours()
        };
        assert_eq!((hours("2026-03-29"), hours("2026-03-30"), hours("2026-10-25")), (23, 24, 25));
    }
}
