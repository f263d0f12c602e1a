//! How long `todo import` takes, and how much memory.

use std::{
    fs, io,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use clap::Args;
use e2e::{
    private_dir,
    servers::{Server, command},
};

use crate::{
    report::small_table,
    rivals::write_todo_txt,
    section::{Section, write},
    world::machine,
};

const PASSWORD: &str = "correct horse battery";
/// How often the memory is looked at: the peak never falls, so the last look before the end tells it.
const LOOK: Duration = Duration::from_millis(5);

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many tasks there are
    #[arg(long, default_value_t = 100_000)]
    tasks: usize,
    /// Write the table into the section of this file as well
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> io::Result<bool> {
    let home = private_dir("bench-import-")?;
    let tasks = write_todo_txt(home.path(), options.tasks)?;
    let import = |folder: &str| {
        let folder = home.path().join(folder);
        fs::create_dir_all(&folder).map(|()| command("todo", &folder))
    };
    let mut rows = Vec::new();
    let mut local = import("local")?;
    let (took, peak) = timed(local.args(["import", "todotxt"]).arg(&tasks))?;
    rows.push(row("local mode", options.tasks, took, peak, None));

    let server = Server::up(home.path()).started();
    let urls: Vec<String> = server.urls().collect();
    let mut register = import("client")?;
    register.args(["register", "ann", "--server", &urls[0], "--comments-server", &urls[1]]);
    timed(register.env("TODO_PASSWORD", PASSWORD))?;
    let mut remote = import("client")?;
    let (took, peak) = timed(remote.args(["import", "todotxt"]).arg(&tasks))?;
    rows.push(row("local server", options.tasks, took, peak, server.peak_memory()));

    let headings = ["todo import", "tasks", "seconds", "tasks/s", "peak MiB", "peak MiB server"];
    let text = format!("{}.\n\n{}", machine(), small_table(headings, rows));
    println!("{text}");
    if let Some(file) = &options.markdown {
        write(file, Section::Import, &text)?;
    }
    Ok(true)
}

fn row(name: &str, tasks: usize, took: Duration, peak: u64, server: Option<u64>) -> [String; 6] {
    let mebibytes = |bytes: u64| format!("{:.1}", bytes as f64 / 1_048_576.0);
    let seconds = took.as_secs_f64();
    [
        name.to_owned(),
        tasks.to_string(),
        format!("{seconds:.1}"),
        format!("{:.0}", tasks as f64 / seconds),
        mebibytes(peak),
        server.map(mebibytes).unwrap_or_default(),
    ]
}

/// How long a program took, and the most memory that it used, in bytes.
fn timed(command: &mut Command) -> io::Result<(Duration, u64)> {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut peak = 0;
    loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak = peak.max(line.trim().trim_end_matches(" kB").parse().unwrap_or(0) * 1024);
        match child.try_wait()? {
            Some(status) if status.success() => return Ok((begun.elapsed(), peak)),
            Some(status) => return Err(io::Error::other(format!("{command:?} ended with {status}"))),
            None => thread::sleep(LOOK),
        }
    }
}
