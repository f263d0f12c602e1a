//! A deliverer as a program of its own: it writes down what it delivers before it tells the server.

use std::{
    collections::BTreeMap,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use clap::Args;
use e2e::process::Process;
use todo_sdk::{
    Client,
    client::Undelivered,
    model::{ClaimedReminder, Id},
};

use crate::world::{Result, SECRET, SERVICE};

/// How long a claim lasts: what a killed deliverer had is delivered again after it.
pub(crate) const LEASE: Duration = Duration::from_secs(5);

/// What a deliverer is told.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(long)]
    url: String,
    #[arg(long)]
    log: PathBuf,
    #[arg(long)]
    batch: u32,
    #[arg(long)]
    at_once: usize,
    /// How long its channel takes to answer, in milliseconds
    #[arg(long)]
    takes: u64,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<()> {
    let client = Client::builder(&arguments.url).service(SERVICE, SECRET).build()?;
    let log = OpenOptions::new().create(true).append(true).open(&arguments.log)?;
    let send = |reminder: ClaimedReminder| {
        let delivered = write(&log, &reminder).map_err(|error| Undelivered::because(error.to_string()));
        async move {
            // Written as the channel would have it before it answers.
            if arguments.takes > 0 {
                tokio::time::sleep(Duration::from_millis(arguments.takes)).await;
            }
            delivered.map(|()| None)
        }
    };
    let deliverer = client.reminders().deliverer("test").batch(arguments.batch).at_once(arguments.at_once);
    Ok(deliverer.lease(LEASE).run(send).await?)
}

/// In one write: what is written survives the process.
fn write(mut log: &File, reminder: &ClaimedReminder) -> std::io::Result<()> {
    log.write_all(format!("{}\n", reminder.task.id).as_bytes())
}

/// A running deliverer.
pub(crate) struct Deliverer {
    process: Option<Process>,
    url: String,
    log: PathBuf,
    bounds: Bounds,
}

/// How much a deliverer does at once, and how long each takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) batch: u32,
    pub(crate) at_once: usize,
    pub(crate) takes: Duration,
}

impl Deliverer {
    pub(crate) fn start(url: &str, home: &Path, number: usize, bounds: Bounds) -> Result<Self> {
        let log = home.join(format!("delivered-{number}"));
        let mut deliverer = Self { process: None, url: url.to_owned(), log, bounds };
        deliverer.restart()?;
        Ok(deliverer)
    }

    pub(crate) fn restart(&mut self) -> Result<()> {
        let mut command = Command::new(std::env::current_exe()?);
        let Bounds { batch, at_once, takes } = self.bounds;
        command.args(["deliver", "--url", &self.url, "--batch", &batch.to_string(), "--at-once"]);
        command.args([&at_once.to_string(), "--takes", &takes.as_millis().to_string(), "--log"]).arg(&self.log);
        self.process = Some(Process::spawn(command)?);
        Ok(())
    }

    /// `kill -9`.
    pub(crate) fn kill(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            process.kill()?;
        }
        Ok(())
    }

    /// How often it delivered each task.
    pub(crate) fn delivered(&self) -> Result<BTreeMap<Id, usize>> {
        let mut times = BTreeMap::new();
        // Before the first delivery there is no file.
        for line in std::fs::read_to_string(&self.log).unwrap_or_default().lines() {
            *times.entry(line.parse::<Id>()?).or_default() += 1;
        }
        Ok(times)
    }
}
