//! `getUpdates`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    params::Params,
    refusal::{Answer, Refusal},
    shared::Shared,
};

/// The longest that one call waits, in seconds.
const LONGEST: i64 = 50;
/// Telegram's words for a poll that another one has ended.
pub(crate) const OTHER_POLL: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";

pub(crate) async fn updates(shared: &Shared, params: &Params) -> Answer {
    let timeout = params.integer("timeout").unwrap_or(0).clamp(0, LONGEST);
    let deadline = tokio::time::Instant::now() + Duration::from_secs(timeout.unsigned_abs());
    let mut queued = shared.queued.subscribe();
    let turn = begin(shared, params)?;
    loop {
        queued.borrow_and_update();
        let over = tokio::time::Instant::now() >= deadline;
        if let Some(batch) = look(shared, params, turn, over)? {
            return Ok(batch);
        }
        tokio::select! {
            _ = queued.changed() => {}
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}

/// Takes note of what the bot says, and ends the poll before.
fn begin(shared: &Shared, params: &Params) -> Result<u64, Refusal> {
    let allowed = params.json("allowed_updates")?;
    let turn = {
        let updates = &mut shared.world().updates;
        if updates.webhook.is_some() {
            let text =
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";
            return Err(Refusal::conflict(text));
        }
        updates.confirm(params.integer("offset").unwrap_or(0));
        updates.allow(allowed);
        updates.poll += 1;
        updates.ended_by = OTHER_POLL;
        updates.poll
    };
    shared.queue_changed();
    Ok(turn)
}

fn look(shared: &Shared, params: &Params, turn: u64, over: bool) -> Result<Option<Value>, Refusal> {
    let mut world = shared.world();
    if world.updates.poll != turn {
        return Err(Refusal::conflict(world.updates.ended_by));
    }
    let batch = world.updates.batch(params.integer("limit"));
    if batch.is_empty() && !over {
        return Ok(None);
    }
    let now = Instant::now();
    let bodies = batch.into_iter().map(|(id, body)| {
        world.journal.handed(id, now);
        body
    });
    Ok(Some(json!(bodies.collect::<Vec<_>>())))
}
