//! A long list, read page by page while it changes.

use std::{
    collections::HashMap,
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use e2e::{
    Stack,
    servers::Backend::{self, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::json;

use crate::api::{Api, id, ids};

/// Items on a page, and tasks made in one call.
const PAGE: usize = 1000;
/// Tasks without `E2E_TASKS`.
const TASKS: usize = 5000;

fn task_count() -> usize {
    env::var("E2E_TASKS").map_or(TASKS, |count| count.parse().unwrap())
}

/// Makes the tasks and answers their ids.
async fn fill(ann: &Api, count: usize) -> Vec<i64> {
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let numbers = made.len()..count.min(made.len() + PAGE);
        let create: Vec<_> =
            numbers.map(|number| json!({"title": format!("task {number}"), "priority": 1 + number % 3})).collect();
        let result = ann.post("/api/tasks/bulk", json!({"create": create})).await.is(200);
        made.extend(ids(result["created"].as_array().unwrap()));
    }
    made
}

/// Adds tasks and deletes others, all over the list, until told to stop; answers how many of each.
async fn disturb(ann: Api, doomed: Vec<i64>, stop: Arc<AtomicBool>) -> usize {
    let mut changes = 0;
    for old in doomed {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let added = ann.post("/api/tasks", json!({"title": "task new", "priority": 1 + changes % 3})).await.is(201);
        ann.delete(&format!("/api/tasks/{old}")).await.is(204);
        if changes % 2 == 0 {
            ann.delete(&format!("/api/tasks/{}", id(&added))).await.is(204);
        }
        changes += 1;
    }
    changes
}

/// Reads the whole list; answers how often each task was seen, and the time that each page took.
async fn read_all(ann: &Api, path: String) -> (HashMap<i64, usize>, Vec<Duration>) {
    let (mut seen, mut times, mut next) = (HashMap::new(), Vec::new(), Some(path));
    while let Some(path) = next {
        let begin = Instant::now();
        let page = ann.get(&path).await;
        times.push(begin.elapsed());
        next = page.next();
        ids(&page.items()).into_iter().for_each(|id| *seen.entry(id).or_default() += 1);
    }
    (seen, times)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_task_is_seen_once_while_others_come_and_go(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let made = fill(&ann, task_count()).await;
    // Every tenth may be deleted meanwhile.
    let (doomed, stays): (Vec<_>, Vec<_>) = made.iter().partition(|id| *id % 10 == 0);
    let mut doomed = doomed.into_iter();
    for order in ["id", "-id", "priority,-title"] {
        let stop = Arc::new(AtomicBool::new(false));
        let share = doomed.by_ref().take(made.len() / 30).collect();
        let disturber = tokio::spawn(disturb(ann.clone(), share, Arc::clone(&stop)));
        let (seen, times) = read_all(&ann, format!("/api/tasks?limit={PAGE}&ordering={order}")).await;
        stop.store(true, Ordering::Relaxed);
        let changes = disturber.await.unwrap();

        let wrong: Vec<_> = stays.iter().filter(|id| seen.get(id) != Some(&1)).collect();
        assert!(
            wrong.is_empty(),
            "{order}: {} of {} tasks not seen exactly once: {wrong:.10?}",
            wrong.len(),
            stays.len()
        );
        assert!(seen.values().all(|times| *times == 1), "{order}: something was seen twice");
        assert!(changes > 0, "{order}: nothing came or went meanwhile");
        println!(
            "{backend:?}, {} tasks by {order}: {} pages, {changes} changes meanwhile, first page {:?}, last full page {:?}",
            made.len(),
            times.len(),
            times[0],
            times[times.len().saturating_sub(2)],
        );
    }
}
