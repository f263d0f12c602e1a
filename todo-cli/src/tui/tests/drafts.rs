//! What is being written is not lost by a key, and says what is wrong with it.

use super::*;
use crate::tui::model::{form::Field, overlay::Overlay};

#[test]
fn what_was_written_is_dropped_only_when_that_is_wanted() {
    for (keys, text) in [("e", "!"), ("A", "Sweep"), ("c", "They open")] {
        for leave in ["esc", "ctrl-c"] {
            let mut person = Person::with_tasks(100, 24);
            person.presses(keys).presses(leave);
            assert!(matches!(person.model.overlay, Overlay::None), "nothing was written: {keys}");
            person.presses(keys).types(text).presses(leave);
            person.sees("Discard what you wrote?");
            person.presses("n");
            person.sees_no("Discard");
            person.sees(text);
            person.presses(leave).presses("esc").presses(leave).presses("y");
            assert!(matches!(person.model.overlay, Overlay::None));
            person.sees_no(text);
        }
    }
}

#[test]
fn what_a_form_begins_with_is_nothing_that_was_written() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("1 A");
    person.sees("2026-11-23");
    person.presses("esc");
    assert!(matches!(person.model.overlay, Overlay::None));
}

#[test]
fn a_line_that_was_left_is_there_again() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("a").types("Call the ban").presses("esc");
    person.sees("Kept what you wrote: a goes on with it");
    person.presses("j a").types("k").presses("enter");
    let Op::Create { task, .. } = person.sent().1 else { panic!() };
    assert_eq!(task.title, "Call the bank");
    person.presses("a");
    person.sees_no("Title:");
}

#[test]
fn the_form_shows_the_field_one_is_in_on_any_screen() {
    for height in 5..16 {
        let mut person = Person::with_tasks(80, height);
        person.presses("e");
        for field in Field::ALL {
            let label = field.label();
            person.sees(label);
            person.presses("tab");
        }
        person.presses("shift-tab").types("Written below");
        person.sees("Written below");
    }
}

#[test]
fn what_is_wrong_with_a_field_can_be_read_in_whole() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("e tab ctrl-u").types("soon").presses("tab").presses("ctrl-s");
    person.sees("Mend “Due” first");
    let Overlay::Form(form) = &person.model.overlay else { panic!() };
    assert_eq!(form.field, Field::Due);
    let (_, why) = form.error.clone().unwrap();
    let screen: String = person.screen().chars().filter(|c| !"│\" \n".contains(*c)).collect();
    let why: String = why.chars().filter(|c| !"\" ".contains(*c)).collect();
    assert!(screen.contains(&why), "{why}\n{screen}");
    person.presses("ctrl-u").types("+2d").presses("ctrl-s");
    assert!(matches!(person.sent().1, Op::Update { .. }));
}

#[test]
fn the_form_says_when_its_task_was_changed_meanwhile() {
    use todo_sdk::{
        client::Event,
        model::{Change, EventKind, Resource},
    };
    let mut person = Person::with_tasks(80, 24);
    person.presses("e");
    let theirs = Task { version: 2, ..tasks().swap_remove(0) };
    let (client, resource) = ("todo-bot/0.1.0".to_owned(), Resource::Task(theirs));
    let change = Change { seq: 8, at: now(), event: EventKind::TaskUpdated, client, resource };
    person.hears(Msg::Live(Box::new(Event::Change(Box::new(change)))));
    person.sees("it was changed meanwhile");
}

#[test]
fn the_reminder_has_a_key_and_a_line_in_the_palette() {
    for keys in ["r", ":"] {
        let mut person = Person::with_tasks(80, 24);
        person.presses(keys);
        if keys == ":" {
            person.types("remind me").presses("enter");
        }
        let Overlay::Form(form) = &person.model.overlay else { panic!() };
        assert_eq!(form.field, Field::Remind);
    }
}

#[test]
fn a_line_that_may_be_misread_says_so() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("a").types("Call them 31 feb p9");
    person.sees("“31 feb” is no day of the calendar");
    person.sees("“p9” is no priority");
}

#[test]
fn the_cursor_of_the_terminal_is_where_letters_go() {
    for (keys, typed) in [("a", "日本"), ("c", "日本"), (":", "ab"), ("/", "ab"), ("e", ""), ("e shift-tab", "日本")]
    {
        let mut person = Person::with_tasks(80, 24);
        person.presses(keys).types(typed);
        let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
        terminal.draw(|frame| view(&person.model, frame)).unwrap();
        let at = terminal.get_cursor_position().unwrap();
        let before = terminal.backend().buffer().cell((at.x.saturating_sub(2), at.y)).unwrap().symbol().to_owned();
        assert!(at.x > 1 && before.trim().chars().count() == 1, "{keys}: {at} behind {before:?}");
    }
}
