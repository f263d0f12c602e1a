//! What was taken over, and what was not.

use serde::Serialize;

use crate::{
    cli::ImportArgs,
    context::Context,
    error::Error,
    formats::{Loss, Losses},
    output::{Printer, text},
};

/// Refused lines that are shown.
const SHOWN: usize = 10;

/// What was taken over.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) dry_run: bool,
    pub(super) tasks: u64,
    /// Tasks that an earlier run had made.
    pub(super) already: u64,
    pub(super) comments: u64,
    pub(super) tags: u64,
    pub(super) refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
pub(super) struct Refused {
    pub(super) line: u64,
    pub(super) reason: String,
}

/// Something that was not kept, with `--json`.
#[derive(Debug, Serialize)]
pub(in crate::commands) struct Kept<'r> {
    what: &'r str,
    count: u64,
    first: u64,
}

impl<'r> Kept<'r> {
    pub(in crate::commands) fn of(losses: &'r Losses) -> Vec<Self> {
        losses.iter().map(|(what, loss)| Self { what, count: loss.count, first: loss.first }).collect()
    }
}

/// What was not kept, a line each; `place` is what its number counts.
pub(in crate::commands) fn losses_in_words(losses: &Losses, place: &str) -> Vec<String> {
    let words = |(what, loss): (&str, Loss)| match loss.count {
        1 => format!("not kept: {what} ({place} {})", loss.first),
        count => format!("not kept: {what} ({count} times, first in {place} {})", loss.first),
    };
    losses.iter().map(words).collect()
}

/// `1 task`, `2 tasks`.
pub(in crate::commands) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

pub(super) fn tell(ctx: &Context, args: &ImportArgs, report: &Report, losses: &Losses) -> Result<(), Error> {
    if ctx.printer.json {
        #[derive(Serialize)]
        struct Whole<'r> {
            #[serde(flatten)]
            report: &'r Report,
            not_kept: Vec<Kept<'r>>,
        }
        return ctx.printer.json(&Whole { report, not_kept: Kept::of(losses) });
    }
    let Report { tasks, comments, tags, already, .. } = report;
    let made = [counted(*tasks, "task"), counted(*comments, "comment"), counted(*tags, "tag")];
    let [tasks, comments, tags] = made;
    // What only the server refuses, and what it has already, shows when they are made.
    let verb = if args.dry_run { "Would make at most" } else { "Made" };
    ctx.printer.note(&format!("{verb} {tasks}, {comments} and {tags}."))?;
    if *already > 0 {
        let were = if *already == 1 { "was" } else { "were" };
        let hint = "nothing was made twice; --again takes them over once more";
        ctx.printer
            .note(&format!("{} {were} there from a run within the last day; {hint}.", counted(*already, "task")))?;
    }
    for line in losses_in_words(losses, "line") {
        ctx.printer.warn(&line);
    }
    // Whoever wants quiet wants to know what failed.
    let printer = Printer { quiet: false, ..ctx.printer };
    for refused in report.refused.iter().take(SHOWN) {
        printer.warn(&format!("line {} was left out: {}", refused.line, text::line(&refused.reason)));
    }
    if report.refused.len() > SHOWN {
        printer.warn(&format!("{} lines were left out in all", report.refused.len()));
    }
    Ok(())
}
