//! What a crash leaves behind.

use chrono::Utc;
use proptest::prelude::*;

use super::*;
use crate::{
    model::{CreateTask, Problem},
    outbox::{Attempt, Entry, Operation, Outbox, State, provisional},
};

fn create(title: &str) -> Operation {
    Operation::create(CreateTask { title: title.to_owned(), ..CreateTask::default() })
}

fn conflict() -> Box<State> {
    let problem = Box::new(Problem::new(412, "version_moved", "moved\n\"ж\"", ""));
    Box::new(State::Conflict { problem, theirs: None })
}

fn attempt(title: &str) -> Box<Attempt> {
    Box::new(Attempt { at: Utc::now(), operation: create(title) })
}

fn entry(number: u64, operation: Operation) -> Record {
    let key = format!("key {number}");
    Record::Queued(Box::new(Entry { number, key, at: Utc::now(), operation, state: State::Waiting, attempt: None }))
}

/// Every kind of line.
fn story() -> Vec<Record> {
    vec![
        entry(1, create("Молоко\n")),
        entry(2, Operation::complete(provisional(1), true)),
        entry(3, Operation::comment(provisional(1), "{}\"\u{0}")),
        Record::Sending { number: 1, attempt: attempt("Молоко\n") },
        Record::Unsent { number: 1 },
        Record::Sending { number: 1, attempt: attempt("Молоко\n") },
        Record::Done { number: 1, task: Some((77, 1)) },
        Record::Aside { number: 2, state: conflict() },
        Record::Again { number: 2, key: "new".to_owned(), version: Some(5) },
        Record::Dropped { number: 3 },
        entry(4, create("four")),
    ]
}

#[test]
fn a_file_cut_at_any_byte_holds_all_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::new(folder.path().join("whole"));
    let mut acknowledged = vec![(0, Book::default())];
    for record in story() {
        journal.lock().unwrap().write(record).unwrap();
        acknowledged.push((fs::metadata(&journal.path).unwrap().len(), journal.look().unwrap()));
    }
    let whole = fs::read(&journal.path).unwrap();
    let cut = Journal::new(folder.path().join("cut"));
    for length in 0..=whole.len() {
        fs::write(&cut.path, &whole[..length]).unwrap();
        let (_, expected) = acknowledged.iter().rfind(|(until, _)| *until <= length as u64).unwrap();
        assert_eq!(cut.look().unwrap(), *expected, "cut at {length}");
        // It goes on from there, and what comes next is read again.
        let number = expected.last + 1;
        cut.lock().unwrap().write(entry(number, create("next"))).unwrap();
        let mut entries = cut.look().unwrap().entries;
        assert_eq!(entries.remove(&number).map(|entry| entry.operation), Some(create("next")));
        assert_eq!(entries, expected.entries);
    }
}

#[test]
fn blocks_that_never_reached_the_disk_are_no_line() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::new(folder.path().join("outbox"));
    journal.lock().unwrap().write(entry(1, create("one"))).unwrap();
    let mut bytes = fs::read(&journal.path).unwrap();
    for torn in [&b"\0\0\0\0\0\0"[..], b"\0\0\0\0\"}}\n"] {
        bytes.extend(torn);
        fs::write(&journal.path, &bytes).unwrap();
        assert_eq!(journal.look().unwrap().entries.len(), 1);
        bytes = fs::read(&journal.path).unwrap();
        assert!(!bytes.contains(&0), "it is cut off");
    }
}

#[test]
fn what_nobody_wrote_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::new(folder.path().join("outbox"));
    for strange in [
        "{\"todo\": 1}\n",
        "{\"dropped\":{\"number\":1}}\n",
        "{\"outbox\":{\"format\":2,\"last\":0,\"tasks\":[],\"versions\":[]}}\n",
        "hello\n{\"outbox\":{\"format\":1,\"last\":0,\"tasks\":[],\"versions\":[]}}\n",
    ] {
        fs::write(&journal.path, strange).unwrap();
        assert!(matches!(journal.look(), Err(Error::Malformed { .. })), "{strange}");
        assert_eq!(fs::read_to_string(&journal.path).unwrap(), strange);
    }
}

#[test]
fn a_line_that_can_t_be_read_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    outbox.queue_all([create("one"), create("two"), create("three")]).unwrap();
    let mut lines: Vec<Vec<u8>> =
        fs::read(outbox.path()).unwrap().split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    // What was number 2 can't be told any more, nor what was behind it.
    lines[2] = b"{\"queued\":{\"number\":2,\xFF\0\n".to_vec();
    lines.push(b"garbage\n".to_vec());
    fs::write(outbox.path(), lines.concat()).unwrap();
    let titles = |outbox: &Outbox| -> Vec<(u64, Operation)> {
        outbox.entries().unwrap().into_iter().map(|entry| (entry.number, entry.operation)).collect()
    };
    let good = [(1, create("one")), (3, create("three"))];
    assert_eq!((titles(&outbox), outbox.unreadable()), (good.to_vec(), 2));
    let aside = [&lines[2][..], b"garbage\n"].concat();
    assert_eq!(fs::read(outbox.unreadable_path()).unwrap(), aside);
    // They are set aside once, and their numbers are not given again.
    let again = Outbox::open(outbox.path());
    assert_eq!((titles(&again), again.unreadable()), (good.to_vec(), 0));
    assert_eq!(again.queue(create("next")).unwrap().number, 5);
    assert_eq!(fs::read(outbox.unreadable_path()).unwrap(), aside);
}

#[test]
fn a_long_history_is_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    let kept = outbox.queue(create("kept")).unwrap();
    let mut longest = 0;
    for _ in 0..500 {
        let number = outbox.queue(create("gone")).unwrap().number;
        outbox.drop_entry(number).unwrap();
        longest = longest.max(fs::metadata(outbox.path()).unwrap().len());
    }
    assert!(longest < 40_000, "{longest} bytes");
    assert_eq!(outbox.entries().unwrap(), [kept]);
    assert_eq!(outbox.queue(create("next")).unwrap().number, 502, "no number is given twice");
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path().join("outbox"));
    assert!(outbox.entries().unwrap().is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "looking makes nothing");
    outbox.queue(create("one")).unwrap();
    for file in fs::read_dir(folder.path()).unwrap() {
        let mode = file.unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn several_write_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("outbox");
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let path = &path;
            scope.spawn(move || {
                // A handle of its own, as another process has.
                let outbox = Outbox::open(path);
                (0..25).for_each(|count| drop(outbox.queue(create(&format!("{thread} {count}"))).unwrap()));
            });
        }
    });
    let entries = Outbox::open(&path).entries().unwrap();
    let numbers: Vec<u64> = entries.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, (1..=100).collect::<Vec<_>>());
    let keys: std::collections::HashSet<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
    assert_eq!(keys.len(), 100);
}

fn any_record() -> impl Strategy<Value = Record> {
    (1..6_u64, 0..7_u8, -5..40_i64).prop_map(|(number, kind, id)| match kind {
        0 => entry(number, create("a task")),
        1 => entry(number, Operation::complete(id, true)),
        2 => Record::Sending { number, attempt: attempt("a task") },
        3 => Record::Done { number, task: (id > 0).then_some((id, 3)) },
        4 => Record::Aside { number, state: conflict() },
        5 => Record::Again { number, key: "again".to_owned(), version: Some(id) },
        _ => Record::Dropped { number },
    })
}

proptest! {
    /// Clearing the history away changes nothing, wherever that happens.
    #[test]
    fn records_without_their_history_come_to_the_same(records in prop::collection::vec(any_record(), 0..30)) {
        let mut book = Book::default();
        for record in records {
            book.apply(record);
            let mut again = Book::default();
            book.records().into_iter().for_each(|record| again.apply(record));
            prop_assert_eq!(&again, &book);
            if let Some(next) = book.next() {
                prop_assert!(next.waits());
                prop_assert!(next.operation.task().is_none_or(|id| book.real(id).is_some()));
            }
        }
    }
}
