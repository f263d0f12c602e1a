//! Stories on the pure `update`.

use todo_sdk::{
    client::Event,
    model::{Change, EventKind, ReminderRow, ReminderState, Resource},
};

use super::*;
use crate::tui::{model::Link, msg::Failure};

fn change(seq: i64, event: EventKind, resource: Resource) -> Msg {
    let change = Change { seq, at: now(), event, client: "todo-bot/0.1.0".to_owned(), resource };
    Msg::Live(Box::new(Event::Change(Box::new(change))))
}

#[test]
fn add_a_task_with_a_reminder_find_it_comment_on_it_and_complete_it() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("a").types("Buy stamps tomorrow 10:00 @home !30m");
    person.sees("@home");
    person.presses("enter");
    person.sees("Buy stamps");
    let Op::Create { task, tags } = person.server_agrees() else { panic!() };
    assert_eq!((task.title.as_str(), tags), ("Buy stamps", vec!["home".to_owned()]));
    assert_eq!(task.due, due("2026-11-24T09:00:00Z"));
    assert!(task.remind_time.is_some() || task.remind_before_seconds == Some(1800));
    assert_eq!(person.selected(), "Buy stamps");

    person.presses("g /").types("stam").presses("enter");
    assert_eq!(person.selected(), "Buy stamps");
    person.presses("c").types("The red ones.").presses("ctrl-s");
    assert_eq!(person.server_agrees(), Op::Comment { task: 101, text: "The red ones.".to_owned() });
    person.presses("x");
    person.sees("Done: “Buy stamps”");
    assert_eq!(person.server_agrees(), Op::Complete { ids: vec![101], done: true });
    person.presses("esc");
    person.sees_no("○ Buy stamps");
}

#[test]
fn changes_from_elsewhere_leave_the_cursor_on_its_task() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("j j j");
    let here = person.selected().to_owned();
    let urgent = Task { due: due("2026-11-01"), ..task_named(50, "From the telephone") };
    person.hears(change(8, EventKind::TaskCreated, Resource::Task(urgent.clone())));
    person.sees("From the telephone");
    assert_eq!(person.selected(), here);
    person.hears(change(9, EventKind::TaskDeleted, Resource::Task(urgent)));
    person.sees_no("From the telephone");
    assert_eq!(person.selected(), here);
    // The task itself goes: the cursor stays where it was.
    let row = person.model.list.cursor;
    let gone = person.model.selected().cloned().unwrap();
    person.hears(change(10, EventKind::TaskDeleted, Resource::Task(gone)));
    assert_eq!(person.model.list.cursor, row);
}

#[test]
fn what_is_older_than_what_is_known_changes_nothing() {
    let mut person = Person::with_tasks(80, 24);
    let mut task = task_named(6, "Newer");
    task.version = 5;
    person.hears(change(8, EventKind::TaskUpdated, Resource::Task(task.clone())));
    let older = Task { title: "Older".to_owned(), version: 4, ..task };
    person.hears(change(9, EventKind::TaskUpdated, Resource::Task(older)));
    person.sees("Newer");
    person.sees_no("Older");
}

#[test]
fn a_conflict_shows_both_versions_and_either_can_be_kept() {
    for (key, sent_again) in [("m", true), ("t", false)] {
        let mut person = Person::with_tasks(80, 24);
        person.presses("e").types("!").presses("ctrl-s");
        let (number, op) = person.sent();
        let Op::Update { id, version, .. } = op else { panic!() };
        assert_eq!(version, Some(1));
        let theirs = Task { title: "Pay the landlord".to_owned(), version: 2, ..tasks().swap_remove(0) };
        person.hears(Msg::Wrote { number, result: Err(Failure::Conflict(Box::new(theirs))) });
        person.sees("Pay the rent!");
        person.sees("Pay the landlord");
        person.presses(key);
        if sent_again {
            let (_, op) = person.sent();
            assert!(matches!(op, Op::Update { id: again, version: Some(2), .. } if again == id));
        } else {
            person.sees("Pay the landlord");
            assert!(person.model.queue.is_empty());
        }
    }
}

#[test]
fn a_conflict_with_ones_own_lost_answer_is_none() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("e").types("!").presses("ctrl-s");
    let (number, _) = person.sent();
    let theirs = Task { title: "Pay the rent!".to_owned(), version: 2, ..tasks().swap_remove(0) };
    person.hears(Msg::Wrote { number, result: Err(Failure::Conflict(Box::new(theirs))) });
    person.sees_no("meanwhile");
}

#[test]
fn while_the_server_is_away_changes_wait_and_go_out_in_order() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("x");
    let (first, _) = person.sent();
    person.hears(Msg::Wrote { number: first, result: Err(Failure::Away("gone".to_owned())) });
    person.sees("offline");
    person.presses("x a").types("Later").presses("enter");
    person.sees("3 waiting");
    person.sees("Later");
    assert!(person.effects.iter().all(|effect| !matches!(effect, Effect::Send(_))));

    person.hears(Msg::Live(Box::new(Event::Resumed)));
    assert_eq!(person.model.link, Link::Live);
    let (again, op) = person.sent();
    assert_eq!(again, first, "the same number makes the same key");
    let Op::Complete { ids, .. } = op else { panic!() };
    let tasks = person.changed(&ids);
    person.hears(Msg::Wrote { number: again, result: Ok(Outcome::Tasks(tasks)) });
    assert!(matches!(person.server_agrees(), Op::Complete { .. }));
    assert!(matches!(person.server_agrees(), Op::Create { .. }));
    assert!(person.model.queue.is_empty());
}

#[test]
fn leaving_with_changes_that_wait_asks_first() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("x");
    let (number, _) = person.sent();
    person.presses("q");
    person.sees("Quit? 1 change has not reached the server.");
    person.presses("n");
    assert!(!person.effects.iter().any(|effect| matches!(effect, Effect::Quit)));
    person.hears(Msg::Wrote { number, result: Ok(Outcome::Tasks(person.changed(&[1]))) });
    person.presses("q");
    assert!(matches!(person.effects.last(), Some(Effect::Quit)), "nothing waits any more");
}

#[test]
fn leaving_while_a_change_is_on_its_way_leaves_when_it_has_arrived() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("x");
    let (number, _) = person.sent();
    person.presses("q");
    person.sees("Quit? 1 change has not reached the server.");
    person.hears(Msg::Wrote { number, result: Ok(Outcome::Tasks(person.changed(&[1]))) });
    assert!(matches!(person.effects.last(), Some(Effect::Quit)), "it has arrived");
}

#[test]
fn what_was_said_makes_room_for_the_keys_of_what_comes_next() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("x");
    person.sees("Done: “Pay the rent”");
    person.presses("j");
    person.sees("Done: “Pay the rent”");
    person.presses("/").types("bank").presses("enter");
    person.sees_no("Done: “Pay the rent”");
    person.sees("c comment");
}

#[test]
fn what_the_server_refuses_is_taken_back() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("x");
    person.sees_no("p1 Pay the rent");
    let (number, _) = person.sent();
    person.hears(Msg::Wrote { number, result: Err(Failure::Refused("no\u{1b}[31m".to_owned())) });
    person.sees("p1 Pay the rent");
    person.sees("no␛[31m");
}

#[test]
fn several_tasks_are_done_at_once() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("space space x");
    let (_, op) = person.sent();
    let Op::Complete { ids, done: true } = op else { panic!() };
    assert_eq!(ids.len(), 2);
    person.sees("Done: 2 tasks");
    assert!(person.model.list.marked.is_empty());
}

#[test]
fn deleting_asks_first_and_undo_is_the_servers() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("d");
    person.sees("Delete “Pay the rent”?");
    person.presses("n");
    assert!(person.effects.is_empty());
    person.presses("d y");
    person.sees_no("○ p1 Pay the rent");
    assert_eq!(person.server_agrees(), Op::Delete { ids: vec![1] });
    person.presses("u");
    assert_eq!(person.sent().1, Op::Undo);
}

#[test]
fn a_reminder_rises_and_is_put_off() {
    let mut person = Person::with_tasks(80, 24);
    let row = ReminderRow {
        id: 9,
        task_id: 2,
        channel: None,
        state: ReminderState::Queued,
        due_at: now() + TimeDelta::minutes(5),
        sent_at: None,
        late_by_seconds: None,
        message_id: None,
        attempts: 0,
        reason: None,
        snoozed: false,
        nags: 0,
    };
    person.hears(Msg::Reminders(vec![row]));
    person.sees_no("╭ Reminder");
    person.waits(TimeDelta::minutes(5));
    person.sees("╭ Reminder");
    assert_eq!(person.server_agrees(), Op::Shown { reminder: 9 });
    person.presses("! s");
    let until = now() + TimeDelta::minutes(15);
    assert_eq!(person.server_agrees(), Op::Snooze { reminder: 9, until });
    person.sees_no("╭ Reminder");
}

#[test]
fn the_form_sends_only_what_was_changed() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("e tab").types("").presses("ctrl-u").types("+2d").presses("ctrl-s");
    let Op::Update { changes, version, tags, .. } = person.sent().1 else { panic!() };
    assert_eq!(changes.due, Some(due("2026-11-25")));
    assert_eq!((changes.title.is_none(), changes.priority.is_none(), tags, version), (true, true, None, Some(1)));
    person.presses("e tab").types("soon").presses("ctrl-s");
    person.sees("expected one of");
}

#[test]
fn what_was_remembered_is_there_at_once_and_only_news_are_loaded() {
    let theme = Theme::new(false, Colors::True);
    let zone = chrono_tz::Europe::Berlin;
    let mut model = Model::new(now(), zone, (80, 24), State::default(), theme, Keymap::default());
    model.remembered_user = Some(1);
    model.seq = 12;
    let mut person = Person { model, effects: Vec::new(), next: 100 };
    person.hears(Msg::RememberedTasks(tasks(), true));
    person.sees("Pay the rent");
    person.hears(Msg::Connected { user: 1 });
    assert!(matches!(person.effects[..], [Effect::Follow { seq: 12 }, Effect::LoadReminders]));
    person.hears(Msg::Connected { user: 2 });
    person.sees_no("Pay the rent");
}

#[test]
fn what_was_deleted_while_away_goes_when_everything_is_loaded_again() {
    let mut person = Person::with_tasks(80, 24);
    person.hears(Msg::Live(Box::new(Event::Anew)));
    assert!(matches!(person.effects[..], [Effect::Load]));
    person.hears(Msg::Loading);
    person.hears(Msg::Tasks(tasks().into_iter().filter(|task| task.id != 1).collect()));
    person.loads();
    person.sees_no("Pay the rent");
    person.sees("Call the bank");
}

#[test]
fn search_finds_everywhere_and_escape_goes_back() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("1 /").types("plants");
    person.sees("Water the plants");
    person.presses("enter");
    assert!(matches!(person.effects.last(), Some(Effect::Find(text)) if text == "plants"));
    person.hears(Msg::Found { text: "plants".to_owned(), ids: vec![5] });
    person.sees("Write the quarterly report");
    person.presses("esc");
    person.sees_no("Water the plants");
}
