//! What the operator does at the machine.

use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
};

use e2e::{
    Stack, private_dir,
    servers::{
        Backend::{self, Cluster, Postgres, Sqlite},
        command,
    },
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, PASSWORD, eventually};

/// Runs `todo-server ARGUMENTS` on the database of a stack, with this on its standard input.
fn todo_server(stack: &Stack, home: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut program: Command = command("todo-server", home);
    program.args(arguments).env("DATABASE_URL", stack.database_url());
    program.envs(stack.redis().map(|redis| ("REDIS_URL", redis.url())));
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // It may refuse without reading all of it.
            let _ = stdin.write_all(input);
        });
        child.wait_with_output().unwrap()
    })
}

/// The standard output of a run that must succeed.
fn done(output: Output) -> Vec<u8> {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[rstest]
#[tokio::test]
async fn accounts_are_made_where_registration_is_closed(#[values(Sqlite, Cluster)] backend: Backend) {
    let stack = Stack::start_with(backend, &[("TODO_SERVER_REGISTRATION", "closed")]);
    let home = private_dir("operator-").unwrap();
    let run = |arguments: &[&str], input: &str| todo_server(&stack, home.path(), arguments, input.as_bytes());
    let nobody = Api::anonymous(&stack);
    nobody.post("/api/users", json!({"username": "ann", "password": PASSWORD})).await.is(403);

    done(run(&["user", "add", "ann", "--password-stdin"], &format!("{PASSWORD}\n")));
    let pair = nobody.sign_in("ann").await;
    let ann = nobody.with_token(pair["access"].as_str().unwrap());
    ann.task("one").await;

    let again = run(&["user", "add", "ANN", "--password-stdin"], PASSWORD);
    assert!(String::from_utf8_lossy(&again.stderr).contains("the username ANN is taken"), "{again:?}");
    let short = run(&["user", "passwd", "ann", "--password-stdin"], "short\n");
    assert!(String::from_utf8_lossy(&short.stderr).contains("password"), "{short:?}");
    assert_eq!((again.status.code(), short.status.code()), (Some(1), Some(1)));

    done(run(&["user", "passwd", "Ann", "--password-stdin"], "another secret\r\n"));
    nobody.post("/api/token", json!({"username": "ann", "password": PASSWORD})).await.is(401);
    nobody.post("/api/token", json!({"username": "ann", "password": "another secret"})).await.is(200);
    nobody.post("/api/token/refresh", json!({"refresh": pair["refresh"]})).await.is(401);
    // The replicas are told of it.
    eventually("the session has ended", async || ann.get("/api/tasks").await.status == 401).await;
    let nobody_known = run(&["user", "passwd", "bob", "--password-stdin"], PASSWORD);
    assert!(String::from_utf8_lossy(&nobody_known.stderr).contains("there is no user bob"), "{nobody_known:?}");

    let listed = done(run(&["user", "list", "--json"], ""));
    let listed: Value = serde_json::from_slice(&listed).unwrap();
    assert_eq!(listed["username"], "ann");
}

#[rstest]
#[case::sqlite(Sqlite, Postgres)]
#[case::postgres(Postgres, Sqlite)]
#[tokio::test]
async fn data_moves_from_one_database_to_the_other(#[case] from: Backend, #[case] to: Backend) {
    let (from, to) = (Stack::start(from), Stack::start(to));
    let home = private_dir("operator-").unwrap();
    let ann = Api::person(&from, "ann").await;
    let tag = ann.tag("home").await;
    let kept = ann.post("/api/tasks", json!({"title": "kept", "tags": [tag], "due": "2026-12-01"})).await.is(201);
    let comment = ann.comment(kept["id"].as_i64().unwrap(), "a word").await;
    let gone = ann.task("gone").await;
    ann.delete(&format!("/api/tasks/{gone}")).await.is(204);

    let file = home.path().join("backup.jsonl");
    done(todo_server(&from, home.path(), &["export", "--output", file.to_str().unwrap()], b""));
    let exported = std::fs::read(&file).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(done(todo_server(&from, home.path(), &["export"], b"")), exported);
    done(todo_server(&to, home.path(), &["import"], &exported));
    assert_eq!(done(todo_server(&to, home.path(), &["export"], b"")), exported);

    // The same account, the same data; ids go on.
    let nobody = Api::anonymous(&to);
    let ann = nobody.with_token(nobody.sign_in("ann").await["access"].as_str().unwrap());
    let found = ann.get(&format!("/api/tasks/{}", kept["id"])).await.is(200);
    assert_eq!(found, kept);
    ann.get(&format!("/api/comments/{comment}")).await.is(200);
    assert!(ann.task("next").await > gone);

    let again = todo_server(&to, home.path(), &["import", file.to_str().unwrap()], b"");
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(!again.status.success() && said.contains("has accounts already"), "{said}");
}

#[rstest]
#[tokio::test]
async fn a_server_says_whether_it_is_ready(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut stack = Stack::start(backend);
    let home = private_dir("operator-").unwrap();
    let check = |program: &str, arguments: &[&str]| {
        let output = command(program, home.path()).args(arguments).output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        assert_eq!(String::from_utf8_lossy(&said).lines().count(), 1, "{program} {arguments:?}");
        output.status.code()
    };
    let todo = stack.todo_url();
    let address = stack.todo[0].address().to_string();
    // Settings stand before the command, behind it, or in the file.
    for arguments in [["health", "--url", &todo], ["health", "--listen", &address], ["--listen", &address, "health"]] {
        assert_eq!(check("todo-server", &arguments), Some(0), "{arguments:?}");
    }
    assert_eq!(check("comments-server", &["health", "--url", &stack.comments_url()]), Some(0));
    std::fs::create_dir(home.path().join("config")).unwrap();
    let file = home.path().join("config/todo-server.toml");
    std::fs::write(file, format!("todo_server_listen = \"{address}\"\n")).unwrap();
    assert_eq!(check("todo-server", &["health"]), Some(0));

    assert!(stack.todo[0].terminate().success());
    assert_eq!(check("todo-server", &["health"]), Some(1));
    done(todo_server(&stack, home.path(), &["migrate"], b""));
}
