//! What is done before the server has what came before, and what becomes of it.

use todo_sdk::{client::Event, model::Comment};

use super::*;
use crate::tui::{model::Link, msg::Failure};

/// The server is out of reach, with this task added meanwhile.
fn offline_with(title: &str) -> (Person, u64) {
    let mut person = Person::with_tasks(100, 24);
    person.presses("a").types(title).presses("enter");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::Away("gone".to_owned())) });
    (person, number)
}

fn made(person: &mut Person, number: u64, task: Task) {
    person.hears(Msg::Live(Box::new(Event::Resumed)));
    let (again, _) = person.sent();
    assert_eq!(again, number);
    person.hears(Msg::Wrote { number, result: Ok(Outcome::Tasks(vec![task])) });
}

#[test]
fn a_task_that_is_not_there_yet_is_like_any_other() {
    let (mut person, number) = offline_with("Later");
    let id = -i64::try_from(number).unwrap();
    person.sees("○…");
    person.presses("c").types("a remark").presses("ctrl-s");
    person.presses("e end").types("!").presses("ctrl-s");
    person.presses("t").types("home").presses("enter");
    person.presses("x");
    person.sees("5 waiting");
    let ids: Vec<Op> = person.model.queue.iter().skip(1).map(|write| write.op.clone()).collect();
    assert!(ids.iter().all(|op| op.is_about(id)), "{ids:?}");

    // Each goes out for the id that the server has given.
    made(&mut person, number, task_named(101, "Later"));
    assert_eq!(person.server_agrees(), Op::Comment { task: 101, text: "a remark".to_owned() });
    let Op::Update { id: 101, changes, version: None, .. } = person.server_agrees() else { panic!() };
    assert_eq!(changes.title.as_deref(), Some("Later!"));
    assert!(matches!(person.server_agrees(), Op::Retag { ids, .. } if ids == [101]));
    assert_eq!(person.server_agrees(), Op::Complete { ids: vec![101], done: true });
    assert!(person.model.store.get(101).unwrap().completed);
    assert!(person.model.store.get(id).is_none());
}

#[test]
fn it_can_be_deleted_before_it_is_there() {
    let (mut person, number) = offline_with("Never mind");
    person.presses("d y");
    person.sees_no("Never mind ");
    made(&mut person, number, task_named(101, "Never mind"));
    assert!(person.model.store.get(101).is_none(), "it does not come back");
    assert_eq!(person.server_agrees(), Op::Delete { ids: vec![101] });
}

#[test]
fn what_is_open_goes_on_when_the_task_lands() {
    let (mut person, number) = offline_with("Later");
    person.presses("c").types("half a remark");
    made(&mut person, number, task_named(101, "Later"));
    person.sees("half a remark");
    person.presses("ctrl-s");
    assert_eq!(person.server_agrees(), Op::Comment { task: 101, text: "half a remark".to_owned() });

    let (mut person, number) = offline_with("Later");
    person.presses("e end").types("!");
    made(&mut person, number, task_named(101, "Later"));
    person.presses("ctrl-s");
    assert!(matches!(person.sent().1, Op::Update { id: 101, version: Some(1), .. }));
}

#[test]
fn what_was_done_to_a_task_that_is_refused_goes_with_it() {
    let (mut person, number) = offline_with("Later");
    person.presses("c").types("a remark").presses("ctrl-s").presses("space k space x");
    person.hears(Msg::Live(Box::new(Event::Resumed)));
    assert_eq!(person.sent().0, number);
    person.hears(Msg::Wrote { number, result: Err(Failure::Refused("too many tasks".to_owned())) });
    person.sees("“Later” was not added nor what was done to it, A goes on with it: too many tasks");
    let Op::Complete { ids, .. } = person.sent().1 else { panic!("{:?}", person.model.queue) };
    assert!(ids.len() == 1 && ids[0] > 0, "what was about others stays");
    assert_eq!(person.model.queue.len(), 1);
}

#[test]
fn the_cursor_stays_where_it_was_put_when_tasks_land() {
    let (mut person, number) = offline_with("Later");
    person.presses("g j");
    let here = person.selected().to_owned();
    made(&mut person, number, task_named(101, "Later"));
    assert_eq!(person.selected(), here);

    // Who has not moved stays on the new task.
    let (mut person, number) = offline_with("Later");
    made(&mut person, number, task_named(101, "Later"));
    assert_eq!(person.model.selected().unwrap().id, 101);
}

#[test]
fn a_session_that_ends_elsewhere_keeps_everything_until_somebody_signs_in() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("x");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::SignedOut) });
    assert!(matches!(person.effects.pop(), Some(Effect::SignIn)));
    person.hears(Msg::SignedOut);
    assert!(person.effects.is_empty(), "once is enough");
    person.waits(TimeDelta::seconds(10));
    person.sees("signed out; `todo login` signs in again, what waits is kept (1)");
    person.presses("j x");
    person.waits(TimeDelta::seconds(10));
    assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::Send(_) | Effect::Quit)));
    // Whatever else comes late changes nothing about that.
    person.hears(Msg::NotLoaded("gone".to_owned()));
    person.hears(Msg::Live(Box::new(Event::Resumed)));
    assert_eq!(person.model.link, Link::SignedOut);

    person.effects.clear();
    person.hears(Msg::Connected { user: 1 });
    assert!(matches!(person.effects[..2], [Effect::Follow { seq: 7 }, Effect::LoadReminders]));
    person.sees("live");
    person.sees("Write the quarterly report");
    assert_eq!(person.sent().0, number, "under its own key");
}

#[test]
fn what_waits_goes_to_nobody_else() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("x");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::SignedOut) });
    person.effects.clear();
    person.hears(Msg::Connected { user: 2 });
    person.sees("Somebody else is signed in now");
    assert!(matches!(person.effects[..], [Effect::SignIn]));
    person.hears(Msg::Connected { user: 1 });
    assert_eq!(person.sent().0, number);
}

#[test]
fn what_waits_is_marked() {
    let mut person = Person::with_tasks(100, 40);
    assert!(person.model.list.go_to_task(2, &person.model.store));
    person.model.ask_for_details();
    let comment = |id, content: &str| Comment {
        id,
        task_id: 2,
        content: content.to_owned(),
        posted_date: now() - TimeDelta::hours(20),
        version: 1,
    };
    let comments = vec![comment(1, "They open at ten."), comment(2, "Never mind.")];
    person.hears(Msg::Details { id: 2, comments, reminders: Vec::new(), journal: Vec::new() });
    person.sees("They open at ten.");
    person.presses("c").types("They are closed.").presses("ctrl-s");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::Away("gone".to_owned())) });
    person.model.queue.push(Op::EditComment { id: 1, text: "They open at nine.".to_owned() }, Vec::new());
    person.model.queue.push(Op::DeleteComment { id: 2 }, Vec::new());
    person.presses("enter");
    person.sees("○…p1 Call the bank");
    person.sees("○ p1 Pay the rent");
    person.sees("Comments 2");
    person.sees("They open at nine.");
    person.sees("They are closed.");
    person.sees("… waiting");
    person.sees_no("Never mind.");
}

#[test]
fn a_server_that_does_not_answer_is_told() {
    let mut person = Person::with_tasks(100, 24);
    person.presses("x");
    person.waits(TimeDelta::seconds(4));
    person.sees("● live");
    person.waits(TimeDelta::seconds(2));
    person.sees("1 waiting ○ no answer");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Ok(Outcome::Nothing) });
    person.sees("● live");
}

#[test]
fn a_comment_that_was_written_shows_below_everything_else() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("j j");
    assert_eq!(person.selected(), "Call the bank");
    let comment = |id: Id, content: &str| Comment {
        id,
        task_id: 2,
        content: content.to_owned(),
        posted_date: now() - TimeDelta::hours(20),
        version: 1,
    };
    let before: Vec<Comment> = (1..4).map(|id| comment(id, "An older one")).collect();
    let history = crate::tui::tests::undo::completing(5, &task_named(2, "Call the bank")).0;
    let details =
        |comments: Vec<Comment>| Msg::Details { id: 2, comments, reminders: Vec::new(), journal: history.clone() };
    person.hears(details(before.clone()));
    person.presses("c").types("They are closed.").presses("ctrl-s");
    person.sees("They are closed.");
    let new = comment(4, "They are closed.");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Ok(Outcome::Comment(new.clone())) });
    person.hears(details(before.into_iter().chain([new]).collect()));
    person.sees("They are closed.");
    person.sees("more ↓");
    // Whoever scrolls sees what they scroll to.
    person.presses("tab g");
    person.sees_no("They are closed.");
    person.hears(Msg::Tick(now()));
    person.sees_no("They are closed.");
}
