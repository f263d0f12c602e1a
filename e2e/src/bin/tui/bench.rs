//! First frame, key to frame, memory.

use std::{
    fs, io,
    time::{Duration, Instant},
};

use chrono::{Days, Utc};
use e2e::terminal::Terminal;
use todo_sdk::model::{BULK_MAX, BulkTasks, CreateTask, Due};

use crate::world::World;

/// What ends a frame: the end of a synchronized update.
const END_OF_FRAME: &[u8] = b"\x1b[?2026l";
/// Starts measured.
const STARTS: usize = 10;
/// Keys that people press, over and over: moving, views, marking, searching.
const KEYS: [&str; 26] = [
    "j", "j", "j", "k", "\x1b[6~", "\x1b[6~", "\x1b[5~", "G", "g", "2", "j", "4", "j", " ", " ", "\x1b", "/", "t", "a",
    "s", "k", "\x1b[B", "\x1b", "\t", "j", "\t",
];

pub(crate) fn run(runtime: &tokio::runtime::Runtime, tasks: usize, keys: usize) -> io::Result<()> {
    let world = runtime.block_on(World::start())?;
    runtime.block_on(fill(&world, tasks))?;
    let began = Instant::now();
    let mut terminal = world.open(120, 40, false)?;
    terminal.sees("● live");
    println!("{tasks} tasks loaded from the server for the first time in {:.1} s", began.elapsed().as_secs_f64());
    leave(&mut terminal)?;

    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let began = Instant::now();
        let mut terminal = world.open(120, 40, false)?;
        terminal.sees("Task number");
        starts.push(began.elapsed());
        terminal.sees("● live");
        leave(&mut terminal)?;
    }
    println!("first frame with tasks, from the start of the process: {}", quantiles(&mut starts));

    let mut terminal = world.open(120, 40, false)?;
    terminal.sees("● live");
    // The rest of what was remembered is in by now; keys are pressed one by one, each frame awaited.
    let mut delays = Vec::with_capacity(keys);
    for key in KEYS.iter().cycle().take(keys) {
        delays.push(press(&mut terminal, key)?);
    }
    println!("key to the end of its frame: {}", quantiles(&mut delays));
    let status = fs::read_to_string(format!("/proc/{}/status", terminal.pid()))?;
    for (name, words) in [("VmRSS", "memory now"), ("VmHWM", "memory at most")] {
        let kib = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')?.split_whitespace().next());
        let kib: u64 = kib.and_then(|kib| kib.parse().ok()).unwrap_or(0);
        println!("{words}: {} MiB", kib / 1024);
    }
    leave(&mut terminal)
}

/// Tasks with dates around today, some done, some with tags.
async fn fill(world: &World, tasks: usize) -> io::Result<()> {
    let mut tags = Vec::new();
    for name in ["home", "work", "garden", "errands", "reading"] {
        tags.push(world.client.tags().create(name).await.map_err(io::Error::other)?.id);
    }
    let today = Utc::now().date_naive();
    let task = |number: usize| CreateTask {
        title: format!("Task number {number} about the matter of {}", number % 977),
        description: if number.is_multiple_of(5) {
            "With a few words of explanation.".to_owned()
        } else {
            String::new()
        },
        completed: number.is_multiple_of(3),
        priority: i16::try_from(number % 4).ok().map(|priority| priority + 1),
        due: (number % 4 < 3).then(|| Due::Day(today + Days::new((number % 400) as u64) - Days::new(30))),
        tags: vec![tags[number % tags.len()]],
        ..CreateTask::default()
    };
    let numbers: Vec<usize> = (0..tasks).collect();
    for part in numbers.chunks(BULK_MAX) {
        let bulk = BulkTasks { create: part.iter().map(|number| task(*number)).collect(), ..BulkTasks::default() };
        world.client.tasks().bulk(&bulk).await.map_err(io::Error::other)?;
    }
    Ok(())
}

/// Presses a key and waits for the frame after it.
fn press(terminal: &mut Terminal, key: &str) -> io::Result<Duration> {
    let mut seen = terminal.raw_len();
    let begin = seen;
    let began = Instant::now();
    terminal.types(key)?;
    loop {
        seen = terminal.more_than(seen);
        if terminal.has_since(begin, END_OF_FRAME) {
            return Ok(began.elapsed());
        }
    }
}

fn leave(terminal: &mut Terminal) -> io::Result<()> {
    terminal.escapes()?;
    terminal.types("q")?;
    match terminal.ends() {
        Some(0) => Ok(()),
        code => Err(io::Error::other(format!("the program ended with {code:?}"))),
    }
}

fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    format!("p50 {:.1} ms, p99 {:.1} ms, most {:.1} ms", at(50), at(99), at(100))
}
