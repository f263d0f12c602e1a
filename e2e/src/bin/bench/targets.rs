//! What must be seen.

use crate::{data::Engine, measure::Line, work::Work};

const MEBIBYTE: f64 = 1_048_576.0;
/// The clients of the promises about processor time.
const CLIENTS: u32 = 16;
/// The clients of the others.
const MANY_CLIENTS: u32 = 64;

/// A promise, and what was seen of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) what: String,
    pub(crate) seen: f64,
    pub(crate) bound: Bound,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Verdict {
    pub(crate) fn new(what: impl Into<String>, seen: f64, bound: Bound) -> Self {
        Self { what: what.into(), seen, bound }
    }

    pub(crate) fn kept(&self) -> bool {
        match self.bound {
            Bound::AtMost(most) => self.seen <= most,
            Bound::AtLeast(least) => self.seen >= least,
        }
    }

    pub(crate) fn row(&self) -> [String; 4] {
        let number = |number: f64| if number >= 100.0 { format!("{number:.0}") } else { format!("{number:.2}") };
        let bound = match self.bound {
            Bound::AtMost(most) => format!("at most {}", number(most)),
            Bound::AtLeast(least) => format!("at least {}", number(least)),
        };
        [self.what.clone(), number(self.seen), bound, if self.kept() { "kept" } else { "MISSED" }.to_owned()]
    }
}

/// Of all promises, those that these lines tell of.
pub(crate) fn verdicts(lines: &[Line]) -> Vec<Verdict> {
    let on = |engine, clients| lines.iter().filter(move |line| line.engine == engine && line.clients == clients);
    let postgres = |work: Work| on(Engine::Postgres, CLIENTS).filter(move |line| line.work == work);
    let mut verdicts = Vec::new();
    let most = [
        (Work::Read, 2.6),
        (Work::List, 1.3),
        (Work::Create, 2.0),
        (Work::Patch, 2.0),
        (Work::Comment, 2.0),
        (Work::CommentRead, 2.6),
    ];
    for (work, most) in most {
        for line in postgres(work) {
            let ratio = line.over_reference();
            let what = format!("CPU over PostgreSQL's alone: {work}, {} tasks", line.data);
            verdicts.extend(ratio.map(|ratio| Verdict::new(what, ratio, Bound::AtMost(most))));
        }
    }
    let cost = |line: &Line| line.server_ms + line.postgres_ms;
    let mut lists: Vec<&Line> = postgres(Work::List).collect();
    lists.sort_by_key(|line| line.data.tasks());
    if let [first, .., last] = lists[..] {
        let what = format!("CPU of list 100 at {} tasks over at {}", last.data, first.data);
        verdicts.push(Verdict::new(what, cost(last) / cost(first), Bound::AtMost(1.2)));
    }
    for engine in [Engine::Postgres, Engine::Sqlite] {
        let page = |work: Work| on(engine, CLIENTS).find(move |line| line.work == work);
        if let (Some(first), Some(last)) = (page(Work::PageFirst), page(Work::PageLast)) {
            let what = format!("CPU of page {} over page 1, {}", last.data.tasks() / 100, engine.name());
            verdicts.push(Verdict::new(what, cost(last) / cost(first), Bound::AtMost(1.2)));
        }
        let largest = |of: fn(&Line) -> f64, clients| on(engine, clients).map(of).max_by(f64::total_cmp);
        if let Some(idle) = largest(|line| line.idle as f64, MANY_CLIENTS) {
            let what = format!("RSS of an idle server, MiB, {}", engine.name());
            verdicts.push(Verdict::new(what, idle / MEBIBYTE, Bound::AtMost(15.0)));
        }
        if let Some(loaded) = largest(|line| line.loaded, MANY_CLIENTS) {
            let what = format!("RSS of a server with {MANY_CLIENTS} clients, MiB, {}", engine.name());
            verdicts.push(Verdict::new(what, loaded / MEBIBYTE, Bound::AtMost(40.0)));
        }
    }
    for line in on(Engine::Sqlite, MANY_CLIENTS).filter(|line| line.work == Work::Create) {
        let what = format!("durable creates a second on SQLite, {} tasks", line.data);
        verdicts.push(Verdict::new(what, line.per_second, Bound::AtLeast(8000.0)));
    }
    verdicts
}
