//! The SDK's example programs, as somebody runs who wants to write one of their own.

use std::{fs, process::Output, time::Duration};

use chrono::{DateTime, Days, TimeDelta, Timelike, Utc};
use e2e::{
    Stack, private_dir,
    servers::{Backend::Sqlite, command},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use todo_testing::{SERVICE_SECRET, TestServer};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::{
    api::{Api, eventually},
    reminders::{in_seconds, ledger},
};

/// How long a program may take to print the next line, on a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

/// An example that knows a server, and by what to sign in there.
struct Example {
    command: Command,
    home: TempDir,
}

fn example(name: &str, server: &str, token: &str) -> Example {
    let home = private_dir("example-").unwrap();
    let mut command = Command::from(command(&format!("examples/{name}"), home.path()));
    command.env("TODO_SERVER_URL", server).env("TODO_TOKEN", token).kill_on_drop(true);
    Example { command, home }
}

impl Example {
    async fn output(mut self) -> Output {
        self.command.output().await.unwrap()
    }

    /// What it prints until it ends well.
    async fn prints(self) -> String {
        let Output { status, stdout, stderr } = self.output().await;
        assert!(status.success(), "{status}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8(stdout).unwrap()
    }

    /// Its lines as they come. It ends when that is dropped.
    fn running(mut self) -> Running {
        let mut child = self.command.stdout(std::process::Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Running { lines, _child: child, _home: self.home }
    }
}

struct Running {
    lines: Lines<BufReader<ChildStdout>>,
    _child: Child,
    _home: TempDir,
}

impl Running {
    async fn line(&mut self) -> String {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await.expect("a line in time");
        line.unwrap().expect("it goes on")
    }
}

/// A zone in which it is noon, so that no day ends while a test runs.
fn noon_zone(now: DateTime<Utc>) -> (String, DateTime<chrono::FixedOffset>) {
    let hours = 12 - i32::try_from(now.hour()).unwrap();
    let offset = chrono::FixedOffset::east_opt(hours * 3600).unwrap();
    // Their signs are the other way round.
    (format!("Etc/GMT{:+}", -hours), now.with_timezone(&offset))
}

#[tokio::test]
async fn daily_digest_prints_what_is_due_by_tag() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    let (zone, now) = noon_zone(Utc::now());
    ann.patch("/api/users/me", json!({"timezone": zone})).await.is(200);
    let (home, work) = (ann.tag("home").await, ann.tag("work").await);
    let (today, tomorrow) = (now.date_naive(), now.date_naive() + Days::new(1));
    let passed = (now - TimeDelta::hours(2)).to_utc();
    for task in [
        json!({"title": "Pay the rent", "due": "2020-01-01", "tags": [home]}),
        json!({"title": "Call \u{1b}[31mBob", "due": passed, "tags": [home, work]}),
        json!({"title": "Water the plants", "due": today}),
        json!({"title": "Not yet", "due": tomorrow, "tags": [work]}),
        json!({"title": "Done", "due": today, "tags": [work], "completed": true}),
        json!({"title": "Whenever", "tags": [work]}),
    ] {
        ann.post("/api/tasks", task).await.is(201);
    }
    let bob = format!("  {} overdue \"Call \\u{{1b}}[31mBob\"\n", (now - TimeDelta::hours(2)).format("%Y-%m-%d %H:%M"));
    let expected = format!(
        "\"home\"\n  2020-01-01 overdue \"Pay the rent\"\n{bob}\"work\"\n{bob}no tag\n  {today} \"Water the plants\"\n"
    );
    assert_eq!(example("daily_digest", &stack.todo_url(), ann.token()).prints().await, expected);

    let refused = example("daily_digest", &stack.todo_url(), "nobody").output().await;
    assert!(!refused.status.success() && !refused.stderr.is_empty());
}

#[tokio::test]
async fn bulk_import_makes_each_line_a_task_once() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    let lines: String = (0..1_100).map(|number| format!("  Позвонить {number}\n\n")).collect();
    let import = || {
        let mut import = example("bulk_import", &stack.todo_url(), ann.token());
        let file = import.home.path().join("tasks.txt");
        import.command.arg(&file);
        (import, file)
    };
    for (number, said) in ["1100 made, 0 were made before\n", "0 made, 1100 were made before\n"].iter().enumerate() {
        let (import, file) = import();
        fs::write(file, &lines).unwrap();
        assert_eq!(import.prints().await, *said, "run {number}");
    }
    let tasks = ann.all("/api/tasks?limit=1000").await;
    assert_eq!((tasks.len(), &tasks[1_099]["title"]), (1_100, &json!("Позвонить 1099")));

    let (import, file) = import();
    fs::write(file, format!("fine\n{}\n", "x".repeat(101))).unwrap();
    let refused = import.output().await;
    assert!(!refused.status.success());
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(said.contains("create[1].title"), "{said}");
    assert_eq!(ann.all("/api/tasks?limit=1000").await.len(), 1_100, "all or nothing");
}

#[tokio::test]
async fn deliver_reminders_prints_each_once_and_the_ledger_tells() {
    let services = format!("desk:{SERVICE_SECRET}");
    let stack = Stack::start_with(Sqlite, &[("TODO_SERVER_SERVICES", &services)]);
    let ann = Api::person(&stack, "ann").await;
    let late = json!({"title": "Call \u{1b}[31mBob", "remind_time": in_seconds(-600)});
    let late = ann.post("/api/tasks", late).await.is(201)["id"].clone();
    let mut deliverer = example("deliver_reminders", &stack.todo_url(), &services).running();
    assert_eq!(deliverer.line().await, format!("reminder of task {late}: \"Call \\u{{1b}}[31mBob\" (10 minutes late)"));
    let now = ann.post("/api/tasks", json!({"title": "Buy milk", "remind_time": in_seconds(-1)})).await.is(201);
    assert_eq!(deliverer.line().await, format!("reminder of task {}: \"Buy milk\"", now["id"]));
    let told = async |task: &Value| ledger(&ann, task.as_i64().unwrap()).await == ["sent"];
    eventually("the ledger tells of both", async || told(&late).await && told(&now["id"]).await).await;
    let refused = example("deliver_reminders", &stack.todo_url(), &format!("desk:{SERVICE_SECRET}2")).output().await;
    assert!(!refused.status.success());
}

#[tokio::test]
async fn deliver_reminders_hears_of_a_clock_that_is_moved() {
    let world = TestServer::builder().service("desk").start().await.unwrap();
    let listening = world.listen().await.unwrap();
    let ann = world.person("ann").await.unwrap();
    let at = world.clock().now() + TimeDelta::hours(12);
    ann.tasks().create("Renew the passport").remind_time(at).await.unwrap();
    let token = format!("desk:{SERVICE_SECRET}");
    let mut deliverer = example("deliver_reminders", listening.url(), &token).running();
    world.clock().set(at);
    assert!(deliverer.line().await.ends_with("\"Renew the passport\""));
    // Its token is too old by now; it signs in again by itself.
    let next = at + TimeDelta::hours(1);
    ann.tasks().create("Buy milk").remind_time(next).await.unwrap();
    world.clock().set(next);
    assert!(deliverer.line().await.ends_with("\"Buy milk\""));
}

#[tokio::test]
async fn watch_prints_changes_and_goes_on_after_a_restart() {
    let mut stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    let mut watch = example("watch", &stack.todo_url(), ann.token()).running();
    assert_eq!(watch.line().await, "from here on");
    let task = ann.task("one").await;
    let created = watch.line().await;
    assert!(created.starts_with("1 task.created by "), "{created}");
    stack.todo[0].kill_9();
    stack.todo[0].start();
    // The connections of before are dead.
    let ann = Api::anonymous(&stack).with_token(ann.token());
    ann.delete(&format!("/api/tasks/{task}")).await.is(204);
    // An outage that is short enough goes by without a word.
    let mut line = watch.line().await;
    while line.starts_with("interrupted") || line == "resumed" {
        line = watch.line().await;
    }
    assert!(line.starts_with("2 task.deleted by "), "{line}");

    let mut replay = example("watch", &stack.todo_url(), ann.token());
    replay.command.arg("0");
    let mut replay = replay.running();
    assert_eq!(replay.line().await, created);
}
