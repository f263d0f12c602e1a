//! Delivery of reminders: the claim that waits, and what became of what was claimed.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, metrics};
use todo_sdk::model::{ClaimReminders, ClaimShown, Id, ReminderFailed, SettleReminders, ShownReminder};
use uuid::Uuid;

use crate::{
    App,
    store::reminders::{self, Claim, Claimed, Leased, Settled, Turns, shown},
    webhook::Busy,
};

/// The longest that a claim waits, below the time limit of every call.
const WAIT_MAX: Duration = Duration::from_secs(25);
/// How often a claim that waits looks for what was queued meanwhile.
const LOOK: Duration = Duration::from_millis(250);
/// How often one that waits for messages compares them with their tasks.
const LOOK_AT_MESSAGES: Duration = Duration::from_millis(500);
/// Of the time, no more than one part in so many goes into looking.
const LOOK_SHARE: u32 = 20;
/// What the ledger tells of a reminder whose deliverers never came to an end.
const NEVER_SETTLED: &str = "it was claimed ten times, and no deliverer came to an end with it";

/// Reminders of a person that are delivered at the same time where people have turns.
const EACH: i64 = 8;

/// Leases what is due, and waits for the first one as long as the claim asks. With `busy`, those people have to wait.
pub(crate) async fn claim(app: &App, wants: &ClaimReminders, busy: Option<&Busy>) -> Result<Vec<Leased>, Error> {
    let wait = Duration::from_secs(wants.wait_seconds.into()).min(WAIT_MAX);
    let end = tokio::time::Instant::now() + wait;
    loop {
        let now = app.kit.clock.now();
        // To look costs less than to write, and most looks find nothing.
        let next = reminders::next_due(&mut app.kit.db.read().await?.conn(), &wants.channel).await?;
        let mut claimed = Vec::new();
        if next.is_some_and(|next| next <= now) {
            claimed = claim_now(app, wants, busy, now).await?;
        }
        let pause = until(next, now).clamp(Duration::from_millis(1), LOOK);
        let over = tokio::time::Instant::now() + pause > end;
        if !claimed.is_empty() || over {
            return Ok(claimed);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = over_with(busy) => {}
            () = app.kit.stopping.told() => return Ok(claimed),
        }
    }
}

async fn over_with(busy: Option<&Busy>) {
    match busy {
        Some(busy) => busy.over().await,
        None => std::future::pending().await,
    }
}

async fn claim_now(
    app: &App,
    wants: &ClaimReminders,
    busy: Option<&Busy>,
    now: DateTime<Utc>,
) -> Result<Vec<Leased>, Error> {
    let lease = Uuid::new_v4().to_string();
    let claim = Claim {
        channel: wants.channel.clone(),
        lease: lease.clone(),
        limit: wants.limit.into(),
        until: now + TimeDelta::seconds(wants.lease_seconds.into()),
        gather_before: now - app.gather_after,
        turns: busy.map(|busy| Turns { busy: busy.people(), each: EACH }),
    };
    let claimed = app.kit.db.write(move |conn| Box::pin(async move { reminders::claim(conn, now, &claim).await }));
    let Claimed { reminders, spent } = claimed.await?;
    for Leased { reminder, .. } in reminders.iter().filter(|leased| leased.reminder.attempt == 1) {
        metrics::reminder_claimed(&wants.channel, reminder.late_by_seconds);
    }
    give_up(app, spent, lease).await?;
    Ok(reminders)
}

/// Not in the transaction of the claim, which holds reminders and must not ask for their people.
async fn give_up(app: &App, spent: Vec<Id>, lease: String) -> Result<(), Error> {
    if spent.is_empty() {
        return Ok(());
    }
    let failed = ReminderFailed { lease, reason: NEVER_SETTLED.to_owned(), retry_after: None, blocked: false };
    let failed = spent.into_iter().map(|id| (id, failed.clone()).into()).collect();
    settle(app, "todo-server", SettleReminders { failed, ..SettleReminders::default() }).await?;
    Ok(())
}

fn until(next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    match next {
        // What is due already is being claimed by another.
        Some(next) if next > now => (next - now).to_std().unwrap_or(LOOK),
        _ => LOOK,
    }
}

/// Leases messages that no longer say how their tasks stand, and waits for the first one as long as the claim asks.
pub(crate) async fn claim_shown(app: &App, wants: &ClaimShown) -> Result<Vec<ShownReminder>, Error> {
    let wait = Duration::from_secs(wants.wait_seconds.into()).min(WAIT_MAX);
    let end = tokio::time::Instant::now() + wait;
    loop {
        let (begun, now) = (std::time::Instant::now(), app.kit.clock.now());
        let (limit, until) = (wants.limit.into(), now + TimeDelta::seconds(wants.lease_seconds.into()));
        let behind = shown::any_behind(&mut app.kit.db.read().await?.conn(), now).await?;
        let mut claimed = Vec::new();
        if behind {
            let claim =
                app.kit.db.write(move |conn| Box::pin(async move { shown::claim(conn, now, limit, until).await }));
            claimed = claim.await?;
        }
        let pause = LOOK_AT_MESSAGES.max(begun.elapsed() * LOOK_SHARE);
        if !claimed.is_empty() || tokio::time::Instant::now() + pause > end {
            return Ok(claimed);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = app.kit.stopping.told() => return Ok(claimed),
        }
    }
}

/// Settles leased reminders, all in one transaction.
pub(crate) async fn settle(app: &App, client: &str, settle: SettleReminders) -> Result<Settled, Error> {
    let now = app.kit.clock.now();
    let client = client.to_owned();
    let written = app.kit.db.write(move |conn| {
        Box::pin(async move {
            let sent: Vec<_> = settle.sent.into_iter().map(Into::into).collect();
            let mut settled = reminders::sent(conn, now, &client, &sent).await?;
            let mut failed = settle.failed;
            // In one order, so that two calls don't wait for each other's people.
            failed.sort_unstable_by_key(|item| item.id);
            for (id, failed) in failed.into_iter().map(Into::into) {
                settled.extend(reminders::failed(conn, now, &client, id, &failed).await?);
            }
            Ok(settled)
        })
    });
    let settled = written.await?;
    for row in &settled.rows {
        metrics::reminder_settled(row.channel.as_deref().unwrap_or_default(), row.state.as_str());
    }
    settled.users.iter().for_each(|user| app.kit.feed.changed(*user));
    Ok(settled)
}
