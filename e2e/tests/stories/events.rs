//! The journal: live, in order, and resumable whatever happens to the connection.

use std::{
    collections::BTreeMap,
    env,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use fastrand::Rng;
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, id};

/// Long after anything should have come.
const PATIENCE: Duration = Duration::from_secs(20);

#[rstest]
#[tokio::test]
async fn every_change_is_told_in_order(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let bob = Api::person(&stack, "bob").await;
    let mut events = ann.events(None).await;
    let tag = ann.tag("home").await;
    bob.tag("bob's own").await;
    let task = id(&ann.post("/api/tasks", json!({"title": "one", "tags": [tag]})).await.is(201));
    let comment = ann.comment(task, "from the other server").await;
    ann.patch(&format!("/api/tasks/{task}"), json!({"completed": true})).await.is(200);
    // Asks for nothing new, so nothing happens.
    ann.patch(&format!("/api/tasks/{task}"), json!({"completed": true})).await.is(200);
    ann.delete(&format!("/api/tasks/{task}")).await.is(204);

    let mut told = Vec::new();
    for seq in 1..=6 {
        let (event, data) = tokio::time::timeout(PATIENCE, events.next()).await.unwrap().unwrap();
        assert_eq!(data["seq"], seq);
        assert_eq!(data["client"], "unknown", "these stories send no User-Agent");
        told.push((event, data["resource"].clone()));
    }
    let names: Vec<&str> = told.iter().map(|(name, _)| &**name).collect();
    let expected =
        ["tag.created", "task.created", "comment.created", "task.updated", "comment.deleted", "task.deleted"];
    assert_eq!(names, expected);
    assert_eq!(told[3].1["completed"], true, "as it was after the change");
    assert_eq!(id(&told[4].1), comment, "as it was");

    // The same as pages, and from anywhere.
    let page = ann.get("/api/changes?since=2&limit=3").await;
    assert_eq!(page.items().len(), 3);
    assert_eq!(page.next().as_deref(), Some("/api/changes?since=5&limit=3"));
    assert_eq!(ann.all("/api/changes?limit=4").await.len(), 6);
    let newest = ann.all("/api/changes?ordering=-seq&limit=4").await;
    assert_eq!((newest.len(), &newest[0]["seq"], &newest[5]["seq"]), (6, &json!(6), &json!(1)));
    assert_eq!(ann.get("/api/events?since=4").await.items().len(), 2, "without Accept it is a page");
    let mut replayed = ann.events(Some(0)).await;
    for (name, _) in &told {
        assert_eq!(&replayed.next().await.unwrap().0, name);
    }
    for query in ["since=-1", "since=x", "before=-1", "limit=0", "ordering=id", "nope=1"] {
        let field = query.split('=').next().unwrap();
        let problem = ann.get(&format!("/api/changes?{query}")).await.problem(422, "invalid_fields");
        assert!(problem["errors"][field].is_array(), "{query}: {problem}");
    }
    ann.get("/api/events").header("accept", "text/event-stream").header("last-event-id", "x").await.is(422);
    ann.get("/api/changes?since=7").await.problem(410, "journal_trimmed");
}

#[rstest]
#[tokio::test]
async fn a_stream_ends_with_its_session_and_with_its_server(#[values(Sqlite, Cluster)] backend: Backend) {
    let mut stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let mut events = ann.events(None).await;
    ann.task("one").await;
    assert!(events.next().await.is_some());
    let begun = std::time::Instant::now();
    assert!(stack.todo[0].terminate().success(), "streams don't keep a server from stopping");
    assert!(begun.elapsed() < Duration::from_secs(9), "nor make it wait for the time-out");
    stack.todo[0].start();
    let ann = Api::anonymous(&stack).with_token(ann.token());
    let mut events = ann.events(Some(1)).await;
    ann.delete("/api/sessions").await.is(204);
    let ended = tokio::time::timeout(Duration::from_secs(30), events.next()).await;
    assert_eq!(ended.expect("it ends within half a minute"), None);
}

/// What a reader knows: each kind of resource by id.
type Known = BTreeMap<(String, i64), Value>;

fn learn(known: &mut Known, change: &Value) {
    let (kind, what) = change["event"].as_str().unwrap().split_once('.').unwrap();
    let (key, resource) = ((kind.to_owned(), id(&change["resource"])), change["resource"].clone());
    match what {
        "deleted" => drop(known.remove(&key)),
        "created" => assert_eq!(known.insert(key, resource), None, "made once: {change}"),
        _ => assert!(known.insert(key, resource).is_some(), "known before: {change}"),
    }
}

async fn in_database(api: &Api) -> Known {
    let mut known = Known::new();
    for (kind, path) in [("task", "/api/tasks"), ("tag", "/api/tags"), ("comment", "/api/comments")] {
        for item in api.all(&format!("{path}?limit=1000")).await {
            known.insert((kind.to_owned(), id(&item)), item);
        }
    }
    known
}

/// Some calls that change something, whatever they find.
async fn write(api: &Api, rng: &mut Rng, calls: usize) {
    for _ in 0..calls {
        let tasks = api.get("/api/tasks?ordering=-id&limit=8").await.items();
        let tags = api.get("/api/tags").await.items();
        let one_of = |rng: &mut Rng, items: &[Value]| {
            if items.is_empty() { 0 } else { id(&items[rng.usize(..items.len())]) }
        };
        let (task, tag) = (one_of(rng, &tasks), one_of(rng, &tags));
        let word = rng.u32(..);
        // Others do the same at the same time, so any of it may fail.
        let call = match rng.u32(..12) {
            0..=2 => api.post("/api/tasks", json!({"title": format!("task {word}"), "tags": [tag]})),
            3 => api.post("/api/tasks", json!({"title": format!("task {word}")})),
            4 => api.patch(&format!("/api/tasks/{task}"), json!({"title": format!("changed {word}")})),
            5 => api.patch(&format!("/api/tasks/{task}"), json!({"completed": rng.bool(), "tags": [tag]})),
            6 => api.delete(&format!("/api/tasks/{task}")),
            7 => api.post("/api/tags", json!({"name": format!("tag {}", word % 7)})),
            8 => api.delete(&format!("/api/tags/{tag}")),
            9 => api.post("/api/comments", json!({"task_id": task, "content": format!("comment {word}")})),
            10 => api.post("/api/tasks/bulk", json!({"create": [{"title": "a"}, {"title": "b"}], "delete": [task]})),
            _ => api.post("/api/undo", json!({})),
        };
        let answer = call.await;
        assert!(answer.status < 500, "{}", answer.text);
    }
}

/// Follows the journal on one replica after the other and is cut off at random, until it knows of `last`.
async fn follow(api: &Api, servers: &[String], rng: &mut Rng, known: &mut Known, from: i64, done: &AtomicBool) -> i64 {
    let mut seen = from;
    loop {
        let mut events = api.events_at(&servers[rng.usize(..servers.len())], Some(seen)).await;
        for _ in 0..rng.usize(1..20) {
            let pause = Duration::from_millis(rng.u64(5..150));
            let Ok(Some((_, change))) = tokio::time::timeout(pause, events.next()).await else { break };
            assert_eq!(change["seq"], seen + 1, "nothing is left out, nothing comes twice");
            seen += 1;
            learn(known, &change);
        }
        if done.load(Ordering::Relaxed) {
            let last = api.get("/api/changes?ordering=-seq&limit=1").await.items();
            if last.first().is_none_or(|change| change["seq"] == seen) {
                return seen;
            }
        }
    }
}

/// `E2E_RUNS` sets how many runs there are: more find more.
#[rstest]
#[tokio::test]
async fn a_reader_that_is_cut_off_at_random_knows_everything(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let runs: u64 = env::var("E2E_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(15);
    let stack = Stack::start(backend);
    let servers: Vec<String> = stack.todo.iter().map(e2e::servers::Server::url).collect();
    let ann = Api::person(&stack, "ann").await;
    let (mut known, mut seen) = (Known::new(), 0);
    for seed in 0..runs {
        let done = AtomicBool::new(false);
        let writers = async {
            let calls = |writer: u64| {
                let ann = ann.clone();
                async move { write(&ann, &mut Rng::with_seed(seed * 10 + writer), 6).await }
            };
            tokio::join!(calls(0), calls(1), calls(2));
            done.store(true, Ordering::Relaxed);
        };
        let mut rng = Rng::with_seed(seed);
        let reader = follow(&ann, &servers, &mut rng, &mut known, seen, &done);
        seen = tokio::join!(writers, reader).1;
        assert_eq!(known, in_database(&ann).await, "run {seed}");
    }
    assert!(seen > 0);
}

#[tokio::test]
async fn streams_of_a_killed_replica_go_on_at_the_other() {
    const STREAMS: usize = 200;
    const CHANGES: i64 = 60;
    let mut stack = Stack::start(Cluster);
    let ann = Api::person(&stack, "ann").await;
    let mut readers = tokio::task::JoinSet::new();
    let (ready, mut readied) = tokio::sync::mpsc::channel(STREAMS);
    for _ in 0..STREAMS {
        let (ann, ready) = (ann.clone(), ready.clone());
        readers.spawn(async move {
            let client = ann.sdk();
            let mut events = client.events().since(0).stream();
            let mut seen = Vec::new();
            ready.send(()).await.unwrap();
            while seen.last() != Some(&CHANGES) {
                match futures_util::TryStreamExt::try_next(&mut events).await.unwrap().unwrap() {
                    todo_sdk::client::Event::Change(change) => seen.push(change.seq),
                    todo_sdk::client::Event::Anew => panic!("nothing has to be loaded anew"),
                    _ => {}
                }
            }
            seen
        });
    }
    for _ in 0..STREAMS {
        readied.recv().await.unwrap();
    }
    for change in 0..CHANGES {
        if change == CHANGES / 3 {
            stack.todo[0].kill_9();
        }
        // The call that the killed server had is lost; which is not what this is about.
        while ann.post("/api/tasks", json!({"title": "one"})).send().await.is_err() {}
    }
    let expected: Vec<i64> = (1..=CHANGES).collect();
    let all = tokio::time::timeout(Duration::from_secs(60), readers.join_all()).await.expect("all go on");
    for seen in all {
        assert_eq!(seen, expected, "nothing is lost and nothing comes twice");
    }
}
