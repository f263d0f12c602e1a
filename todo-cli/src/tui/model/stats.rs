//! What the statistics show.

use std::collections::HashMap;

use chrono::Datelike;
use chrono_tz::Tz;
use todo_sdk::model::Id;

use super::store::Store;

/// Days shown one by one.
pub(crate) const DAYS: usize = 30;

/// Numbers about everything that is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Statistics {
    /// Tasks done on each of the last days, today last.
    pub(crate) done_per_day: Vec<u64>,
    /// Open and done tasks of each tag, the tags with most tasks first.
    pub(crate) by_tag: Vec<(Id, u64, u64)>,
    /// Days in a row with something done, up to today or yesterday.
    pub(crate) streak: usize,
    pub(crate) longest_streak: usize,
    pub(crate) done_this_week: u64,
    pub(crate) done_before: u64,
    /// Hours from making a task to having it done, half of them take less.
    pub(crate) median_hours: Option<i64>,
}

impl Statistics {
    /// `today` is counted from the common era.
    pub(crate) fn of(store: &Store, today: i32, zone: Tz) -> Self {
        let mut days: HashMap<i32, u64> = HashMap::new();
        let mut tags: HashMap<Id, (u64, u64)> = HashMap::new();
        let mut hours = Vec::new();
        for (_, slot) in store.iter() {
            let task = &slot.task;
            if let Some(at) = task.completed_at.filter(|_| task.completed) {
                let day = at.with_timezone(&zone).date_naive().num_days_from_ce();
                *days.entry(day).or_default() += 1;
                hours.push((at - task.date_created).num_hours().max(0));
            }
            for tag in &task.tags {
                let (open, done) = tags.entry(*tag).or_default();
                *if task.completed { done } else { open } += 1;
            }
        }
        let on = |day: i32| days.get(&day).copied().unwrap_or_default();
        let first = today - i32::try_from(DAYS).unwrap_or(0) + 1;
        let mut by_tag: Vec<_> = tags.into_iter().map(|(tag, (open, done))| (tag, open, done)).collect();
        by_tag.sort_unstable_by_key(|(tag, open, done)| (std::cmp::Reverse(open + done), *tag));
        let (streak, longest_streak) = streaks(&days, today);
        Self {
            done_per_day: (first..=today).map(on).collect(),
            by_tag,
            streak,
            longest_streak,
            done_this_week: (today - 6..=today).map(on).sum(),
            done_before: (today - 13..=today - 7).map(on).sum(),
            median_hours: median(hours),
        }
    }
}

fn streaks(days: &HashMap<i32, u64>, today: i32) -> (usize, usize) {
    let mut sorted: Vec<i32> = days.keys().copied().filter(|day| *day <= today).collect();
    sorted.sort_unstable();
    let (mut run, mut longest, mut last) = (0_usize, 0, i32::MIN);
    for day in sorted {
        run = if last.checked_add(1) == Some(day) { run + 1 } else { 1 };
        longest = longest.max(run);
        last = day;
    }
    // Today is not over yet: a run up to yesterday still counts.
    (if last >= today - 1 { run } else { 0 }, longest)
}

fn median(mut hours: Vec<i64>) -> Option<i64> {
    let middle = hours.len() / 2;
    if hours.is_empty() {
        return None;
    }
    Some(*hours.select_nth_unstable(middle).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_streak_may_wait_for_today() {
        let days = |list: &[i32]| list.iter().map(|day| (*day, 1)).collect::<HashMap<_, _>>();
        assert_eq!(streaks(&days(&[1, 2, 3, 7, 8]), 9), (2, 3));
        assert_eq!(streaks(&days(&[1, 2, 3, 7, 8]), 10), (0, 3));
        assert_eq!(streaks(&days(&[]), 10), (0, 0));
    }
}
