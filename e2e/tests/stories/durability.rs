//! `kill -9` while sixteen clients write.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use e2e::{
    Stack,
    servers::Backend::{self, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{sync::Notify, task::JoinSet};

use crate::api::{Api, id};

const WRITERS: usize = 16;
/// Acknowledged writes after which the server is killed.
const WRITES: usize = 400;

/// What the server said it had done.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Task id → the title that it was made with and the last priority that was acknowledged.
    tasks: HashMap<i64, (String, Option<i64>)>,
    deleted: Vec<i64>,
}

impl Acknowledged {
    fn wrote(&mut self, task: i64, title: &str, priority: Option<i64>) {
        self.tasks.insert(task, (title.to_owned(), priority));
    }
}

/// Counts acknowledged writes and tells when there are enough.
#[derive(Debug, Default)]
struct Load {
    acknowledged: Mutex<Acknowledged>,
    count: AtomicUsize,
    enough: Notify,
}

impl Load {
    fn note(&self, change: impl FnOnce(&mut Acknowledged)) {
        change(&mut self.acknowledged.lock().unwrap());
        if self.count.fetch_add(1, Ordering::Relaxed) + 1 == WRITES {
            self.enough.notify_one();
        }
    }
}

/// Makes, changes and deletes tasks until the server is gone.
async fn write(ann: Api, load: Arc<Load>, writer: usize) -> reqwest::Result<()> {
    for number in 0.. {
        let title = format!("writer {writer} task {number}");
        let task = id(&ann.post("/api/tasks", json!({"title": title})).send().await?.is(201));
        load.note(|all| all.wrote(task, &title, None));
        let path = format!("/api/tasks/{task}");
        if number % 4 == 3 {
            // From here on nobody knows, until the answer is there.
            load.acknowledged.lock().unwrap().tasks.remove(&task);
            ann.delete(&path).send().await?.is(204);
            load.note(|all| all.deleted.push(task));
        } else if number % 2 == 1 {
            ann.patch(&path, json!({"priority": 1})).send().await?.is(200);
            load.note(|all| all.wrote(task, &title, Some(1)));
        }
    }
    Ok(())
}

/// Compares what is there with what was acknowledged.
async fn check(ann: &Api, acknowledged: &Acknowledged) {
    let found: HashMap<i64, Value> =
        ann.all("/api/tasks?limit=1000").await.into_iter().map(|task| (id(&task), task)).collect();
    for (task, (title, priority)) in &acknowledged.tasks {
        let found = found.get(task).unwrap_or_else(|| panic!("task {task} ({title}) is lost"));
        assert_eq!(found["title"], *title);
        if let Some(priority) = priority {
            assert_eq!(found["priority"], *priority, "a change of {title} is lost");
        }
    }
    let undead: Vec<_> = acknowledged.deleted.iter().filter(|task| found.contains_key(task)).collect();
    assert!(undead.is_empty(), "deleted tasks are back: {undead:?}");
}

async fn check_sqlite(stack: &Stack) {
    let options = SqliteConnectOptions::new().filename(stack.sqlite_file());
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    let verdict: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&mut conn).await.unwrap();
    assert_eq!(verdict, "ok");
    let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut conn).await.unwrap();
    assert!(orphans.is_empty(), "{} rows refer to nothing", orphans.len());
    conn.close().await.unwrap();
}

/// The journal has every number once, whatever was cut off.
async fn check_journal(stack: &Stack) {
    let options = SqliteConnectOptions::new().filename(stack.sqlite_file());
    let mut conn = SqliteConnection::connect_with(&options).await.unwrap();
    let (rows, last): (i64, i64) =
        sqlx::query_as("SELECT count(*), max(seq) FROM changes GROUP BY user_id").fetch_one(&mut conn).await.unwrap();
    assert_eq!(rows, last, "the journal has gaps");
    conn.close().await.unwrap();
}

#[rstest]
#[case::sqlite(Sqlite, 10)]
#[case::postgres(Postgres, 3)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing_that_was_acknowledged(#[case] backend: Backend, #[case] rounds: usize) {
    let mut stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let mut total = 0;
    for round in 1..=rounds {
        let load = Arc::new(Load::default());
        let mut writers = JoinSet::new();
        for writer in 0..WRITERS {
            writers.spawn(write(ann.clone(), Arc::clone(&load), writer));
        }
        tokio::select! {
            () = load.enough.notified() => {}
            ended = writers.join_next() => panic!("a writer ended before the server: {ended:?}"),
        }
        stack.todo[0].kill_9();
        let ends = writers.join_all().await;
        assert!(ends.iter().all(Result::is_err), "the server is gone, so every writer failed");

        if backend == Sqlite {
            check_sqlite(&stack).await;
        }
        stack.todo[0].start();
        let acknowledged = std::mem::take(&mut *load.acknowledged.lock().unwrap());
        check(&ann, &acknowledged).await;
        if backend == Sqlite {
            check_journal(&stack).await;
        }
        total += load.count.load(Ordering::Relaxed);
        println!("{backend:?}, round {round}: {total} acknowledged writes so far, none lost");
    }
    assert!(stack.todo[0].terminate().success(), "asked to stop, it ends with 0");
}
