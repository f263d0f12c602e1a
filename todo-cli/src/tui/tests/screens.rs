//! Every screen at 80×24 and at 160×50. `cargo insta review` shows what changed.

use rstest_like::both;
use todo_sdk::model::{Comment, ReminderRow, ReminderState};

use super::*;
use crate::tui::model::detail::{Details, HistoryLine};

/// A macro in the place of rstest: names must be known to insta.
mod rstest_like {
    macro_rules! both {
        ($name:ident, $person:ident, $act:block) => {
            #[test]
            fn $name() {
                for (width, height) in [(80, 24), (160, 50)] {
                    #[allow(unused_mut, reason = "some screens are those one begins with")]
                    let mut $person = Person::with_tasks(width, height);
                    $act;
                    $person.model.notice = None;
                    insta::assert_snapshot!(format!("{}-{width}x{height}", stringify!($name)), $person.screen());
                }
            }
        };
    }
    pub(super) use both;
}

fn with_details(person: &mut Person) {
    person.presses("4");
    assert!(person.model.list.go_to_task(2, &person.model.store));
    let comment = |id, content: &str| Comment {
        id,
        task_id: 2,
        content: content.to_owned(),
        posted_date: now() - TimeDelta::hours(20),
        version: 1,
    };
    let reminder = ReminderRow {
        id: 1,
        task_id: 2,
        channel: Some("telegram".to_owned()),
        state: ReminderState::Sent,
        due_at: now() - TimeDelta::days(1),
        sent_at: Some(now() - TimeDelta::days(1)),
        late_by_seconds: Some(120),
        message_id: None,
        attempts: 1,
        reason: None,
        snoozed: false,
        nags: 0,
    };
    let line = |what: &str, client: &str, days| HistoryLine {
        at: now() - TimeDelta::days(days),
        what: what.to_owned(),
        client: client.to_owned(),
    };
    person.model.details = Details {
        id: 2,
        comments: vec![comment(1, "They open at ten."), comment(2, "The number is on the back of the card.")],
        reminders: vec![reminder],
        history: vec![line("changed: due, reminder", "todo-bot/0.1.0", 1), line("made", "todo-cli/0.1.0 (desk)", 3)],
        loaded: true,
        ..Details::default()
    };
}

both!(list, person, {});
both!(detail, person, {
    with_details(&mut person);
    person.presses("enter");
});
both!(today, person, { person.presses("1") });
both!(done, person, { person.presses("5") });
both!(sidebar, person, { person.presses("h j") });
both!(marked, person, { person.presses("space space") });
both!(quick, person, { person.presses("a") });
both!(quick_typed, person, {
    person.presses("a").types("Call the bank tomorrow 10:00 @home p1 !30m");
});
both!(quick_full, person, {
    let line = "Call the bank tomorrow 10:00 @home @\"language lessons\" p1 every 2 weeks on monday !30m !!15m // card";
    person.presses("a").types(line);
});
both!(form, person, {
    with_details(&mut person);
    person.presses("e");
});
both!(form_picker, person, {
    with_details(&mut person);
    person.presses("e tab ctrl-t");
});
both!(comment, person, {
    person.presses("c").types("They open at ten.");
});
both!(search, person, {
    person.presses("/").types("ban");
});
both!(filtered, person, { person.presses("f").types("home").presses("enter") });
both!(sort_menu, person, { person.presses("o") });
both!(snooze_menu, person, { person.presses("s") });
both!(tag_menu, person, { person.presses("t").types("garden") });
both!(palette, person, { person.presses(":").types("cal") });
both!(help, person, { person.presses("?") });
both!(confirm, person, { person.presses("d") });
both!(calendar, person, { person.presses("6") });
both!(statistics, person, { person.presses("7") });
both!(conflict, person, {
    with_details(&mut person);
    person.presses("e").types("!").presses("ctrl-s");
    let (number, _) = person.sent();
    let mut theirs = Task { version: 3, title: "Call the other bank".to_owned(), ..tasks().swap_remove(1) };
    theirs.priority = 3;
    let result = Err(crate::tui::msg::Failure::Conflict(Box::new(theirs)));
    person.hears(Msg::Wrote { number, result });
});
both!(toast, person, {
    let row = ReminderRow {
        id: 1,
        task_id: 2,
        channel: None,
        state: ReminderState::Queued,
        due_at: now(),
        sent_at: None,
        late_by_seconds: None,
        message_id: None,
        attempts: 0,
        reason: None,
        snoozed: false,
        nags: 0,
    };
    person.hears(Msg::Reminders(vec![row]));
    person.hears(Msg::Tick(now()));
});
both!(offline, person, {
    let why = "http://127.0.0.1:8000/ is out of reach".to_owned();
    person.hears(Msg::NotLoaded(why));
    person.presses("x");
});

#[test]
fn empty_and_small() {
    let mut person = Person::new(80, 24);
    person.loads();
    insta::assert_snapshot!("empty-80x24", person.screen());
    for (keys, name) in [("4", "list"), ("enter", "detail"), ("h h", "sidebar"), ("6", "calendar"), ("7", "statistics")]
    {
        let mut person = Person::with_tasks(60, 16);
        person.presses(keys);
        insta::assert_snapshot!(format!("{name}-60x16"), person.screen());
    }
}

#[test]
fn nothing_breaks_at_any_size() {
    let screens = ["4", "enter", "h", "a", "A", "e", "c", "/", "f", "t", ":", "?", "d", "6", "7", "A ctrl-t"];
    for (width, height) in [(1, 1), (2, 3), (10, 4), (20, 8), (60, 16), (79, 23), (300, 100)] {
        for keys in screens {
            let mut person = Person::with_tasks(width, height);
            person.presses(keys);
            person.screen();
        }
    }
}
