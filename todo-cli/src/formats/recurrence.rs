//! Simple repetitions, as other programs write them: every so many days, weeks, months or years.

use todo_sdk::model::{Repeat, RepeatFrom};

/// A repetition of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Every {
    pub(super) count: u32,
    pub(super) unit: Unit,
    pub(super) from: RepeatFrom,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    /// Monday to Friday.
    Weekday,
    Week,
    Month,
    Year,
}

impl Every {
    pub(super) fn new(count: u32, unit: Unit, from: RepeatFrom) -> Option<Self> {
        // Every second weekday is no rule of ours.
        let is_sound = (1..=1000).contains(&count) && (unit != Unit::Weekday || count == 1);
        is_sound.then_some(Self { count, unit, from })
    }

    /// What the rule says, if it is that simple.
    pub(super) fn of(repeat: &Repeat) -> Option<Self> {
        let rule = repeat.rrule.to_ascii_uppercase();
        let (mut unit, mut count, mut weekdays) = (None, 1, false);
        for part in rule.split(';') {
            match part.split_once('=')? {
                ("FREQ", "DAILY") => unit = Some(Unit::Day),
                ("FREQ", "WEEKLY") => unit = Some(Unit::Week),
                ("FREQ", "MONTHLY") => unit = Some(Unit::Month),
                ("FREQ", "YEARLY") => unit = Some(Unit::Year),
                ("INTERVAL", number) => count = number.parse().ok()?,
                ("BYDAY", "MO,TU,WE,TH,FR") => weekdays = true,
                _ => return None,
            }
        }
        let unit = match (unit?, weekdays) {
            (Unit::Week, true) => Unit::Weekday,
            (_, true) => return None,
            (unit, false) => unit,
        };
        Self::new(count, unit, repeat.from)
    }

    pub(super) fn repeat(self) -> Repeat {
        let freq = match self.unit {
            Unit::Day => "DAILY",
            Unit::Week | Unit::Weekday => "WEEKLY",
            Unit::Month => "MONTHLY",
            Unit::Year => "YEARLY",
        };
        let mut rrule = format!("FREQ={freq}");
        if self.count > 1 {
            rrule = format!("{rrule};INTERVAL={}", self.count);
        }
        if self.unit == Unit::Weekday {
            rrule.push_str(";BYDAY=MO,TU,WE,TH,FR");
        }
        Repeat { rrule, from: self.from }
    }
}

/// A number and a word behind it, e.g. `2weeks`; 1 where there is no number.
pub(super) fn number_and_word(text: &str) -> Option<(u32, &str)> {
    let word = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = &text[..text.len() - word.len()];
    Some((if number.is_empty() { 1 } else { number.parse().ok()? }, word))
}
