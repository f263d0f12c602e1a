//! `watch --notify`: reminders as notifications on the desktop.

use std::{
    collections::{BTreeMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use notify_rust::Notification;
use todo_sdk::{
    client::Event,
    model::{Due, EventKind, Id, ReminderRow, ReminderState, Resource},
};

use super::journal::Followed;
use crate::{
    context::Context,
    error::Error,
    output::{text, when},
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

/// What is to come. A reminder that several channels have is one.
#[derive(Debug, Default)]
struct Pending {
    rows: BTreeMap<Id, ReminderRow>,
    shown: HashSet<(Id, DateTime<Utc>)>,
}

impl Pending {
    fn load(&mut self, rows: Vec<ReminderRow>) {
        self.rows = rows.into_iter().map(|row| (row.id, row)).collect();
    }

    fn follow(&mut self, event: EventKind, row: ReminderRow) {
        // One that was just sent by another channel is as due as ours.
        let told = matches!(row.state, ReminderState::Queued | ReminderState::Sent);
        if event == EventKind::ReminderDeleted || !told {
            self.rows.remove(&row.id);
        } else {
            self.rows.insert(row.id, row);
        }
    }

    fn next(&self) -> Option<DateTime<Utc>> {
        self.rows.values().map(|row| row.due_at).min()
    }

    fn take_due(&mut self, now: DateTime<Utc>) -> Vec<ReminderRow> {
        let due: Vec<Id> = self.rows.values().filter(|row| row.due_at <= now).map(|row| row.id).collect();
        let due = due.into_iter().filter_map(|id| self.rows.remove(&id));
        due.filter(|row| self.shown.insert((row.task_id, row.due_at))).collect()
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
        raise(ctx, &format!("{} reminders", titles.len()), &titles.join("\n")).await;
    } else {
        for (row, task) in &named {
            let due = task.due.map(|due| format!("Due {}", when::absolute(due, ctx.look().now)));
            let late = (Utc::now() - row.due_at).num_minutes();
            let late =
                (late > 0).then(|| format!("reminder of {}", when::absolute(Due::At(row.due_at), ctx.look().now)));
            let body: Vec<String> = [due, late].into_iter().flatten().collect();
            raise(ctx, &text::line(&task.title), &body.join("\n")).await;
        }
    }
    for (row, _) in named.iter().filter(|(row, _)| row.channel.is_none()) {
        match ctx.client.reminders().shown(row.id).await {
            Ok(_) => {}
            // Snoozed or gone in this moment.
            Err(error) if matches!(error.status(), Some(404 | 409)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// On the desktop, or at least here.
async fn raise(ctx: &Context, title: &str, body: &str) {
    let shown = Notification::new().appname("todo").summary(title).body(body).show_async().await;
    if let Err(error) = shown {
        ctx.printer.warn(&format!("cannot show a notification ({error}); reminder: {title}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: Id, task_id: Id, at: i64, state: ReminderState) -> ReminderRow {
        ReminderRow {
            id,
            task_id,
            channel: None,
            state,
            due_at: DateTime::from_timestamp(at, 0).unwrap(),
            sent_at: None,
            late_by_seconds: None,
            message_id: None,
            attempts: 0,
            reason: None,
        }
    }

    #[test]
    fn each_reminder_is_shown_once_when_it_is_due() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut pending = Pending::default();
        pending.load(vec![row(1, 7, 10, ReminderState::Queued), row(2, 8, 20, ReminderState::Queued)]);
        assert_eq!(pending.next(), Some(at(10)));
        assert!(pending.take_due(at(9)).is_empty());
        assert_eq!(pending.take_due(at(10)).len(), 1);
        // Another channel sent the same one.
        pending.follow(EventKind::ReminderUpdated, row(3, 7, 10, ReminderState::Sent));
        assert!(pending.take_due(at(11)).is_empty());
        pending.follow(EventKind::ReminderDeleted, row(2, 8, 20, ReminderState::Queued));
        assert_eq!(pending.next(), None);
        pending.follow(EventKind::ReminderUpdated, row(4, 9, 30, ReminderState::Sent));
        pending.follow(EventKind::ReminderUpdated, row(4, 9, 30, ReminderState::Acknowledged));
        assert!(pending.take_due(at(40)).is_empty(), "done before it could be shown");
    }
}
