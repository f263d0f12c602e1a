//! What helps to get going: completion in a real shell, manual pages, topics, `todo config` and `todo doctor`.

use std::{
    fs,
    process::{Command, Output},
};

use e2e::{
    private_dir,
    servers::{Server, command, program},
    terminal::Terminal,
};
use serde_json::Value;

use crate::{api::PASSWORD, cli::Shell};

/// How a command ended, and what it said on both outputs.
fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[track_caller]
fn done(shell: &Shell, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = said(&shell.run(arguments, ""));
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "todo {arguments:?}: {stdout}");
    stdout
}

/// bash, as this person starts it.
fn bash(shell: &Shell) -> Command {
    let todo = command("todo", shell.home());
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile"]).current_dir(shell.home()).env_clear();
    bash.envs(todo.get_envs().filter_map(|(name, value)| Some((name, value?)))).envs(shell.settings());
    bash
}

/// What bash would offer at the end of this line.
#[track_caller]
fn offered(shell: &Shell, line: &str) -> Vec<String> {
    let word = line.rsplit([' ', '=', ':']).next().unwrap_or_default();
    let script = r#"source <("$TODO" completions bash) && COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=63
        _todo_complete todo "$2" && for reply in "${COMPREPLY[@]}"; do printf '%s\n' "$reply"; done"#;
    let mut bash = bash(shell);
    bash.env("TODO", program("todo")).args(["-c", script, "bash", line, word]);
    let (code, stdout, stderr) = said(&bash.output().unwrap());
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{line}: {stdout}");
    stdout.lines().map(str::to_owned).collect()
}

fn with_tasks(shell: &Shell) {
    for arguments in [
        &["add", "--raw", "Buy milk", "--tag", "home"][..],
        &["add", "--raw", "\u{1b}[2Jred\nline", "--tag", "two words"],
        &["add", "--raw", "Call the bank", "--tag", "$(touch harm)"],
        &["done", "3"],
    ] {
        done(shell, &[&["--json"], arguments].concat());
    }
}

#[test]
fn a_shell_completes_tasks_and_tags_as_they_are() {
    let shell = Shell::new();
    // A look at nothing makes nothing.
    assert_eq!(offered(&shell, "todo done "), Vec::<String>::new());
    assert!(!shell.home().join("data/todo.db").exists());

    with_tasks(&shell);
    assert_eq!(offered(&shell, "todo done "), ["1  (Buy milk)", "2  (␛[2Jred␊line)"]);
    assert_eq!(offered(&shell, "todo done 2"), ["2"]);
    assert_eq!(offered(&shell, "todo reopen "), ["3"]);
    assert_eq!(offered(&shell, "todo list --tag "), ["home", r"two\ words", r"\$\(touch\ harm\)"]);
    assert_eq!(offered(&shell, "todo list --tag=ho"), ["home"]);
    assert_eq!(offered(&shell, "todo edit 1 --untag tw"), [r"two\ words"]);
    assert_eq!(offered(&shell, "todo tag rename ho"), ["home"]);
    assert_eq!(offered(&shell, "todo add Sweep @"), ["@home"]);
    assert_eq!(offered(&shell, "todo comp"), ["completions"]);
    assert!(offered(&shell, "todo edit 1 --no-d").iter().any(|option| option.starts_with("--no-due")));
}

#[test]
fn what_is_completed_is_typed_and_not_carried_out() {
    let shell = Shell::new();
    with_tasks(&shell);
    let mut bash = bash(&shell);
    bash.envs([("TERM", "xterm-256color"), ("PS1", "ready> ")]).arg("-i");
    let mut terminal = Terminal::start(bash, 120, 24).unwrap();
    terminal.sees("ready>");
    terminal.types(&format!("alias todo={0}; source <({0} completions bash)\r", program("todo").display())).unwrap();
    terminal.types("todo list --all --fields title --tag two\t\r").unwrap();
    terminal.sees("␛[2Jred␊line");
    terminal.types("todo list --all --fields title --tag \\$\t\r").unwrap();
    terminal.sees("Call the bank");
    terminal.types("exit\r").unwrap();
    assert_eq!(terminal.ends(), Some(0));
    assert!(!shell.home().join("harm").exists());
}

#[test]
fn completion_asks_the_server_of_the_line_and_is_silent_without_one() {
    let home = private_dir("completion-").unwrap();
    let mut up = Server::up(home.path()).started();
    let shell = Shell::at_urls(up.urls());
    shell.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    shell.json(&["add", "--raw", "On the server"]);
    assert_eq!(offered(&shell, "todo done "), ["1"]);
    // The database of this machine has nothing.
    assert_eq!(offered(&shell, "todo --server local done "), Vec::<String>::new());
    fs::create_dir_all(shell.home().join("config")).unwrap();
    fs::write(shell.home().join("config/config.toml"), "broken = ").unwrap();
    assert_eq!(offered(&shell, "todo done "), Vec::<String>::new());
    fs::write(shell.home().join("config/config.toml"), "[profiles.work]\nserver = \"local\"\n").unwrap();
    assert_eq!(offered(&shell, "todo --profile "), ["work"]);
    up.terminate();
    assert_eq!(offered(&shell, "todo done "), Vec::<String>::new());
}

#[test]
fn manual_pages_of_all_commands() {
    let shell = Shell::new();
    let page = done(&shell, &["man"]);
    assert!(page.contains(".TH TODO 1") && page.contains("todo\\-add(1)"), "{page}");
    let folder = shell.home().join("man/man1");
    done(&shell, &["man", "--dir", folder.to_str().unwrap()]);
    for name in ["todo.1", "todo-add.1", "todo-tag-rename.1", "todo-config-set.1"] {
        let page = fs::read_to_string(folder.join(name)).unwrap();
        assert!(page.contains(".SH SYNOPSIS") && page.contains(".SH DESCRIPTION"), "{name}: {page}");
    }
}

#[test]
fn help_tells_of_commands_and_of_topics() {
    let shell = Shell::new();
    let all = done(&shell, &["help"]);
    for part in ["quick-add", "exit-codes", "doctor", "Add a task", "--json"] {
        assert!(all.contains(part), "no {part} in {all}");
    }
    for topic in ["quick-add", "dates", "formats", "scripts", "exit-codes", "settings", "servers", "offline"] {
        let text = done(&shell, &["help", topic]);
        assert!(text.starts_with(&format!("{topic}: ")) && text.contains("    todo "), "{text}");
        let wide: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(wide.is_empty(), "{topic}: {wide:?}");
    }
    assert_eq!(done(&shell, &["help", "add"]), done(&shell, &["add", "--help"]));
    assert_eq!(done(&shell, &["help", "tag", "rename"]), done(&shell, &["tag", "rename", "--help"]));
    assert_eq!(done(&shell, &["tag", "help", "rename"]), done(&shell, &["tag", "rename", "--help"]));
    let (code, stdout, stderr) = said(&shell.run(&["help", "daets"], ""));
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    assert!(stderr.contains("did you mean \"dates\"?"), "{stderr}");
}

fn setting<'a>(settings: &'a Value, name: &str) -> &'a Value {
    let found = settings.as_array().unwrap().iter().find(|setting| setting["name"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {settings}"))
}

#[test]
fn config_shows_who_says_what_and_changes_the_file() {
    let shell = Shell::new();
    let file = shell.home().join("config/config.toml");
    assert_eq!(done(&shell, &["config", "path"]).trim(), file.to_str().unwrap());
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "# mine\ndefault_profile = \"work\" # really\n\n[profiles.work]\nserver = \"http://a:1\"\n")
        .unwrap();

    done(&shell, &["config", "set", "tui.theme", "light"]);
    done(&shell, &["config", "set", "profiles.home.server", "localhost:8000/"]);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with("# mine\ndefault_profile = \"work\" # really\n"), "{text}");

    let settings = shell.json(&["config"]);
    let told = |name| ["value", "origin"].map(|part| setting(&settings, name)[part].as_str().unwrap_or("-").to_owned());
    assert_eq!(told("profile"), ["work", "file"]);
    assert_eq!(told("server"), ["http://a:1", "file"]);
    assert_eq!(told("comments_server"), ["http://a:1", "default"]);
    assert_eq!(told("data_dir")[1], "environment");
    assert_eq!(told("tui.theme"), ["light", "file"]);
    assert_eq!(told("tui.mouse"), ["true", "default"]);
    assert_eq!(told("profiles.home.server"), ["http://localhost:8000", "file"]);
    assert_eq!(setting(&settings, "server")["from"], file.to_str().unwrap());
    let flagged = shell.json(&["--server", "http://b:8000", "config"]);
    assert_eq!(setting(&flagged, "server")["from"], "--server");
    assert_eq!(setting(&flagged, "comments_server")["value"], "http://b:8001");

    done(&shell, &["config", "unset", "profiles.home.server"]);
    for (arguments, code) in [
        (&["config", "unset", "profiles.home.server"][..], 3),
        (&["config", "set", "tui.mouse", "maybe"], 2),
        (&["config", "set", "tui.keys.flea", "x"], 2),
        (&["config", "set", "colour", "red"], 2),
        (&["config", "set", "profiles.x.server", "ftp://x"], 2),
        (&["config", "set", "profiles.x.server", "notaurl"], 2),
        (&["config", "set", "default_profile", "typo"], 2),
    ] {
        let before = fs::read_to_string(&file).unwrap();
        let (ended, _, stderr) = said(&shell.run(arguments, ""));
        assert_eq!(ended, Some(code), "{arguments:?}: {stderr}");
        assert_eq!(fs::read_to_string(&file).unwrap(), before);
    }
}

#[test]
fn a_profile_that_there_is_not_is_no_other_one() {
    let shell = Shell::new();
    let file = shell.home().join("config/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "default_profile = \"wrok\"\n[profiles.work]\nserver = \"http://127.0.0.1:9\"\n").unwrap();
    for arguments in [&["add", "--raw", "One"][..], &["list"], &["--profile", "wrok", "list"]] {
        let (code, _, stderr) = said(&shell.run(arguments, ""));
        assert!(code == Some(2) && stderr.contains("did you mean \"work\"?"), "{arguments:?}: {stderr}");
    }
    assert!(!shell.home().join("data").exists(), "nothing is made in the database of this machine");
    let checks = examined(&shell, 1);
    assert_eq!(status(&checks, "settings"), "failed");
    done(&shell, &["config", "set", "default_profile", "work"]);
    assert_eq!(setting(&shell.json(&["config"]), "server")["value"], "http://127.0.0.1:9");
    done(&shell, &["config", "set", "default_profile", "default"]);
    done(&shell, &["--json", "add", "--raw", "One"]);
}

#[test]
fn secrets_are_not_shown() {
    let shell = Shell::new();
    let secrets = [("TODO_TOKEN", "hush-token"), ("TODO_PASSWORD", "hush-password"), ("TODO_SERVER_URL", "http://a:1")];
    for arguments in [&["config"][..], &["--json", "config"]] {
        let output = command("todo", shell.home()).args(arguments).envs(secrets).output().unwrap();
        let (code, stdout, _) = said(&output);
        assert!(code == Some(0) && stdout.contains("TODO_TOKEN") && !stdout.contains("hush"), "{stdout}");
    }
}

#[test]
fn a_broken_file_is_named_with_line_and_column() {
    let shell = Shell::new();
    let file = shell.home().join("config/config.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    for (text, place) in
        [("default_profile = \n", "line 1, column 19"), ("\n[profiles.a]\nserver = 1\n", "line 3, column 10")]
    {
        fs::write(&file, text).unwrap();
        for arguments in [&["list"][..], &["config"], &["config", "set", "tui.mouse", "true"]] {
            let (code, _, stderr) = said(&shell.run(arguments, ""));
            assert_eq!(code, Some(1), "{arguments:?}");
            assert!(stderr.contains("config.toml") && stderr.contains(place), "{stderr}");
        }
        let (code, stdout, _) = said(&shell.run(&["doctor"], ""));
        assert!(code == Some(1) && stdout.contains("✗ settings"), "{stdout}");
    }
}

fn status<'a>(checks: &'a Value, name: &str) -> &'a str {
    let found = checks.as_array().unwrap().iter().find(|check| check["check"] == name);
    found.unwrap_or_else(|| panic!("no {name} in {checks}"))["status"].as_str().unwrap()
}

/// What `todo --json doctor` says, which must end with this code.
#[track_caller]
fn examined(shell: &Shell, code: i32) -> Value {
    let (ended, stdout, stderr) = said(&shell.run(&["--json", "doctor"], ""));
    assert_eq!((ended, stderr.as_str()), (Some(code), ""), "{stdout}");
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn doctor_tells_what_is_wrong_and_what_to_do() {
    let home = private_dir("doctor-").unwrap();
    let mut up = Server::up(home.path()).started();
    let shell = Shell::at_urls(up.urls());
    let checks = examined(&shell, 1);
    assert_eq!([status(&checks, "todo-server"), status(&checks, "sign-in")], ["ok", "failed"]);
    shell.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    let checks = examined(&shell, 0);
    for name in ["settings", "permissions", "todo-server", "comments-server", "clock", "sign-in"] {
        assert_eq!(status(&checks, name), "ok", "{name}: {checks}");
    }
    let (code, stdout, _) = said(&shell.run(&["doctor"], ""));
    assert!(code == Some(0) && stdout.contains("✓ todo-server") && stdout.contains("signed in until"), "{stdout}");
    assert!(stdout.lines().all(|line| line.chars().count() <= 80), "{stdout}");

    // The two servers in each other's place.
    let swapped: Vec<String> = up.urls().collect();
    let arguments = ["--json", "--server", &swapped[1], "--comments-server", &swapped[0], "doctor"];
    let (code, stdout, _) = said(&shell.run(&arguments, ""));
    assert_eq!((code, status(&serde_json::from_str(&stdout).unwrap(), "todo-server")), (Some(1), "failed"));

    up.terminate();
    let checks = examined(&shell, 1);
    assert_eq!([status(&checks, "todo-server"), status(&checks, "comments-server")], ["failed", "failed"]);
}

#[cfg(unix)]
#[test]
fn doctor_finds_what_others_could_read() {
    use std::os::unix::fs::PermissionsExt;
    let shell = Shell::new();
    assert_eq!(status(&examined(&shell, 0), "database"), "ok");
    assert!(!shell.home().join("data").exists(), "a look makes nothing");
    shell.json(&["add", "--raw", "One"]);
    assert_eq!(status(&examined(&shell, 0), "sign-in"), "ok");
    fs::set_permissions(shell.home().join("data"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(status(&examined(&shell, 1), "permissions"), "failed");
    let (_, stdout, _) = said(&shell.run(&["doctor"], ""));
    assert!(stdout.contains("→ chmod 700"), "{stdout}");
}
