//! Rules that can be said, taken apart.

use std::{collections::BTreeMap, fmt, num::NonZeroU32};

use chrono::{NaiveDate, NaiveTime, Timelike, Weekday};

use super::vocabulary::Unit;

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// An [RFC 5545](https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10) rule of those that a repeat in a line comes to:
/// what a client needs to say it in words. It is written as a rule again.
///
/// ```
/// use todo_sdk::quick::{Every, Rule};
///
/// let rule = Rule::read("FREQ=MONTHLY;BYMONTHDAY=31").unwrap();
/// assert_eq!(rule.every, Every::MonthDays(vec![31]));
/// assert_eq!(rule.to_string(), "FREQ=MONTHLY;BYMONTHDAY=31");
/// assert_eq!(Rule::read("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What it repeats on.
    pub every: Every,
    /// The time of day that is meant, where the clocks moved the one at which the task is due.
    pub at: Option<NaiveTime>,
    /// When it ends.
    pub end: Option<End>,
}

/// What a rule repeats on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Every {
    /// So many units after the last time.
    Plain(Unit, u32),
    /// These days of the week, Monday first, every so many weeks.
    Weekdays(Vec<Weekday>, u32),
    /// These days of a month, 1 to 31; or -1 alone, the last one.
    MonthDays(Vec<i32>),
    /// The first (1) to fourth (4) or the last (-1) such weekday of a month.
    Nth(i32, Weekday),
    /// A day of a month, 1 to 31, and that month, 1 to 12.
    YearDay(u32, u32),
}

/// When a rule ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// After this day.
    Until(NaiveDate),
    /// After so many times.
    Count(u32),
}

impl Rule {
    /// Takes a rule apart; none if it is of another kind.
    #[must_use]
    pub fn read(rrule: &str) -> Option<Self> {
        let rrule = rrule.to_ascii_uppercase();
        let mut parts = BTreeMap::new();
        for part in rrule.split(';') {
            let (name, value) = part.split_once('=')?;
            if parts.insert(name.trim(), value.trim()).is_some() {
                return None;
            }
        }
        let frequency = parts.remove("FREQ")?;
        let interval: NonZeroU32 = parts.remove("INTERVAL").unwrap_or("1").parse().ok()?;
        let end = End::read(parts.remove("UNTIL"), parts.remove("COUNT"))?;
        let at = time(parts.remove("BYHOUR"), parts.remove("BYMINUTE"))?;
        let on: Vec<(&str, &str)> = parts.into_iter().collect();
        let every = Every::read(frequency, interval.get(), &on)?;
        (at.is_none() || !every.is_within_a_day()).then_some(Self { every, at, end })
    }
}

impl Every {
    fn read(frequency: &str, interval: u32, on: &[(&str, &str)]) -> Option<Self> {
        match (frequency, interval, on) {
            (frequency, count, []) => Some(Self::Plain(unit(frequency)?, count)),
            ("WEEKLY", count, [("BYDAY", days)]) => {
                let mut days: Vec<Weekday> = days.split(',').map(weekday).collect::<Option<_>>()?;
                days.sort_by_key(Weekday::num_days_from_monday);
                days.dedup();
                Some(Self::Weekdays(days, count))
            }
            ("MONTHLY", 1, [("BYMONTHDAY", "-1")]) => Some(Self::MonthDays(vec![-1])),
            ("MONTHLY", 1, [("BYMONTHDAY", days)]) => {
                let day = |day: &str| day.parse().ok().filter(|day| (1..=31).contains(day));
                Some(Self::MonthDays(days.split(',').map(day).collect::<Option<_>>()?))
            }
            ("MONTHLY", 1, [("BYDAY", nth)]) => {
                let (nth, day) = nth.split_at_checked(nth.len().checked_sub(2)?)?;
                let nth = nth.parse().ok().filter(|nth| matches!(nth, -1 | 1..=4))?;
                Some(Self::Nth(nth, weekday(day)?))
            }
            ("YEARLY", 1, [("BYMONTH", month), ("BYMONTHDAY", day)]) => {
                let (day, month) = (day.parse().ok()?, month.parse().ok()?);
                NaiveDate::from_ymd_opt(2024, month, day).map(|_| Self::YearDay(day, month))
            }
            _ => None,
        }
    }

    /// Whether it repeats by hours or minutes, for which a day alone is no time.
    #[must_use]
    pub fn is_within_a_day(&self) -> bool {
        matches!(self, Self::Plain(Unit::Minute | Unit::Hour, _))
    }
}

impl End {
    fn read(until: Option<&str>, count: Option<&str>) -> Option<Option<Self>> {
        match (until, count) {
            (None, None) => Some(None),
            (Some(until), None) => {
                let day = NaiveDate::parse_from_str(until.get(..8)?, "%Y%m%d").ok()?;
                Some(Some(Self::Until(day)))
            }
            (None, Some(count)) => count.parse().ok().map(|count: NonZeroU32| Some(Self::Count(count.get()))),
            (Some(_), Some(_)) => None,
        }
    }
}

fn time(hour: Option<&str>, minute: Option<&str>) -> Option<Option<NaiveTime>> {
    match (hour, minute) {
        (None, None) => Some(None),
        (Some(hour), Some(minute)) => NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0).map(Some),
        _ => None,
    }
}

fn unit(frequency: &str) -> Option<Unit> {
    const UNITS: [Unit; 6] = [Unit::Minute, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year];
    UNITS.into_iter().find(|unit| self::frequency(*unit) == frequency)
}

fn frequency(unit: Unit) -> &'static str {
    match unit {
        Unit::Minute => "MINUTELY",
        Unit::Hour => "HOURLY",
        Unit::Day => "DAILY",
        Unit::Week => "WEEKLY",
        Unit::Month => "MONTHLY",
        Unit::Year => "YEARLY",
    }
}

fn weekday(code: &str) -> Option<Weekday> {
    WEEK.into_iter().find(|day| self::code(*day) == code)
}

fn code(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.every)?;
        if let Some(at) = self.at {
            write!(f, ";BYHOUR={};BYMINUTE={}", at.hour(), at.minute())?;
        }
        match self.end {
            Some(End::Until(day)) => write!(f, ";UNTIL={}", day.format("%Y%m%d")),
            Some(End::Count(count)) => write!(f, ";COUNT={count}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let interval = |count: u32| if count > 1 { format!(";INTERVAL={count}") } else { String::new() };
        match self {
            Self::Plain(unit, count) => write!(f, "FREQ={}{}", frequency(*unit), interval(*count)),
            Self::Weekdays(days, count) => {
                let days: Vec<&str> = days.iter().map(|day| code(*day)).collect();
                write!(f, "FREQ=WEEKLY{};BYDAY={}", interval(*count), days.join(","))
            }
            Self::MonthDays(days) => {
                let days: Vec<String> = days.iter().map(i32::to_string).collect();
                write!(f, "FREQ=MONTHLY;BYMONTHDAY={}", days.join(","))
            }
            Self::Nth(nth, day) => write!(f, "FREQ=MONTHLY;BYDAY={nth}{}", code(*day)),
            Self::YearDay(day, month) => write!(f, "FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_taken_apart_and_put_together() {
        for rule in [
            "FREQ=MINUTELY;INTERVAL=15",
            "FREQ=HOURLY",
            "FREQ=DAILY;BYHOUR=2;BYMINUTE=30",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=5",
            "FREQ=MONTHLY;BYMONTHDAY=1,15",
            "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20261231",
            "FREQ=MONTHLY;BYDAY=-1FR",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
        ] {
            assert_eq!(Rule::read(rule).map(|rule| rule.to_string()).as_deref(), Some(rule));
        }
        assert_eq!(Rule::read("freq=weekly;byday=fr,mo").unwrap().to_string(), "FREQ=WEEKLY;BYDAY=MO,FR");
        let until = Rule::read("FREQ=DAILY;UNTIL=20261203T080000Z").unwrap().end;
        assert_eq!(until, Some(End::Until("2026-12-03".parse().unwrap())));
    }

    #[test]
    fn what_is_of_another_kind_is_left_whole() {
        for rule in [
            "",
            "FREQ",
            "daily",
            "FREQ=SECONDLY",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;FREQ=DAILY",
            "FREQ=DAILY;COUNT=2;UNTIL=20261203",
            "FREQ=DAILY;UNTIL=ééé",
            "FREQ=DAILY;BYHOUR=9",
            "FREQ=HOURLY;BYHOUR=9;BYMINUTE=0",
            "FREQ=WEEKLY;BYDAY=é",
            "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
            "FREQ=MONTHLY;BYDAY=é",
            "FREQ=MONTHLY;BYMONTHDAY=15,-1",
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        ] {
            assert_eq!(Rule::read(rule), None, "{rule}");
        }
    }
}
