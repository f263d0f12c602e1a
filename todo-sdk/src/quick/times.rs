//! Times of day.

use chrono::{NaiveTime, Timelike};

use super::vocabulary::number;

/// When people are awake: an hour that may be of the morning or of the evening lies in between.
const AWAKE: std::ops::RangeInclusive<u32> = 7..=20;

fn hm(hour: u32, minute: u32) -> Option<NaiveTime> {
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// A time as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// `18:30`, `6pm`.
    Exact(NaiveTime),
    /// 1 to 12, alone behind "at": `at 7` may be in the morning or in the evening.
    Hour(u32),
}

impl Said {
    /// What it means on any day: the first such hour at which people are awake.
    pub(super) fn usual(self) -> NaiveTime {
        self.candidates()[0]
    }

    /// What it means today, if that is still to come.
    pub(super) fn ahead(self, now: NaiveTime) -> Option<NaiveTime> {
        self.candidates().into_iter().find(|time| *time > now)
    }

    /// What it means today, where nothing but today is meant: `today at 9` may then be late.
    pub(super) fn today(self, now: NaiveTime) -> NaiveTime {
        let late = match self {
            Self::Hour(hour @ 1..=11) => hm(hour + 12, 0).filter(|time| *time > now),
            _ => None,
        };
        self.ahead(now).or(late).unwrap_or(self.candidates()[1])
    }

    /// The two times that it may be, often one.
    fn candidates(self) -> [NaiveTime; 2] {
        let hour = match self {
            Self::Exact(time) => return [time; 2],
            Self::Hour(hour) => hour,
        };
        let mut awake =
            [hour, hour + 12].into_iter().filter(|hour| AWAKE.contains(hour)).filter_map(|hour| hm(hour, 0));
        let first = awake.next().or_else(|| hm(hour, 0)).unwrap_or_default();
        [first, awake.next().unwrap_or(first)]
    }

    /// What it means in a part of the day, and whether that is behind midnight.
    pub(super) fn in_part(self, part: Daytime) -> (NaiveTime, bool) {
        let said = match self {
            Self::Exact(time) => time,
            Self::Hour(hour) => hm(hour, 0).unwrap_or_default(),
        };
        let afternoon = said.with_hour(said.hour() % 12 + 12).unwrap_or(said);
        match (part, said.hour()) {
            (Daytime::Afternoon, 1..=11) | (Daytime::Evening | Daytime::Night | Daytime::Tonight, 5..=11) => {
                (afternoon, false)
            }
            (Daytime::Evening | Daytime::Night | Daytime::Tonight, 12) => (said.with_hour(0).unwrap_or(said), true),
            (Daytime::Evening | Daytime::Night | Daytime::Tonight, 0..=4) => (said, true),
            _ => (said, false),
        }
    }
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Daytime {
    Morning,
    Afternoon,
    Evening,
    Night,
    Tonight,
}

impl Daytime {
    /// When it is meant, where nobody says more.
    pub(super) fn usual(self) -> NaiveTime {
        let hour = match self {
            Self::Morning => 9,
            Self::Afternoon => 15,
            Self::Evening => 19,
            Self::Night => 22,
            Self::Tonight => 20,
        };
        hm(hour, 0).unwrap_or_default()
    }

    /// What is left of today's: the usual time, or the next full hour that still belongs to it.
    pub(super) fn left(self, now: NaiveTime) -> Option<NaiveTime> {
        let last = match self {
            Self::Morning => 11,
            Self::Afternoon => 17,
            Self::Evening | Self::Night | Self::Tonight => 23,
        };
        let next = hm(now.hour() + 1, 0).filter(|next| next.hour() <= last);
        Some(self.usual()).filter(|usual| *usual > now).or(next)
    }
}

/// A time at the beginning of these words, and how many words it takes.
pub(super) fn time(words: &[&str]) -> Option<(Said, usize)> {
    let first = *words.first()?;
    let exact = |(time, taken): (NaiveTime, usize)| (Said::Exact(time), taken);
    match first {
        "at" | "в" | "к" | "by" | "@" => {
            let (said, taken) = clock(&words[1..]).map(exact).or_else(|| hour(words.get(1)?).map(|said| (said, 1)))?;
            // "eggs @ 1.50" is a price.
            if first == "@" && words[1].contains('.') {
                return None;
            }
            Some((said, taken + 1))
        }
        // "a table for 4" is no time.
        "for" => clock(&words[1..]).map(|(time, taken)| (Said::Exact(time), taken + 1)),
        _ => clock(words).map(exact),
    }
}

/// A part of the day that may stand alone: `in the evening`, `вечером`.
pub(super) fn daytime(words: &[&str]) -> Option<(Daytime, usize)> {
    match words {
        ["in", "the", part, ..] => part_of_day(part).map(|part| (part, 3)),
        ["утром", ..] => Some((Daytime::Morning, 1)),
        ["днем", ..] => Some((Daytime::Afternoon, 1)),
        ["вечером", ..] => Some((Daytime::Evening, 1)),
        ["ночью", ..] => Some((Daytime::Night, 1)),
        _ => None,
    }
}

/// The time of day that these words say, if they say nothing else.
pub(super) fn only_time(words: &[&str]) -> Option<NaiveTime> {
    let (time, taken) = match time(words) {
        Some((said, taken)) => (said.usual(), taken),
        None => daytime(words).map(|(part, taken)| (part.usual(), taken))?,
    };
    (taken == words.len()).then_some(time)
}

/// A time that is one by itself: `10:00`, `10am`, `10 am`, `9 утра`, `noon`.
fn clock(words: &[&str]) -> Option<(NaiveTime, usize)> {
    let first = *words.first()?;
    match first {
        "noon" | "midday" | "полдень" => return Some((hm(12, 0)?, 1)),
        "midnight" | "полночь" => return Some((hm(0, 0)?, 1)),
        _ => {}
    }
    for (suffix, afternoon) in [("am", false), ("pm", true), ("a.m", false), ("p.m", true)] {
        if let Some(digits) = first.strip_suffix(suffix).filter(|digits| !digits.is_empty()) {
            return twelve_hours(digits, afternoon).map(|time| (time, 1));
        }
        if words.get(1).is_some_and(|second| *second == suffix) {
            return twelve_hours(first, afternoon).map(|time| (time, 2));
        }
    }
    russian(words).or_else(|| Some((digital(first)?, 1)))
}

/// `9 утра`, `3 часа дня`, `9 часов`, `10:30 вечера`.
fn russian(words: &[&str]) -> Option<(NaiveTime, usize)> {
    let (hour, minute) = match words.first()?.split_once(':') {
        Some((hour, minute)) => (hour.parse().ok()?, minute.parse().ok()?),
        None => (number(words.first()?)?, 0),
    };
    let has_hours = matches!(words.get(1), Some(&("час" | "часа" | "часов" | "ч")));
    let taken = if has_hours { 2 } else { 1 };
    let turned = match words.get(taken).copied() {
        Some("утра" | "ночи") if hour <= 12 => hm(hour % 12, minute),
        Some("дня" | "вечера") if hour <= 12 => hm(hour % 12 + 12, minute),
        _ if has_hours => return hm(hour, minute).map(|time| (time, taken)),
        _ => return None,
    };
    turned.map(|time| (time, taken + 1))
}

fn twelve_hours(text: &str, afternoon: bool) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
    (1..=12).contains(&hour).then(|| hm(hour % 12 + if afternoon { 12 } else { 0 }, minute))?
}

/// `9:05`, `18:30`.
pub(super) fn digital(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.split_once(':')?;
    let is_number =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if !is_number(hour, 2) || !is_number(minute, 2) || minute.len() != 2 {
        return None;
    }
    hm(hour.parse().ok()?, minute.parse().ok()?)
}

/// Behind "at": an hour alone, or one with minutes behind a point.
pub(super) fn hour(word: &str) -> Option<Said> {
    if let Some(time) = word.split_once('.').and_then(|(hour, minute)| digital(&format!("{hour}:{minute}"))) {
        return Some(Said::Exact(time));
    }
    let is_number = word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
    match word.parse().ok().filter(|_| is_number)? {
        hour @ 1..=12 => Some(Said::Hour(hour)),
        hour => hm(hour, 0).map(Said::Exact),
    }
}

/// The part of a day behind "in the" and "this".
pub(super) fn part_of_day(word: &str) -> Option<Daytime> {
    match word {
        "morning" => Some(Daytime::Morning),
        "afternoon" => Some(Daytime::Afternoon),
        "evening" => Some(Daytime::Evening),
        "night" => Some(Daytime::Night),
        _ => None,
    }
}
