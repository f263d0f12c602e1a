//! The `todo` program in scripts: on `todo up`, and on the local database without any server.

use std::{
    io::Write,
    path::Path,
    process::{Output, Stdio},
};

use e2e::{
    private_dir,
    servers::{Server, command},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::{PASSWORD, id, ids};

/// Somebody's account on a machine, in which `todo` is typed.
pub(crate) struct Shell {
    home: TempDir,
    settings: Vec<(String, String)>,
}

impl Shell {
    pub(crate) fn new() -> Self {
        Self { home: private_dir("shell-").unwrap(), settings: Vec::new() }
    }

    /// One that knows where the servers are.
    fn at(server: &Server) -> Self {
        Self::at_urls(server.urls())
    }

    pub(crate) fn at_urls(urls: impl IntoIterator<Item = String>) -> Self {
        let names = ["TODO_SERVER_URL", "COMMENTS_SERVER_URL"].map(str::to_owned);
        Self { settings: names.into_iter().zip(urls).collect(), ..Self::new() }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        self.settings.clone()
    }

    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = command("todo", self.home.path());
        command.args(arguments).envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// What `todo --json ARGUMENTS` prints, which has to be one JSON value and nothing else.
    #[track_caller]
    pub(crate) fn json_with(&self, arguments: &[&str], input: &str) -> Value {
        let output = self.run(&[&["--json"], arguments].concat(), input);
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!((output.status.code(), &*stderr), (Some(0), ""), "todo {arguments:?}: {stdout}");
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("todo {arguments:?}: {error} in {stdout:?}"))
    }

    #[track_caller]
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        self.json_with(arguments, "")
    }

    /// The tasks of `todo --json list ARGUMENTS`.
    #[track_caller]
    pub(crate) fn list(&self, arguments: &[&str]) -> Vec<Value> {
        self.json(&[&["list"], arguments].concat()).as_array().unwrap().clone()
    }

    /// Asserts that it fails with this code: nothing on standard output, a problem object on the other.
    #[track_caller]
    fn fails(&self, code: i32, arguments: &[&str]) -> Value {
        let output = self.run(&[&["--json"], arguments].concat(), "");
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!((output.status.code(), &*stdout), (Some(code), ""), "todo {arguments:?}: {stderr}");
        let problem: Value =
            serde_json::from_str(&stderr).unwrap_or_else(|error| panic!("todo {arguments:?}: {error} in {stderr:?}"));
        for field in ["title", "detail", "code"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "no {field} in {problem}");
        }
        problem
    }
}

fn titles(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| task["title"].as_str().unwrap()).collect()
}

/// A day's work, and what is left of it in the end.
fn work(todo: &Shell) {
    let user = todo.json_with(&["register", "ann", "--password-stdin", "--timezone", "Europe/Berlin"], PASSWORD);
    assert_eq!((&user["username"], &user["timezone"]), (&json!("ann"), &json!("Europe/Berlin")));
    assert_eq!(todo.json(&["whoami"])["username"], "ann");

    let made: Vec<Value> = [
        &["Call the bank", "--due", "2026-12-01 10:00", "--tag", "phone", "--priority", "1"][..],
        &["Buy", "milk", "--tag", "shop", "--tag", "home"],
        &["Молоко", "-t", "shop", "-p", "2"],
        &["Water the plants", "--repeat", "weekly", "--due", "2026-03-01", "--tag", "home"],
        &["Pay the rent", "--due", "2026-03-01", "--remind", "2026-03-01 08:00"],
        &["Read", "--description", "chapters 1–3"],
        &["--", "-dashed title"],
        &["\u{1b}[31mred\u{7}"],
        &["Write to Bob", "--due", "2020-01-01"],
        &["👍"],
    ]
    .into_iter()
    .map(|arguments| todo.json(&[&["add"], arguments].concat()))
    .collect();
    assert_eq!((&made[1]["title"], made[1]["tags"].as_array().unwrap().len()), (&json!("Buy milk"), 2));
    assert_eq!(made[4]["due"], "2026-03-01");
    assert!(made[4]["remind_time"].is_string() && made[3]["repeat"].is_object());
    let ids_made = ids(&made);
    let [bank, milk, moloko, .., last] = &*ids_made else { panic!("{ids_made:?}") };
    let [bank, milk, moloko, last] = [bank, milk, moloko, last].map(ToString::to_string);

    assert_eq!(ids(&todo.list(&["--sort", "id"])), ids_made);
    assert_eq!(titles(&todo.list(&["--tag", "shop", "--sort", "id"])), ["Buy milk", "Молоко"]);
    assert_eq!(titles(&todo.list(&["--tag", "HOME", "--sort", "-id"])), ["Water the plants", "Buy milk"]);
    assert_eq!(titles(&todo.list(&["--search", "МОЛОК"])), ["Молоко"]);
    assert_eq!(titles(&todo.list(&["--priority", "1,2", "--sort", "priority"])), ["Call the bank", "Молоко"]);
    assert_eq!(titles(&todo.list(&["--overdue", "--search", "bob"])), ["Write to Bob"]);
    assert_eq!(titles(&todo.list(&["--due-before", "2026-03-02", "--sort", "due,title", "--limit", "2"])).len(), 2);
    assert_eq!(titles(&todo.list(&["--search", "red"])), ["\u{1b}[31mred\u{7}"]);

    let edited = todo.json(&[
        "edit",
        &milk,
        "--title",
        "Buy oat milk",
        "--due",
        "2026-02-03",
        "--untag",
        "home",
        "--tag",
        "soon",
    ]);
    assert_eq!((&edited["title"], &edited["due"]), (&json!("Buy oat milk"), &json!("2026-02-03")));
    assert_eq!(todo.json(&["edit", &milk, "--no-due"])["due"], Value::Null);
    let comment = todo.json(&["comment", "add", &bank, "ask", "about", "the card"]);
    assert_eq!(comment["content"], "ask about the card");
    let comment = id(&comment).to_string();
    assert_eq!(todo.json(&["comment", "edit", &comment, "asked"])["content"], "asked");
    assert_eq!(todo.json(&["comment", "list", &bank])[0]["content"], "asked");
    assert_eq!(todo.json(&["show", &bank])["title"], "Call the bank");

    assert_eq!(todo.json(&["done", &bank])["completed"], true);
    assert_eq!(titles(&todo.list(&["--done"])), ["Call the bank"]);
    assert_eq!(todo.list(&["--open"]).len(), 9);
    assert_eq!(todo.json(&["reopen", &bank])["completed"], false);

    let tags = todo.json(&["tag", "list"]);
    let names: Vec<&str> = tags.as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["phone", "shop", "home", "soon"]);
    assert_eq!(todo.json(&["tag", "rename", "shop", "Shopping"])["name"], "Shopping");
    todo.json(&["tag", "rm", "home", "--yes"]);
    todo.json(&["comment", "rm", &comment, "--yes"]);
    todo.json(&["rm", &moloko, "--yes"]);
    todo.json(&["rm", &last, "--yes"]);
    assert_eq!(todo.list(&["--all"]).len(), 8);
}

/// What scripts branch on.
fn check_exit_codes(todo: &Shell) {
    let own = id(&todo.json(&["add", "own"])).to_string();
    assert_eq!(todo.fails(3, &["show", "999999"])["status"], 404);
    assert_eq!(todo.fails(3, &["done", "999999"])["code"], "not_found");
    todo.fails(3, &["comment", "add", "999999", "a"]);
    todo.fails(3, &["list", "--tag", "no such tag"]);
    let problem = todo.fails(1, &["add", &"ж".repeat(101)]);
    assert_eq!((&problem["status"], &problem["errors"]["title"][0]["code"]), (&json!(422), &json!("too_long")));
    for wrong in [
        &["add"][..],
        &["edit", &own],
        &["edit", "abc", "--no-due"],
        &["lsit"],
        &["list", "--nope"],
        &["add", "a", "-p", "5"],
    ] {
        todo.fails(2, wrong);
    }
    todo.json(&["tag", "add", "one"]);
    assert_eq!(todo.fails(5, &["tag", "add", "ONE"])["code"], "tag_exists");
    let nowhere = ["--server", "http://127.0.0.1:9", "list"];
    todo.fails(4, &nowhere);
    let output = todo.run(&["show", "999999"], "");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("999999"), "the message names what is missing");
}

/// `todo up` in a home of its own.
fn serve(home: &Path) -> Server {
    Server::up(home).started()
}

#[test]
fn a_days_work_on_a_server() {
    let home = private_dir("up-").unwrap();
    let mut up = serve(home.path());
    let todo = Shell::at(&up);
    todo.fails(4, &["list"]);
    work(&todo);
    check_exit_codes(&todo);

    let bob = Shell::at(&up);
    bob.json_with(&["register", "bob", "--password-stdin"], PASSWORD);
    assert_eq!(bob.list(&["--all"]), [] as [Value; 0], "everybody has a list of their own");
    bob.run(&["logout"], "");
    bob.fails(4, &["list"]);
    assert_eq!(bob.json_with(&["login", "--username", "BOB", "--password-stdin"], PASSWORD)["username"], "bob");
    let output = bob.run(&["--json", "login", "--username", "bob", "--password-stdin"], "wrong horse");
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));

    assert!(up.terminate().success(), "asked to stop, it ends with 0");
    todo.fails(6, &["list"]);
    up.start();
    assert_eq!(todo.list(&["--all"]).len(), 9, "it is all there after a restart");
}

#[test]
fn a_days_work_without_a_server() {
    let todo = Shell::new();
    work(&todo);
    check_exit_codes(&todo);
}

#[test]
fn the_first_command_ever_works() {
    let todo = Shell::new();
    assert_eq!(todo.list(&[]), [] as [Value; 0]);
    assert_eq!(todo.json(&["add", "Buy milk"])["title"], "Buy milk");
    let output = todo.run(&["list"], "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1, "a line for each task in a pipe");
    let output = todo.run(&[], "");
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Buy milk"));
}

#[test]
fn control_sequences_reach_the_database_and_no_terminal() {
    let todo = Shell::new();
    let title = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}evil\r";
    let task = todo.json(&["add", "--", title]);
    assert_eq!(task["title"], title, "unchanged in JSON");
    let id = id(&task).to_string();
    for arguments in
        [&["list"][..], &["list", "--color", "always"], &["show", &id], &["done", &id], &["--quiet", "list", "--all"]]
    {
        let output = todo.run(arguments, "");
        let text = String::from_utf8(output.stdout).unwrap();
        for harmful in ["\u{1b}]", "\u{1b}[2J", "\u{7}", "\u{9b}", "\u{202e}", "\r"] {
            assert!(!text.contains(harmful), "todo {arguments:?} prints {harmful:?}: {text:?}");
        }
    }
}

#[test]
fn scripts_get_tokens_and_devices_are_signed_out() {
    let home = private_dir("up-").unwrap();
    let up = serve(home.path());
    let todo = Shell::at(&up);
    todo.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    let task = id(&todo.json(&["add", "one"])).to_string();
    let made = todo.json(&["token", "add", "backup", "--expires", "+90d"]);
    assert_eq!((&made["scope"], &made["name"]), (&json!("read"), &json!("backup")), "the least that is useful");
    let secret = made["token"].as_str().unwrap();
    let listed = todo.json(&["token", "list"]);
    assert_eq!(listed[0]["id"], made["id"]);
    assert!(!listed.to_string().contains(secret), "it is shown once");
    let shown = todo.run(&["token", "add", "cron", "--scope", "write"], "");
    assert!(String::from_utf8_lossy(&shown.stdout).contains("todo_pat_"), "{shown:?}");

    let mut script = Shell::at(&up);
    script.settings.push(("TODO_TOKEN".to_owned(), secret.to_owned()));
    assert_eq!(script.list(&[]).len(), 1);
    script.fails(4, &["done", &task]);
    script.fails(4, &["token", "list"]);
    todo.json_with(&["token", "rm", &id(&made).to_string()], "");
    script.fails(4, &["list"]);

    let elsewhere = Shell::at(&up);
    elsewhere.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);
    let sessions = todo.json(&["session", "list"]);
    let sessions = sessions.as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    assert!(sessions[0]["client"].as_str().unwrap().starts_with("todo-cli ("), "the device is named: {}", sessions[0]);
    let other = sessions.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap();
    todo.json_with(&["session", "rm", other], "");
    elsewhere.fails(4, &["list"]);
    elsewhere.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);
    assert!(todo.run(&["logout", "--all"], "").status.success());
    todo.fails(4, &["list"]);
    elsewhere.fails(4, &["list"]);
}

#[test]
fn a_chat_is_joined_by_a_link() {
    let home = private_dir("up-").unwrap();
    let up = Server::up(home.path()).setting("TODO_SERVER_BOT_NAME", "todo_bot").started();
    let todo = Shell::at(&up);
    todo.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    let link = todo.json(&["link", "telegram"]);
    assert!(link["url"].as_str().unwrap().starts_with("https://t.me/todo_bot?start="), "{link}");
    let shown = todo.run(&["link", "telegram", "--no-wait"], "");
    assert!(String::from_utf8_lossy(&shown.stdout).contains("https://t.me/todo_bot?start="), "{shown:?}");
    let local = Shell::new().run(&["link", "telegram"], "");
    assert_eq!(local.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&local.stderr).contains("todo login"), "{local:?}");
}

/// `todo watch`, whose lines are read as they come.
struct Watch {
    child: std::process::Child,
    lines: std::io::Lines<std::io::BufReader<std::process::ChildStdout>>,
}

impl Watch {
    fn start(shell: &Shell, arguments: &[&str]) -> Self {
        let mut command = command("todo", shell.home.path());
        command.args(arguments).envs(shell.settings.iter().map(|(name, value)| (name, value)));
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
        Self { child, lines }
    }

    /// The first line on standard error.
    fn next_error(&mut self) -> String {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(self.child.stderr.take().unwrap()), &mut line)
            .unwrap();
        line
    }

    fn next(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn changes_are_watched_undone_and_waited_for() {
    let home = private_dir("up-").unwrap();
    let up = serve(home.path());
    let todo = Shell::at(&up);
    todo.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    let task = todo.json(&["add", "Buy milk"]);
    let id = id(&task).to_string();
    // From the beginning, so that nothing depends on who is first.
    let mut json = Watch::start(&todo, &["--json", "watch", "--since", "0"]);
    let mut words = Watch::start(&todo, &["watch", "--since", "0"]);
    let change: Value = serde_json::from_str(&json.next()).unwrap();
    assert_eq!((&change["seq"], &change["event"], &change["resource"]), (&json!(1), &json!("task.created"), &task));
    assert_eq!(change["client"], "todo-cli");
    assert!(words.next().contains("task.created     1 Buy milk"));
    todo.json(&["done", &id]);
    let change: Value = serde_json::from_str(&json.next()).unwrap();
    assert_eq!(change["resource"]["completed"], true);

    assert_eq!(todo.json(&["undo"])["undone"]["event"], "task.updated");
    assert!(json.next().contains("\"completed\":false"));
    let listed = todo.json(&["undo", "--list"]);
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["seq"]), (3, &json!(3)));
    let shown = todo.run(&["undo", "2"], "");
    assert_eq!(shown.status.code(), Some(5), "what was undone already is not undone again: {shown:?}");
    assert!(String::from_utf8_lossy(&shown.stderr).contains("completed"), "the field is named: {shown:?}");
    todo.fails(3, &["undo", "99"]);

    let mut waiting = Watch::start(&todo, &["wait", &id]);
    todo.fails(1, &["wait", &id, "--timeout", "1s"]);
    todo.json(&["done", &id]);
    assert!(waiting.next().contains("Buy milk"));
    assert!(waiting.child.wait().unwrap().success());
    assert!(todo.run(&["wait", &id], "").status.success(), "it is done already");
    todo.run(&["rm", &id, "--yes"], "");
    todo.fails(3, &["wait", &id]);

    let mut nowhere = Shell::at(&up);
    nowhere.settings = vec![("TODO_SERVER_URL".to_owned(), "http://127.0.0.1:9".to_owned())];
    nowhere.settings.push(("TODO_TOKEN".to_owned(), "todo_pat_x".to_owned()));
    nowhere.fails(6, &["wait", "1", "--timeout", "60s"]);
    nowhere.fails(6, &["watch"]);
    let mut gap = Watch::start(&todo, &["--json", "watch", "--since", "9999"]);
    assert!(gap.next_error().contains("there is no change 9999 yet"), "it says that it begins with what comes");
    todo.json(&["add", "after the gap"]);
    assert!(gap.next().contains("after the gap"));
    assert!(String::from_utf8_lossy(&todo.run(&["wait", "--help"], "").stdout).contains("Exit codes"));

    todo.json_with(&["remind", "2", "+2h"], "");
    assert_eq!(todo.json(&["reminders"])[0]["state"], "queued");
    assert_eq!(todo.json(&["snooze", "2", "1d"])["task_id"], 2);
    let states: Vec<Value> =
        todo.json(&["reminders", "2"]).as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["snoozed", "queued"]);
    todo.json_with(&["undo"], "");
    assert_eq!(todo.json(&["reminders", "2"])[0]["state"], "queued", "undone, it is as if it had not been put off");
    todo.json(&["remind", "2", "--off"]);
    todo.fails(3, &["snooze", "2", "1h"]);

    // The same without a server, where another process makes the changes.
    let local = Shell::new();
    local.json(&["add", "one"]);
    let mut watch = Watch::start(&local, &["--json", "watch", "--since", "0"]);
    assert!(watch.next().contains("task.created"));
    local.json(&["done", "1"]);
    assert!(watch.next().contains("task.updated"));
}

#[test]
fn a_line_is_understood_unless_it_is_raw() {
    let shell = Shell::new();
    let task = shell.json(&["add", "Call", "the", "bank", "2900-01-01", "@home", "p1", "//", "the card"]);
    assert_eq!((&task["title"], &task["description"]), (&json!("Call the bank"), &json!("the card")));
    assert_eq!((&task["due"], &task["priority"]), (&json!("2900-01-01"), &json!(1)));
    assert_eq!(shell.json(&["tag", "list"])[0]["name"], "home");
    // Options stand above it.
    let task = shell.json(&["add", "Call 2900-01-01 p1 @home", "--priority", "2", "--tag", "HOME", "--tag", "work"]);
    assert_eq!((&task["due"], &task["priority"]), (&json!("2900-01-01"), &json!(2)));
    assert_eq!(task["tags"].as_array().unwrap().len(), 2);
    let raw = shell.json(&["add", "--raw", "Call p1 @home tomorrow"]);
    assert_eq!((&raw["title"], &raw["tags"]), (&json!("Call p1 @home tomorrow"), &json!([])));

    let read = shell.json(&["add", "--dry-run", "Позвонить завтра @new"]);
    assert_eq!(read["spans"][0], json!({"start": 10, "end": 16, "field": "due"}));
    assert_eq!((shell.list(&[]).len(), shell.json(&["tag", "list"]).as_array().unwrap().len()), (3, 2));
    let words = shell.run(&["add", "--dry-run", "Call 2900-01-01 18:30 p1 !30m every day"], "");
    let words = String::from_utf8(words.stdout).unwrap();
    for line in ["title     Call\n", "due       2900-01-01 18:30", "priority  1\n", "remind    30 min before\n"] {
        assert!(words.contains(line), "{line:?} in {words:?}");
    }
    let due = shell.json(&["edit", "1", "--due", "next friday"])["due"].clone();
    assert_eq!(due.as_str().unwrap().len(), 10);
}
