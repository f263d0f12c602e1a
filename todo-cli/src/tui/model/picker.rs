//! A day on a month's page.

use chrono::{Datelike, Days, Months, NaiveDate};

/// The day under the cursor, and what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DayPicker {
    pub(crate) day: NaiveDate,
    pub(crate) today: NaiveDate,
}

impl DayPicker {
    pub(crate) fn new(day: NaiveDate, today: NaiveDate) -> Self {
        Self { day, today }
    }

    pub(crate) fn move_days(&mut self, days: i64) {
        let moved = if days < 0 {
            self.day.checked_sub_days(Days::new(days.unsigned_abs()))
        } else {
            self.day.checked_add_days(Days::new(days.unsigned_abs()))
        };
        self.day = moved.unwrap_or(self.day);
    }

    pub(crate) fn move_months(&mut self, months: i32) {
        let by = Months::new(months.unsigned_abs());
        let moved = if months < 0 { self.day.checked_sub_months(by) } else { self.day.checked_add_months(by) };
        self.day = moved.unwrap_or(self.day);
    }

    /// The weeks of the month, each from Monday on, with the days of other months around it.
    pub(crate) fn weeks(&self) -> Vec<[NaiveDate; 7]> {
        weeks_of(self.day)
    }
}

/// The weeks of the month that `day` is in.
pub(crate) fn weeks_of(day: NaiveDate) -> Vec<[NaiveDate; 7]> {
    let first = day.with_day(1).unwrap_or(day);
    let back = u64::from(first.weekday().num_days_from_monday());
    let mut start = first.checked_sub_days(Days::new(back)).unwrap_or(first);
    let mut weeks = Vec::new();
    loop {
        weeks.push(std::array::from_fn(|offset| start.checked_add_days(Days::new(offset as u64)).unwrap_or(start)));
        let Some(next) = start.checked_add_days(Days::new(7)) else { return weeks };
        start = next;
        if (start.year(), start.month()) > (day.year(), day.month()) {
            return weeks;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_whole_weeks() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let weeks = weeks_of(day("2026-11-23"));
        assert_eq!((weeks.len(), weeks[0][0], weeks[5][6]), (6, day("2026-10-26"), day("2026-12-06")));
        assert_eq!(weeks_of(day("2027-02-01")).len(), 4);
        assert_eq!(weeks_of(day("2026-12-31")).len(), 5);
    }
}
