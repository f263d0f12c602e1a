//! Stories of people who work on their tasks in it.

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
use crate::api::{Api, eventually, id};

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn somebody_new_adds_finds_comments_and_completes_while_others_work(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.sees("a and write");
    todo.types("a").unwrap();
    todo.sees("Add a task");
    todo.types("Call the bank tomorrow 10:00 @home !30m").unwrap();
    todo.sees("Title: Call the bank");
    todo.types(ENTER).unwrap();
    todo.sees("tomorrow 10:00");
    let tasks = async || ann.get("/api/tasks").await.items();
    eventually("the task is at the server", async || tasks().await.len() == 1).await;
    let task = tasks().await.remove(0);
    assert_eq!((&task["title"], &task["remind_before_seconds"]), (&json!("Call the bank"), &json!(1800)));

    // From elsewhere, with the cursor on the bank.
    let other = ann.task("Another client was here").await;
    todo.sees("Another client was here");
    todo.types("/bank").unwrap();
    todo.sees_no_more("Another client was here");
    todo.types(ENTER).unwrap();
    todo.types("c").unwrap();
    todo.sees("Comment on");
    todo.types("They open at ten.").unwrap();
    todo.types(SAVE).unwrap();
    todo.sees_no_more("Comment on");
    let bank = id(&task);
    eventually("the comment is there", async || {
        ann.get_comments_server(&format!("/api/comments?task_id={bank}")).await.items().len() == 1
    })
    .await;
    todo.types("x").unwrap();
    todo.sees("Done: “Call the bank”");
    eventually("it is done", async || ann.get(&format!("/api/tasks/{bank}")).await.is(200)["completed"] == true).await;
    todo.escapes().unwrap();
    todo.sees("Another client was here");
    ann.delete(&format!("/api/tasks/{other}")).await.is(204);
    todo.sees_no_more("Another client was here");
    leave(todo);
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_done_while_the_server_is_away_reaches_it_once(#[case] backend: Backend) {
    let mut stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    ann.task("Before").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.sees("Before");
    assert!(stack.todo[0].terminate().success());
    todo.sees("offline");
    todo.types("aMade meanwhile").unwrap();
    todo.types(ENTER).unwrap();
    todo.sees("Made meanwhile");
    todo.types("q").unwrap();
    todo.sees("Quit? 1 change has not reached the server.");
    todo.types("n").unwrap();
    todo.sees_no_more("Quit?");
    stack.todo[0].start();
    todo.sees("● live");
    eventually("it is there", async || ann.get("/api/tasks").await.items().len() == 2).await;
    leave(todo);
    assert_eq!(ann.get("/api/tasks").await.items().len(), 2);

    // The next time it is all there before the server is asked.
    assert!(stack.todo[0].terminate().success());
    let mut command = command("todo", home.path());
    set_up(&mut command, &stack, &ann);
    let todo = Terminal::start(command, 80, 24).unwrap();
    todo.sees("Made meanwhile");
    todo.sees("offline");
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_the_same_task_see_both_versions(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("Call the bank").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.types("e").unwrap();
    todo.sees("Edit the task");
    let path = format!("/api/tasks/{task}");
    ann.patch(&path, json!({"title": "Call the other bank"})).await.is(200);
    todo.types(" soon").unwrap();
    todo.types(SAVE).unwrap();
    todo.sees("Changed by somebody else");
    todo.sees("Call the other bank");
    todo.types("m").unwrap();
    eventually("mine is kept", async || ann.get(&path).await.is(200)["title"] == "Call the bank soon").await;
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_terminals_work_on_the_same_list(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (desk, sofa) = (private_dir("tui-").unwrap(), private_dir("tui-").unwrap());
    let mut desk = open(&stack, &ann, desk.path());
    let mut sofa = open(&stack, &ann, sofa.path());
    desk.types("aCall the bank @home").unwrap();
    desk.types(ENTER).unwrap();
    desk.sees("· number 1");
    sofa.sees("○ Call the bank");
    sofa.types("aBuy milk p1").unwrap();
    sofa.types(ENTER).unwrap();
    desk.sees("Buy milk");
    // The cursor is still on the bank at the desk, and on the milk on the sofa.
    desk.types("x").unwrap();
    desk.sees("Done: “Call the bank”");
    sofa.sees_no_more("○    Call the bank");
    sofa.types("cSemi-skimmed").unwrap();
    sofa.types(SAVE).unwrap();
    desk.sees("Semi-skimmed");
    desk.types("dy").unwrap();
    sofa.sees_no_more("Buy milk");
    // Undo is the server's: either of them takes the last change back.
    sofa.types("u").unwrap();
    desk.sees("Buy milk");
    leave(desk);
    leave(sofa);
}

#[rstest]
#[case::sqlite(Sqlite)]
#[case::postgres(Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_written_for_a_task_that_is_gone_is_not(#[case] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (bank, milk) = (ann.task("Call the bank").await, ann.task("Buy milk").await);
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.types("/bank").unwrap();
    todo.sees_no_more("Buy milk");
    todo.types(ENTER).unwrap();
    todo.types("cThey open at ten").unwrap();
    todo.sees("Comment on “Call the bank”");
    ann.delete(&format!("/api/tasks/{bank}")).await.is(204);
    todo.sees("Comment on “Call the bank”, which is gone");
    todo.types(SAVE).unwrap();
    todo.sees("The task is gone; c on another one goes on with your comment");
    todo.escapes().unwrap();
    todo.sees("Buy milk");
    todo.types("c").unwrap();
    todo.sees("Comment on “Buy milk”");
    todo.sees("They open at ten");
    todo.types(SAVE).unwrap();
    let comments = async || ann.get_comments_server(&format!("/api/comments?task_id={milk}")).await.items();
    eventually("the comment is there", async || comments().await.len() == 1).await;

    // An edit makes a new task.
    todo.types("e").unwrap();
    todo.sees("Edit the task");
    todo.types(" and eggs").unwrap();
    ann.delete(&format!("/api/tasks/{milk}")).await.is(204);
    todo.sees("somebody has deleted it meanwhile");
    todo.types(SAVE).unwrap();
    todo.sees("“Buy milk” is gone; A makes a new task of what you wrote");
    todo.types("A").unwrap();
    todo.sees("Buy milk and eggs");
    todo.types(SAVE).unwrap();
    eventually("it is there", async || {
        ann.get("/api/tasks").await.items().iter().any(|task| task["title"] == "Buy milk and eggs")
    })
    .await;
    leave(todo);
}
