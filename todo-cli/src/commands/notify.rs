//! `watch --notify`: reminders as notifications on the desktop.

use std::{
    io::{self, IsTerminal, Write},
    time::Duration,
};

use chrono::Utc;
use notify_rust::Notification;
use todo_sdk::{
    client::Event,
    model::{Due, Problem, ReminderRow, Resource},
};

use super::journal::Followed;
use crate::{
    context::Context,
    error::Error,
    output::{Tone, text, when},
    pending::Pending,
};

/// The longest sleep: the machine's clock may be set, or the machine sleep, meanwhile.
const NAP: Duration = Duration::from_secs(5);
/// More at once than this are told in one notification.
const AT_ONCE: usize = 3;

/// Shows what is due, for as long as it is polled.
///
/// # Errors
///
/// If going on is no use.
pub(super) async fn notify(ctx: &Context) -> Result<(), Error> {
    let mut events = Followed::quiet(ctx);
    let mut pending = Pending::default();
    loop {
        let nap = pending.next().map_or(NAP, |at| (at - Utc::now()).to_std().unwrap_or_default().min(NAP));
        tokio::select! {
            event = events.next() => match event? {
                Event::Anew => pending.load(ctx.client.reminders().pending().await?),
                Event::Change(change) => {
                    if let Resource::Reminder(row) = change.resource {
                        pending.follow(change.event, row);
                    }
                }
                _ => {}
            },
            () = tokio::time::sleep(nap) => show(ctx, pending.take_due(Utc::now())).await?,
        }
    }
}

async fn show(ctx: &Context, due: Vec<ReminderRow>) -> Result<(), Error> {
    let mut named = Vec::new();
    for row in due {
        match ctx.client.tasks().get(row.task_id).await {
            Ok(task) if !task.completed => named.push((row, task)),
            // Gone, or done meanwhile.
            Ok(_) => {}
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if named.len() > AT_ONCE {
        let titles: Vec<String> = named.iter().map(|(_, task)| text::line(&task.title).into_owned()).collect();
        if raise(ctx, &format!("{} reminders", titles.len()), &titles.join("\n")).await {
            for (row, _) in &named {
                shown(ctx, row).await?;
            }
        }
        return Ok(());
    }
    for (row, task) in &named {
        let due = task.due.map(|due| format!("Due {}", when::absolute(due, ctx.look().now)));
        let late = (Utc::now() - row.due_at).num_minutes();
        let late = (late > 0).then(|| format!("reminder of {}", when::absolute(Due::At(row.due_at), ctx.look().now)));
        let body: Vec<String> = [due, late].into_iter().flatten().collect();
        if raise(ctx, &text::line(&task.title), &body.join("\n")).await {
            shown(ctx, row).await?;
        }
    }
    Ok(())
}

/// Has others know it, unless a channel of theirs tells it anyway.
async fn shown(ctx: &Context, row: &ReminderRow) -> Result<(), Error> {
    if row.channel.is_some() {
        return Ok(());
    }
    match ctx.client.reminders().shown(row.id).await {
        Ok(_) => Ok(()),
        // Snoozed or gone in this moment.
        Err(error) if matches!(error.status(), Some(404 | 409)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// On the desktop, or else on standard error. Whether somebody may have seen it: nobody looks at a file or at a pipe, so what
/// is only told there stays due, for whichever other channel comes.
async fn raise(ctx: &Context, title: &str, body: &str) -> bool {
    let shown = Notification::new().appname("todo").summary(title).body(body).show_async().await;
    let Err(error) = shown else { return true };
    let told = tell(ctx, &format!("cannot show a notification ({error}); reminder: {title}"), body);
    told.is_ok() && io::stderr().is_terminal()
}

/// Whatever else is quiet.
fn tell(ctx: &Context, what: &str, body: &str) -> io::Result<()> {
    let detail = [what, body].into_iter().flat_map(str::lines).collect::<Vec<_>>().join("; ");
    if !ctx.printer.json {
        let note = Tone::Dim.paint("note:", ctx.printer.color_errors);
        return writeln!(io::stderr(), "{note} {}", text::line(&detail));
    }
    let problem = Problem::new(503, "not_shown", "A reminder could not be shown", detail);
    let problem = serde_json::to_string(&problem)?;
    writeln!(io::stderr(), "{}", text::json(&problem))
}
