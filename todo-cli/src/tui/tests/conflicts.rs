//! Changes that meet somebody else's: none is lost, and one is shown after the other.

use todo_sdk::{
    client::Event,
    outbox::{Operation, Outbox},
};

use super::*;
use crate::tui::{hand_over::hand_over, model::overlay::Overlay, msg::Failure};

/// As somebody else has it by now.
fn theirs(id: Id, title: &str, version: i64) -> Task {
    Task { version, ..task_named(id, title) }
}

/// The task under the cursor gets another title; the number that the change has.
fn edits(person: &mut Person) -> Id {
    let id = person.model.selected().unwrap().id;
    person.presses("e end").types("!").presses("ctrl-s");
    id
}

fn meets(person: &mut Person, theirs: Task) {
    let (number, op) = person.sent();
    assert!(matches!(op, Op::Update { version: Some(_), .. }), "{op:?}");
    person.hears(Msg::Wrote { number, result: Err(Failure::Conflict(Box::new(theirs))) });
}

#[test]
fn a_conflict_waits_until_what_is_open_is_closed() {
    for (open, close) in [("a", "esc"), ("?", "esc"), ("e", "esc"), ("/", "enter"), (":", "esc"), ("d", "n")] {
        let mut person = Person::with_tasks(100, 24);
        edits(&mut person);
        person.presses(open);
        meets(&mut person, theirs(1, "Pay the landlord", 2));
        person.sees_no("Mine");
        person.sees("“Pay the landlord” was changed elsewhere: compare when this closes");
        person.waits(TimeDelta::seconds(10));
        person.sees("1 conflict");
        person.presses(close);
        person.sees("Mine");
        person.sees("Pay the rent!");
        person.sees_no("1 conflict");
        person.presses("m");
        person.sees("Changed: “Pay the rent!”");
        assert!(matches!(person.sent().1, Op::Update { id: 1, version: Some(2), .. }));
    }
}

#[test]
fn several_are_shown_one_after_the_other() {
    let mut person = Person::with_tasks(100, 24);
    let first = edits(&mut person);
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::Away("gone".to_owned())) });
    person.presses("j");
    let second = edits(&mut person);
    assert_ne!(first, second);
    person.hears(Msg::Live(Box::new(Event::Resumed)));
    meets(&mut person, theirs(first, "Theirs, the first", 2));
    meets(&mut person, theirs(second, "Theirs, the second", 2));
    person.sees("Theirs, the first");
    person.sees("1 conflict");
    person.presses("t");
    person.sees("Theirs, the second");
    person.presses("m");
    assert!(matches!(person.sent().1, Op::Update { id, version: Some(2), .. } if id == second));
    assert!(matches!(person.model.overlay, Overlay::None));
}

#[test]
fn what_was_done_on_top_of_a_change_that_meets_another_asks_as_well() {
    let mut person = Person::with_tasks(100, 24);
    edits(&mut person);
    let (number, _) = person.sent();
    edits(&mut person);
    person.hears(Msg::Wrote { number, result: Err(Failure::Conflict(Box::new(theirs(1, "Theirs", 2)))) });
    let (_, op) = person.sent();
    assert!(matches!(op, Op::Update { id: 1, version: Some(1), .. }), "{op:?}");
}

#[test]
fn a_conflict_is_kept_when_somebody_leaves() {
    let mut person = Person::with_tasks(100, 24);
    person.model.keeps = true;
    let first = edits(&mut person);
    person.presses("j");
    let second = edits(&mut person);
    person.presses("j x q");
    person.sees("Quit? 3 changes have not reached the server.");
    meets(&mut person, theirs(first, "Theirs, the first", 2));
    meets(&mut person, theirs(second, "Theirs, the second", 2));
    person.sees("Quit? 3 changes have not reached the server.");
    // It is answered, and all the same there is something to decide.
    person.server_agrees();
    person.sees("Quit? 2 changes have not reached the server.");
    assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::Quit)));

    // One that is shown is kept like one that waits.
    person.presses("n");
    person.sees("Theirs, the first");
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    hand_over(&person.model, &outbox, |number| number.to_string()).unwrap();
    let operations: Vec<Operation> = outbox.entries().unwrap().into_iter().map(|entry| entry.operation).collect();
    let kept = operations.iter().map(|operation| (operation.task(), operation.version()));
    assert!(kept.eq([(Some(first), Some(1)), (Some(second), Some(1))]), "{operations:?}");
}

#[test]
fn a_conflict_over_a_task_that_is_gone_loses_nothing() {
    let mut person = Person::with_tasks(100, 24);
    edits(&mut person);
    meets(&mut person, theirs(1, "Theirs", 2));
    person.model.remove(1);
    person.presses("m");
    person.sees("“Theirs” is gone; A makes a new task of what you wrote");
    person.presses("A");
    person.sees("Pay the rent!");
}

#[test]
fn a_conflict_that_is_only_closed_keeps_the_change_for_the_form() {
    let mut person = Person::with_tasks(80, 24);
    edits(&mut person);
    meets(&mut person, theirs(1, "Pay the landlord", 2));
    person.presses("esc");
    person.sees("Kept the other version; e on it goes on with yours");
    assert!(person.model.list.go_to_task(1, &person.model.store));
    person.presses("e");
    person.sees("Pay the rent!");
    person.presses("ctrl-s");
    assert!(matches!(person.sent().1, Op::Update { id: 1, version: Some(2), .. }));
}
