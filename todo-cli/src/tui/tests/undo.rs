//! Undo and redo, as far as they are here: which calls there are, and what is said.

use todo_sdk::model::{Change, Comment, EventKind, ReminderRow, ReminderState, Resource};

use super::*;
use crate::tui::{
    model::history::{History, Reversal, Reverted, calls, words},
    msg::Failure,
};

/// What one call did to tasks, with the newest change first, as the journal has it.
fn call(seq: i64, changes: &[(EventKind, Task)]) -> Vec<Change> {
    let at = now() + TimeDelta::seconds(seq);
    let change = |(offset, (event, task)): (i64, &(EventKind, Task))| Change {
        seq: seq + offset,
        at,
        event: *event,
        client: "todo-cli/0.1.0".to_owned(),
        resource: Resource::Task(task.clone()),
    };
    let mut changes: Vec<Change> = (0..).zip(changes).map(change).collect();
    changes.reverse();
    changes
}

fn done(id: Id, title: &str) -> Task {
    Task { completed: true, ..task_named(id, title) }
}

pub(super) fn completing(seq: i64, task: &Task) -> (Vec<Change>, Vec<Change>) {
    let done = Task { completed: true, ..task.clone() };
    (call(seq, &[(EventKind::TaskUpdated, done)]), call(seq + 100, &[(EventKind::TaskUpdated, task.clone())]))
}

fn reverted((did, back): (Vec<Change>, Vec<Change>)) -> Reverted {
    let seq = back.first().map_or(0, |change| change.seq);
    Reverted { did, back, seq }
}

fn said(did: &[(EventKind, Task)], back: &[(EventKind, Task)]) -> String {
    words(&[reverted((call(1, did), call(101, back)))], |_| None)
}

/// The server reverts what is sent next.
fn server_reverts(person: &mut Person, reversal: Reversal) {
    let (number, op) = person.sent();
    let outcome = if op == Op::Undo { Outcome::Undone(reversal) } else { Outcome::Redone(reversal) };
    person.hears(Msg::Wrote { number, result: Ok(outcome) });
}

#[test]
fn undo_goes_further_back_and_redo_comes_forward() {
    let mut person = Person::with_tasks(100, 24);
    let (rent, milk) = (task_named(1, "Pay the rent"), task_named(6, "Buy milk"));
    let (first, second) = (completing(10, &rent), completing(20, &milk));
    person.presses("u");
    person.sees("Undoing…");
    server_reverts(&mut person, Reversal { calls: vec![reverted(second.clone())], stuck: None });
    person.sees("Undone: completing “Buy milk” · ctrl-r redoes");

    // The journal by now: the two calls, and the reversal of the second one.
    let history = person.model.history.clone();
    let journal: Vec<Change> = [&second.1, &second.0, &first.0].into_iter().flatten().cloned().collect();
    let next = calls(&journal).find(|call| history.may_undo(call)).unwrap();
    assert_eq!(next, &first.0[..], "neither the undo nor what it undid");

    person.presses("u");
    server_reverts(&mut person, Reversal { calls: vec![reverted(first)], stuck: None });
    person.sees("Undone: completing “Pay the rent”");
    let redone = |seq| Reversal { calls: vec![Reverted { did: Vec::new(), back: Vec::new(), seq }], stuck: None };
    assert_eq!(person.model.history.to_redo().unwrap().calls, [110]);
    person.presses("ctrl-r");
    server_reverts(&mut person, redone(200));
    person.sees("Redone: completing “Pay the rent” · u undoes");
    assert_eq!(person.model.history.to_redo().unwrap().calls, [120]);

    // What was redone can be undone again; and what is new ends it.
    assert!(person.model.history.may_undo(&call(200, &[(EventKind::TaskUpdated, done(1, "Pay the rent"))])));
    person.presses("x");
    assert_eq!(person.model.history.to_redo(), None);
}

#[test]
fn each_of_several_undos_knows_of_the_ones_before() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("u u");
    let at = person.effects.iter().filter(|effect| matches!(effect, Effect::Send(_))).count();
    assert_eq!(at, 1, "one at a time");
    server_reverts(
        &mut person,
        Reversal { calls: vec![reverted(completing(20, &task_named(6, "Milk")))], stuck: None },
    );
    let Some(Effect::Send(write)) = person.effects.iter().find(|effect| matches!(effect, Effect::Send(_))) else {
        panic!()
    };
    assert!(!write.history.may_undo(&completing(20, &task_named(6, "Milk")).0));
}

#[test]
fn an_act_of_several_calls_is_one() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("d y");
    let (number, _) = person.sent();
    let outcome = Outcome::InParts(Box::new(Outcome::Deleted(vec![1])), vec![10, 20, 30]);
    person.hears(Msg::Wrote { number, result: Ok(outcome) });
    let last = call(30, &[(EventKind::TaskDeleted, task_named(1, "Pay the rent"))]);
    assert_eq!(person.model.history.act_of(&last), [30, 20, 10]);
    let other = call(40, &[(EventKind::TaskDeleted, task_named(2, "Call the bank"))]);
    assert_eq!(person.model.history.act_of(&other), [40]);

    let gone = |seq, title: &str| {
        let task = task_named(seq, title);
        reverted((
            call(seq, &[(EventKind::TaskDeleted, task.clone())]),
            call(seq + 100, &[(EventKind::TaskCreated, task)]),
        ))
    };
    person.presses("u");
    server_reverts(
        &mut person,
        Reversal { calls: vec![gone(30, "C"), gone(20, "B"), gone(10, "Dentist")], stuck: None },
    );
    person.sees("Undone: deleting “Dentist” and 2 more");
    assert_eq!(person.model.history.to_redo().unwrap().calls, [130, 120, 110]);
}

#[test]
fn what_cannot_be_undone_says_why_and_is_passed_over() {
    let mut person = Person::with_tasks(100, 24);
    let did = completing(10, &task_named(1, "Pay the rent")).0;
    person.presses("u");
    let stuck = Some((did.clone(), "task 1 has another completed by now".to_owned()));
    server_reverts(&mut person, Reversal { calls: Vec::new(), stuck });
    person.sees("Not undone: changing “Pay the rent”; task 1 has another completed by now");
    assert!(!person.model.history.may_undo(&did));
    person.presses("ctrl-r");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::Refused("There is nothing to redo".to_owned())) });
    person.sees("There is nothing to redo");
}

#[test]
fn undo_says_what_it_undid() {
    use EventKind::{TaskCreated, TaskDeleted, TaskUpdated};
    let [rent, milk] = [task_named(1, "Pay the rent"), task_named(6, "Buy milk")];
    let two = [(TaskUpdated, done(1, "Pay the rent")), (TaskUpdated, done(6, "Buy milk"))];
    let open = [(TaskUpdated, rent.clone()), (TaskUpdated, milk.clone())];
    assert_eq!(said(&two, &open), "completing 2 tasks");
    assert_eq!(said(&open, &two), "reopening 2 tasks");
    // A repeating task makes the next one.
    let next = [(TaskUpdated, done(1, "Pay the rent")), (TaskCreated, task_named(7, "Pay the rent"))];
    assert_eq!(said(&next, &[(TaskDeleted, rent.clone()), (TaskUpdated, rent.clone())]), "completing “Pay the rent”");
    let later = Task { due: due("2026-12-01"), ..rent.clone() };
    assert_eq!(said(&[(TaskUpdated, later)], &open), "the due date of “Pay the rent”");
    assert_eq!(said(&[(TaskCreated, rent.clone()), (TaskCreated, milk)], &[]), "adding “Pay the rent” and 1 more");
    assert_eq!(said(&[(TaskUpdated, rent)], &[]), "changing “Pay the rent”", "where nothing more is known");

    let comment = Comment { id: 1, task_id: 1, content: "…".to_owned(), posted_date: now(), version: 1 };
    let mut did = call(1, &[(TaskUpdated, task_named(1, "x"))]);
    (did[0].event, did[0].resource) = (EventKind::CommentCreated, Resource::Comment(comment));
    let title = |_| Some("Pay the rent".to_owned());
    assert_eq!(words(&[reverted((did, Vec::new()))], title), "the comment on “Pay the rent”");
}

#[test]
fn what_a_deliverer_does_is_nothing_to_undo() {
    let row = |state| ReminderRow {
        id: 1,
        task_id: 2,
        channel: Some("telegram".to_owned()),
        state,
        due_at: now(),
        sent_at: None,
        late_by_seconds: None,
        message_id: None,
        attempts: 0,
        reason: None,
        snoozed: false,
        nags: 0,
    };
    let reminder = |state| {
        let mut did = call(1, &[(EventKind::TaskUpdated, task_named(1, "x"))]);
        (did[0].event, did[0].resource) = (EventKind::ReminderUpdated, Resource::Reminder(row(state)));
        did
    };
    let history = History::default();
    assert!(!history.may_undo(&reminder(ReminderState::Sent)));
    assert!(history.may_undo(&reminder(ReminderState::Snoozed)), "only people put reminders off");
}

#[test]
fn what_comes_back_takes_the_cursor_back() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("j j v");
    let here = person.selected().to_owned();
    person.presses("x");
    assert_eq!(person.selected(), "");
    person.server_agrees();
    person.presses("u");
    // As it was by the journal: in an order of its own.
    for task in tasks().into_iter().rev() {
        person.model.put(Task { version: 5, ..task });
    }
    assert_eq!(person.selected(), here);
    assert_eq!(person.model.list.top, 0);

    // Not away from where somebody has gone meanwhile.
    person.presses("j space space x g");
    let here = person.selected().to_owned();
    for task in tasks() {
        person.model.put(Task { version: 9, ..task });
    }
    assert_eq!(person.selected(), here);
}
