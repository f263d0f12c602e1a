//! What `todo add` and `todo list` cost as whole processes, measured by hyperfine.

use std::{fs, io, path::PathBuf, time::Duration};

use clap::Args;
use e2e::{private_dir, servers::Server};
use serde_json::Value;

use crate::{
    promises,
    report::small_table,
    rivals::{Rival, write_todo_txt},
    section::{Section, write},
    targets::{Bound, Verdict},
    world::machine,
};

/// Runs before those that count.
const WARM_RUNS: u32 = 5;
/// Most processor time of a command, that of the server included, in milliseconds.
const CPU_MAX: f64 = 15.0;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many tasks there are
    #[arg(long, default_value_t = 10_000)]
    tasks: usize,
    /// How often each command is run
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(2..))]
    runs: u32,
    /// Write the tables into the section of this file as well
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// A command of a program, in milliseconds.
struct Cost {
    wall: f64,
    least: f64,
    cpu: f64,
    server: Option<f64>,
}

impl Cost {
    fn in_all(&self) -> f64 {
        self.cpu + self.server.unwrap_or(0.0)
    }
}

/// Prints the table; whether every promise was kept.
pub(crate) fn run(options: &Options) -> io::Result<bool> {
    let home = private_dir("bench-cli-")?;
    let tasks = write_todo_txt(home.path(), options.tasks)?;
    let (mut rows, mut verdicts) = (Vec::new(), Vec::new());
    let make: [&dyn Fn() -> io::Result<Rival>; 4] =
        [&|| Rival::todo(&tasks, true), &|| Rival::todo(&tasks, false), &|| Rival::taskwarrior(options.tasks), &|| {
            Rival::todo_txt(&tasks)
        }];
    for make in make {
        let rival = make()?;
        eprintln!("{} has {} tasks", rival.name, options.tasks);
        for (what, words) in [("list", &rival.list), ("add", &rival.add)] {
            let cost = measure(&rival, words, options.runs)?;
            if rival.name.starts_with("todo, ") {
                let what = format!("CPU ms of `todo {what}`, {}", rival.name.trim_start_matches("todo, "));
                verdicts.push(Verdict::new(what, cost.in_all(), Bound::AtMost(CPU_MAX)));
            }
            rows.push(row(&rival, what, &cost));
        }
    }
    let headings = ["program", "command", "wall ms", "least", "CPU ms", "CPU ms server", "CPU ms in all"];
    let text = format!(
        "{}; {} tasks, {} runs of each command.\n\n{}\n\n{}",
        machine(),
        options.tasks,
        options.runs,
        small_table(headings, rows),
        promises(&verdicts)
    );
    println!("{text}");
    if let Some(file) = &options.markdown {
        write(file, Section::Cli, &text)?;
    }
    Ok(verdicts.iter().all(Verdict::kept))
}

fn row(rival: &Rival, what: &str, cost: &Cost) -> [String; 7] {
    let millis = |millis: f64| format!("{millis:.1}");
    [
        rival.name.to_owned(),
        what.to_owned(),
        millis(cost.wall),
        millis(cost.least),
        millis(cost.cpu),
        cost.server.map(millis).unwrap_or_default(),
        millis(cost.in_all()),
    ]
}

fn measure(rival: &Rival, words: &[String], runs: u32) -> io::Result<Cost> {
    let home = private_dir("hyperfine-")?;
    let file = home.path().join("times.json");
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let used = || rival.server.as_ref().and_then(Server::cpu);
    let before = used();
    let mut hyperfine = rival.run_by("hyperfine");
    hyperfine.args(["-N", "--style", "none", "--warmup", &WARM_RUNS.to_string(), "--runs", &runs.to_string()]);
    hyperfine.arg("--export-json").arg(&file).arg(quoted.join(" "));
    let output = hyperfine.output().map_err(|error| io::Error::new(error.kind(), format!("hyperfine: {error}")))?;
    if !output.status.success() {
        return Err(io::Error::other(format!("hyperfine: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let times: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let millis = |name: &str| times["results"][0][name].as_f64().unwrap_or_default() * 1e3;
    let of_server = |spent: Duration| spent.as_secs_f64() * 1e3 / f64::from(runs + WARM_RUNS);
    let server = before.zip(used()).map(|(before, after)| of_server(after.saturating_sub(before)));
    Ok(Cost { wall: millis("median"), least: millis("min"), cpu: millis("user") + millis("system"), server })
}
