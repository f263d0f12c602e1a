//! Drives the servers, and their limits, and takes down what it costs.

use std::{
    collections::BTreeMap,
    io, thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use e2e::servers::Server;
use fastrand::Rng;

use crate::{
    data::{Data, Engine},
    pgbench::{self, Bench},
    record::{Recording, Script},
    work::{About, Work},
    world::{Services, World},
    wrk::{Load, Requests},
};

/// Different requests that a run has, for caches to be used as in life.
const REQUESTS: i64 = 20_000;
/// Most of them where each has to be about another task.
const COLD_REQUESTS: i64 = 50_000;
/// Clients before the runs, who fill caches and open connections.
const WARM_CLIENTS: u32 = 16;
/// What wrk has sent off when its time is over may still be answered.
const SETTLE: Duration = Duration::from_millis(100);

/// How it is measured.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) only: Vec<Work>,
    pub(crate) clients: Vec<u32>,
    /// The clients of the limits.
    pub(crate) limit_clients: u32,
    pub(crate) seconds: u32,
    pub(crate) runs: u32,
    pub(crate) tasks: Vec<i64>,
}

/// What it costs, in the middle of several runs.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) engine: Engine,
    pub(crate) data: Data,
    pub(crate) work: Work,
    pub(crate) clients: u32,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Processor time of a request, in milliseconds.
    pub(crate) server_ms: f64,
    pub(crate) postgres_ms: f64,
    /// Memory of the server that answers, in bytes.
    pub(crate) idle: u64,
    pub(crate) loaded: f64,
    pub(crate) errors: u64,
    pub(crate) limits: Limits,
}

/// What is possible, where it was measured.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Limits {
    /// PostgreSQL with the servers' own statements.
    pub(crate) own: Option<pgbench::Limit>,
    /// PostgreSQL with what these are measured against.
    pub(crate) reference: Option<pgbench::Limit>,
    pub(crate) axum: Option<pgbench::Limit>,
}

/// One run.
struct Sample {
    load: Load,
    server_ms: f64,
    postgres_ms: f64,
    loaded: u64,
}

/// All that there is to see of an engine.
pub(crate) async fn engine(
    services: &Services,
    plan: &Plan,
    recorded: &BTreeMap<Work, Recording>,
) -> io::Result<Vec<Line>> {
    let mut lines = Vec::new();
    let of_many = plan.tasks.iter().map(|tasks| Data::of_many(*tasks));
    let of_one = plan.tasks.iter().max().map(|tasks| Data::of_one(*tasks));
    for (number, data) in of_many.chain(of_one).enumerate() {
        let works: Vec<Work> = Work::all_with(data).into_iter().filter(|work| plan.only.contains(work)).collect();
        if works.is_empty() {
            continue;
        }
        let mut world = World::start(services, &format!("bench_{number}"), data, |_| Ok(())).await?;
        let cursor = if works.contains(&Work::PageLast) { world.last_cursor().await? } else { String::new() };
        for work in works {
            let measured = Subject { plan, work, cursor: &cursor, recording: recorded.get(&work) };
            lines.extend(measured.measure(&mut world).await?);
        }
    }
    Ok(lines)
}

struct Subject<'a> {
    plan: &'a Plan,
    work: Work,
    cursor: &'a str,
    recording: Option<&'a Recording>,
}

impl Subject<'_> {
    async fn measure(&self, world: &mut World<'_>) -> io::Result<Vec<Line>> {
        let (plan, work) = (self.plan, self.work);
        world.refresh_tokens()?;
        let answer = self.try_once(world).await?;
        let requests = self.requests(world)?;
        self.run(world, &requests, WARM_CLIENTS, 1)?;
        let mut lines = Vec::new();
        for clients in &plan.clients {
            let limits = if *clients == plan.limit_clients { Some(Limited::start(self, world)?) } else { None };
            let (mut samples, mut own, mut reference) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..plan.runs {
                if work == Work::CommentCold {
                    world.forget_tasks()?;
                }
                samples.push(self.run(world, &requests, *clients, plan.seconds)?);
                // In turn with what they are compared with.
                if let Some(limits) = &limits {
                    own.extend(limits.own.as_ref().map(|bench| bench.run(plan.seconds)).transpose()?);
                    reference.extend(limits.reference.as_ref().map(|bench| bench.run(plan.seconds)).transpose()?);
                }
            }
            let axum = limits.is_some().then(|| self.bare(&requests, &answer)).transpose()?;
            let limits = Limits { own: limit(&own), reference: limit(&reference), axum };
            let line = self.line(world, *clients, &samples, limits);
            eprintln!("{}", crate::report::short(&line));
            lines.push(line);
        }
        Ok(lines)
    }

    /// That the answer is a good one, which wrk does not look at.
    async fn try_once(&self, world: &World<'_>) -> io::Result<String> {
        let about = self.about(world, 0, &mut Rng::new());
        let request = self.work.request(&about);
        let (status, body, _) = world.send(self.work.door(), &request, about.token, unique_number()).await?;
        if status == self.work.status() {
            return Ok(body);
        }
        Err(io::Error::other(format!("{}: {status} {body:.500}", self.work)))
    }

    fn about<'w>(&'w self, world: &'w World<'_>, nth: i64, random: &mut Rng) -> About<'w> {
        let (person, number) = self.work.whose(world.data, nth, random);
        About { data: world.data, person, number, token: world.token(person), cursor: self.cursor }
    }

    fn requests(&self, world: &World<'_>) -> io::Result<Requests> {
        let host = world.server(self.work.door()).address().to_string();
        let count = if self.work == Work::CommentCold { world.data.tasks().min(COLD_REQUESTS) } else { REQUESTS };
        let mut random = Rng::with_seed(1);
        Requests::write((0..count).map(|nth| {
            let about = self.about(world, nth, &mut random);
            self.work.request(&about).bytes(&host, about.token)
        }))
    }

    fn run(&self, world: &World<'_>, requests: &Requests, clients: u32, seconds: u32) -> io::Result<Sample> {
        let server = world.server(self.work.door());
        server.forget_peak_memory();
        let before = (world.cpu(), world.services.postgres_cpu());
        let load = requests.send(&server.url(), clients, seconds, unique_number())?;
        thread::sleep(SETTLE);
        let per_request = |spent: Duration| spent.as_secs_f64() * 1e3 / load.requests.max(1) as f64;
        Ok(Sample {
            load,
            server_ms: per_request(world.cpu().saturating_sub(before.0)),
            postgres_ms: per_request(world.services.postgres_cpu().saturating_sub(before.1)),
            loaded: server.peak_memory().unwrap_or_default(),
        })
    }

    /// A route that only answers the same.
    fn bare(&self, requests: &Requests, answer: &str) -> io::Result<pgbench::Limit> {
        let home = e2e::private_dir("bare-")?;
        let file = home.path().join("answer.json");
        std::fs::write(&file, answer)?;
        let server = Server::bare(home.path(), &file).started();
        let before = server.cpu().unwrap_or_default();
        let load = requests.send(&server.url(), self.plan.limit_clients, self.plan.seconds, 0)?;
        let spent = server.cpu().unwrap_or_default().saturating_sub(before);
        let cpu_ms = spent.as_secs_f64() * 1e3 / load.requests.max(1) as f64;
        Ok(pgbench::Limit { per_second: load.per_second, cpu_ms })
    }

    fn line(&self, world: &World<'_>, clients: u32, samples: &[Sample], limits: Limits) -> Line {
        let median = |of: fn(&Sample) -> f64| median(samples.iter().map(of).collect());
        Line {
            engine: world.services.engine,
            data: world.data,
            work: self.work,
            clients,
            per_second: median(|sample| sample.load.per_second),
            p50_ms: median(|sample| sample.load.p50_ms),
            p99_ms: median(|sample| sample.load.p99_ms),
            server_ms: median(|sample| sample.server_ms),
            postgres_ms: median(|sample| sample.postgres_ms),
            idle: world.idle[self.work.door() as usize],
            loaded: median(|sample| sample.loaded as f64),
            errors: samples.iter().map(|sample| sample.load.errors).sum(),
            limits,
        }
    }
}

/// The scripts for pgbench.
struct Limited<'p> {
    own: Option<Bench<'p>>,
    reference: Option<Bench<'p>>,
}

impl<'p> Limited<'p> {
    fn start(subject: &Subject<'_>, world: &World<'p>) -> io::Result<Self> {
        let Some((postgres, _)) = &world.services.shared else { return Ok(Self { own: None, reference: None }) };
        let bench = |statements: &Script| {
            Bench::prepare(postgres, &world.database, world.data, statements, subject.plan.limit_clients)
        };
        let own = subject.recording.filter(|recording| !recording.statements.is_empty());
        let own = own.map(|recording| recording.script().and_then(|script| bench(&script))).transpose()?;
        let reference = subject.work.reference().map(|sql| Script { text: sql.to_owned(), given: Vec::new() });
        let reference = reference.map(|script| bench(&script));
        Ok(Self { own, reference: reference.transpose()? })
    }
}

fn limit(found: &[pgbench::Limit]) -> Option<pgbench::Limit> {
    let median = |of: fn(&pgbench::Limit) -> f64| median(found.iter().map(of).collect());
    let limit = pgbench::Limit { per_second: median(|found| found.per_second), cpu_ms: median(|found| found.cpu_ms) };
    (!found.is_empty()).then_some(limit)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// One that no run before has come to: ten million a second are more than anything sends.
fn unique_number() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (now.as_micros() * 10 % 800_000_000_000) as u64
}
