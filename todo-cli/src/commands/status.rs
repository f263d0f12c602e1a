//! `status`.

use std::time::Duration;

use serde::Serialize;
use todo_sdk::outbox::{Entry, Operation, State};
use tokio::time::timeout;

use crate::{
    cli::StatusArgs,
    context::Context,
    error::Error,
    offline::{Offline, changes, flush, parted, tell_unreadable, words},
    output::{Tone, text},
    profile::Server,
};

/// How long the server may take to say that it is there.
const PATIENCE: Duration = Duration::from_secs(4);

/// What `--json` prints.
#[derive(Serialize)]
struct Status<'a> {
    /// Its URL, or `local`.
    server: &'a str,
    reachable: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How many changes wait.
    waiting: usize,
    /// How many the server did not take.
    aside: usize,
    queue: &'a [Entry],
}

pub(super) async fn status(ctx: &Context, args: &StatusArgs) -> Result<(), Error> {
    if let Some(offline) = &ctx.offline {
        decide(ctx, offline, args)?;
        if args.retry || !args.mine.is_empty() {
            flush(ctx).await?;
        }
    } else if let Some(number) = args.mine.iter().chain(&args.drop).next() {
        return Err(Error::NotFound(format!("nothing waits here, so there is no change {number}")));
    }
    let entries = ctx.offline.as_ref().map(|offline| offline.outbox.entries()).transpose()?.unwrap_or_default();
    tell_unreadable(ctx);
    let unreachable = unreachable(ctx).await;
    if !ctx.printer.json {
        return show(ctx, &entries, unreachable.as_deref());
    }
    let (waiting, aside) = parted(&entries);
    let (waiting, aside, server) = (waiting.len(), aside.len(), ctx.place.server.name());
    let reachable = unreachable.is_none();
    ctx.printer.json(&Status { server, reachable, reason: unreachable, waiting, aside, queue: &entries })
}

/// What was decided about changes that were set aside.
fn decide(ctx: &Context, offline: &Offline, args: &StatusArgs) -> Result<(), Error> {
    for number in &args.drop {
        for entry in offline.outbox.drop_entry(*number)? {
            let what = words::operation(&entry.operation, entry.number, &ctx.now);
            ctx.printer.note(&format!("Dropped {}: {what}", entry.number))?;
        }
    }
    for number in &args.mine {
        offline.outbox.resend(*number)?;
    }
    if args.retry {
        for entry in offline.outbox.entries()?.iter().filter(|entry| is_to_retry(entry)) {
            offline.outbox.resend(entry.number)?;
        }
    }
    Ok(())
}

/// What may have been done already is for a person to look at first.
fn is_to_retry(entry: &Entry) -> bool {
    matches!(&entry.state, State::Refused { problem } if problem.code != State::OUTCOME_UNKNOWN)
}

async fn unreachable(ctx: &Context) -> Option<String> {
    if ctx.place.server == Server::Local {
        return None;
    }
    match timeout(PATIENCE, ctx.client.ready()).await {
        Ok(Ok(())) => None,
        Ok(Err(todo_sdk::Error::OutOfReach { source, .. })) => Some(source.to_string()),
        Ok(Err(error)) => Some(Error::from(error).chain()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    }
}

fn show(ctx: &Context, entries: &[Entry], unreachable: Option<&str>) -> Result<(), Error> {
    if ctx.printer.quiet {
        return entries.iter().try_for_each(|entry| ctx.printer.line(&entry.number.to_string()));
    }
    let mut lines = vec![place_line(ctx, unreachable)];
    let (waiting, aside) = parted(entries);
    lines.push(match waiting.len() {
        0 => "Nothing waits.".to_owned(),
        count => format!("{}, in this order:", ctx.printer.paint(Tone::Warn, &format!("{} to send", changes(count)))),
    });
    for entry in waiting {
        let before = aside.iter().find(|other| other.number < entry.number && other.task() == entry.task());
        let behind = before.map(|other| format!("  behind {}", other.number)).unwrap_or_default();
        lines.push(entry_line(ctx, entry) + &behind);
    }
    if !aside.is_empty() {
        let kept = format!("{} that the server did not take:", changes(aside.len()));
        lines.push(ctx.printer.paint(Tone::Alarm, &kept));
    }
    for entry in aside {
        lines.push(entry_line(ctx, entry));
        lines.extend(why(ctx, entry));
    }
    ctx.printer.line(&lines.join("\n"))
}

fn place_line(ctx: &Context, unreachable: Option<&str>) -> String {
    let paint = |tone, text: &str| ctx.printer.paint(tone, text);
    match (&ctx.place.server, unreachable) {
        (Server::Local, _) => "The database of this machine: changes are made at once.".to_owned(),
        (server, None) => format!("{}  {}", text::line(server.name()), paint(Tone::Good, "answers")),
        (server, Some(reason)) => {
            let reason = text::line(reason);
            format!("{}  {} ({reason})", text::line(server.name()), paint(Tone::Alarm, "out of reach"))
        }
    }
}

fn entry_line(ctx: &Context, entry: &Entry) -> String {
    let number = ctx.printer.paint(Tone::Strong, &entry.number.to_string());
    let at = entry.at.with_timezone(&ctx.now.timezone()).format("%Y-%m-%d %H:%M").to_string();
    let what = words::operation(&entry.operation, entry.number, &ctx.now);
    format!("  {number}  {what}  {}", ctx.printer.paint(Tone::Dim, &at))
}

/// What the server said, both versions, and what can be done.
fn why(ctx: &Context, entry: &Entry) -> Vec<String> {
    let Some(problem) = entry.state.problem() else { return Vec::new() };
    let number = entry.number;
    let said = match &entry.state {
        State::Conflict { theirs: Some(_), .. } => "somebody else has changed it meanwhile",
        _ if problem.detail.is_empty() => &problem.title,
        _ => &problem.detail,
    };
    let mut lines = vec![format!("     {}", text::line(said))];
    let drop = format!("`todo status --drop {number}` lets it go");
    let next = match (&entry.state, &entry.operation) {
        (State::Conflict { theirs: Some(theirs), .. }, operation) => {
            if let Operation::UpdateTask { changes, .. } = operation {
                for field in words::fields(changes, &ctx.now) {
                    let theirs = field.theirs(theirs, &ctx.now);
                    lines.push(format!("     {}: yours {}, the server's {theirs}", field.name, field.ours));
                }
            }
            lines.push(format!("     the server has version {}: {}", theirs.version, text::line(&theirs.title)));
            format!("     `todo status --mine {number}` sends yours over it, {drop}")
        }
        (State::Conflict { .. }, _) => format!("     {drop}"),
        (State::Refused { problem }, _) if problem.code == State::OUTCOME_UNKNOWN => {
            format!("     if it is not there, `todo status --mine {number}` sends it once more; {drop}")
        }
        _ => format!("     `todo status --retry` tries once more, {drop}"),
    };
    lines.push(next);
    lines
}
