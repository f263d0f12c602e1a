//! What is done while the server can't be asked, or nobody is signed in.

use std::path::Path;

use e2e::{
    Stack, private_dir,
    servers::{
        Backend::{self, Postgres, Sqlite},
        command,
    },
    terminal::Terminal,
};
use rstest::rstest;
use serde_json::json;

use super::{ENTER, SAVE, leave, open, set_up};
use crate::{
    api::{Api, PASSWORD, eventually, id},
    cli::Shell,
};

/// The interface over a list with one task, whose server went away before another was made and commented on.
async fn working_while_away(stack: &mut Stack, person: &Api, home: &Path) -> Terminal {
    person.task("Before").await;
    let mut todo = open(stack, person, home);
    todo.sees("Before");
    assert!(stack.todo[0].terminate().success());
    todo.sees("offline");
    todo.types("aCall the bank").unwrap();
    todo.types(ENTER).unwrap();
    todo.sees("○…Call the bank");
    todo.types("cThey open at ten").unwrap();
    todo.types(SAVE).unwrap();
    todo
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_added_while_the_server_is_away_is_worked_on_at_once(#[case] backend: Backend) {
    let mut stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = working_while_away(&mut stack, &ann, home.path()).await;
    todo.sees("… waiting");
    todo.types("p").unwrap();
    todo.types(ENTER).unwrap();
    todo.sees("p1 Call the bank");
    todo.types("e").unwrap();
    todo.sees("Edit the task");
    todo.types(" soon").unwrap();
    todo.types(SAVE).unwrap();
    todo.sees("4 waiting");
    // The cursor is put elsewhere, and stays there.
    todo.types("g").unwrap();
    todo.sees("p1 Call the bank soon");
    stack.todo[0].start();
    todo.sees("● live");
    let bank = async || {
        let tasks = ann.get("/api/tasks").await.items();
        tasks.into_iter().find(|task| task["title"] == "Call the bank soon")
    };
    eventually("all of it is there", async || bank().await.is_some_and(|task| task["priority"] == 1)).await;
    let bank = id(&bank().await.unwrap());
    let comments = ann.get_comments_server(&format!("/api/comments?task_id={bank}")).await.items();
    assert_eq!(comments[0]["content"], json!("They open at ten"));
    assert_eq!(ann.get("/api/tasks").await.items().len(), 2);
    leave(todo);
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_elsewhere_is_taken_up_again(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("Call the bank").await;
    let desk = Shell::at_urls([stack.todo_url(), stack.comments_url()]);
    let sign_in = || desk.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);
    sign_in();
    let mut program = command("todo", desk.home());
    program.envs(desk.settings()).env("TERM", "xterm-256color");
    let mut todo = Terminal::start(program, 80, 24).unwrap();
    todo.sees("● live");

    let phone = Shell::at_urls([stack.todo_url(), stack.comments_url()]);
    phone.json_with(&["login", "--username", "ann", "--password-stdin"], PASSWORD);
    assert!(phone.run(&["logout", "--all"], "").status.success());
    todo.types("x").unwrap();
    todo.sees("signed out; `todo login` signs in again, what waits is kept (1)");
    todo.sees("Done         ");
    sign_in();
    todo.sees("● live");
    // The token of before is over as well.
    let ann =
        Api::anonymous(&stack).with_token(Api::anonymous(&stack).sign_in("ann").await["access"].as_str().unwrap());
    eventually("it is done", async || ann.get(&format!("/api/tasks/{task}")).await.is(200)["completed"] == true).await;
    ann.task("Made since").await;
    todo.sees("Made since");
    leave(todo);
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_waits_from_the_last_time_is_told_until_it_is_sent(#[case] backend: Backend) {
    let mut stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = working_while_away(&mut stack, &ann, home.path()).await;
    todo.sees("2 waiting");
    todo.types("q").unwrap();
    todo.sees("What waits is kept");
    todo.types("y").unwrap();
    assert_eq!(todo.ends(), Some(0));

    let mut program = command("todo", home.path());
    set_up(&mut program, &stack, &ann);
    let todo = Terminal::start(program, 80, 24).unwrap();
    todo.sees("2 waiting ○ offline");
    stack.todo[0].start();
    todo.sees("● live");
    todo.sees("Call the bank");
    todo.sees_no_more("waiting");
    let tasks = ann.get("/api/tasks").await.items();
    let made = tasks.iter().find(|task| task["title"] == "Call the bank").map(id).unwrap();
    let comments = ann.get_comments_server(&format!("/api/comments?task_id={made}")).await.items();
    assert_eq!((tasks.len(), &comments[0]["content"]), (2, &json!("They open at ten")));
    leave(todo);
}
