//! Passwords and tokens: never asked for where nobody can answer, never where others can see them.

use crate::{Machine, NOWHERE};

#[test]
fn without_a_terminal_nothing_is_asked() {
    let machine = Machine::new();
    let said = machine.todo(&["--server", NOWHERE, "login", "--username", "ann"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert!(said.stderr.contains("--password-stdin") && said.stderr.contains("TODO_PASSWORD"), "{}", said.stderr);
    let said = machine.todo(&["--server", NOWHERE, "login"]);
    assert!(said.code == 2 && said.stderr.contains("--username"), "{}", said.stderr);
    let said = machine.todo(&["--server", NOWHERE, "register", "--password-stdin"]);
    assert!(said.code == 2 && said.stderr.contains("USERNAME"), "{}", said.stderr);
}

#[test]
fn a_password_is_no_argument() {
    let machine = Machine::new();
    assert_eq!(machine.todo(&["login", "--username", "ann", "--password", "secret"]).code, 2);
}

#[test]
fn an_empty_secret_is_refused_before_anything_is_sent() {
    let machine = Machine::new();
    for arguments in [&["login", NOWHERE, "-u", "ann", "--password-stdin"][..], &["login", NOWHERE, "--token-stdin"]] {
        let said = machine.todo_with(arguments, "\n");
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.stderr.contains("on standard input"), "{}", said.stderr);
    }
}

#[test]
fn the_password_can_come_from_the_environment() {
    let machine = Machine::new();
    let output = machine.command(&["login", NOWHERE, "-u", "ann"]).env("TODO_PASSWORD", "secret").output().unwrap();
    // It was read, and the next thing that is missing is the server.
    assert_eq!(output.status.code(), Some(6));
    // A sign-in that failed leaves nothing behind.
    assert!(!machine.home.path().join("config").exists());
    assert!(!machine.home.path().join("data/credentials").read_dir().is_ok_and(|mut files| files.next().is_some()));
}

#[test]
fn a_broken_credentials_file_is_named_without_its_content() {
    let machine = Machine::new();
    let folder = machine.home.path().join("data/credentials");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("default@http___127_0_0_1_9.json"), "{\"access\": \"hush").unwrap();
    let said = machine.todo(&["--server", NOWHERE, "list"]);
    assert_eq!(said.code, 1);
    assert!(said.stderr.contains("default@http") && !said.stderr.contains("hush"), "{}", said.stderr);
}
