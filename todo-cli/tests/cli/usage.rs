//! What is typed wrong, and what scripts branch on.

use crate::{Machine, NOWHERE};

#[test]
fn help_and_version_are_no_errors() {
    let machine = Machine::new();
    for arguments in
        [&["--help"][..], &["-h"], &["help", "add"], &["list", "--help"], &["--version"], &["--json", "-V"]]
    {
        let said = machine.todo(arguments);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!said.stdout.is_empty());
    }
}

#[test]
fn usage_errors_say_what_was_meant() {
    let machine = Machine::new();
    for (arguments, hint) in [
        (&["lst"][..], "'list'"),
        (&["add", "x", "--prio", "1"], "'--priority'"),
        (&["add", "x", "--due", "someday"], "expected one of: 2026-12-01"),
        (&["add", "x", "--due", "2026-02-30"], "there is no such day"),
        (&["add", "x", "--remind", "tomorrow"], "tomorrow 9:00"),
        (&["add", "x", "--priority", "5"], "must be 1 (highest)"),
        (&["list", "--sort", "prority"], "did you mean \"priority\"?"),
        (&["list", "--done", "--overdue"], "cannot be used with"),
        (&["edit", "1"], "required"),
        (&["edit", "1", "--due", "today", "--no-due"], "cannot be used with"),
        (&["done"], "required"),
        (&["done", "abc"], "invalid"),
        (&["--profile", "nope", "list"], "there is no profile \"nope\""),
        (&["--server", "ftp://x", "list"], "no URL of a server"),
    ] {
        let said = machine.todo(arguments);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(said.stderr.contains(hint), "{arguments:?} says {}", said.stderr);
    }
}

#[test]
fn with_json_usage_errors_are_problem_objects() {
    let machine = Machine::new();
    for arguments in [&["--json", "lst"][..], &["add", "--json"], &["--json", "--profile", "nope", "list"]] {
        let said = machine.todo(arguments);
        let problem = said.problem();
        assert_eq!(said.code, 2, "{arguments:?}");
        assert_eq!(problem["code"], "usage");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.starts_with("error:")), "{problem}");
    }
    // Behind `--` it is a title.
    assert!(machine.todo(&["lst", "--", "--json"]).stderr.starts_with("error:"));
}

#[test]
fn who_is_not_signed_in_is_told_how_to() {
    let machine = Machine::new();
    let said = machine.todo(&["--server", NOWHERE, "list"]);
    assert_eq!(said.code, 4);
    assert!(said.stderr.contains(&format!("todo login {NOWHERE} --username NAME")), "{}", said.stderr);
    let said = machine.todo(&["--server", NOWHERE, "--json", "logout"]);
    assert_eq!((said.code, said.problem()["code"].as_str()), (4, Some("not_signed_in")));
}

#[test]
fn a_server_out_of_reach_is_named() {
    let machine = Machine::new();
    let with_token = |arguments: &[&str]| {
        let output = machine.command(arguments).env("TODO_TOKEN", "t").env("TODO_SERVER_URL", NOWHERE).output();
        crate::Said::new(output.unwrap())
    };
    let said = with_token(&["list"]);
    assert_eq!((said.code, said.stdout.as_str()), (6, ""));
    assert!(said.stderr.contains(NOWHERE) && said.stderr.contains("todo up"), "{}", said.stderr);
    let said = with_token(&["--json", "--no-queue", "done", "1", "2"]);
    assert_eq!((said.code, said.problem()["code"].as_str()), (6, Some("server_out_of_reach")));
    // A change waits for the server, each once.
    let said = with_token(&["--quiet", "done", "1", "2", "1"]);
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (0, "1\n2\n", ""));
}

#[test]
fn colours_only_where_wanted() {
    let machine = Machine::new();
    let colored = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = machine.command(&[&["--server", NOWHERE, "list"], arguments].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        crate::Said::new(output).stderr.contains('\u{1b}')
    };
    assert!(!colored(&[], &[]), "not in a pipe");
    assert!(colored(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}
