//! `/api/reminders`: delivery by claim, and the ledger.

use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use chrono::{DateTime, TimeDelta, Utc};
use http::request::Parts;
use server_kit::{
    Error, Kit,
    auth::{Caller, bearer},
    extract::{Json, PathId, Query},
    journal, page,
    reply::Reply,
    time,
};
use todo_sdk::model::{
    ClaimReminders, ClaimedReminder, Due, Id, Problem, ReminderFailed, ReminderQuery, ReminderRow, ReminderSent,
    SnoozeReminder,
};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    App,
    store::{
        reminders::{self, Claim},
        tasks,
    },
};

/// The longest that a claim waits, below the time limit of every call.
const WAIT_MAX: Duration = Duration::from_secs(25);
/// How often a claim that waits looks for what was queued meanwhile.
const LOOK: Duration = Duration::from_millis(250);

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(of_task))
        .routes(routes!(claim))
        .routes(routes!(sent))
        .routes(routes!(failed))
        .routes(routes!(snooze))
}

/// An internal service that delivers, by its name.
pub(super) struct Deliverer(String);

impl FromRequestParts<App> for Deliverer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let required =
            || Error::Forbidden { code: "service_required", detail: "only an internal service may do this".to_owned() };
        match app.kit.auth.service(bearer(parts)?, app.kit.clock.now()).await {
            Ok(service) if app.services.has(&service) => Ok(Self(service)),
            Ok(_) => Err(required()),
            Err(Error::Unauthorized { .. }) => {
                Caller::from_request_parts(parts, app).await?;
                Err(required())
            }
            Err(error) => Err(error),
        }
    }
}

impl Deliverer {
    /// The service, about something of this person's.
    fn about(&self, user: Id) -> Caller {
        Caller { user, session: String::new(), client: self.0.clone() }
    }
}

/// What is still to come of one's reminders, the next first.
#[utoipa::path(get, path = "/api/reminders", tag = "reminders", params(ReminderQuery),
    responses((status = 200, description = "The next ones.", body = Vec<ReminderRow>)))]
async fn list(State(kit): State<Kit>, caller: Caller, Query(query): Query<ReminderQuery>) -> Result<Reply, Error> {
    let limit = page::limit(query.limit)?;
    Reply::ok(&reminders::pending(&mut kit.db.read().await?.conn(), caller.user, limit.into()).await?)
}

/// What became of each reminder of a task, the oldest first.
#[utoipa::path(get, path = "/api/tasks/{id}/reminders", tag = "reminders", params(("id" = i64, Path)),
    responses((status = 200, description = "The ledger.", body = Vec<ReminderRow>)))]
async fn of_task(State(kit): State<Kit>, caller: Caller, PathId(id): PathId) -> Result<Reply, Error> {
    let mut reader = kit.db.read().await?;
    tasks::get(&mut reader.conn(), caller.user, id).await?;
    Reply::ok(&reminders::of_task(&mut reader.conn(), caller.user, id).await?)
}

/// Lease reminders that are due, the longest due first; each to one claimant. Internal services only.
///
/// Waits up to `wait_seconds`, at most 25, for the first one. What is not settled before the lease ends is due again. The
/// channel `telegram` gets only those of people who have a chat.
#[utoipa::path(post, path = "/api/reminders/claim", tag = "reminders", request_body = ClaimReminders,
    responses((status = 200, description = "The leased ones; none if the time ran out.", body = Vec<ClaimedReminder>)))]
async fn claim(
    State(kit): State<Kit>,
    _deliverer: Deliverer,
    Json { value, .. }: Json<ClaimReminders>,
) -> Result<Reply, Error> {
    let wait = Duration::from_secs(value.wait_seconds.into()).min(WAIT_MAX);
    let end = tokio::time::Instant::now() + wait;
    loop {
        let now = kit.clock.now();
        let claim = Claim {
            channel: value.channel.clone(),
            lease: Uuid::new_v4().to_string(),
            limit: value.limit.into(),
            until: now + TimeDelta::seconds(value.lease_seconds.into()),
        };
        // To look costs less than to write, and most looks find nothing.
        let next = reminders::next_due(&mut kit.db.read().await?.conn()).await?;
        let mut claimed = Vec::new();
        if next.is_some_and(|next| next <= now) {
            let lease = kit.db.write(move |conn| Box::pin(async move { reminders::claim(conn, now, &claim).await }));
            claimed = lease.await?;
        }
        let pause = until(next, now).clamp(Duration::from_millis(1), LOOK);
        let over = tokio::time::Instant::now() + pause > end;
        if !claimed.is_empty() || over {
            return Reply::ok(&claimed);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = kit.stopping.told() => return Reply::ok(&claimed),
        }
    }
}

fn until(next: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Duration {
    match next {
        // What is due already was not for this channel.
        Some(next) if next > now => (next - now).to_std().unwrap_or(LOOK),
        _ => LOOK,
    }
}

/// A leased reminder was delivered. Internal services only.
#[utoipa::path(post, path = "/api/reminders/{id}/sent", tag = "reminders", request_body = ReminderSent,
    params(("id" = i64, Path)),
    responses((status = 200, description = "Settled.", body = ReminderRow),
        (status = 409, description = "The lease is another's by now.", body = Problem, content_type = "application/problem+json")))]
async fn sent(
    State(kit): State<Kit>,
    deliverer: Deliverer,
    PathId(id): PathId,
    Json { value, .. }: Json<ReminderSent>,
) -> Result<Reply, Error> {
    let caller = deliverer.about(reminders::owner(&mut kit.db.read().await?.conn(), id).await?);
    let settle = kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            let ReminderSent { lease, message_id } = value;
            let (row, entries) = reminders::sent(conn, caller.user, now, id, &lease, message_id.as_deref()).await?;
            journal::append(conn, &caller, now, entries).await?;
            Ok(row)
        })
    });
    Reply::ok(&settle.await?)
}

/// A leased reminder could not be delivered: it is tried again with growing pauses, or after `retry_after` seconds; after ten
/// tries it is given up. Internal services only.
#[utoipa::path(post, path = "/api/reminders/{id}/failed", tag = "reminders", request_body = ReminderFailed,
    params(("id" = i64, Path)),
    responses((status = 200, description = "Noted.", body = ReminderRow),
        (status = 409, description = "The lease is another's by now.", body = Problem, content_type = "application/problem+json")))]
async fn failed(
    State(kit): State<Kit>,
    deliverer: Deliverer,
    PathId(id): PathId,
    Json { value, .. }: Json<ReminderFailed>,
) -> Result<Reply, Error> {
    let caller = deliverer.about(reminders::owner(&mut kit.db.read().await?.conn(), id).await?);
    let settle = kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            let ReminderFailed { lease, reason, retry_after } = value;
            let retry_after = retry_after.map(|seconds| TimeDelta::seconds(seconds.into()));
            let (row, entries) = reminders::failed(conn, caller.user, now, id, &lease, &reason, retry_after).await?;
            journal::append(conn, &caller, now, entries).await?;
            Ok(row)
        })
    });
    Reply::ok(&settle.await?)
}

/// Put one of one's reminders off. Only the reminder moves: the task and its due date stay.
#[utoipa::path(post, path = "/api/reminders/{id}/snooze", tag = "reminders", request_body = SnoozeReminder,
    params(("id" = i64, Path)),
    responses((status = 200, description = "The one that comes instead.", body = ReminderRow),
        (status = 409, description = "Its task is done.", body = Problem, content_type = "application/problem+json")))]
async fn snooze(
    State(kit): State<Kit>,
    caller: Caller,
    PathId(id): PathId,
    Json { value, .. }: Json<SnoozeReminder>,
) -> Result<Reply, Error> {
    time::check_range("until", Due::At(value.until))?;
    if value.until <= kit.clock.now() {
        return Err(Error::invalid("until", "past", "lies in the past"));
    }
    let until = server_kit::clock::micros(value.until);
    let snooze = kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            let (row, entries) = reminders::snooze(conn, caller.user, id, until).await?;
            journal::append(conn, &caller, now, entries).await?;
            Ok(row)
        })
    });
    Reply::ok(&snooze.await?)
}
