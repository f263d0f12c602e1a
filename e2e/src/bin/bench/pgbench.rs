//! The limit: what PostgreSQL alone spends on the same work, by pgbench with prepared statements.

use std::{io, io::Write, process::Command, thread, time::Duration};

use e2e::services::Postgres;
use tempfile::NamedTempFile;

use crate::{
    data::{COMMENT, COMMENTED, Data, TAG, TAGS, TAGS_OF_TASK, TASK, USER},
    record::Script,
};

/// Rounds of each client in the run whose cost is taken off: to connect, to prepare, and to plan until the plan is settled.
const FIRST_ROUNDS: u32 = 10;
/// The postmaster learns of the time that a connection's process has used when it is gone.
const GONE: Duration = Duration::from_millis(200);

/// What PostgreSQL could do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) per_second: f64,
    pub(crate) cpu_ms: f64,
}

/// A script for pgbench that is run again and again.
pub(crate) struct Bench<'p> {
    postgres: &'p Postgres,
    database: String,
    clients: u32,
    script: NamedTempFile,
    given: Vec<String>,
    /// Transactions of the first rounds, and the processor time that they took.
    first: (u64, Duration),
}

impl<'p> Bench<'p> {
    pub(crate) fn prepare(
        postgres: &'p Postgres,
        database: &str,
        data: Data,
        statements: &Script,
        clients: u32,
    ) -> io::Result<Self> {
        let mut script = NamedTempFile::new()?;
        write!(script, "{}{}", variables(data), statements.text)?;
        let given = statements.given.iter().map(|(name, value)| format!("--define={name}={value}")).collect();
        let database = database.to_owned();
        let mut bench = Self { postgres, database, clients, script, given, first: (0, Duration::ZERO) };
        let (first, _, cpu) = bench.go(&["-t", &FIRST_ROUNDS.to_string()])?;
        bench.first = (first, cpu);
        Ok(bench)
    }

    pub(crate) fn run(&self, seconds: u32) -> io::Result<Limit> {
        let (transactions, per_second, cpu) = self.go(&["-T", &seconds.to_string()])?;
        let cpu = cpu.saturating_sub(self.first.1);
        let counted = transactions.saturating_sub(self.first.0).max(1);
        Ok(Limit { per_second, cpu_ms: cpu.as_secs_f64() * 1e3 / counted as f64 })
    }

    fn go(&self, length: &[&str]) -> io::Result<(u64, f64, Duration)> {
        let before = self.postgres.cpu().unwrap_or_default();
        let mut pgbench = Command::new(self.postgres.program("pgbench"));
        pgbench.args(["-n", "-M", "prepared", "-j", "1", "-c", &self.clients.to_string()]);
        pgbench.args(length).args(&self.given);
        pgbench.arg("-f").arg(self.script.path()).arg(&self.database);
        let output = pgbench.output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() {
            let script = std::fs::read_to_string(self.script.path())?;
            let error = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("pgbench failed: {text}{error:.2000}\n{script}")));
        }
        thread::sleep(GONE);
        let cpu = self.postgres.cpu().unwrap_or_default().saturating_sub(before);
        let (transactions, per_second) =
            read(&text).ok_or_else(|| io::Error::other(format!("pgbench said: {text}")))?;
        Ok((transactions, per_second, cpu))
    }
}

/// Who asks for what: the same people, tasks and tags as in the requests.
fn variables(data: Data) -> String {
    let Data { people, each } = data;
    let (active, stride) = (data.active() - 1, data.stride());
    let commented = (each / COMMENTED).max(1) - 1;
    let mut text = format!(
        "\\set person random(0, {active}) * {stride}\n\\set number random(0, {})\n\
         \\set user {USER} + :person\n\\set task {TASK} + :number * {people} + :person\n\
         \\set comment {COMMENT} + random(0, {commented}) * {people} + :person\n\
         \\set last {TASK} + {}\n\\set new random(1, 9000000000000000000)\n",
        each - 1,
        (each - 101).max(0) * people,
    );
    for (place, tag) in TAGS_OF_TASK.iter().enumerate() {
        let line = format!("\\set tag{} {TAG} + :person * {TAGS} + (:number + {tag}) % {TAGS}\n", place + 1);
        text.push_str(&line);
    }
    text
}

/// Transactions in all, and a second.
fn read(text: &str) -> Option<(u64, f64)> {
    let after = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split([' ', '/']).next().map(ToOwned::to_owned)
    };
    let transactions = after("number of transactions actually processed: ")?.parse().ok()?;
    Some((transactions, after("tps = ")?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pgbench_says_is_read() {
        let text = "scaling factor: 1\nnumber of transactions actually processed: 160/160\nlatency average = 1 ms\n\
                    tps = 9000.5 (without initial connection time)\n";
        assert_eq!(read(text), Some((160, 9000.5)));
        assert_eq!(read("pgbench: error"), None);
    }
}
