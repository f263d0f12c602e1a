//! Tasks taken over from other programs, and handed over to them.

use std::{io::Write, os::unix::fs::PermissionsExt, process::Stdio};

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
    let tags = bob.json(&["tag", "list"]);
    let tags: Vec<&str> = tags.as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert_eq!((&report["tags"], tags.contains(&"unused")), (&json!(3), true), "{tags:?}");
    let told = String::from_utf8(ann.run(&["export", "text"], "").stderr).unwrap();
    assert!(told.contains("tags that no task has"), "{told}");
    // The same once more makes nothing, unless that is wished.
    let report = bob.json_with(&["import", "json", "-"], &export);
    assert_eq!((&report["tasks"], &report["already"]), (&json!(0), &json!(3)));
    assert_eq!(bob.list(&["--all"]).len(), 3);
    assert_eq!(bob.json_with(&["import", "json", "-", "--again"], &export)["tasks"], 3);
    assert_eq!(bob.list(&["--all"]).len(), 6);
    // An end that is missing fails, and what was there is told.
    let (cut, _) = export.trim_end().rsplit_once('\n').unwrap();
    for (file, tasks) in [(cut, 3), (&cut[..cut.len() - 10], 2), ("", 0)] {
        let output = bob.run(&["--json", "import", "json", "-", "--dry-run"], file);
        let (report, problem) = (json_of(&output.stdout), json_of(&output.stderr));
        assert_eq!((output.status.code(), &problem["code"]), (Some(1), &json!("cut_off")), "{problem}");
        assert_eq!(report["tasks"], tasks, "{report}");
    }
    assert_eq!(bob.list(&["--all"]).len(), 6, "nothing is made");
}

fn json_of(text: &[u8]) -> Value {
    serde_json::from_slice(text).unwrap_or_else(|error| panic!("{error} in {:?}", String::from_utf8_lossy(text)))
}

/// What is no text costs a sign, and no line.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn bytes_that_are_no_text_end_no_import(#[values(Sqlite)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    let lines: String = (1..=1_500).map(|number| format!("task {number}\n")).collect();
    std::fs::write(ann.home().join("tasks"), [lines.as_bytes(), b"caf\xe9\nlast\n"].concat()).unwrap();
    let output = ann.run(&["import", "text", "tasks"], "");
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(told, "note: not kept: bytes that are no UTF-8 (each became U+FFFD) (line 1501)\n");
    assert_eq!(ann.list(&["--search", "caf"])[0]["title"], "caf\u{FFFD}");
    assert_eq!(ann.list(&["--limit", "10000"]).len(), 1_502);
}

/// The first account of each machine has the same number.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn exports_of_several_machines_are_taken_over_side_by_side(#[values(Sqlite)] backend: Backend) {
    let stack = Stack::start(backend);
    let carol = person(&stack, "carol");
    for format in ["taskwarrior", "json"] {
        for machine in ["one", "two"] {
            let shell = Shell::new();
            // As old as the other.
            shell.json_with(&["import", "todotxt", "-"], &format!("2026-11-01 {format} of {machine}\n"));
            let export = || String::from_utf8(shell.run(&["export", format], "").stdout).unwrap();
            assert_eq!(export(), export());
            let report = carol.json_with(&["import", format, "-"], &export());
            assert_eq!((&report["tasks"], &report["already"]), (&json!(1), &json!(0)), "{format} {machine}");
            assert_eq!(carol.json_with(&["import", format, "-"], &export())["already"], 1);
        }
    }
    assert_eq!(carol.list(&[]).len(), 4);
}

/// Comments of one task keep their order, whichever are made at the same time.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn comments_come_in_their_order_and_once(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    let texts: Vec<String> = (0..5).map(|number| format!("comment {number}")).collect();
    let annotations: Vec<Value> = texts.iter().map(|text| json!({"description": text})).collect();
    let tasks: Vec<Value> = (0..30)
        .map(|number| json!({"uuid": format!("u{number}"), "description": "a", "annotations": annotations}))
        .collect();
    let form = Value::from(tasks).to_string();
    for made in [150, 0] {
        assert_eq!(ann.json_with(&["import", "taskwarrior", "-"], &form)["comments"], made);
    }
    for task in ann.list(&["--sort", "id"]) {
        let comments = ann.json(&["comment", "list", &task["id"].to_string()]);
        let found: Vec<&str> =
            comments.as_array().unwrap().iter().map(|comment| comment["content"].as_str().unwrap()).collect();
        assert_eq!(found, texts);
    }
}

/// Lines that were made are known wherever they stand, for a day.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_makes_only_what_is_new(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    let import = |format: &str, text: &str| {
        let report = ann.json_with(&["import", format, "-"], text);
        ["tasks", "already", "comments"].map(|count| report[count].as_u64().unwrap())
    };
    assert_eq!(import("todotxt", "a @x\nb\na @x\n"), [3, 0, 0]);
    // Before them, among them, behind them, and one that was mended; equal ones are counted.
    assert_eq!(import("todotxt", "new\na @x\n\nbe\nb\na @x\na @x\n"), [3, 3, 0]);
    assert_eq!(import("todotxt", "b\na @x\n"), [0, 2, 0]);
    assert_eq!(import("text", "b\n"), [1, 0, 0], "another form says something else");

    let entry = |more: &str| format!("[{{\"uuid\":\"u\",\"description\":\"c\"{more}}}]");
    let (one, two) = (r#"{"description":" one "}"#, r#"{"description":"two"}"#);
    assert_eq!(import("taskwarrior", &entry(&format!(",\"annotations\":[{one}]"))), [1, 0, 1]);
    let grown = entry(&format!(",\"urgency\":1.5,\"annotations\":[{two},{one}]"));
    assert_eq!(import("taskwarrior", &grown), [0, 1, 1], "a comment is made where it is missing");
    let task = ann.list(&["--search", "c"])[0]["id"].to_string();
    let comments = ann.json(&["comment", "list", &task]);
    let comments: Vec<&str> =
        comments.as_array().unwrap().iter().map(|comment| comment["content"].as_str().unwrap()).collect();
    assert_eq!(comments, [" one ", "two"]);
    // What was deleted since stays so.
    ann.json(&["rm", &task, "--yes"]);
    let more = entry(&format!(",\"annotations\":[{two},{one},{{\"description\":\"three\"}}]"));
    assert_eq!(import("taskwarrior", &more), [0, 1, 0]);
    assert!(ann.list(&["--search", "c"]).is_empty());

    let made = ann.run(&["--quiet", "import", "text", "-"], "b\nquiet\n");
    let id = String::from_utf8(made.stdout).unwrap();
    assert_eq!(ann.json(&["show", id.trim()])["title"], "quiet", "{id:?}");
    let told = String::from_utf8(ann.run(&["import", "text", "-"], "b\none\n").stdout).unwrap();
    assert!(told.starts_with("Made 1 task, 0 comments and 0 tags.\n1 task was there"), "{told}");
    let dry = ann.run(&["import", "text", "-", "--dry-run"], "b\n").stdout;
    assert_eq!(String::from_utf8(dry).unwrap(), "Would make at most 1 task, 0 comments and 0 tags.\n");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_task_of_a_call_may_have_a_key(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let (ann, bob) = (Api::person(&stack, "ann").await, Api::person(&stack, "bob").await);
    let body = |tasks: &[(&str, &str)]| {
        let create: Vec<Value> = tasks.iter().map(|(title, _)| json!({"title": title})).collect();
        let keys: Vec<&str> = tasks.iter().map(|(_, key)| *key).collect();
        json!({"create": create, "create_keys": keys})
    };
    let first = ann.post("/api/tasks/bulk", body(&[("one", "1"), ("two", "2")])).await.is(200);
    assert_eq!((first["created"].as_array().unwrap().len(), &first["already"]), (2, &Value::Null));
    let second = ann.post("/api/tasks/bulk", body(&[("three", "3"), ("other", "2"), ("four", "4")])).await.is(200);
    let titles: Vec<&str> =
        second["created"].as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["three", "four"]);
    assert_eq!(second["already"], json!([{"index": 1, "id": first["created"][1]["id"]}]));
    // What failed has used no key, and each person has their own.
    ann.post("/api/tasks/bulk", body(&[("five", "5"), ("", "6")])).await.faults("create[1].title", "blank");
    let gone = json!({"create": [{"title": "five"}], "create_keys": ["5"], "delete": [i64::MAX]});
    ann.post("/api/tasks/bulk", gone).await.problem(404, "not_found");
    assert_eq!(ann.post("/api/tasks/bulk", body(&[("five", "5")])).await.is(200)["already"], Value::Null);
    assert_eq!(bob.post("/api/tasks/bulk", body(&[("one", "1")])).await.is(200)["already"], Value::Null);
    assert_eq!(ann.all("/api/tasks").await.len(), 5);
    for (keys, field, code) in [
        (json!(["7"]), "create_keys", "wrong_length"),
        (json!(["7", "7"]), "create_keys[1]", "repeated"),
        (json!(["7", ""]), "create_keys[1]", "blank"),
        (json!(["7", "k".repeat(256)]), "create_keys[1]", "too_long"),
    ] {
        let body = json!({"create": [{"title": "a"}, {"title": "b"}], "create_keys": keys});
        ann.post("/api/tasks/bulk", body).await.faults(field, code);
    }
    // Many at once, half of which are there.
    let many: Vec<String> = (0..1_000).map(|number| format!("many-{number}")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|key| ("many", &**key)).collect();
    ann.post("/api/tasks/bulk", body(&many[..600])).await.is(200);
    let answer = ann.post("/api/tasks/bulk", body(&many)).await.is(200);
    let count = |field: &str| answer[field].as_array().unwrap().len();
    assert_eq!((count("created"), count("already")), (400, 600));
}

/// An export goes where its name leads to, and leaves that what it is.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_keeps_what_it_writes_to(#[values(Sqlite)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    ann.json(&["add", "--raw", "one", "--remind", "2900-01-01 8:00"]);
    let path = |name: &str| ann.home().join(name);
    std::os::unix::fs::symlink("file", path("link")).unwrap();
    let export = |name: &str| ann.run(&["export", "text", "-o", name], "");
    assert!(export("link").status.success());
    let mode = || path("file").metadata().unwrap().permissions().mode() & 0o777;
    assert!(path("link").is_symlink() && mode() == 0o600);
    for (set, code) in [(0o640, 0), (0o440, 1)] {
        std::fs::set_permissions(path("file"), std::fs::Permissions::from_mode(set)).unwrap();
        assert_eq!((export("link").status.code(), mode()), (Some(code), set));
    }
    assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = path("pipe");
        move || std::fs::read_to_string(pipe).unwrap()
    });
    assert!(export("pipe").status.success());
    assert_eq!(reader.join().unwrap(), "one\n");
    // That a reminder was put off is not in it.
    assert_eq!(ann.json(&["export", "json", "-o", "all"])["not_kept"], json!([]));
    ann.json(&["snooze", "1", "2900-01-02 8:00"]);
    let kept = ann.json(&["export", "json", "-o", "all"])["not_kept"][0]["what"].clone();
    assert!(kept.as_str().unwrap().contains("put off"), "{kept}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn other_programs_tasks_are_taken_over(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack, "ann");
    let text = "(A) 2026-11-01 Call the bank @phone due:2026-12-01\nx 2026-11-20 Done +home\n\n(D) Low\n";
    let report = ann.json_with(&["import", "todotxt", "-"], text);
    assert_eq!((&report["tasks"], &report["tags"], &report["refused"]), (&json!(3), &json!(2), &json!([])));
    let lost = |what: &str, line: u64| json!({"what": what, "count": 1, "first": line});
    assert_eq!(report["not_kept"], json!([lost("priorities below (C)", 4), lost("that a tag was a project", 2)]));
    assert_eq!(ann.list(&["--tag", "phone"])[0]["date_created"], "2026-11-01T00:00:00Z");
    // A rule that only the server refuses leaves the others alone.
    let csv = "TYPE,CONTENT,PRIORITY\ntask,fine,1\ntask,\u{7},1\ntask,too,4\n";
    let output = ann.run(&["import", "todoist", "-"], csv);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), told.contains("line 3 was left out")), (Some(1), true), "{told}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "Made 2 tasks, 0 comments and 0 tags.\n");
    let wrong = ann.run(&["import", "taskwarrior", "-"], "{\"description\": \"a\"} nonsense");
    assert_eq!(wrong.status.code(), Some(1));
    let folder = ann.run(&["import", "json", "/"], "");
    let told = String::from_utf8(folder.stderr).unwrap();
    assert_eq!((folder.status.code(), told.as_str()), (Some(1), "error: cannot use /: is a directory\n"));
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
    // It begins elsewhere meanwhile, so no call has what a call had before.
    let report = ann.json_with(&["import", "todotxt", "-"], &format!("before all\n{text}"));
    let (made, already) = (report["tasks"].as_u64().unwrap(), report["already"].as_u64().unwrap());
    assert_eq!(made + already, TASKS as u64 + 1, "{report}");
    // A call that was under way at the kill may have been carried out after they were counted.
    assert!(already >= before as u64, "{report}, {before} before");
    let mut titles: Vec<String> =
        ann.list(&["--limit", "100000"]).iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), TASKS + 1);
    assert_eq!(ann.list(&["--limit", "100000"]).len(), TASKS + 1, "each once");
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
