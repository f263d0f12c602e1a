//! What is kept from one run to the next.

use std::sync::mpsc::channel;

use super::*;
use crate::{
    profile::{Place, Server},
    tui::snapshot::{self, Files},
};

fn files(folder: &tempfile::TempDir, server: &str) -> Files {
    let server = Server::Remote { todo: server.to_owned(), comments: server.to_owned() };
    Files::of(&Place {
        profile: "work".to_owned(),
        server,
        named_here: false,
        token: None,
        queue: true,
        data_dir: folder.path().to_owned(),
        config_dir: folder.path().to_owned(),
    })
}

/// What a program that starts now would know.
fn remembered(files: &Files) -> Vec<Task> {
    let (head, rest) = files.open().unwrap();
    assert!(!head.first.is_empty());
    assert_eq!((head.seq, head.counts.all), (7, 7));
    let (messages, inbox) = channel();
    snapshot::read(rest, &messages);
    drop(messages);
    let chunks = inbox.iter().map(|msg| match msg {
        Msg::RememberedTasks(tasks, _) => tasks,
        msg => panic!("{msg:?}"),
    });
    chunks.flatten().collect()
}

#[test]
fn everything_is_remembered_as_the_server_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder, "http://one");
    let mut person = Person::with_tasks(80, 24);
    files.save(&person.model).unwrap();
    let mut tasks_then = remembered(&files);
    tasks_then.sort_by_key(|task| task.id);
    assert_eq!(tasks_then, tasks());

    // What waits for the server when the program ends is not taken for done.
    person.presses("x d y a").types("Never sent").presses("enter");
    person.model.counts = Person::with_tasks(80, 24).model.counts;
    files.save(&person.model).unwrap();
    let mut tasks_then = remembered(&files);
    tasks_then.sort_by_key(|task| task.id);
    assert_eq!(tasks_then, tasks());
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_it_and_another_server_has_no_part_in_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let one = files(&folder, "http://one");
    one.save(&Person::with_tasks(80, 24).model).unwrap();
    let mode = |path| std::fs::metadata(folder.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("tui/work.jsonl"), mode("tui")), (0o600, 0o700));
    assert!(files(&folder, "http://two").open().is_none());
    one.forget();
    assert!(one.open().is_none());
}

#[test]
fn where_one_was_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&folder, "http://one");
    assert_eq!(files.load_state(), State::default());
    let mut person = Person::with_tasks(80, 24);
    person.presses("2 o down enter");
    let Some(Effect::Remember(state)) = person.effects.pop() else { panic!() };
    files.save_state(&state).unwrap();
    assert_eq!(files.load_state(), *state);
    assert_eq!(state.sort(crate::tui::model::scope::View::Upcoming), crate::tui::model::scope::Sort::Priority);
}
