//! What is on the screen when it matters: help, hints, reminders, the calendar, putting off.

use todo_sdk::model::{ReminderRow, ReminderState};

use super::*;
use crate::tui::{model::scope::View, msg::Failure, theme::Colors};

/// The lines of the box of help.
fn help(person: &Person) -> Vec<String> {
    let screen = person.screen();
    let lines = screen.lines().filter_map(|line| Some(line.split_once("│ ")?.1.rsplit_once('│')?.0.trim().to_owned()));
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn help_shows_each_line_once_and_its_end() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("?");
    let mut seen = help(&person);
    for _ in 0..10 {
        person.presses("pagedown");
        for line in help(&person) {
            if !seen.contains(&line) {
                seen.push(line);
            }
        }
    }
    person.sees_no("more ↓");
    for (binding, _) in person.model.keymap.all().filter(|(binding, _)| binding.text.len() > 10) {
        assert!(seen.iter().any(|line| line.contains(binding.text)), "{} is not in help", binding.text);
    }
    assert!(seen.iter().all(|line| !line.contains('…')), "nothing is cut");
    person.presses("g");
    person.sees("The mouse works too");
    person.presses("G");
    person.sees_no("The mouse works too");
    person.presses("k");
    person.sees("1 more ↓");
}

#[test]
fn help_opens_where_one_is_and_goes_back_there() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("6 ?");
    assert!(help(&person)[0].contains("Calendar"), "{:?}", help(&person));
    person.presses("esc a").types("Call").presses("f1");
    assert!(help(&person)[0].contains("Adding"), "{:?}", help(&person));
    person.presses("q");
    person.sees("Title: Call");
}

#[test]
fn statistics_differ_without_colours() {
    let mut person = Person::with_tasks(80, 24);
    person.model.theme = Theme::new(false, Colors::None);
    person.presses("7");
    person.sees("█ done  ░ open");
    person.sees("█░");
}

#[test]
fn a_reminder_waits_for_what_is_open() {
    let mut person = Person::with_tasks(80, 24);
    let row = ReminderRow {
        id: 9,
        task_id: 2,
        channel: Some("telegram".to_owned()),
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
    person.presses("e");
    person.hears(Msg::Reminders(vec![row]));
    person.hears(Msg::Tick(now()));
    person.sees_no("╭ Reminder");
    person.sees("◔ Call the bank");
    person.presses("esc");
    person.sees("╭ Reminder");
}

#[test]
fn what_was_said_goes_before_how_it_stands_with_the_server() {
    let mut person = Person::with_tasks(60, 24);
    person.presses("x");
    person.sees("Done: “Pay the rent” · u undoes");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::Away("gone".to_owned())) });
    person.presses("x");
    // That it waits is told by the other end of the line.
    person.sees("Done: “Позвонить маме”  ");
    person.sees("2 waiting ○ offline ");
    person.waits(TimeDelta::seconds(7));
    person.sees("2 waiting ○ offline, trying again");
}

#[test]
fn the_calendar_is_left_and_found_again() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("6 ] right enter");
    assert_eq!(person.model.view(), View::All);
    person.presses("esc");
    assert_eq!(person.model.view(), View::Calendar);
    assert_eq!(person.model.calendar.day.to_string(), "2026-12-24");
    person.sees("[ earlier  ] later  t today");
    person.presses("t");
    assert_eq!(person.model.calendar.day.to_string(), "2026-11-23");
}

#[test]
fn putting_off_never_moves_a_task_to_earlier() {
    let mut person = Person::with_tasks(80, 24);
    assert!(person.model.list.go_to_task(4, &person.model.store), "due on 3 December");
    person.presses("s");
    for earlier in ["in an hour", "tomorrow", "next Monday", "in a week"] {
        person.sees_no(&format!("  {earlier} "));
    }
    person.sees("Fri 4 Dec");
    person.presses("enter");
    person.sees("“日本語を勉強する”: due 4 Dec");
    let Op::Each { changes } = person.sent().1 else { panic!() };
    assert_eq!(changes[0].1.due, Some(due("2026-12-04")));

    // Several: each a week after it was; what has no date is reckoned from today.
    let mut person = Person::with_tasks(80, 24);
    person.presses("v s").types("week later").presses("enter");
    person.sees("7 tasks: 7 days later · u undoes");
    let Op::Each { changes } = person.sent().1 else { panic!() };
    let due_of = |id: Id| changes.iter().find(|(known, _)| *known == id).unwrap().1.due;
    assert_eq!(due_of(2), Some(due("2026-12-01T09:00:00Z")));
    assert_eq!((due_of(4), due_of(7)), (Some(due("2026-12-10")), Some(due("2026-11-30"))));
}

#[test]
fn what_is_marked_has_its_own_hints_and_is_let_go_after_any_act() {
    for (keys, typed) in [("x", ""), ("d y", ""), ("p enter", ""), ("t", "home"), ("s enter", ""), ("D enter", "")] {
        let mut person = Person::with_tasks(80, 24);
        person.presses("space space");
        person.sees("x done  s put off");
        person.sees("d delete");
        person.presses(keys);
        if !typed.is_empty() {
            person.types(typed).presses("enter");
        }
        assert!(person.model.list.marked.is_empty(), "after {keys}");
        person.sees("2 tasks");
        person.sees("· u undoes");
    }
}

#[test]
fn several_tasks_get_a_tag_in_one_act() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("space space t").types("home").presses("enter");
    assert!(matches!(person.sent().1, Op::Retag { ids, .. } if ids.len() == 2));
    assert!(person.effects.iter().all(|effect| !matches!(effect, Effect::Send(_))));
}

#[test]
fn the_palette_goes_by_pages_and_says_what_is_below() {
    let mut person = Person::with_tasks(80, 24);
    person.presses(":");
    person.sees("more ↓");
    person.presses("pagedown pagedown end");
    person.sees_no("more ↓");
    person.sees("Go to @work");
    person.presses("home");
    person.sees("Add a task in one line");
}

#[test]
fn the_sidebar_says_why_it_does_not_show() {
    let mut person = Person::with_tasks(60, 16);
    person.presses("b");
    person.sees("from 70 columns on");
    assert!(person.model.state.sidebar);
}

#[test]
fn nothing_yet_is_not_all_done() {
    let mut person = Person::new(80, 24);
    person.loads();
    person.sees("Nothing to do yet.");
    let mut person = Person::with_tasks(80, 24);
    person.presses("v x");
    person.sees("All done: nothing is left to do.");
}

#[test]
fn a_terminal_of_old_gets_no_colours() {
    let colors = |term: &'static str| Colors::of_terminal(true, move |name| (name == "TERM").then(|| term.to_owned()));
    assert_eq!((colors("vt100"), colors("dumb"), colors("vt220")), (Colors::None, Colors::None, Colors::None));
    assert_eq!((colors("xterm"), colors("xterm-256color")), (Colors::Sixteen, Colors::TwoHundred));
}

#[test]
fn no_flag_reaches_a_terminal_as_one() {
    let mut person = Person::with_tasks(80, 24);
    person.hears(Msg::Tasks(vec![Task {
        description: "In 🇫🇷.".to_owned(), ..task_named(20, "To 🇩🇪 by train")
    }]));
    assert!(person.model.list.go_to_task(20, &person.model.store));
    let has_no_flag = |person: &Person| !person.screen().contains(|c| ('🇦'..='🇿').contains(&c));
    person.sees("To DE by train");
    person.sees("In FR.");
    assert!(has_no_flag(&person));
    for keys in ["a", "c", "e shift-tab", "/"] {
        person.presses(keys).types("🇬🇧🇯🇵x");
        person.sees("GBJPx");
        assert!(has_no_flag(&person), "{keys}");
        person.presses("esc y");
    }
    person.presses("a ctrl-u").types("to 🇩🇪").presses("enter");
    let Op::Create { task, .. } = person.sent().1 else { panic!() };
    assert_eq!(task.title, "to 🇩🇪", "the text stays as it is");
}
