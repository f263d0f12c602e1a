//! Measures the journal live: how soon a change shows in `todo watch` through two replicas and Redis, and what thousands
//! of open streams cost one process.

use std::{
    io::{self, BufRead, BufReader},
    process::{ExitCode, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use e2e::{
    Stack,
    servers::command,
    services::{Postgres, Redis},
};
use reqwest::Client;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::{sync::mpsc as channel, task::JoinSet};

/// People who have the streams between them.
const PEOPLE: usize = 100;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Pause between two changes, so that each is measured alone.
const PAUSE: Duration = Duration::from_millis(20);

/// Measures how soon changes show, and what open streams cost
#[derive(Debug, Parser)]
struct Options {
    /// How many streams are open at one server
    #[arg(long, default_value_t = 5000)]
    streams: usize,
    /// How many changes are measured
    #[arg(long, default_value_t = 300)]
    changes: usize,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = || -> io::Result<()> {
        let limit = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?;
        tokio::runtime::Runtime::new()?.block_on(measure(&options))
    };
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("streams: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> io::Result<()> {
    let (postgres, redis) = (Postgres::start()?, Redis::start()?);
    let stack = Stack::on(&postgres.create_database("todo")?, Some(&redis.url()), &[]);
    let near = Api { http: Client::new(), url: stack.todo[0].url() };
    let far = Api { http: Client::new(), url: stack.todo[1].url() };
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        people.push(near.sign_up(&format!("person-{number}")).await?);
    }

    let mut delays = watch(options, &near, &far, &people[0]).await?;
    println!("todo watch, from the POST at one replica to the line of the other:\n  {}", quantiles(&mut delays));

    let before = resident(&stack)?;
    let streams = Streams::open(options.streams, &far, &people).await?;
    let after = resident(&stack)?;
    println!("{} open streams at one todo-server:", options.streams);
    let each = (after.saturating_sub(before)) as f64 / options.streams as f64 / 1024.0;
    println!("  memory {} MiB before, {} MiB after: {each:.1} KiB each", before >> 20, after >> 20);
    let mut delays = streams.delays(options.changes, &near, &people).await?;
    println!("  from the POST at the other replica to the event in each stream: {}", quantiles(&mut delays));
    let idle = cpu(&stack)?;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let spent = cpu(&stack)? - idle;
    println!("  CPU while nothing happens: {:.1} % of a core", spent.as_secs_f64() * 10.0);
    Ok(())
}

/// Changes at `near` until each shows in a `todo watch` at `far`.
async fn watch(options: &Options, near: &Api, far: &Api, token: &str) -> io::Result<Vec<Duration>> {
    let home = e2e::private_dir("watch-")?;
    let mut watch = command("todo", home.path());
    watch.args(["--json", "watch", "--since", "0"]).env("TODO_SERVER_URL", &far.url).env("TODO_TOKEN", token);
    let mut child = watch.stdout(Stdio::piped()).spawn()?;
    let lines = BufReader::new(child.stdout.take().ok_or_else(|| io::Error::other("no output"))?);
    let (seen, shows) = mpsc::channel();
    thread::spawn(move || lines.lines().try_for_each(|_| seen.send(Instant::now())));
    let mut delays = Vec::new();
    for _ in 0..options.changes {
        let begun = Instant::now();
        near.add(token).await?;
        let shown = shows.recv_timeout(PATIENCE).map_err(io::Error::other)?;
        delays.push(shown - begun);
        tokio::time::sleep(PAUSE).await;
    }
    // The first one waited for the program to start.
    delays.remove(0);
    child.kill()?;
    child.wait()?;
    Ok(delays)
}

/// Many streams that say when something comes.
struct Streams {
    _tasks: JoinSet<()>,
    seen: channel::UnboundedReceiver<Instant>,
    of_each: usize,
}

impl Streams {
    async fn open(count: usize, at: &Api, people: &[String]) -> io::Result<Self> {
        let (mut tasks, opened) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
        let (ready, mut readied) = channel::unbounded_channel();
        let (news, seen) = channel::unbounded_channel();
        for number in 0..count {
            let (at, token, ready, news) =
                (at.clone(), people[number % people.len()].clone(), ready.clone(), news.clone());
            let opened = Arc::clone(&opened);
            tasks.spawn(async move {
                let stream = at.http.get(format!("{}/api/events", at.url)).bearer_auth(token);
                let Ok(mut response) = stream.header("accept", "text/event-stream").send().await else { return };
                // The place to come back to.
                let _ = response.chunk().await;
                opened.fetch_add(1, Ordering::Relaxed);
                let _ = ready.send(());
                while let Ok(Some(chunk)) = response.chunk().await {
                    let events = chunk.windows(6).filter(|bytes| bytes == b"event:").count();
                    for _ in 0..events {
                        let _ = news.send(Instant::now());
                    }
                }
            });
            // A few at a time: this is about open streams, not about opening them.
            if number % 64 == 63 {
                readied.recv().await;
            }
        }
        let all = async {
            while opened.load(Ordering::Relaxed) < count {
                readied.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, all).await.map_err(|_| io::Error::other("not all streams could be opened"))?;
        Ok(Self { _tasks: tasks, seen, of_each: count / people.len() })
    }

    async fn delays(mut self, changes: usize, near: &Api, people: &[String]) -> io::Result<Vec<Duration>> {
        let mut delays = Vec::new();
        for change in 0..changes {
            let begun = Instant::now();
            near.add(&people[change % people.len()]).await?;
            for _ in 0..self.of_each {
                let seen = tokio::time::timeout(PATIENCE, self.seen.recv()).await;
                let seen = seen.ok().flatten().ok_or_else(|| io::Error::other("an event did not come"))?;
                delays.push(seen - begun);
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(delays)
    }
}

#[derive(Clone)]
struct Api {
    http: Client,
    url: String,
}

impl Api {
    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> io::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        let response = request.body(body.to_string()).send().await.and_then(reqwest::Response::error_for_status);
        let text = response.map_err(io::Error::other)?.text().await.map_err(io::Error::other)?;
        Ok(serde_json::from_str(&text)?)
    }

    async fn sign_up(&self, name: &str) -> io::Result<String> {
        let credentials = json!({"username": name, "password": "correct horse battery"});
        self.post("/api/users", None, &credentials).await?;
        let pair = self.post("/api/token", None, &credentials).await?;
        pair["access"].as_str().map(ToOwned::to_owned).ok_or_else(|| io::Error::other("no token"))
    }

    async fn add(&self, token: &str) -> io::Result<()> {
        self.post("/api/tasks", Some(token), &json!({"title": "one"})).await.map(drop)
    }
}

fn quantiles(delays: &mut [Duration]) -> String {
    delays.sort_unstable();
    let at = |part: f64| delays[((delays.len() - 1) as f64 * part).round() as usize].as_secs_f64() * 1000.0;
    format!("median {:.1} ms, p99 {:.1} ms, most {:.1} ms of {}", at(0.5), at(0.99), at(1.0), delays.len())
}

/// What the server with the streams uses, in bytes.
fn resident(stack: &Stack) -> io::Result<u64> {
    stack.todo[1].memory().ok_or_else(|| io::Error::other("the system does not tell how much memory is used"))
}

fn cpu(stack: &Stack) -> io::Result<Duration> {
    stack.todo[1].cpu().ok_or_else(|| io::Error::other("the system does not tell how much was reckoned"))
}
