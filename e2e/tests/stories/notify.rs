//! Reminders on a machine that can't show them.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use e2e::{
    Stack,
    servers::{Backend::Sqlite, command},
};
use rstest::rstest;
use serde_json::Value;

use crate::{api::PASSWORD, cli::Shell};

/// Ends with the story, however that does.
struct Watch(Child);

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_that_cannot_be_shown_is_told_and_stays_due(#[values("--json", "--quiet")] form: &str) {
    let stack = Stack::start(Sqlite);
    let ann = Shell::at_urls([stack.todo_url(), stack.comments_url()]);
    ann.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    for title in ["one", "two"] {
        ann.json(&["add", "--raw", title, "--remind", "2020-01-01 8:00"]);
    }
    let mut watch = command("todo", ann.home());
    watch.args([form, "watch", "--notify"]).envs(ann.settings());
    // No desktop listens there.
    watch.env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", ann.home().join("none").display()));
    let mut watch = Watch(watch.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap());
    let told: Vec<String> =
        BufReader::new(watch.0.stderr.take().unwrap()).lines().take(2).map(|line| line.unwrap()).collect();
    for (line, title) in told.iter().zip(["one", "two"]) {
        assert!(line.contains(&format!("reminder: {title}")), "{line}");
        if form == "--json" {
            assert_eq!(serde_json::from_str::<Value>(line).unwrap()["code"], "not_shown");
        }
    }
    // The second comes after whatever became of the first.
    assert_eq!(ann.json(&["reminders", "1"])[0]["state"], "queued");
}
