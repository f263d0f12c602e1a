//! Many clients at once, four calls in five of which only read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use fastrand::Rng;
use serde_json::json;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::{
    client::{Call, Client, Doors},
    ledger::{Known, Ledger},
};

/// Clients that do not wait as long as the servers ask, so that it is seen when all is well again.
const IMPATIENT: usize = 2;
/// Tasks on the page that is read.
const PAGE: usize = 50;

/// Who calls whom, and how often.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) http: reqwest::Client,
    pub(crate) doors: Doors,
    /// A token of each person.
    pub(crate) people: Arc<[String]>,
    pub(crate) clients: usize,
    pub(crate) seed: u64,
}

impl Plan {
    /// A client of a person.
    pub(crate) fn client(&self, person: usize) -> Client {
        Client::new(&self.http, &self.doors).with_token(&self.people[person])
    }
}

/// Clients at work.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    clients: JoinSet<Worker>,
}

impl Load {
    pub(crate) fn start(runtime: &Runtime, plan: &Plan) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let mut clients = JoinSet::new();
        for number in 0..plan.clients {
            let worker = Worker::new(plan, number);
            clients.spawn_on(worker.run(Arc::clone(&stop)), runtime.handle());
        }
        Self { stop, clients }
    }

    /// Lets every client bring its call to an end.
    pub(crate) fn stop(self, runtime: &Runtime) -> Vec<Worker> {
        self.stop.store(true, Ordering::Relaxed);
        runtime.block_on(self.clients.join_all())
    }
}

/// A client, what it wants next, and what it was told.
pub(crate) struct Worker {
    pub(crate) client: Client,
    pub(crate) ledger: Ledger,
    pub(crate) person: usize,
    number: usize,
    rng: Rng,
    made: usize,
}

impl Worker {
    fn new(plan: &Plan, number: usize) -> Self {
        let person = number % plan.people.len();
        let client = plan.client(person);
        let client = if number < IMPATIENT { client.impatient() } else { client };
        let rng = Rng::with_seed(plan.seed.wrapping_add(number as u64));
        Self { client, ledger: Ledger::default(), person, number, rng, made: 0 }
    }

    async fn run(mut self, stop: Arc<AtomicBool>) -> Self {
        while !stop.load(Ordering::Relaxed) {
            // Of a hundred calls: who deletes makes two.
            match self.rng.u32(..98) {
                0..80 => self.read().await,
                80..88 => self.create().await,
                88..93 => self.comment().await,
                93..96 => self.change().await,
                _ => self.delete().await,
            }
        }
        self
    }

    /// One of the tasks that it made.
    fn pick(&mut self) -> Option<usize> {
        let count = self.ledger.tasks.len();
        (count > 0).then(|| self.rng.usize(..count))
    }

    /// A text that nobody else makes.
    fn text(&mut self) -> String {
        self.made += 1;
        format!("client {} number {}", self.number, self.made)
    }

    async fn read(&mut self) {
        let Some(index) = self.pick() else {
            self.client.call(Call::get(format!("/api/tasks?limit={PAGE}"))).await;
            return;
        };
        let known = self.ledger.tasks[index].clone();
        match self.rng.u32(..4) {
            0 => {
                self.client.call(Call::get(format!("/api/tasks?limit={PAGE}&completed=false"))).await;
            }
            1 => self.read_comments(&known).await,
            _ => {
                let answer = self.client.call(Call::get(format!("/api/tasks/{}", known.id))).await;
                if let Some(answer) = answer.filter(|answer| !known.is(&answer.body)) {
                    self.client.complain("a task was not read as it was acknowledged", answer.body.to_string());
                }
            }
        }
    }

    async fn read_comments(&mut self, known: &Known) {
        let answer = self.client.call(Call::get(format!("/api/comments?task_id={}", known.id))).await;
        let Some(answer) = answer else { return };
        let found = answer.body.as_array().map_or(0, Vec::len);
        if found < known.comments.len() {
            self.client.complain("a comment was not read as it was acknowledged", known.id.to_string());
        }
    }

    async fn create(&mut self) {
        let title = self.text();
        let call = Call::post("/api/tasks", json!({"title": title})).once(&title);
        let made = self.client.call(call).await;
        if let Some(id) = made.and_then(|answer| answer.body["id"].as_i64()) {
            self.ledger.tasks.push(Known { id, title, priority: None, comments: Vec::new() });
        }
    }

    /// Half of them without a key: those that look the task up in the cache.
    async fn comment(&mut self) {
        let Some(index) = self.pick() else { return };
        let content = self.text();
        let call = Call::post("/api/comments", json!({"task_id": self.ledger.tasks[index].id, "content": content}));
        let call = if self.rng.bool() { call.once(&content) } else { call };
        if self.client.call(call).await.is_some() {
            self.ledger.tasks[index].comments.push(content);
        }
    }

    async fn change(&mut self) {
        let Some(index) = self.pick() else { return };
        let priority = self.rng.i64(1..=4);
        let path = format!("/api/tasks/{}", self.ledger.tasks[index].id);
        match self.client.call(Call::patch(path, json!({"priority": priority}))).await {
            Some(_) => self.ledger.tasks[index].priority = Some(priority),
            // Nobody knows how it is now.
            None => drop(self.ledger.tasks.swap_remove(index)),
        }
    }

    /// Once a task is deleted, no replica may take a comment on it.
    async fn delete(&mut self) {
        let Some(index) = self.pick() else { return };
        let task = self.ledger.tasks.swap_remove(index).id;
        if self.client.call(Call::delete(format!("/api/tasks/{task}"))).await.is_some() {
            self.ledger.deleted.push(task);
            self.client.call(late_comment(task)).await;
        }
    }
}

/// A comment on a task that is gone.
pub(crate) fn late_comment(task: i64) -> Call {
    Call::post("/api/comments", json!({"task_id": task, "content": "too late"})).expect(404).repeatable()
}
