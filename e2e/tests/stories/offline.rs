//! Changes that are made while the servers are away: `todo` queues them, and sends them once they are back.

use std::{
    process::{Child, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use e2e::{
    balancer::Balancer,
    private_dir,
    servers::{Server, command},
    terminal::Terminal,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{api::PASSWORD, cli::Shell};

/// How long something that has no event of its own may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Servers that come and go, and somebody who is signed in there.
struct World {
    up: Server,
    todo: Shell,
    // Last, so that the servers have stopped when their files go.
    _home: TempDir,
}

impl World {
    fn start() -> Self {
        let home = private_dir("offline-").unwrap();
        let up = Server::up(home.path()).started();
        let todo = Shell::at_urls(up.urls());
        todo.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
        Self { up, todo, _home: home }
    }

    /// Another device of the same person.
    fn device(&self) -> Shell {
        let device = Shell::at_urls(self.up.urls());
        device.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);
        device
    }
}

/// What `todo --json ARGUMENTS` prints of a change that it queues.
#[track_caller]
fn queued(todo: &Shell, arguments: &[&str]) -> Value {
    let queued = todo.json(arguments);
    assert_eq!(queued["queued"], true, "todo {arguments:?}: {queued}");
    queued
}

fn said(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

fn titles(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| task["title"].as_str().unwrap()).collect()
}

/// How many wait, and how many were set aside.
fn counts(todo: &Shell) -> (Value, Value) {
    let status = todo.json(&["status"]);
    (status["waiting"].clone(), status["aside"].clone())
}

/// What happened at the server, the oldest first.
fn events(todo: &Shell) -> Vec<String> {
    let changes = todo.json(&["undo", "--list", "--limit", "100"]);
    let changes = changes.as_array().unwrap().iter().rev();
    changes.map(|change| change["event"].as_str().unwrap().to_owned()).collect()
}

/// `todo ARGUMENTS`, which goes on by itself.
fn spawn(todo: &Shell, arguments: &[&str]) -> Child {
    let mut command = command("todo", todo.home());
    command.args(arguments).envs(todo.settings()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

#[test]
fn what_is_done_while_the_server_is_away_is_there_once_and_in_order() {
    let World { mut up, todo, _home } = World::start();
    todo.json(&["add", "Known", "--tag", "home"]);
    up.kill_9();

    let made = queued(&todo, &["add", "Buy milk @shop"]);
    assert_eq!((&made["id"], &made["number"]), (&json!(-1), &json!(1)));
    queued(&todo, &["edit", "q1", "--title", "Buy oat milk", "--due", "2999-01-01", "--tag", "new"]);
    queued(&todo, &["comment", "add", "q1", "two", "litres"]);
    queued(&todo, &["done", "q1"]);
    queued(&todo, &["edit", "1", "--title", "Known better", "--untag", "home"]);
    let (code, stdout, stderr) = said(&todo.run(&["remind", "1", "2999-01-01 10:00"], ""));
    assert_eq!(
        (code, stderr.as_str()),
        (Some(0), "note: server out of reach; queued, goes out with the next command\n")
    );
    assert!(stdout.starts_with("Queued: change 1: remind "), "{stdout}");
    let (code, stdout, _) = said(&todo.run(&["add", "--quiet", "Gone", "again"], ""));
    assert_eq!((code, stdout.as_str()), (Some(0), "q7\n"));
    queued(&todo, &["rm", "q7", "--yes"]);

    // What has to be read can't be.
    let (code, stdout, stderr) = said(&todo.run(&["list"], ""));
    assert_eq!((code, stdout.as_str()), (Some(6), ""));
    assert!(stderr.contains("8 changes wait on this machine"), "{stderr}");
    assert_eq!(todo.run(&["add", "--no-queue", "Not queued"], "").status.code(), Some(6));
    assert_eq!(todo.run(&["done", "q99"], "").status.code(), Some(3), "there is no such task");
    let (code, stdout, _) = said(&todo.run(&["status"], ""));
    assert_eq!(code, Some(0));
    for part in ["out of reach", "8 changes to send", "add q1 \"Buy milk\" @shop", "comment on q1: \"two litres\""] {
        assert!(stdout.contains(part), "{part:?} in {stdout}");
    }

    up.start();
    // Whichever command comes next.
    let (code, _, stderr) = said(&todo.run(&["list"], ""));
    assert_eq!((code, stderr.as_str()), (Some(0), "note: 8 changes that waited went out\n"));
    let tasks = todo.list(&["--all", "--sort", "id"]);
    assert_eq!(titles(&tasks), ["Known better", "Buy oat milk"]);
    assert_eq!((&tasks[0]["tags"], &tasks[0]["remind_time"].is_string()), (&json!([]), &true));
    assert_eq!((&tasks[1]["completed"], &tasks[1]["due"]), (&json!(true), &json!("2999-01-01")));
    assert_eq!(tasks[1]["tags"].as_array().unwrap().len(), 2);
    let known = ["task.created", "tag.created", "task.updated", "comment.created", "task.deleted"];
    let events: Vec<String> = events(&todo).into_iter().filter(|event| known.contains(&event.as_str())).collect();
    let once = [
        "tag.created",
        "task.created",
        "tag.created",
        "task.created",
        "tag.created",
        "task.updated",
        "comment.created",
        "task.updated",
        "task.updated",
        "task.updated",
        "task.created",
        "task.deleted",
    ];
    assert_eq!(events, once);

    // The id that it had before still leads to it, and whatever comes now is done at once.
    assert_eq!(todo.json(&["show", "q1"])["title"], "Buy oat milk");
    assert_eq!(todo.json(&["comment", "list", "q1"])[0]["content"], "two litres");
    assert_eq!(todo.json(&["reopen", "q1"])["completed"], false);
    assert_eq!(counts(&todo), (json!(0), json!(0)));
}

#[test]
fn a_command_that_is_killed_while_it_sends_sends_nothing_twice() {
    let home = private_dir("offline-").unwrap();
    let mut up = Server::up(home.path()).started();
    let addresses: Vec<_> = up.urls().map(|url| url.trim_start_matches("http://").parse().unwrap()).collect();
    let balancers: Vec<Balancer> =
        addresses.into_iter().map(|address| Balancer::start(vec![address]).unwrap()).collect();
    let todo = Shell::at_urls(balancers.iter().map(Balancer::url));
    todo.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    let near = Shell::at_urls(up.urls());
    near.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);

    up.kill_9();
    let wanted = ["one", "two", "three"];
    for title in wanted {
        queued(&todo, &["add", title]);
    }
    queued(&todo, &["edit", "q1", "--description", "more"]);
    up.start();
    for count in 1..=wanted.len() {
        // Every answer is under way for so long that it can be killed between the change and the answer.
        balancers[0].delay(Duration::from_millis(700));
        let mut sending = spawn(&todo, &["list"]);
        let end = Instant::now() + PATIENCE;
        while near.list(&[]).len() < count {
            assert!(Instant::now() < end, "change {count} did not arrive");
            thread::sleep(Duration::from_millis(10));
        }
        sending.kill().unwrap();
        sending.wait().unwrap();
    }
    balancers[0].delay(Duration::ZERO);
    assert_eq!(titles(&todo.list(&["--sort", "id"])), wanted);
    assert_eq!(near.list(&["--search", "more"]).len(), 1);
    let made = ["task.created", "task.created", "task.created", "task.updated"];
    assert_eq!(events(&near), made);
    assert_eq!(counts(&todo), (json!(0), json!(0)));
}

#[test]
fn a_conflict_is_kept_and_shown_and_a_person_decides() {
    let mut world = World::start();
    let todo = &world.todo;
    for title in ["one", "two", "three", "four"] {
        todo.json(&["add", title]);
    }
    let phone = world.device();
    world.up.kill_9();
    for id in ["1", "2", "3"] {
        queued(todo, &["edit", id, "--title", &format!("mine {id}"), "--priority", "1"]);
    }
    queued(todo, &["done", "1"]);
    queued(todo, &["done", "4"]);
    world.up.start();
    for id in ["1", "2"] {
        phone.json(&["edit", id, "--title", &format!("theirs {id}")]);
    }
    phone.run(&["rm", "3", "--yes"], "");

    let (code, stdout, stderr) = said(&todo.run(&["list"], ""));
    assert_eq!((code, stdout.contains("mine")), (Some(0), false), "{stdout}");
    assert!(stderr.contains("the server did not take 3 changes"), "{stderr}");
    assert_eq!(counts(todo), (json!(1), json!(3)), "what is about another task went out");
    assert_eq!(titles(&phone.list(&["--all", "--sort", "id"])), ["theirs 1", "theirs 2", "four"]);
    let (_, stdout, _) = said(&todo.run(&["status"], ""));
    for part in [
        "title: yours \"mine 1\", the server's \"theirs 1\"",
        "priority: yours 1, the server's 4",
        "`todo status --mine 1`",
        "`todo status --drop 2`",
        "`todo status --drop 3` lets it go",
    ] {
        assert!(stdout.contains(part), "{part:?} in {stdout}");
    }
    let status = todo.json(&["status"]);
    let first = &status["queue"][0];
    assert_eq!((&first["state"]["is"], &first["state"]["theirs"]["title"]), (&json!("conflict"), &json!("theirs 1")));
    assert_eq!(first["operation"]["changes"]["title"], "mine 1");

    // Theirs may have moved on since it was shown.
    phone.json(&["edit", "1", "--title", "theirs again"]);
    assert_eq!(todo.json(&["status", "--mine", "1"])["aside"], 3);
    assert_eq!(todo.json(&["status", "--mine", "1"])["aside"], 2);
    let tasks = phone.list(&["--all", "--sort", "id"]);
    assert_eq!(titles(&tasks), ["mine 1", "theirs 2", "four"]);
    assert_eq!(
        (&tasks[0]["completed"], &tasks[0]["priority"]),
        (&json!(true), &json!(1)),
        "what stood behind it went too"
    );
    let (code, stdout, _) = said(&todo.run(&["status", "--drop", "2", "3"], ""));
    assert_eq!(code, Some(0));
    assert!(stdout.contains("Dropped 2: change 2: title \"mine 2\"") && stdout.contains("Nothing waits."), "{stdout}");
    assert_eq!(titles(&phone.list(&["--all", "--sort", "id"])), ["mine 1", "theirs 2", "four"]);
    assert_eq!(todo.run(&["status", "--drop", "2"], "").status.code(), Some(3));
}

#[test]
fn lines_are_queued_as_tasks_are() {
    let World { mut up, todo, _home } = World::start();
    todo.json(&["add", "Known @home"]);
    up.kill_9();
    let lines: String = (1..=700).map(|number| format!("task {number} @home @new\n")).collect();
    let (code, stdout, stderr) = said(&todo.run(&["add", "-"], &format!("{}\n{lines}", "x".repeat(101))));
    assert_eq!((code, stdout.lines().count()), (Some(1), 700), "{stderr}");
    assert!(stdout.starts_with("Queued: add q1 \"task 1\" @home @new\n"), "{stdout}");
    let told: Vec<&str> = stderr.lines().collect();
    assert_eq!(told[0], "error: line 1: title has 101 characters, at most 100 are allowed");
    assert_eq!(told[1..], ["note: server out of reach; queued, goes out with the next command"]);
    // What is said about one of them waits behind it.
    let (code, stdout, stderr) = said(&todo.run(&["add", "q701", "--comment-stdin"], "log\n"));
    assert_eq!((code, stdout.lines().count()), (Some(0), 2), "{stdout}{stderr}");
    assert!(stdout.lines().all(|line| line.starts_with("Queued: ")), "{stdout}");
    let (code, stdout, _) = said(&todo.run(&["done", "-"], "q1 1 q2\n"));
    assert_eq!((code, stdout.lines().count()), (Some(0), 3), "{stdout}");
    assert_eq!(todo.run(&["add", "-", "--no-queue"], "one\n").status.code(), Some(6));
    up.start();
    let tasks = todo.list(&["--all", "--sort", "id", "--limit", "10000"]);
    assert_eq!((tasks.len(), &tasks[1]["title"], &tasks[700]["title"]), (702, &json!("task 1"), &json!("task 700")));
    assert_eq!((&tasks[1]["completed"], &tasks[0]["completed"]), (&json!(true), &json!(true)));
    assert_eq!(todo.json(&["tag", "list"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_queue_that_is_broken_is_told_once_and_holds_up_no_good_line() {
    let World { mut up, todo, _home } = World::start();
    up.kill_9();
    for title in ["one", "two"] {
        queued(&todo, &["add", title]);
    }
    let folder = todo.home().join("data/outbox");
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let path = files.into_iter().find(|path| path.extension().is_some_and(|name| name == "jsonl")).unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<&str> = whole.lines().collect();
    lines.insert(2, "garbage");
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let bad = format!("{}.bad", path.display());
    let (code, stdout, stderr) = said(&todo.run(&["status"], ""));
    assert!(code == Some(0) && stdout.contains("2 changes to send"), "{stdout}");
    assert_eq!(stderr, format!("note: 1 line of the queue can't be read and is kept in {bad}; the others go on\n"));
    assert_eq!(std::fs::read_to_string(&bad).unwrap(), "garbage\n");
    let (_, stdout, _) = said(&todo.run(&["doctor"], ""));
    assert!(stdout.contains("! queue") && stdout.contains("✓ queue"), "{stdout}");
    up.start();
    assert_eq!(titles(&todo.list(&["--sort", "id"])), ["one", "two"]);

    // What is no queue at all.
    std::fs::write(&path, "nothing\n").unwrap();
    let shown = path.display().to_string();
    let (code, stdout, stderr) = said(&todo.run(&["add", "three"], ""));
    assert_eq!((code, stdout.as_str(), stderr.matches(&shown).count()), (Some(1), "", 1), "{stderr}");
    assert!(stderr.contains("--no-queue") && stderr.lines().count() == 1, "{stderr}");
    let (code, stdout, stderr) = said(&todo.run(&["list", "--quiet"], ""));
    assert_eq!((code, stdout.lines().count(), stderr.as_str()), (Some(0), 2, ""));
    let (code, _, stderr) = said(&todo.run(&["list"], ""));
    assert_eq!((code, stderr.matches(&shown).count()), (Some(0), 1), "{stderr}");
    assert!(todo.run(&["add", "three", "--no-queue"], "").status.success());
    let (code, stdout, _) = said(&todo.run(&["doctor"], ""));
    assert!(code == Some(1) && stdout.contains("✗ queue"), "{stdout}");
}

#[test]
fn two_that_send_at_once_make_no_double() {
    let World { mut up, todo, _home } = World::start();
    up.kill_9();
    let wanted: Vec<String> = (1..=20).map(|number| format!("task {number}")).collect();
    for title in &wanted {
        queued(&todo, &["add", "--raw", title]);
    }
    up.start();
    let sending: Vec<Child> = (0..4).map(|_| spawn(&todo, &["list"])).collect();
    for child in sending {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert_eq!(titles(&todo.list(&["--sort", "id"])), wanted);
    assert_eq!(events(&todo).len(), 20);
}

#[test]
fn a_queue_goes_out_to_the_account_it_was_made_for() {
    let World { mut up, todo, _home } = World::start();
    up.kill_9();
    queued(&todo, &["add", "Ann's"]);
    let (code, _, stderr) = said(&todo.run(&["logout"], ""));
    assert_eq!(code, Some(6), "signed out here, but the server could not be told");
    assert!(stderr.contains("1 change waits until this account signs in again"), "{stderr}");
    assert_eq!(todo.run(&["add", "Nobody's"], "").status.code(), Some(4));
    up.start();
    todo.json_with(&["register", "bob", "--password-stdin"], PASSWORD);
    assert_eq!((todo.list(&[]).len(), counts(&todo)), (0, (json!(0), json!(0))));
    todo.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);
    assert_eq!(titles(&todo.list(&[])), ["Ann's"]);
}

#[test]
fn what_waits_in_the_terminal_interface_when_somebody_leaves_goes_out_later() {
    let World { mut up, todo, _home } = World::start();
    todo.json(&["add", "Before"]);
    let mut interface = command("todo", todo.home());
    interface.envs(todo.settings()).env("TERM", "xterm-256color");
    let mut interface = Terminal::start(interface, 80, 24).unwrap();
    interface.sees("● live");
    up.kill_9();
    interface.sees("offline");
    interface.types("aMade meanwhile @home").unwrap();
    interface.types("\r").unwrap();
    interface.sees("Made meanwhile");
    interface.types("q").unwrap();
    interface.sees("What waits is kept");
    interface.types("y").unwrap();
    assert_eq!(interface.ends(), Some(0));
    assert_eq!(counts(&todo), (json!(1), json!(0)));
    up.start();
    let tasks = todo.list(&["--sort", "id"]);
    assert_eq!(titles(&tasks), ["Before", "Made meanwhile"]);
    assert_eq!(tasks[1]["tags"].as_array().unwrap().len(), 1);
}

#[test]
fn on_the_database_of_this_machine_nothing_has_to_wait() {
    let todo = Shell::new();
    let status = todo.json(&["status"]);
    assert_eq!(
        (&status["server"], &status["waiting"], &status["reachable"]),
        (&json!("local"), &json!(0), &json!(true))
    );
    assert_eq!(todo.run(&["done", "q1"], "").status.code(), Some(3));
}
