//! The client without an async runtime, on the real servers.

use std::error::Error;

use chrono::TimeDelta;
use todo_sdk::{
    blocking::Client,
    model::{BulkTasks, BulkUpdate, CreateTask, Exported, UpdateTask},
};
use todo_testing::{Fault, PASSWORD, TestServer};
use tokio::runtime::Runtime;

type Outcome = Result<(), Box<dyn Error>>;

/// The servers, the runtime that they are on, and somebody who is signed in.
struct World {
    server: TestServer,
    todo: Client,
    // Last: the servers are on it.
    _runtime: Runtime,
}

fn world() -> Result<World, Box<dyn Error>> {
    let runtime = Runtime::new()?;
    let server = runtime.block_on(TestServer::start())?;
    let todo = server.client_builder().build_blocking()?;
    todo.wait(todo.users().register("ann", PASSWORD).timezone("Europe/Berlin"))?;
    todo.sign_in("ann", PASSWORD)?;
    Ok(World { server, todo, _runtime: runtime })
}

fn titles(todo: &Client) -> Result<Vec<String>, todo_sdk::Error> {
    todo.iter(todo.tasks().list().completed(false).stream()).map(|task| Ok(task?.title)).collect()
}

#[test]
fn tasks_tags_comments_and_reminders() -> Outcome {
    let World { server, todo, _runtime } = world()?;
    let home = todo.wait(todo.tags().create("home"))?;
    let task = todo.wait(todo.tasks().create("Call the bank").priority(1).tags([home.id]))?;
    let task = todo.wait(todo.tasks().update(task.id).title("Call them").if_match(task.version))?;
    assert_eq!(todo.wait(todo.tasks().get(task.id))?, task);
    let quick = todo.wait(todo.tasks().quick("Buy milk tomorrow 10:00 @home !1h"))?.task.ok_or("a task")?;
    assert_eq!(titles(&todo)?, ["Call them", "Buy milk"]);

    let comment = todo.wait(todo.comments().create(task.id, "They close at five"))?;
    todo.wait(todo.comments().edit(comment.id, "They close at six"))?;
    let comments: Vec<_> = todo.iter(todo.comments().list().task_id(task.id).stream()).collect::<Result<_, _>>()?;
    assert_eq!(comments[0].content, "They close at six");

    let pending = todo.wait(todo.reminders().pending())?;
    assert_eq!(pending[0].task_id, quick.id);
    let later = pending[0].due_at + TimeDelta::hours(1);
    server.clock().set(pending[0].due_at);
    assert_eq!(todo.wait(todo.reminders().snooze(pending[0].id, later))?.due_at, later);

    todo.wait(todo.tasks().complete(task.id))?;
    assert_eq!(titles(&todo)?, ["Buy milk"]);
    todo.wait(todo.tasks().reopen(task.id))?;
    todo.wait(todo.tasks().delete(quick.id))?;
    assert_eq!(todo.wait(todo.tasks().get(quick.id)).unwrap_err().status(), Some(404));
    todo.wait(todo.changes().undo())?;
    assert_eq!(titles(&todo)?.len(), 2);
    Ok(())
}

#[test]
fn many_at_once_page_by_page_and_all_of_it() -> Outcome {
    let World { todo, _runtime, .. } = world()?;
    let create = (0..250).map(|number| CreateTask { title: format!("task {number}"), ..CreateTask::default() });
    let made = todo.wait(todo.tasks().bulk(&BulkTasks { create: create.collect(), ..BulkTasks::default() }))?;
    let changes = UpdateTask { priority: Some(Some(1)), ..UpdateTask::default() };
    let update = vec![BulkUpdate { id: made.created[0].id, version: Some(1), changes }];
    let delete = vec![made.created[1].id];
    todo.wait(todo.tasks().bulk(&BulkTasks { update, delete, ..BulkTasks::default() }))?;

    let mut listed = todo.iter(todo.tasks().list().stream());
    assert_eq!(listed.next().ok_or("a task")??.priority, 1);
    assert_eq!(listed.by_ref().filter(Result::is_ok).count(), 248);
    assert!(listed.next().is_none());

    let exported: Vec<_> = todo.export()?.collect::<Result<_, _>>()?;
    assert!(matches!(exported.last(), Some(Exported::End(end)) if end.tasks == 249));
    Ok(())
}

#[test]
fn a_session_is_refreshed_and_ends() -> Outcome {
    let World { server, todo, _runtime } = world()?;
    server.clock().advance(TimeDelta::minutes(16));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let todo = todo.clone();
            std::thread::spawn(move || todo.wait(todo.users().me()))
        })
        .collect();
    for thread in threads {
        assert_eq!(thread.join().map_err(|_| "a panic")??.username, "ann");
    }
    let refreshes = server.exchanges().iter().filter(|seen| seen.path == "/api/token/refresh").count();
    assert_eq!(refreshes, 1, "one for all threads");
    server.fail_next(Fault::AnswerLost);
    todo.wait(todo.tags().create("home"))?;
    todo.sign_out()?;
    assert!(matches!(todo.wait(todo.users().me()), Err(todo_sdk::Error::NotSignedIn)));
    Ok(())
}

#[test]
fn connections_live_on_between_calls_over_the_network_too() -> Outcome {
    let World { server, _runtime, .. } = world()?;
    let listening = _runtime.block_on(server.listen())?;
    let todo = Client::new(listening.url())?;
    todo.sign_in("ann", PASSWORD)?;
    for number in 0..3 {
        todo.wait(todo.tasks().create(format!("task {number}")))?;
    }
    let mut events = todo.iter(todo.events().since(0).stream());
    let seq = events.find_map(|event| match event {
        Ok(todo_sdk::client::Event::Change(change)) => Some(change.seq),
        _ => None,
    });
    assert_eq!(seq, Some(1));
    let error = todo.sign_in("ann", "something else").unwrap_err();
    assert_eq!(error.status(), Some(401));
    Ok(())
}

#[tokio::test]
async fn inside_an_async_runtime_it_refuses_and_sends_nothing() -> Outcome {
    let world = TestServer::start().await?;
    let todo = world.client_builder().build_blocking()?;
    let error = todo.sign_in("ann", PASSWORD).unwrap_err();
    assert!(error.to_string().contains("inside an async runtime"), "{error}");
    let listed: Vec<_> = todo.iter(todo.tasks().list().stream()).collect();
    assert!(matches!(listed[..], [Err(todo_sdk::Error::InsideRuntime)]));
    let elsewhere = todo.clone();
    let blocked = tokio::task::spawn_blocking(move || elsewhere.wait(elsewhere.users().me())).await?;
    assert!(matches!(blocked, Err(todo_sdk::Error::InsideRuntime)));
    assert_eq!(world.exchanges(), []);
    Ok(())
}
