//! `todo` between other programs: what it reads from a pipe and what it writes into one.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Lines, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    thread,
};

use e2e::{
    Stack,
    servers::{
        Backend::{self, Postgres, Sqlite},
        command, program,
    },
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    api::{PASSWORD, id, ids},
    cli::Shell,
};

/// What a comment holds at most.
const COMMENT_MAX: usize = 10_000;

/// How a pipeline ended, and what it said.
#[derive(Debug)]
struct Said {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Said {
    /// What it printed, where nothing went wrong.
    #[track_caller]
    fn done(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (Some(0), ""), "{}", self.stdout);
        self.stdout
    }

    #[track_caller]
    fn objects(self) -> Vec<Value> {
        self.done().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Asserts that it failed with this code and printed nothing.
    #[track_caller]
    fn failed(self, code: i32, part: &str) {
        assert_eq!((self.code, self.stdout.as_str()), (Some(code), ""), "{}", self.stderr);
        assert!(self.stderr.contains(part), "{part:?} in {:?}", self.stderr);
    }
}

/// A shell command in which `todo` is ours.
fn shell(person: &Shell, script: &str) -> Command {
    let mut sh = Command::new("sh");
    sh.args(["-c", script]).env_clear().current_dir(person.home());
    for (name, value) in command("todo", person.home()).get_envs() {
        sh.envs(value.map(|value| (name, value)));
    }
    let ours = program("todo").parent().unwrap().to_owned();
    let paths = env::var_os("PATH").into_iter().flat_map(|paths| env::split_paths(&paths).collect::<Vec<_>>());
    let paths: OsString = env::join_paths([ours].into_iter().chain(paths)).unwrap();
    sh.env("PATH", paths).envs(person.settings());
    sh.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    sh
}

/// Runs a pipeline whose beginning reads `input`.
fn sh(person: &Shell, script: &str, input: impl AsRef<[u8]> + Send) -> Said {
    let mut child = shell(person, script).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let output = thread::scope(|scope| {
        // One that does not read all of it is no fault of ours.
        scope.spawn(move || stdin.write_all(input.as_ref()).is_ok());
        child.wait_with_output().unwrap()
    });
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

fn person(stack: &Stack) -> Shell {
    let person = Shell::at_urls([stack.todo_url(), stack.comments_url()]);
    person.json_with(&["register", "ann", "--password-stdin"], PASSWORD);
    person
}

fn titles(tasks: &[Value]) -> Vec<&str> {
    tasks.iter().map(|task| task["title"].as_str().unwrap()).collect()
}

/// All contents of the comments on a task, one behind the other, and how long each is.
fn comments(person: &Shell, task: i64) -> (String, Vec<usize>) {
    let comments = person.json(&["comment", "list", &task.to_string()]);
    let contents: Vec<&str> =
        comments.as_array().unwrap().iter().map(|comment| comment["content"].as_str().unwrap()).collect();
    (contents.concat(), contents.iter().map(|content| content.chars().count()).collect())
}

/// A program that goes on while its lines are read.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(person: &Shell, arguments: &[&str]) -> Self {
        let mut todo = command("todo", person.home());
        todo.args(arguments).envs(person.settings());
        let mut child = todo.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { stdin: child.stdin.take(), child, lines }
    }

    fn say(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn next(&mut self) -> String {
        self.lines.next().unwrap().unwrap()
    }

    fn next_error(&mut self) -> String {
        let mut line = String::new();
        BufReader::new(self.child.stderr.as_mut().unwrap()).read_line(&mut line).unwrap();
        line
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[rstest]
fn every_line_is_a_task(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack);
    let notes = format!(
        "\u{feff}Call the bank p1 @phone // the card\n\n  \t\r\n{}\nМолоко @Home\r\nx @{}\n\"p1 is no priority\" @PHONE\n\u{200b}",
        "ж".repeat(101),
        "t".repeat(51)
    );
    let said = sh(&ann, "todo add - --tag inbox", &notes);
    assert_eq!(said.code, Some(1));
    assert_eq!(
        said.stdout,
        "Added 1  Call the bank · p1 · @phone @inbox\nAdded 2  Молоко · @inbox @Home\n\
         Added 3  p1 is no priority · @phone @inbox\n"
    );
    let errors: Vec<&str> = said.stderr.lines().collect();
    assert_eq!(errors[0], "error: line 4: title has 101 characters, at most 100 are allowed");
    assert!(errors[1].starts_with("error: line 6: tags.name has 51 characters"), "{errors:?}");
    assert!(errors[2].starts_with("error: line 8: title must contain"), "{errors:?}");
    assert_eq!(errors.len(), 3);
    assert_eq!(ann.json(&["show", "1"])["description"], "the card");

    // What came together goes together, and is named.
    let undone = sh(&ann, "todo undo", "").done();
    assert_eq!(undone, "Undone: 3 tasks made: 1 Call the bank, 2 Молоко, 3 p1 is no priority\n");
    assert!(ann.list(&[]).is_empty());

    // What only the server can tell is told with its line as well.
    let said =
        sh(&ann, "todo --json add - --remind '30m before'", "no date\nwith a date due:2900-01-01\nnone either\n");
    assert_eq!((said.code, said.stdout.lines().count()), (Some(1), 1));
    assert_eq!(serde_json::from_str::<Value>(&said.stdout).unwrap()["title"], "with a date");
    let problems: Vec<Value> = said.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(problems.len(), 2);
    assert!(problems[1]["detail"].as_str().unwrap().starts_with("line 3: "), "{}", problems[1]);
    assert_eq!(problems[1]["status"], 422);

    let raw = sh(&ann, "todo add - --raw --json", b"Call p1 @home tomorrow\nbytes \xFF\xFE\0 \x1b[2J\n").objects();
    assert_eq!(titles(&raw), ["Call p1 @home tomorrow", "bytes \u{FFFD}\u{FFFD}\u{FFFD} \u{1b}[2J"]);
    assert!(raw.iter().all(|task| task["tags"] == json!([]) && task["priority"] == 4));
}

#[test]
fn thousands_of_lines_are_made_in_their_order_and_read_again() {
    let stack = Stack::start(Sqlite);
    let ann = person(&stack);
    let lines: String = (1..=2500).map(|number| format!("task {number} @t{}\n", number % 7)).collect();
    assert_eq!(sh(&ann, "todo add - --quiet | wc -l", &lines).done().trim(), "2500");
    let listed = sh(&ann, "todo list --sort id --format '{title} @{tags}'", "").done();
    assert!(listed == lines, "in their order, each once");
    let calls = ann.json(&["undo", "--list", "--limit", "1000"]);
    assert_eq!(calls[0]["resource"]["title"], "task 2500");

    // A reader that has seen enough ends it without a word.
    for form in ["", "--ndjson", "--json", "--quiet", "--fields id,title", "--format '{id}'"] {
        let said = sh(&ann, &format!("{{ todo list --sort id {form}; echo \"code $?\" >&2; }} | head -c 9"), "");
        assert_eq!((said.code, said.stderr.as_str(), said.stdout.len()), (Some(0), "code 0\n", 9), "{form}");
    }
    assert_eq!(sh(&ann, "todo add - | head -c 0; todo list --quiet | wc -l", "unheard\n").done().trim(), "2501");

    // What is listed goes into the next command whole.
    let done = sh(&ann, "todo list --tag t3 --ndjson | todo done - --quiet | wc -l", "").done();
    assert_eq!(done.trim(), "357");
    assert_eq!(ann.list(&["--done"]).len(), 357);
    // In as few calls as it takes: the last one had what a thousand left.
    assert_eq!(sh(&ann, "todo list --quiet | todo done - --quiet | wc -l", "").done().trim(), "2144");
    let undone = sh(&ann, "todo undo", "").done();
    assert!(undone.starts_with("Undone: 144 tasks completed: ") && undone.ends_with(" and 141 more\n"), "{undone}");
}

#[test]
fn without_text_a_pipe_is_read_and_a_line_is_made_as_it_comes() {
    let ann = Shell::new();
    assert_eq!(titles(&sh(&ann, "todo add --json", "one\ntwo\n").objects()), ["one", "two"]);
    sh(&ann, "todo add", "").failed(2, "no task");
    sh(&ann, "todo add < /dev/null", "").failed(2, "no task");
    assert_eq!(sh(&ann, "todo add -", "\n\n").done(), "", "an empty pipe is no error where one is asked for");

    let mut adding = Running::start(&ann, &["add", "-"]);
    for line in ["three", "four"] {
        adding.say(line);
        assert!(adding.next().ends_with(line), "while the pipe is open");
    }
    drop(adding.stdin.take());
    assert!(adding.child.wait().unwrap().success());
    assert_eq!(ann.list(&[]).len(), 4);

    let shown = sh(&ann, "todo add - --dry-run", "Call p1 @new\nWrite\n").done();
    assert_eq!(shown, "title     Call\npriority  1\ntags      new\n\ntitle     Write\n\n");
    assert_eq!(sh(&ann, "todo add - --dry-run --json", "Call p1\nWrite\n").objects().len(), 2);
    assert_eq!(ann.list(&[]).len(), 4, "and nothing is made");
    // A line without an end is told, and the next one is made.
    let long = [vec![b'x'; 1 << 20], b"\nfive\n".to_vec()].concat();
    let said = sh(&ann, "todo add --quiet -", long);
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), "5\n"));
    assert!(said.stderr.starts_with("error: line 1: text is longer"), "{}", said.stderr);
    for script in [
        "todo add - --stdin",
        "todo add - --comment-stdin",
        "todo add --description -",
        "todo add x --stdin --comment-stdin",
    ] {
        assert_eq!(sh(&ann, script, "text\n").code, Some(2), "{script}");
    }
}

#[rstest]
fn what_a_program_says_comes_with_the_task(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack);
    for form in ["--stdin", "--description -"] {
        let task = sh(&ann, &format!("todo --json add 'Read // nothing' {form}"), b"two\n\tlines \x1b[31m\xFF\r\n\n")
            .objects();
        assert_eq!(task[0]["description"], "two\n\tlines \u{1b}[31m\u{FFFD}");
        assert_eq!(task[0]["title"], "Read");
    }
    sh(&ann, "todo add long --stdin", "x".repeat(COMMENT_MAX + 1)).failed(1, "description has 10001 characters");
    sh(&ann, "todo edit 1 --description - --quiet", "changed\n").done();
    assert_eq!(ann.json(&["show", "1"])["description"], "changed");
    assert_eq!(ann.list(&[]).len(), 2);

    let log: String =
        (1..=900).map(|line| format!("{line}: \u{1b}[1;31merror\u{1b}[0m: ж in\tsrc/main.rs\r\n")).collect();
    let mut bytes = log.clone().into_bytes();
    bytes.extend(b"\xE2\x82 end\n\n");
    let said = sh(&ann, "todo add 'fix the build @ci' --comment-stdin", &bytes).done();
    assert_eq!(said, "Added 3  fix the build · @ci\nAdded 4 comments on task 3\n");
    let (content, lengths) = comments(&ann, 3);
    assert!(content == format!("{log}\u{FFFD} end"), "nothing is lost, and nothing changed that is text");
    assert!(lengths.iter().all(|length| *length <= COMMENT_MAX), "{lengths:?}");
    assert!(!sh(&ann, "todo show 3", "").done().contains('\u{1b}'));

    assert_eq!(sh(&ann, "todo -q add quiet --comment-stdin", "one\n").done(), "4\n");
    assert_eq!(comments(&ann, 4).0, "one");
    let said = sh(&ann, "todo add silent --comment-stdin < /dev/null", "");
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), "Added 5  silent\n"));
    assert!(said.stderr.contains("no comment"), "{}", said.stderr);
    let said = sh(&ann, "todo add blank --comment-stdin", " \n\t\n");
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), "Added 6  blank\n"));
    assert_eq!(said.stderr, "note: 3 characters in which nothing can be seen were left out\n");
    let refused = format!("todo add {} --comment-stdin", "x".repeat(101));
    sh(&ann, &refused, "lost\n").failed(1, "title has 101");

    let added = sh(&ann, "todo --json comment add 5 -", "a\n".repeat(COMMENT_MAX)).objects();
    assert_eq!(added.len(), 2);
    assert_eq!(sh(&ann, "echo two | todo -q comment edit 1", "").done(), "1\n");
    sh(&ann, "todo comment add 5 -", "\n").failed(1, "content must contain");
    sh(&ann, "todo comment add 99 -", "text\n").failed(3, "99");
}

#[test]
fn a_comment_comes_while_the_program_still_runs() {
    let stack = Stack::start(Sqlite);
    let ann = person(&stack);
    let mut adding = Running::start(&ann, &["--json", "comment", "add", "1", "-"]);
    ann.json(&["add", "one"]);
    let line = "x".repeat(99);
    for _ in 0..=COMMENT_MAX / 100 {
        adding.say(&line);
    }
    let comment: Value = serde_json::from_str(&adding.next()).unwrap();
    assert_eq!(comment["content"].as_str().unwrap().len(), COMMENT_MAX);
    drop(adding.stdin.take());
    assert!(adding.next().contains(&line));
    assert!(adding.child.wait().unwrap().success());
}

#[rstest]
fn ids_come_by_a_pipe(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = person(&stack);
    sh(&ann, "todo add -", "one @a\ntwo @a\nthree @b\nfour // {\"id\": 3}\n").done();
    let open = || ids(&ann.list(&["--sort", "id"]));
    for form in ["--json", "--ndjson", "--quiet", "--fields id", "--json --fields id,title", "--format '{id}'"] {
        let done = sh(&ann, &format!("todo list --tag a {form} | todo done -"), "").done();
        assert_eq!(done, "Done: 1  one · @a\nDone: 2  two · @a\n", "{form}");
        assert_eq!(open(), [3, 4]);
        let reopened = sh(&ann, &format!("todo list --done {form} | todo --json reopen -"), "").objects();
        assert_eq!(titles(&reopened), ["one", "two"]);
    }
    sh(&ann, "todo list --tag b --json | todo edit 1 - --due 2900-01-01 --tag c", "").done();
    assert_eq!(ids(&ann.list(&["--tag", "c"])), [1, 3]);
    let shown = sh(&ann, "todo list --quiet --sort id | todo show -", "").done();
    assert_eq!(shown.split("\n\n").filter(|part| part.contains("State")).count(), 4, "{shown}");
    assert_eq!(
        titles(&sh(&ann, "todo list --quiet --sort -id | todo --json show -", "").objects()),
        ["four", "three", "two", "one"]
    );
    ann.json(&["remind", "1", "+2h"]);
    assert_eq!(sh(&ann, "echo 1 | todo --json snooze - 1d", "").objects()[0]["task_id"], 1);

    // What can't be read is told before anything is changed.
    for (input, part) in [
        ("1\n2\nthree\n", "line 3 of standard input has \"three\""),
        ("1 2\n\n{\"id\": 3}\n", "line 3"),
        ("{\"id\": 1}\n{\"id\": ", "line 2 of standard input has no JSON"),
        ("[{\"id\": 1}, {\"title\": \"x\"}]", "entry 2"),
        ("1\u{1b}[2J\n", "␛[2J"),
    ] {
        sh(&ann, "todo done -", input).failed(2, part);
    }
    sh(&ann, "todo list | todo done -", "").failed(2, "line 1 of standard input has several fields");
    ann.json(&["comment", "add", "1", "a comment"]);
    sh(&ann, "todo comment list 1 --json | todo rm - --yes", "").failed(2, "no task");
    sh(&ann, "todo tag list --json | todo rm - --yes", "").failed(2, "no task");
    assert_eq!(open(), [1, 2, 3, 4]);
    let said = sh(&ann, "printf '1 99 2' | todo -q done -", "");
    assert_eq!((said.code, said.stdout.as_str()), (Some(3), "1\n2\n"), "the others are done");
    assert_eq!(said.stderr, "error: task 99: there is no such task\n");
    assert_eq!(sh(&ann, "todo undo", "").done(), "Undone: 2 tasks completed: 1 one, 2 two\n");
    // However many there are that are not there.
    let said = sh(&ann, "{ seq 1000 1030; echo 1; echo 2; } | todo -q done -", "");
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.lines().count()), (Some(3), "1\n2\n", 31));
    sh(&ann, "todo list --quiet --json", "").failed(2, "--quiet prints ids");

    sh(&ann, "todo list --done --quiet | todo rm -", "").failed(2, "--yes");
    assert_eq!(ann.list(&["--all"]).len(), 4);
    assert_eq!(sh(&ann, "todo list --done --quiet --sort id | todo -q rm - --yes", "").done(), "1\n2\n");
    assert_eq!(ids(&ann.list(&["--all", "--sort", "id"])), [3, 4]);
    for command in ["done -", "reopen -", "rm - --yes", "edit - --title x", "show -", "snooze - 1h"] {
        assert_eq!(
            sh(&ann, &format!("todo list --search nothing --json | todo {command}"), "").done(),
            "",
            "{command}"
        );
    }
}

#[test]
fn fields_are_stable_to_parse() {
    let ann = Shell::new();
    ann.json(&[
        "add",
        "--raw",
        "tab\there\n\u{1b}[2J",
        "--due",
        "2900-01-02",
        "-t",
        "two words",
        "-t",
        "home",
        "-p",
        "2",
    ]);
    ann.json(&["add", "done", "--description", "a\tb"]);
    ann.json(&["done", "2"]);
    let usual = sh(&ann, "todo list --all --sort id", "").done();
    assert_eq!(usual, "1\topen\t2\t2900-01-02\ttab␉here␊␛[2J\ttwo words,home\n2\tdone\t4\t\tdone\t\n");
    assert_eq!(
        sh(&ann, "todo list --all --sort id --fields id,state,priority,due,title,tags --color always", "").done(),
        usual
    );
    assert_eq!(
        sh(&ann, "todo list --all --sort id --fields title,id --header", "").done(),
        "title\tid\ntab␉here␊␛[2J\t1\ndone\t2\n"
    );
    assert_eq!(sh(&ann, "todo list --search nothing --fields due --header", "").done(), "due\n");
    assert_eq!(
        sh(&ann, "todo list --json --fields due,id,tags", "").done(),
        "[{\"due\":\"2900-01-02\",\"id\":1,\"tags\":[1,2]}]\n"
    );
    assert_eq!(
        sh(&ann, "todo list --ndjson --all --sort -id --fields id,state", "").done(),
        "{\"id\":2,\"state\":\"done\"}\n{\"id\":1,\"state\":\"open\"}\n"
    );
    assert_eq!(sh(&ann, "todo list --ndjson --all --sort id", "").objects(), ann.list(&["--all", "--sort", "id"]));
    assert_eq!(sh(&ann, "todo list --search nothing --ndjson", "").done(), "");
    assert_eq!(
        sh(&ann, r"todo list --all --sort id --format '{{{id:>3}}} {title:6}|{due}\t{tags}'", "").done(),
        "{  1} tab␉here␊␛[2J|2900-01-02\ttwo words,home\n{  2} done  |\t\n"
    );
    assert_eq!(sh(&ann, "todo show 2 1 --fields id,description,completed", "").done(), "2\ta␉b\ttrue\n1\t\tfalse\n");
    assert_eq!(sh(&ann, "todo show 2 --format '{title}: {tags}'", "").done(), "done: \n");
    assert_eq!(sh(&ann, "todo show 1 --json --fields id", "").done(), "{\"id\":1}\n");
    for (script, part) in [
        ("todo list --fields id,titel", "title"),
        ("todo list --format '{titel}'", "did you mean \"title\"? Fields: id, state, title,"),
        ("todo list --format '{id'", "has no `}`"),
        ("todo list --header", "--fields"),
        ("todo list --fields id --format x", "cannot be used with"),
        ("todo list --json --format x", "--format makes text"),
        ("todo list --quiet --fields id", "--quiet prints ids"),
    ] {
        sh(&ann, script, "").failed(2, part);
    }
    let said = sh(&ann, "todo list --ndjson --tag nothing", "");
    assert_eq!(serde_json::from_str::<Value>(&said.stderr).unwrap()["code"], "not_found", "errors are objects too");
}

#[test]
fn a_command_is_run_for_each_change() {
    let stack = Stack::start(Sqlite);
    let ann = person(&stack);
    let title = "$(touch owned) `touch owned`; \"x\"";
    ann.json(&["add", "--raw", title, "--due", "2900-01-01"]);
    let script = r#"printf '%s|%s|%s|%s|%s|%s\n' "$TODO_SEQ" "$TODO_EVENT" "$TODO_TASK_ID" "$TODO_TITLE" "${TODO_DUE-none}" "${TODO_COMMENT_ID-none}"; cat"#;
    let mut watch = Running::start(&ann, &["watch", "--since", "0", "--exec", "sh", "-c", script]);
    assert_eq!(watch.next(), format!("1|task.created|1|{title}|2900-01-01|none"));
    let change: Value = serde_json::from_str(&watch.next()).unwrap();
    assert_eq!((&change["seq"], &change["resource"]["title"]), (&json!(1), &json!(title)));
    let comment = id(&ann.json(&["comment", "add", "1", "ask"]));
    assert_eq!(watch.next(), format!("2|comment.created|1||none|{comment}"));
    assert!(watch.next().contains("\"ask\""));
    assert!(!ann.home().join("owned").exists());

    // One that fails is told, and the next change comes all the same; it may read nothing of what it is given.
    let script = r#"echo "$TODO_SEQ"; exit "$TODO_SEQ""#;
    let mut failing = Running::start(&ann, &["--json", "watch", "-x", "sh", "-c", script, ";", "--since", "0"]);
    assert_eq!((failing.next(), failing.next()), ("1".to_owned(), "2".to_owned()));
    let problem: Value = serde_json::from_str(&failing.next_error()).unwrap();
    assert_eq!(problem["code"], "command_failed");
    assert_eq!(problem["detail"], "sh failed for change 1 (exit status: 1)");

    // In their order, one at a time: each waits for a word of ours.
    let script = r#"echo "begin $TODO_SEQ"; read -r word < "gate"; echo "end $TODO_SEQ""#;
    assert!(Command::new("mkfifo").arg(ann.home().join("gate")).status().unwrap().success());
    let mut slow = Running::start(&ann, &["watch", "--since", "0", "--exec", "sh", "-c", script]);
    for seq in 1..=2 {
        assert_eq!(slow.next(), format!("begin {seq}"));
        std::fs::write(ann.home().join("gate"), "on\n").unwrap();
        assert_eq!(slow.next(), format!("end {seq}"));
    }

    // Whoever has seen enough ends it; and a number that is still to come is no fault.
    let said =
        sh(&ann, "{ todo watch --since 0 --exec sh -c 'echo $TODO_SEQ'; echo \"code $?\" >&2; } | head -n 1", "");
    assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "1\n", "code 0\n"));
    let mut early = Running::start(&ann, &["watch", "--since", "99999999"]);
    assert!(early.next_error().starts_with("note: there is no change 99999999 yet, the last one is "));

    sh(&ann, "todo watch --since 0 --exec ./no-such-program --json", "").failed(1, "cannot run ./no-such-program");
    sh(&ann, "todo watch --exec", "").failed(2, "--exec");
}

#[test]
fn waiting_is_a_step_of_a_script() {
    let stack = Stack::start(Sqlite);
    let ann = person(&stack);
    ann.json(&["add", "one"]);
    ann.json(&["add", "two"]);
    let said = sh(&ann, "todo wait 1 --timeout 1s && echo never", "");
    assert_eq!((said.code, said.stdout.as_str()), (Some(1), ""));
    assert!(said.stderr.contains("task 1 was not done within 1 s"), "{}", said.stderr);
    sh(&ann, "todo wait 1 --timeout 0s", "").failed(1, "task 1 is not done");
    let script = "todo wait 1 --timeout 60s --quiet | todo comment add 1 - > /dev/null && echo \"then\"";
    let waiting = shell(&ann, script).spawn().unwrap();
    ann.json(&["done", "1"]);
    assert_eq!(waiting.wait_with_output().unwrap().stdout, b"then\n");
    assert_eq!(comments(&ann, 1).0, "1");
    sh(&ann, "todo wait 99 --timeout 10s && echo never", "").failed(3, "task 99");
    let rest =
        sh(&ann, "todo wait 1 --timeout 10s > /dev/null && todo list --quiet | todo done - && todo wait 2 --quiet", "");
    assert_eq!(rest.done(), "Done: 2  two\n2\n");
}

#[test]
fn help_tells_how_it_works_in_scripts() {
    let ann = Shell::new();
    for (command, parts) in [
        ("add", &["a task a line", "--comment-stdin", "--stdin", "exit code is 1"][..]),
        ("list", &["--fields", "--ndjson", "{field:20}", "id,state,priority,due,title,tags", "remind_time"]),
        ("rm", &["only with --yes", "white space between"]),
        ("watch", &["TODO_EVENT", "not by a shell"]),
    ] {
        let help = sh(&ann, &format!("todo {command} --help"), "").done();
        // However the lines are broken.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(help.contains(part), "{part:?} in {help}");
        }
    }
}
