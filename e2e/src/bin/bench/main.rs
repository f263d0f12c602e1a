//! Measures what the servers cost and what they could cost at the least, in one run on this machine.
//!
//! [wrk](https://github.com/wg/wrk) drives the built servers, each a process of its own. The limit is measured in turn
//! with them: pgbench with the statements that the servers send, and a bare axum route with the same JSON.

mod bare;
mod cli;
mod data;
mod import;
mod measure;
mod pgbench;
mod record;
mod report;
mod rivals;
mod section;
mod targets;
mod work;
mod world;
mod wrk;

use std::{collections::BTreeMap, io, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};

use data::Engine;
use measure::{Line, Plan};
use record::Recording;
use section::{Section, write};
use work::Work;
use world::{Services, machine};

/// The clients whose runs are compared with the limits, where they are among those asked for.
const LIMIT_CLIENTS: u32 = 16;

/// Measures the servers against what PostgreSQL and axum alone would do
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Options {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    servers: ServerOptions,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// What `todo add` and `todo list` cost, beside Taskwarrior and todo.txt
    Cli(cli::Options),
    /// How long `todo import` of many tasks takes, and how much memory
    Import(import::Options),
    /// What a request sends to PostgreSQL, and the script for pgbench that is made of it
    Statements(Chosen),
    /// A route that only answers; the benchmark starts it
    #[command(hide = true)]
    Bare,
}

#[derive(Debug, Args)]
struct Chosen {
    /// Only this work; may be given several times
    #[arg(long, value_enum, value_name = "WORK")]
    only: Vec<Work>,
}

#[derive(Debug, Args)]
struct ServerOptions {
    #[command(flatten)]
    chosen: Chosen,
    /// How many clients call at the same time
    #[arg(long, value_delimiter = ',', default_values_t = [1, LIMIT_CLIENTS, 64], value_parser = clap::value_parser!(u32).range(1..))]
    clients: Vec<u32>,
    /// How long each run lasts
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    seconds: u32,
    /// How many tasks there are; the most of them are also given to one person alone, for the last page
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 1_000_000], value_parser = clap::value_parser!(i64).range(200..=10_000_000))]
    tasks: Vec<i64>,
    /// Only on this; both in turn without it
    #[arg(long, value_enum)]
    engine: Option<Engine>,
    /// How many runs there are, of which the middle one counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// One short run with few tasks, to see that everything works
    #[arg(long)]
    quick: bool,
    /// Write the tables into the sections of this file as well
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let run = || -> io::Result<bool> {
        let runtime = tokio::runtime::Runtime::new()?;
        match options.part {
            Some(Part::Bare) => runtime.block_on(bare::serve()).map(|()| true),
            Some(Part::Cli(options)) => cli::run(&options),
            Some(Part::Import(options)) => import::run(&options),
            Some(Part::Statements(chosen)) => runtime.block_on(print_statements(&chosen)).map(|()| true),
            None => runtime.block_on(measure_servers(&options.servers)),
        }
    };
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::from(2)
        }
    }
}

impl Chosen {
    fn works(&self) -> Vec<Work> {
        if self.only.is_empty() { Work::value_variants().to_vec() } else { self.only.clone() }
    }
}

impl ServerOptions {
    fn plan(&self) -> Plan {
        let clients = self.clients.clone();
        let limit_clients =
            if clients.contains(&LIMIT_CLIENTS) { LIMIT_CLIENTS } else { clients.first().copied().unwrap_or(1) };
        let plan = Plan {
            only: self.chosen.works(),
            clients,
            limit_clients,
            seconds: self.seconds,
            runs: self.runs,
            tasks: self.tasks.clone(),
        };
        if self.quick { Plan { seconds: 1, runs: 1, tasks: vec![1000, 10_000], ..plan } } else { plan }
    }
}

/// Whether every promise was kept.
async fn measure_servers(options: &ServerOptions) -> io::Result<bool> {
    let plan = options.plan();
    let engines = options.engine.map_or_else(|| Engine::value_variants().to_vec(), |engine| vec![engine]);
    let (mut all, mut statements) = (Vec::new(), BTreeMap::new());
    for engine in engines {
        let services = Services::start(engine)?;
        let recorded = record::record(&services, &plan.only).await?;
        let lines = measure::engine(&services, &plan, &recorded).await?;
        if let Some(file) = &options.markdown {
            write(file, section_of(engine), &markdown(&plan, &lines))?;
        }
        all.extend(lines);
        statements.extend(recorded);
    }
    println!("{}\n\n{}", machine(), report::table(&all));
    if let Some(file) = options.markdown.as_ref().filter(|_| !statements.is_empty()) {
        write(file, Section::Statements, &report::statements(statements.iter()))?;
    }
    let verdicts = targets::verdicts(&all);
    if !verdicts.is_empty() {
        println!("\n{}", promises(&verdicts));
    }
    let errors: u64 = all.iter().map(|line| line.errors).sum();
    Ok(errors == 0 && verdicts.iter().all(targets::Verdict::kept))
}

fn section_of(engine: Engine) -> Section {
    match engine {
        Engine::Postgres => Section::Postgres,
        Engine::Sqlite => Section::Sqlite,
    }
}

fn markdown(plan: &Plan, lines: &[Line]) -> String {
    let Plan { runs, seconds, .. } = plan;
    let verdicts = targets::verdicts(lines);
    let promises = if verdicts.is_empty() { String::new() } else { format!("\n\n{}", promises(&verdicts)) };
    let machine = machine();
    format!("{machine}; medians of {runs} runs of {seconds} s each.\n\n{}{promises}", report::table(lines))
}

pub(crate) fn promises(verdicts: &[targets::Verdict]) -> String {
    let rows = verdicts.iter().map(targets::Verdict::row).collect();
    report::small_table(["promise", "seen", "bound", ""], rows).to_string()
}

async fn print_statements(chosen: &Chosen) -> io::Result<()> {
    let services = Services::start(Engine::Postgres)?;
    let recorded: BTreeMap<Work, Recording> = record::record(&services, &chosen.works()).await?;
    print!("{}", report::statements(recorded.iter()));
    for (work, recording) in &recorded {
        let script = recording.script()?;
        let given: String = script.given.iter().map(|(name, value)| format!("-- {name} = {value}\n")).collect();
        println!("-- {work}\n{given}{}", script.text);
    }
    Ok(())
}
