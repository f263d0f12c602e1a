//! What waits when somebody leaves.

use todo_sdk::outbox::{Operation, Outbox, provisional};

use super::*;
use crate::tui::{
    hand_over::{hand_over, waiting},
    msg::Failure,
};

#[test]
fn what_waits_when_somebody_leaves_is_kept() {
    let mut person = Person::with_tasks(80, 24);
    person.model.keeps = true;
    person.presses("a").types("Later @home @new").presses("enter");
    let (first, _) = person.sent();
    person.hears(Msg::Wrote { number: first, result: Err(Failure::Away("gone".to_owned())) });
    let id = -i64::try_from(first).unwrap();
    let comment = Op::Comment { task: id, text: "a remark".to_owned() };
    person.model.queue.push(comment, Vec::new());
    let bank = task_named(2, "Call the bank");
    let retag = Op::Retag { ids: vec![2], add: vec!["work".to_owned()], remove: vec![1] };
    person.model.queue.push(retag, vec![bank.clone()]);
    person.model.queue.push(Op::Complete { ids: vec![2, id], done: true }, vec![bank]);
    person.presses("q");
    person.sees("4 changes have not reached the server");
    person.sees("What waits is kept");

    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    outbox.queue(Operation::complete(5, true)).unwrap();
    hand_over(&person.model, &outbox, |number| format!("key {number}")).unwrap();
    let entries = outbox.entries().unwrap();
    assert_eq!((entries[1].key.clone(), entries[2].key.len()), (format!("key {first}"), 36));
    assert!(entries[1].attempt.is_some(), "it may have arrived");
    let operations: Vec<Operation> = entries.into_iter().skip(1).map(|entry| entry.operation).collect();
    assert!(
        matches!(&operations[0], Operation::CreateTask { task, tags } if task.title == "Later" && tags == &["home", "new"])
    );
    let made = provisional(2);
    assert_eq!(operations[1], Operation::comment(made, "a remark"));
    let Operation::UpdateTask { id: 2, version: Some(1), tag, untag, .. } = &operations[2] else {
        panic!("{operations:?}")
    };
    assert_eq!((tag.as_slice(), untag.as_slice()), (&["work".to_owned()][..], &["1".to_owned()][..]));
    assert_eq!(operations[3..], [Operation::complete(2, true).if_match(1), Operation::complete(made, true)]);
}

#[test]
fn what_is_about_the_moment_is_not_kept() {
    let mut person = Person::with_tasks(80, 24);
    person.model.keeps = true;
    person.presses("u q");
    person.sees("Quitting loses what waits");
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    hand_over(&person.model, &outbox, |number| number.to_string()).unwrap();
    assert!(outbox.entries().unwrap().is_empty());
}

#[test]
fn what_waits_of_before_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    assert_eq!(waiting(&outbox).unwrap(), 0);
    outbox.queue(Operation::complete(1, true)).unwrap();
    outbox.queue(Operation::comment(2, "a remark")).unwrap();

    let mut person = Person::with_tasks(80, 24);
    person.hears(Msg::Earlier(waiting(&outbox).unwrap()));
    person.hears(Msg::NotLoaded("gone".to_owned()));
    person.sees("2 waiting ○ offline");
    person.presses("x");
    person.hears(Msg::Wrote { number: 1, result: Err(Failure::Away("gone".to_owned())) });
    person.sees("3 waiting ○ offline");
    person.hears(Msg::SignedOut);
    person.waits(TimeDelta::seconds(10));
    person.sees("what waits is kept (3)");
    person.hears(Msg::Earlier(0));
    person.sees("what waits is kept (1)");
}
