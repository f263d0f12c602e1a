//! Tasks taken over from other programs, and handed over to them.

use std::{io::Write, process::Stdio};

use e2e::{
    Stack,
    servers::{
        Backend::{self, Cluster, Postgres, Sqlite},
        command,
    },
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    api::{Api, PASSWORD},
    cli::Shell,
};

fn person(stack: &Stack, name: &str) -> Shell {
    let todo = Shell::at_urls([stack.todo_url(), stack.comments_url()]);
    todo.json_with(&["register", name, "--password-stdin", "--timezone", "Europe/Berlin"], PASSWORD);
    todo
}

/// The lines of an export, without what is new in each account.
fn comparable(export: &str) -> Vec<Value> {
    let lines: Vec<Value> = export.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let names: std::collections::BTreeMap<i64, &str> =
        lines.iter().filter_map(|line| Some((line["tag"]["id"].as_i64()?, line["tag"]["name"].as_str()?))).collect();
    lines
        .iter()
        .filter(|line| line.get("todo").is_none() && line.get("tag").is_none())
        .map(|line| {
            let mut line = line.clone();
            for kind in ["task", "comment"] {
                let Some(fields) = line.get_mut(kind).and_then(Value::as_object_mut) else { continue };
                for field in ["id", "task_id", "version", "date_updated"] {
                    fields.remove(field);
                }
                if let Some(tags) = fields.get_mut("tags") {
                    let tags_of: Vec<&str> =
                        tags.as_array().unwrap().iter().map(|tag| names[&tag.as_i64().unwrap()]).collect();
                    *tags = json!(tags_of);
                }
            }
            line
        })
        .collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_imported_with_all_that_was_in_it(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let (ann, bob) = (person(&stack, "ann"), person(&stack, "bob"));
    ann.json(&[
        "add",
        "Call the bank tomorrow 10:00 @home @\"two words\" p1 every monday !30m !!15m // ask about the card",
    ]);
    ann.json(&["add", "--raw", "@not a tag, \"quoted\"; <b>&</b> 👍"]);
    ann.json(&["comment", "add", "1", "two\nlines"]);
    ann.json(&["comment", "add", "1", "another"]);
    ann.json(&["tag", "add", "unused"]);
    ann.json(&["add", "Done long ago", "--remind", "2020-01-01 8:00"]);
    ann.json(&["done", "3"]);
    let export = String::from_utf8(ann.run(&["export", "json"], "").stdout).unwrap();
    let report = bob.json_with(&["import", "json", "-"], &export);
    assert_eq!((&report["tasks"], &report["comments"], &report["not_kept"]), (&json!(3), &json!(2), &json!([])));
    let again = String::from_utf8(bob.run(&["export", "json"], "").stdout).unwrap();
    let strip = |lines: Vec<Value>| lines.into_iter().filter(|line| line.get("end").is_none()).collect::<Vec<_>>();
    assert_eq!(strip(comparable(&again)), strip(comparable(&export)));
    // The same once more makes nothing, unless that is wished.
    let report = bob.json_with(&["import", "json", "-"], &export);
    assert_eq!((&report["tasks"], &report["already"]), (&json!(0), &json!(3)));
    assert_eq!(bob.list(&["--all"]).len(), 3);
    assert_eq!(bob.json_with(&["import", "json", "-", "--again"], &export)["tasks"], 3);
    assert_eq!(bob.list(&["--all"]).len(), 6);
    // An end that is missing is told.
    let cut = &export[..export.len() - 60];
    let report = bob.json_with(&["import", "json", "-", "--dry-run"], cut.rsplit_once('\n').unwrap().0);
    assert!(report["not_kept"][0]["what"].as_str().unwrap().contains("the end of the file"), "{report}");
    assert_eq!(bob.list(&["--all"]).len(), 6, "nothing is made");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn other_programs_tasks_are_taken_over(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    let text = "(A) 2026-11-01 Call the bank @phone due:2026-12-01\nx 2026-11-20 Done +home\n\n(D) Low\n";
    let report = ann.json_with(&["import", "todotxt", "-"], text);
    assert_eq!((&report["tasks"], &report["tags"], &report["refused"]), (&json!(3), &json!(2), &json!([])));
    assert_eq!(report["not_kept"], json!([{"what": "priorities below (C)", "count": 1, "first": 4}]));
    assert_eq!(ann.list(&["--tag", "phone"])[0]["date_created"], "2026-11-01T00:00:00Z");
    // A rule that only the server refuses leaves the others alone.
    let csv = "TYPE,CONTENT,PRIORITY\ntask,fine,1\ntask,\u{7},1\ntask,too,4\n";
    let output = ann.run(&["import", "todoist", "-"], csv);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.contains("line 3 was left out")), (Some(1), true), "{told}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "Made 2 tasks, 0 comments and 0 tags.\n");
    let wrong = ann.run(&["import", "taskwarrior", "-"], "{\"description\": \"a\"} nonsense");
    assert_eq!(wrong.status.code(), Some(2));
    // What stood before the nonsense was made as it was read.
    for format in ["todotxt", "taskwarrior", "todoist", "text"] {
        let output = ann.run(&["export", format], "");
        assert!(output.status.success() && !output.stdout.is_empty(), "{format}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("Call the bank"), "{format}");
    }
    let file = ann.home().join("tasks.txt");
    let path = file.to_str().unwrap();
    assert_eq!(ann.json(&["export", "text", "--output", path])["tasks"], 6);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "Call the bank\nLow\nfine\ntoo\na\n");
}

/// Killed in the middle and run again, it has made each task once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_import_that_was_cut_off_goes_on(#[values(Sqlite, Postgres)] backend: Backend) {
    const TASKS: usize = 5_000;
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    let text: String = (0..TASKS).map(|number| format!("task {number} @tag{}\n", number % 7)).collect();
    let mut child = command("todo", ann.home());
    child.args(["import", "todotxt", "-"]).envs(ann.settings());
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    // What is behind the first half comes when some of that is there.
    let half = text[..text.len() / 2].rfind('\n').unwrap() + 1;
    input.write_all(&text.as_bytes()[..half]).unwrap();
    crate::api::eventually("some are there", async || !ann.list(&["--limit", "1"]).is_empty()).await;
    child.kill().unwrap();
    child.wait().unwrap();
    drop(input);
    let before = ann.list(&["--limit", "100000"]).len();
    assert!(before > 0 && before < TASKS, "{before}");
    let report = ann.json_with(&["import", "todotxt", "-"], &text);
    assert_eq!(report["tasks"].as_u64().unwrap() + report["already"].as_u64().unwrap(), TASKS as u64, "{report}");
    let mut titles: Vec<String> =
        ann.list(&["--limit", "100000"]).iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), TASKS);
    assert_eq!(ann.list(&["--limit", "100000"]).len(), TASKS, "each once");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_s_data_is_told_page_by_page(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let many: Vec<Value> = (0..1_000).map(|number| json!({"title": format!("{number}")})).collect();
    for _ in 0..2 {
        ann.post("/api/tasks/bulk", json!({"create": many})).await.is(200);
    }
    let answer = ann.get("/api/users/me/export").await;
    let lines: Vec<Value> = answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    assert_eq!((lines.len(), &lines[0]["todo"]["user"]["username"]), (2_002, &json!("ann")));
    assert_eq!(lines.last().unwrap()["end"], json!({"tags": 0, "tasks": 2_000, "comments": 0}));
    for body in [
        json!({"title": "a", "date_created": "2900-01-01T00:00:00Z"}),
        json!({"title": "a", "completed": true, "completed_at": "2900-01-01T00:00:00Z"}),
    ] {
        let field = if body["completed"] == true { "completed_at" } else { "date_created" };
        ann.post("/api/tasks", body).await.faults(field, "in_the_future");
    }
    let comment = json!({"task_id": 1, "content": "a", "posted_date": "2900-01-01T00:00:00Z"});
    ann.post("/api/comments", comment).await.faults("posted_date", "in_the_future");
}
