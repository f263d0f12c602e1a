//! Breaks what the servers stand on, and the servers, while many clients go on, and tells what became of their calls.
//!
//! It starts two replicas of each server behind balancers, on a PostgreSQL and a Redis of its own, and ends with 1 if a
//! promise was broken.

mod client;
mod cluster;
mod deleted;
mod figures;
mod flood;
mod interrupts;
mod ledger;
mod load;
mod people;
mod report;
mod scenario;
mod slow;

use std::{
    io,
    ops::Range,
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Parser, ValueEnum};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::runtime::Runtime;

use client::{Complaint, Doors};
use cluster::Cluster;
use figures::{Figures, Observed, RECOVERY_LIMIT, WELL};
use interrupts::Interrupts;
use ledger::Audit;
use load::{Load, Plan, Worker};
use scenario::Scenario;

/// How long all goes well before a fault.
const BEFORE: Duration = Duration::from_secs(2);
/// Each of them has several clients, whose writes wait for each other.
const PEOPLE: usize = 16;

/// Breaks servers, PostgreSQL and Redis under load, and tells what became of the calls
#[derive(Debug, Parser)]
struct Options {
    /// How long each fault lasts
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// How many clients call at the same time
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..))]
    clients: u16,
    /// Decides what the clients do
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only this; may be given several times
    #[arg(long, value_name = "SCENARIO", value_enum)]
    only: Vec<Scenario>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = Harness::start(options).and_then(|mut harness| {
        harness.run_all()?;
        Ok(harness.report())
    });
    run.unwrap_or_else(|error| {
        eprintln!("faults: {error}");
        ExitCode::FAILURE
    })
}

struct Harness {
    options: Options,
    runtime: Runtime,
    interrupts: Interrupts,
    http: reqwest::Client,
    cluster: Cluster,
    lines: Vec<(String, Figures)>,
}

impl Harness {
    fn start(options: Options) -> io::Result<Self> {
        raise_open_files()?;
        let interrupts = Interrupts::listen()?;
        let runtime = Runtime::new()?;
        let http = reqwest::Client::builder().build().map_err(io::Error::other)?;
        eprintln!("starting PostgreSQL, Redis and two replicas of each server");
        Ok(Self { options, runtime, interrupts, http, cluster: Cluster::start()?, lines: Vec::new() })
    }

    fn run_all(&mut self) -> io::Result<()> {
        let chosen = match self.options.only.as_slice() {
            [] => Scenario::value_variants().to_vec(),
            only => only.to_vec(),
        };
        chosen.into_iter().try_for_each(|scenario| match scenario {
            Scenario::SlowClients => self.run_slow_clients(),
            _ => self.run(scenario),
        })
    }

    fn run(&mut self, scenario: Scenario) -> io::Result<()> {
        let name = scenario.name();
        let plan = self.plan(&name, self.cluster.doors())?;
        let (load, begun) = (Load::start(&self.runtime, &plan), Instant::now());
        self.interrupts.pass(BEFORE)?;
        let (faults, complaints) = self.inflict(scenario, &plan)?;
        self.interrupts.pass(RECOVERY_LIMIT + WELL)?;
        let mut seen = self.observe(load, begun, &plan, faults)?;
        seen.complaints.extend(complaints);
        self.note(name, Figures::new(&seen, scenario.allows()));
        Ok(())
    }

    /// Answers when something was broken, and what must not happen but did.
    fn inflict(&mut self, scenario: Scenario, plan: &Plan) -> io::Result<(Vec<Range<Instant>>, Vec<Complaint>)> {
        if scenario == Scenario::TaskDeleted {
            let replicas = [self.cluster.replica(0), self.cluster.replica(1)];
            let begun = Instant::now();
            let complaints = self.runtime.block_on(deleted::rounds(plan, replicas));
            return Ok((vec![begun..Instant::now()], complaints));
        }
        let length = self.length();
        if scenario == Scenario::LoginFlood {
            let begun = Instant::now();
            let flood = self.runtime.block_on(flood::sign_in(plan, &scenario.name(), length));
            eprintln!("sign-ins by status: {:?}, most memory of a todo-server: {} MiB", flood.statuses, self.memory());
            return Ok((vec![begun..Instant::now()], flood.complaints));
        }
        Ok((scenario.inflict(&mut self.cluster, &self.interrupts, length)?, Vec::new()))
    }

    /// The same load on one server, first without the slow clients and then with them.
    fn run_slow_clients(&mut self) -> io::Result<()> {
        for slow in [false, true] {
            let name = format!("{}{}", Scenario::SlowClients.name(), if slow { "" } else { "-none" });
            let doors = Doors { todo: self.cluster.replica(0).todo, ..self.cluster.doors() };
            let plan = self.plan(&name, doors)?;
            let connections = match slow {
                true => self.runtime.block_on(slow::open(&plan.doors.todo, &plan.people[0]))?,
                false => Vec::new(),
            };
            let (load, begun) = (Load::start(&self.runtime, &plan), Instant::now());
            self.interrupts.pass(self.length())?;
            if slow {
                eprintln!("{} half-open connections are still there", slow::still_open(&connections));
            }
            let seen = self.observe(load, begun, &plan, Vec::new())?;
            self.note(name, Figures::new(&seen, Scenario::SlowClients.allows()));
        }
        Ok(())
    }

    /// The most that a todo-server has used so far, in MiB.
    fn memory(&self) -> u64 {
        let most = self.cluster.stack.todo.iter().filter_map(|server| server.peak_memory());
        most.max().unwrap_or_default() / (1 << 20)
    }

    fn length(&self) -> Duration {
        Duration::from_secs(self.options.seconds)
    }

    fn plan(&self, name: &str, doors: Doors) -> io::Result<Plan> {
        eprintln!("\n{name}");
        let people = self.runtime.block_on(people::sign_up(&self.http, &doors, name, PEOPLE))?;
        let Options { clients, seed, .. } = self.options;
        Ok(Plan { http: self.http.clone(), doors, people, clients: clients.into(), seed })
    }

    /// Ends the load and looks at what is left.
    fn observe(&self, load: Load, begun: Instant, plan: &Plan, faults: Vec<Range<Instant>>) -> io::Result<Observed> {
        let ended = Instant::now();
        let workers = load.stop(&self.runtime);
        let audit = self.runtime.block_on(audit(plan, &workers))?;
        let (mut attempts, mut complaints) = (Vec::new(), Vec::new());
        for worker in workers {
            attempts.extend(worker.client.attempts);
            complaints.extend(worker.client.complaints);
        }
        Ok(Observed { attempts, complaints, audit, load: begun..ended, faults })
    }

    fn note(&mut self, name: String, figures: Figures) {
        eprintln!("{}", report::statuses(&figures));
        figures.broken.iter().for_each(|promise| eprintln!("BROKEN: {promise}"));
        self.lines.push((name, figures));
    }

    fn report(mut self) -> ExitCode {
        println!("{}", report::table(&self.lines));
        let broken: Vec<String> = self
            .lines
            .iter()
            .flat_map(|(name, figures)| figures.broken.iter().map(move |promise| format!("{name}: {promise}")))
            .collect();
        if broken.is_empty() {
            println!("\nEvery promise was kept.");
            return ExitCode::SUCCESS;
        }
        println!("\nBroken promises:\n{}", broken.join("\n"));
        println!("The servers' logs are in {}", self.cluster.stack.keep_files().display());
        ExitCode::FAILURE
    }
}

/// Person by person, as that is how the lists are asked for.
async fn audit(plan: &Plan, workers: &[Worker]) -> io::Result<Audit> {
    let mut all = Audit::default();
    for person in 0..plan.people.len() {
        let mut client = plan.client(person);
        let theirs = workers.iter().filter(|worker| worker.person == person).map(|worker| &worker.ledger);
        let audit = ledger::audit(&mut client, theirs).await;
        let why = || io::Error::other(format!("cannot see what is left: {:?}", client.complaints));
        all.add(audit.ok_or_else(why)?);
    }
    Ok(all)
}

/// Every connection is two open files, and four more in a balancer.
fn raise_open_files() -> io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    Ok(setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })?)
}
