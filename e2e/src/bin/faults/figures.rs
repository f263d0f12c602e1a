//! What a scenario came to, and which promises it broke.

use std::{
    collections::BTreeMap,
    ops::Range,
    time::{Duration, Instant},
};

use crate::{
    client::{Attempt, Complaint, Outcome},
    ledger::Audit,
};

/// Within this time after a fault everything has to be well again.
pub(crate) const RECOVERY_LIMIT: Duration = Duration::from_secs(5);
/// Everything is well in this time if nothing fails in it.
pub(crate) const WELL: Duration = Duration::from_secs(1);
/// A request that takes longer is none that went well.
const SLOW: Duration = Duration::from_secs(1);

/// All that was seen.
pub(crate) struct Observed {
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) complaints: Vec<Complaint>,
    pub(crate) audit: Audit,
    pub(crate) load: Range<Instant>,
    /// When it was well before and has to be well again after.
    pub(crate) faults: Vec<Range<Instant>>,
}

/// What a fault may do to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// They don't notice.
    Nothing,
    /// 503 with `Retry-After`, as long as it lasts.
    Unavailable,
    /// Their connections are cut.
    Cuts,
}

/// A line of the table.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) requests: usize,
    pub(crate) per_second: f64,
    pub(crate) reads: usize,
    pub(crate) writes: usize,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    pub(crate) max: Duration,
    pub(crate) unavailable: usize,
    pub(crate) cut: usize,
    pub(crate) retries: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// From the end of the fault to the first second in which all went well.
    pub(crate) recovery: Option<Duration>,
    /// How often each status was answered.
    pub(crate) statuses: BTreeMap<u16, usize>,
    pub(crate) broken: Vec<String>,
}

impl Figures {
    pub(crate) fn new(seen: &Observed, allowed: Allowed) -> Self {
        let count = |holds: fn(&Attempt) -> bool| seen.attempts.iter().filter(|attempt| holds(attempt)).count();
        let mut took: Vec<Duration> = well(&seen.attempts).map(Attempt::took).collect();
        took.sort_unstable();
        let recovery: Option<Vec<Duration>> =
            seen.faults.iter().map(|fault| recovery(&seen.attempts, fault.end, seen.load.end)).collect();
        let figures = Self {
            requests: seen.attempts.len(),
            per_second: took.len() as f64 / (seen.load.end - seen.load.start).as_secs_f64(),
            reads: count(|attempt| attempt.read),
            writes: count(|attempt| !attempt.read),
            p50: quantile(&took, 0.5),
            p99: quantile(&took, 0.99),
            max: quantile(&took, 1.0),
            unavailable: count(|attempt| attempt.outcome == Outcome::Unavailable),
            cut: count(|attempt| attempt.outcome == Outcome::Cut),
            retries: count(|attempt| attempt.retry),
            lost: seen.audit.lost.len(),
            doubled: seen.audit.doubled.len(),
            recovery: recovery.map(|all| all.into_iter().max().unwrap_or_default()),
            statuses: statuses(&seen.attempts),
            broken: Vec::new(),
        };
        let broken = figures.broken_promises(seen, allowed);
        Self { broken, ..figures }
    }

    fn broken_promises(&self, seen: &Observed, allowed: Allowed) -> Vec<String> {
        let mut broken = Vec::new();
        let mut promise = |is_broken: bool, text: String| {
            if is_broken {
                broken.push(text);
            }
        };
        let first = |all: &[String]| all.first().cloned().unwrap_or_default();
        promise(self.lost > 0, format!("{} acknowledged writes are lost: {}", self.lost, first(&seen.audit.lost)));
        promise(self.doubled > 0, format!("{} things are there twice: {}", self.doubled, first(&seen.audit.doubled)));
        let refused = untimely(seen, Outcome::Unavailable, allowed == Allowed::Unavailable);
        promise(refused > 0, format!("{refused} answers of 503 while the database was there"));
        let cut = untimely(seen, Outcome::Cut, allowed == Allowed::Cuts);
        promise(cut > 0, format!("{cut} connections were cut without cause"));
        let late = self.recovery.is_none_or(|recovery| recovery > RECOVERY_LIMIT);
        promise(late, format!("not well again within {} s", RECOVERY_LIMIT.as_secs()));
        for (what, (count, example)) in grouped(&seen.complaints) {
            promise(true, format!("{count} times: {what}; first: {example}"));
        }
        broken
    }
}

impl Attempt {
    fn took(&self) -> Duration {
        self.ended - self.begun
    }
}

fn well(attempts: &[Attempt]) -> impl Iterator<Item = &Attempt> {
    attempts.iter().filter(|attempt| matches!(attempt.outcome, Outcome::Done(_)))
}

/// How often something ended so when it was not allowed to: ever, or outside of the faults.
fn untimely(seen: &Observed, outcome: Outcome, allowed: bool) -> usize {
    let may = |at: Instant| {
        allowed && seen.faults.iter().any(|fault| (fault.start..fault.end + RECOVERY_LIMIT).contains(&at))
    };
    seen.attempts.iter().filter(|attempt| attempt.outcome == outcome && !may(attempt.ended)).count()
}

/// The same complaints together: how many, and an example.
fn grouped(complaints: &[Complaint]) -> BTreeMap<&str, (usize, &str)> {
    let mut groups = BTreeMap::new();
    for Complaint { what, example } in complaints {
        groups.entry(what.as_str()).or_insert((0, example.as_str())).0 += 1;
    }
    groups
}

fn statuses(attempts: &[Attempt]) -> BTreeMap<u16, usize> {
    let mut statuses = BTreeMap::new();
    for attempt in attempts {
        let status = match attempt.outcome {
            Outcome::Done(status) | Outcome::Wrong(status) => status,
            Outcome::Unavailable => 503,
            Outcome::Cut => continue,
        };
        *statuses.entry(status).or_default() += 1;
    }
    statuses
}

/// Of sorted times.
fn quantile(sorted: &[Duration], part: f64) -> Duration {
    let index = (part * sorted.len() as f64).ceil() as usize;
    sorted.get(index.saturating_sub(1)).copied().unwrap_or_default()
}

/// How long after `from` the first second begins in which something succeeds, nothing fails and nothing is slow.
fn recovery(attempts: &[Attempt], from: Instant, end: Instant) -> Option<Duration> {
    let mut trouble: Vec<Range<Instant>> = attempts.iter().filter_map(trouble).collect();
    trouble.sort_unstable_by_key(|trouble| trouble.start);
    let mut successes: Vec<Instant> = well(attempts).map(|attempt| attempt.ended).collect();
    successes.sort_unstable();
    let mut start = from;
    loop {
        let clear = trouble
            .iter()
            .fold(start, |start, trouble| if trouble.start < start + WELL { start.max(trouble.end) } else { start });
        let success = *successes.get(successes.partition_point(|at| *at < clear))?;
        // With nothing that succeeds, nothing can be said of a second.
        start = if success < clear + WELL { clear } else { success };
        if start == clear {
            return (start + WELL <= end).then(|| start - from);
        }
    }
}

/// When something went wrong.
fn trouble(attempt: &Attempt) -> Option<Range<Instant>> {
    match attempt.outcome {
        Outcome::Done(_) if attempt.took() <= SLOW => None,
        Outcome::Done(_) => Some(attempt.begun..attempt.ended),
        _ => Some(attempt.ended..attempt.ended),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Begun and ended at these milliseconds.
    type Timed = (u64, u64, Outcome);

    fn attempts(start: Instant, all: &[Timed]) -> Vec<Attempt> {
        let at = |millis| start + Duration::from_millis(millis);
        let attempt = |&(begun, ended, outcome)| {
            let (begun, ended) = (at(begun), at(ended));
            Attempt { begun, ended, read: true, retry: false, outcome }
        };
        all.iter().map(attempt).collect()
    }

    #[test]
    fn recovery_ends_with_the_first_good_second() {
        use Outcome::{Cut, Done, Unavailable};
        let start = Instant::now();
        let done = Done(200);
        let cases: &[(&[Timed], Option<u64>)] = &[
            (&[(0, 10, done), (1500, 1510, done)], Some(0)),
            (&[], None),
            // A failure, and another less than a second after it.
            (&[(100, 110, Cut), (900, 1000, Unavailable), (1400, 1500, done)], Some(1000)),
            // The failures of a second later count no more.
            (&[(10, 20, done), (2000, 2100, Cut)], Some(0)),
            // A request that hangs spoils the time that it takes.
            (&[(10, 20, done), (500, 2500, done), (2600, 2610, done)], Some(2500)),
            // What failed before the end of the fault does not matter, silence does.
            (&[(1200, 1210, done), (1800, 1810, done)], Some(1210)),
            // Too late to be sure.
            (&[(0, 10, done), (5500, 5600, Cut), (5700, 5800, done)], Some(0)),
            (&[(0, 10, Cut), (900, 910, Cut), (1800, 1810, Cut), (9200, 9210, done)], None),
        ];
        for (seen, expected) in cases {
            let found = recovery(&attempts(start, seen), start, start + Duration::from_secs(10));
            assert_eq!(found, expected.map(Duration::from_millis), "{seen:?}");
        }
    }

    #[test]
    fn promises_are_kept_or_named() {
        let start = Instant::now();
        let all = [(0, 10, Outcome::Done(200)), (1500, 1600, Outcome::Unavailable), (2600, 2700, Outcome::Done(201))];
        let at = |seconds| start + Duration::from_secs(seconds);
        let seen = |audit| Observed {
            attempts: attempts(start, &all),
            complaints: Vec::new(),
            audit,
            load: start..at(5),
            faults: vec![at(1)..at(2)],
        };
        let broken = |audit, allowed| Figures::new(&seen(audit), allowed).broken;
        assert_eq!(broken(Audit::default(), Allowed::Unavailable), [""; 0]);
        assert_eq!(broken(Audit::default(), Allowed::Cuts), ["1 answers of 503 while the database was there"]);
        let audit = Audit { lost: vec!["a".to_owned()], ..Audit::default() };
        assert_eq!(broken(audit, Allowed::Unavailable), ["1 acknowledged writes are lost: a"]);
    }

    #[test]
    fn quantiles_are_values_that_were_measured() {
        let times: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let millis = |part| quantile(&times, part).as_millis();
        assert_eq!([millis(0.5), millis(0.99), millis(1.0)], [100, 198, 200]);
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }
}
