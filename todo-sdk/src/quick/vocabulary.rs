//! The words for numbers, units, weekdays and months. All are folded: lower case, `е` for `ё`.

use chrono::Weekday;

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// A day by the clock on the wall.
    Day,
    /// Seven days.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

pub(super) fn unit(word: &str) -> Option<Unit> {
    Some(match word {
        "m" | "min" | "mins" | "minute" | "minutes" | "мин" | "м" | "минута" | "минуту" | "минуты" | "минут" => {
            Unit::Minute
        }
        "h" | "hr" | "hrs" | "hour" | "hours" | "ч" | "час" | "часа" | "часов" => Unit::Hour,
        "d" | "day" | "days" | "д" | "дн" | "день" | "дня" | "дней" => Unit::Day,
        "w" | "wk" | "week" | "weeks" | "нед" | "неделя" | "неделю" | "недели" | "недель" => {
            Unit::Week
        }
        "mo" | "month" | "months" | "мес" | "месяц" | "месяца" | "месяцев" => Unit::Month,
        "y" | "yr" | "year" | "years" | "год" | "года" | "лет" => Unit::Year,
        _ => return None,
    })
}

/// A number in digits or in words, 1 to 9,999.
pub(super) fn number(word: &str) -> Option<u32> {
    if !word.is_empty() && word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit()) {
        return word.parse().ok().filter(|number| *number > 0);
    }
    Some(match word {
        "a" | "an" | "one" | "один" | "одну" | "одна" => 1,
        "two" | "other" | "два" | "две" => 2,
        "three" | "три" => 3,
        "four" | "четыре" => 4,
        "five" | "пять" => 5,
        "six" | "шесть" => 6,
        "seven" | "семь" => 7,
        "eight" | "восемь" => 8,
        "nine" | "девять" => 9,
        "ten" | "десять" => 10,
        "eleven" | "одиннадцать" => 11,
        "twelve" | "двенадцать" => 12,
        _ => return None,
    })
}

/// `1st`, `2nd`, `31`, `1-го`.
pub(super) fn day_of_month(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| !c.is_ascii_digit());
    let suffix = &word[digits.len()..];
    let known = matches!(suffix, "" | "st" | "nd" | "rd" | "th" | "-го" | "го" | "-е" | "е" | "-ое" | "ое");
    let number: u32 = digits.parse().ok().filter(|_| known && digits.len() <= 2)?;
    (1..=31).contains(&number).then_some(number)
}

/// A month by its name, from 1.
pub(super) fn month(word: &str) -> Option<u32> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "january", "января", "янв"],
        &["feb", "february", "февраля", "фев"],
        &["mar", "march", "марта", "мар"],
        &["apr", "april", "апреля", "апр"],
        &["may", "мая"],
        &["jun", "june", "июня", "июн"],
        &["jul", "july", "июля", "июл"],
        &["aug", "august", "августа", "авг"],
        &["sep", "sept", "september", "сентября", "сен", "сент"],
        &["oct", "october", "октября", "окт"],
        &["nov", "november", "ноября", "ноя", "нояб"],
        &["dec", "december", "декабря", "дек"],
    ];
    (1..).zip(NAMES).find_map(|(number, names)| names.contains(&word).then_some(number))
}

/// How sure it is that a word is a weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// It means nothing else.
    Yes,
    /// Only behind a preposition or beside a time: "sun", "среда".
    InContext,
}

pub(super) fn weekday(word: &str) -> Option<(Weekday, Sure)> {
    use Sure::{InContext, Yes};
    use Weekday::{Fri, Mon, Sat, Sun, Thu, Tue, Wed};
    Some(match word {
        "monday" | "mon" | "понедельник" | "понедельника" | "понедельнику" => {
            (Mon, Yes)
        }
        "tuesday" | "tue" | "tues" | "вторник" | "вторника" | "вторнику" => (Tue, Yes),
        "wednesday" | "среду" => (Wed, Yes),
        "thursday" | "thu" | "thur" | "thurs" | "четверг" | "четверга" | "четвергу" => {
            (Thu, Yes)
        }
        "friday" | "fri" | "пятницу" => (Fri, Yes),
        "saturday" | "субботу" => (Sat, Yes),
        "sunday" | "воскресенье" => (Sun, Yes),
        "wed" | "среда" | "среды" | "среде" | "ср" => (Wed, InContext),
        "sat" | "суббота" | "субботы" | "субботе" | "сб" => (Sat, InContext),
        "sun" | "воскресенья" | "воскресенью" | "вс" => (Sun, InContext),
        "пятница" | "пятницы" | "пятнице" | "пт" => (Fri, InContext),
        "пн" => (Mon, InContext),
        "вт" => (Tue, InContext),
        "чт" => (Thu, InContext),
        _ => return None,
    })
}

/// Weekdays as those of every week: `mondays`, `понедельникам`.
pub(super) fn weekdays_plural(word: &str) -> Option<Weekday> {
    Some(match word {
        "понедельникам" => Weekday::Mon,
        "вторникам" => Weekday::Tue,
        "средам" => Weekday::Wed,
        "четвергам" => Weekday::Thu,
        "пятницам" => Weekday::Fri,
        "субботам" => Weekday::Sat,
        "воскресеньям" => Weekday::Sun,
        _ => return word.strip_suffix('s').filter(|word| word.ends_with("day")).and_then(weekday).map(|(day, _)| day),
    })
}

/// `30m`, `2h30m`, `1d`, `15мин`, in seconds.
pub(super) fn span(word: &str) -> Option<i64> {
    let mut seconds: i64 = 0;
    let mut rest = word;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|digits| (1..=4).contains(digits))?;
        let letters = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |letters| digits + letters);
        let count: i64 = rest[..digits].parse().ok()?;
        seconds += count * seconds_in(unit(&rest[digits..letters])?)?;
        rest = &rest[letters..];
    }
    Some(seconds).filter(|seconds| *seconds > 0)
}

/// Months and years have no fixed length.
pub(super) fn seconds_in(unit: Unit) -> Option<i64> {
    match unit {
        Unit::Minute => Some(60),
        Unit::Hour => Some(3600),
        Unit::Day => Some(86_400),
        Unit::Week => Some(7 * 86_400),
        Unit::Month | Unit::Year => None,
    }
}
