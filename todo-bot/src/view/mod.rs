//! What people see: pure functions from what is known to a [`Screen`](crate::telegram::Screen).

pub(crate) mod calendar;
pub(crate) mod comments;
pub(crate) mod draft;
pub(crate) mod list;
pub(crate) mod quick;
pub(crate) mod reminder;
pub(crate) mod repeat;
pub(crate) mod tags;
pub(crate) mod task;
pub(crate) mod undo;
pub(crate) mod when;

/// A label for a button: Telegram cuts long ones in the middle of the screen.
#[must_use]
pub(crate) fn label(text: &str, max: usize) -> String {
    let (short, more) = crate::telegram::html::cut(text, max);
    if more { format!("{short}…") } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use chrono_tz::Tz;
    use todo_sdk::model::{ClaimedReminder, Comment, GatheredReminder, Id, Language, Task};

    use super::{tags::TagPage, when::Clock};
    use crate::{
        i18n::Words,
        session::{Draft, Place, Search},
        telegram::{Screen, html::units},
    };

    /// As long as anything may be.
    fn task(id: Id) -> Task {
        let task = serde_json::json!({
            "id": id, "title": "👍".repeat(100), "description": "<&> ".repeat(2500), "completed": false,
            "completed_at": null, "priority": 1, "due": "2026-12-01T10:00:00Z", "remind_time": "2026-12-01T09:00:00Z",
            "repeat": {"rrule": "X".repeat(10_000), "from": "completion"}, "tags": (0..100).collect::<Vec<_>>(),
            "telegram_user": 1, "date_created": "2026-11-01T00:00:00Z", "date_updated": "2026-11-01T00:00:00Z",
            "version": 1,
        });
        serde_json::from_value(task).unwrap()
    }

    fn tags() -> HashMap<Id, String> {
        (0..100).map(|id| (id, format!("{id:050}"))).collect()
    }

    fn fits(screen: &Screen) {
        let mut text = String::new();
        let mut inside = false;
        for letter in screen.text.chars() {
            match letter {
                '<' => inside = true,
                '>' => inside = false,
                letter if !inside => text.push(letter),
                _ => {}
            }
        }
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        assert!((1..=4096).contains(&units(&text)), "{} units: {text:.200}", units(&text));
        let buttons = screen.rows.iter().flatten();
        assert!(buttons.clone().count() <= 100, "{} buttons", buttons.count());
        assert!(screen.rows.iter().all(|row| row.len() <= 8));
    }

    #[test]
    fn the_longest_screens_fit_into_a_message() {
        for language in [Language::En, Language::Ru] {
            let clock = Clock { words: Words(language), zone: Tz::UTC, now: "2026-11-23T12:00:00Z".parse().unwrap() };
            let (words, tags, tasks) = (clock.words, tags(), (1..=8).map(task).collect::<Vec<_>>());
            let comment =
                |id| Comment { id, task_id: 1, content: "ж".repeat(10_000), posted_date: clock.now, version: 1 };
            let comments: Vec<Comment> = (1..=5).map(comment).collect();
            let gathered = |id| GatheredReminder { id, due_at: clock.now, late_by_seconds: 1, task: task(id) };
            let claimed = |count: i64| ClaimedReminder {
                id: 1,
                lease: String::new(),
                attempt: 1,
                channel: "telegram".to_owned(),
                due_at: clock.now,
                late_by_seconds: 200_000,
                snoozed: false,
                nags: 0,
                task: task(1),
                gathered: (0..count).map(gathered).collect(),
                gathered_count: count * 2,
                chat_id: None,
                language: None,
                timezone: "UTC".to_owned(),
            };
            let draft = Draft {
                title: "👍".repeat(100),
                description: "ж".repeat(10_000),
                tags: (0..100).collect(),
                ..Draft::default()
            };
            let so_far = super::draft::so_far(clock, &draft, &tags);
            let search = Search { number: 1, text: "👍".repeat(4000) };
            let place = Place { search: Some(search), page: 3, ..Place::default() };
            let many = (0..100).map(|tag| format!("@{tag:050}")).collect::<Vec<_>>().join(" ");
            let read = todo_sdk::quick::parse(&format!("Call {many} // {}", "ж".repeat(9000)), clock.now, Tz::UTC);
            for screen in [
                super::task::card(clock, &tasks[0], &tags, Some(1000)),
                super::task::description(words, &tasks[0], 1),
                super::task::categories(words, &tasks[0], &TagPage::new(&tags, 1)),
                super::repeat::choose(clock, &tasks[0]),
                super::tags::tags(words, &tags, 1),
                super::list::by_category(words, place.spot(), &tags, 1),
                super::task::reminders(clock, &tasks[0]),
                super::list::list(clock, &place, &tasks, true, &tags),
                super::comments::comments(clock, &tasks[0], 1, &comments, 100),
                super::comments::comment(clock, &comments[0], 2),
                super::reminder::reminder(clock, &claimed(0)),
                super::reminder::reminder(clock, &claimed(50)),
                super::draft::categories(clock, &so_far, &draft, &tags),
                super::draft::confirm(clock, &so_far, &draft),
                Screen::text(super::quick::preview(clock, &read)),
            ] {
                fits(&screen);
            }
        }
    }
}
