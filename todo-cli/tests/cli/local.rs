//! Without any server: the database on this machine.

use serde_json::Value;

use crate::Machine;

impl Machine {
    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let stdout = self.todo(&[&["--json"], arguments].concat()).done();
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error} in {stdout:?}"))
    }

    #[track_caller]
    fn words(&self, arguments: &[&str]) -> String {
        self.todo(arguments).done()
    }
}

#[test]
fn tasks_are_lines_of_fields_in_a_pipe() {
    let machine = Machine::new();
    machine.words(&["add", "Buy", "milk", "-t", "home", "-t", "two words", "-p1", "--due", "2026-12-01 18:30"]);
    machine.words(&["add", "tab\there"]);
    machine.words(&["done", "2"]);
    assert_eq!(
        machine.words(&["list", "--all", "--sort", "id"]),
        "1\topen\t1\t2026-12-01T17:30:00Z\tBuy milk\thome,two words\n2\tdone\t4\t\ttab␉here\t\n"
    );
    assert_eq!(machine.words(&["--quiet", "list"]), "1\n");
    assert_eq!(machine.words(&[]), machine.words(&["list", "--open"]));
}

#[test]
fn changes_print_what_they_changed() {
    let machine = Machine::new();
    assert_eq!(machine.words(&["add", "Buy milk", "-t", "home", "-p", "2"]), "Added 1  Buy milk · p2 · @home\n");
    assert_eq!(
        machine.words(&["edit", "1", "--no-priority", "--untag", "home", "--tag", "shop"]),
        "Changed: 1  Buy milk · @shop\n"
    );
    assert_eq!(machine.words(&["done", "1"]), "Done: 1  Buy milk · @shop\n");
    assert_eq!(machine.words(&["-q", "reopen", "1"]), "1\n");
    assert_eq!(machine.words(&["comment", "add", "1", "two", "litres"]), "Added comment 1 on task 1: two litres\n");
    assert_eq!(machine.words(&["tag", "rename", "shop", "market"]), "Renamed: tag 2 @market\n");
    assert_eq!(machine.words(&["rm", "1"]), "Deleted: 1  Buy milk · @market\n");
    assert_eq!(machine.words(&["list", "--all"]), "");
}

#[test]
fn several_are_done_even_if_one_is_not_there() {
    let machine = Machine::new();
    for title in ["one", "two"] {
        machine.words(&["add", title]);
    }
    let said = machine.todo(&["done", "1", "99", "2"]);
    assert_eq!((said.code, said.stdout.as_str()), (3, "Done: 1  one\nDone: 2  two\n"));
    assert_eq!(said.stderr, "error: task 99: there is no such task\n");
    let said = machine.todo(&["--json", "rm", "1", "99", "2"]);
    let titles: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((said.code, titles.len()), (3, 2), "one object a line");
    assert_eq!(serde_json::from_str::<Value>(&said.stderr).unwrap()["code"], "not_found");
}

#[test]
fn unknown_tags_get_a_suggestion_and_change_nothing() {
    let machine = Machine::new();
    machine.words(&["add", "one", "-t", "home"]);
    let said = machine.todo(&["list", "--tag", "hoem"]);
    assert_eq!((said.code, said.stderr.as_str()), (3, "error: there is no tag \"hoem\"; did you mean \"home\"?\n"));
    assert_eq!(machine.todo(&["edit", "1", "--tag", "new", "--untag", "hoem"]).code, 3);
    assert_eq!(machine.words(&["tag", "list"]), "1\thome\n");
    // No tag is made for a task that is refused.
    let said = machine.todo(&["add", &"x".repeat(101), "-t", "other"]);
    assert_eq!((said.code, said.stderr.as_str()), (1, "error: title has 101 characters, at most 100 are allowed\n"));
    assert_eq!(machine.words(&["tag", "list"]), "1\thome\n");
}

#[test]
fn all_about_a_task() {
    let machine = Machine::new();
    machine.words(&["add", "Buy milk", "--description", "two\nlines\u{1b}[2J", "--due", "2030-01-02", "-t", "home"]);
    machine.words(&["comment", "add", "1", "done?"]);
    let shown = machine.words(&["show", "1"]);
    for part in
        ["1 Buy milk\n", "Due       2030-01-02\n", "Tags      @home\n", "  two\n  lines␛[2J\n", "Comment 1", "done?"]
    {
        assert!(shown.contains(part), "no {part:?} in {shown}");
    }
    assert_eq!(machine.json(&["show", "1"])["description"], "two\nlines\u{1b}[2J");
}

#[test]
fn whoever_is_here_needs_no_sign_in_until_somebody_signs_in() {
    let machine = Machine::new();
    machine.words(&["add", "before"]);
    assert!(machine.words(&["whoami"]).starts_with("local on this machine"));
    machine.todo_with(&["register", "ann", "--password-stdin"], "correct horse battery\n").done();
    assert_eq!(machine.json(&["whoami"])["username"], "ann");
    assert_eq!(machine.json(&["whoami"])["timezone"], "Europe/Berlin", "the zone of this machine");
    assert_eq!(machine.words(&["list"]), "", "a list of her own");
    machine.words(&["logout"]);
    assert_eq!(machine.words(&["--quiet", "list"]), "1\n");
    let said = machine.todo_with(&["login", "-u", "ann", "--password-stdin"], "wrong horse battery\n");
    assert_eq!((said.code, said.stderr.as_str()), (4, "error: the username or the password is wrong\n"));
    machine.todo_with(&["login", "-u", "ANN", "--password-stdin"], "correct horse battery\n").done();
    assert_eq!(machine.words(&["--quiet", "whoami"]), "2\n");
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new();
    machine.todo_with(&["register", "ann", "--password-stdin"], "correct horse battery").done();
    let mode = |name: &str| {
        let path = machine.home.path().join("data").join(name);
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    };
    assert_eq!((mode(""), mode("credentials")), (0o700, 0o700));
    assert_eq!(mode("credentials/default@local.json"), 0o600);
}

#[test]
fn many_at_once_refresh_the_session_once() {
    let machine = Machine::new();
    machine.todo_with(&["register", "ann", "--password-stdin"], "correct horse battery").done();
    let path = machine.home.path().join("data/credentials/default@local.json");
    let read = || -> Value { serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap() };
    let mut stale = read();
    stale["access"] = "refused".into();
    std::fs::write(&path, stale.to_string()).unwrap();
    // A second refresh with the same token would end the session for all of them.
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..50).map(|_| scope.spawn(|| machine.todo(&["--json", "whoami"]))).collect();
        for said in running {
            assert!(said.join().unwrap().done().contains("\"ann\""));
        }
    });
    assert_ne!(read()["refresh"], stale["refresh"]);
    assert_eq!(machine.json(&["whoami"])["username"], "ann");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let machine = Machine::new();
    for _ in 0..3 {
        machine.words(&["add", &"long title ".repeat(9)]);
    }
    let mut child = std::process::Command::new(machine.command(&[]).get_program())
        .args(["list"])
        .env("TODO_DATA_DIR", machine.home.path().join("data"))
        .env("TODO_CONFIG_DIR", machine.home.path().join("config"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}
