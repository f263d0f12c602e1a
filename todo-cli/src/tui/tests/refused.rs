//! What the server does not take: what was written for it is there to go on with.

use todo_sdk::{
    client::Event,
    model::{Change, EventKind, Resource},
};

use super::*;
use crate::tui::{model::overlay::Overlay, msg::Failure};

fn refuses(person: &mut Person, failure: Failure) {
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(failure) });
}

fn gone() -> Failure {
    Failure::Gone("there is no such task".to_owned())
}

fn too_long() -> Failure {
    Failure::Refused("that is too long".to_owned())
}

/// Somebody else deletes the first task.
fn is_deleted(person: &mut Person) {
    let (client, resource) = ("todo-bot/0.1.0".to_owned(), Resource::Task(tasks().swap_remove(0)));
    let change = Change { seq: 8, at: now(), event: EventKind::TaskDeleted, client, resource };
    person.hears(Msg::Live(Box::new(Event::Change(Box::new(change)))));
}

#[test]
fn a_comment_on_a_task_that_is_gone_is_there_for_another_one() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("c").types("They open at ten");
    person.sees("Comment on “Pay the rent”");
    is_deleted(&mut person);
    person.sees("Comment on “Pay the rent”, which is gone");
    person.presses("ctrl-s");
    refuses(&mut person, gone());
    person.sees("The task is gone; c on another one goes on with your comment");
    person.presses("c");
    person.sees("Comment on “Позвонить маме”");
    person.sees("They open at ten");
    // It is something that was written.
    person.presses("esc");
    person.sees("Discard what you wrote?");
    person.presses("n").types("!").presses("ctrl-s");
    let comment = Op::Comment { task: 3, text: "They open at ten!".to_owned() };
    assert_eq!(person.sent().1, comment);
    person.presses("c esc");
    assert!(matches!(person.model.overlay, Overlay::None), "nothing is kept twice");
}

#[test]
fn a_comment_that_is_refused_stays_with_its_task() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("c").types("They open at ten").presses("ctrl-s");
    refuses(&mut person, too_long());
    person.sees("Your comment was not taken, c goes on with it: that is too long");
    person.presses("j c");
    person.sees_no("They open at ten");
    person.presses("esc k c");
    person.sees("They open at ten");
}

#[test]
fn an_edit_that_is_refused_is_in_the_form_again() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("e end").types(" soon").presses("shift-tab").types("At ten.").presses("ctrl-s");
    refuses(&mut person, too_long());
    person.sees("“Pay the rent” was not changed, e goes on with it: that is too long");
    person.sees_no("soon");
    person.presses("e");
    person.sees("Pay the rent soon");
    person.sees("At ten.");
    person.presses("ctrl-s");
    let Op::Update { id: 1, changes, .. } = person.sent().1 else { panic!() };
    assert_eq!(changes.title.as_deref(), Some("Pay the rent soon"));
    assert_eq!(changes.description, Some(Some("At ten.".to_owned())));
    assert_eq!(changes.due, None, "nothing else");
}

#[test]
fn an_edit_of_a_task_that_is_gone_makes_a_new_one() {
    for before in [true, false] {
        let mut person = Person::with_tasks(80, 24);
        person.presses("e end").types(" soon");
        if before {
            is_deleted(&mut person);
        }
        person.presses("ctrl-s");
        if !before {
            refuses(&mut person, gone());
        }
        person.sees("“Pay the rent” is gone; A makes a new task of what you wrote");
        is_deleted(&mut person);
        assert!(person.model.store.get(1).is_none(), "it does not come back");
        person.presses("A");
        person.sees("Pay the rent soon");
        person.presses("esc");
        person.sees("Discard what you wrote?");
        person.presses("n ctrl-s");
        let Op::Create { task, tags } = person.sent().1 else { panic!() };
        assert_eq!((&*task.title, task.due, task.priority), ("Pay the rent soon", due("2026-11-20"), Some(1)));
        assert_eq!(tags, ["home"]);
        person.presses("A");
        person.sees_no("Pay the rent soon  ");
    }
}

#[test]
fn a_task_that_is_not_made_is_in_the_form_with_what_was_done_to_it() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("a").types("Later @home p2").presses("enter");
    person.presses("e end").types("!").presses("ctrl-s").presses("c").types("a remark").presses("ctrl-s");
    refuses(&mut person, Failure::Refused("too many tasks".to_owned()));
    person.sees("“Later!” was not added nor what was done to it, A goes on with it");
    person.presses("c");
    person.sees("a remark");
    person.presses("ctrl-s A ctrl-s");
    assert!(matches!(person.sent().1, Op::Comment { .. }));
    person.hears(Msg::Wrote { number: 4, result: Ok(Outcome::Nothing) });
    let Op::Create { task, tags } = person.sent().1 else { panic!() };
    assert_eq!((&*task.title, task.priority, &tags[..]), ("Later!", Some(2), &["home".to_owned()][..]));
    assert!(matches!(person.model.overlay, Overlay::None));
}
