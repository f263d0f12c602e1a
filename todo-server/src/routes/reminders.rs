//! `/api/reminders`: delivery by claim, and the ledger.

use axum::extract::{FromRequestParts, State};
use http::{StatusCode, request::Parts};
use server_kit::{
    Error, Kit,
    auth::{Caller, bearer},
    extract::{Json, PathId, Query},
    journal, page,
    reply::Reply,
    routes,
    routes::Routes,
    time,
};
use todo_sdk::model::{
    ClaimReminders, ClaimShown, ClaimedReminder, Due, Problem, ReminderFailed, ReminderQuery, ReminderRow,
    ReminderSent, SettleReminders, SettleShown, SettledReminders, ShownReminder, SnoozeReminder,
};

use crate::{
    App, delivery,
    store::{reminders, tasks},
};

pub(super) fn router() -> Routes<App> {
    routes!(list, of_task, claim, settle, sent, shown, failed, snooze, claim_shown, settle_shown)
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

/// Lease reminders that are due, the longest due first and fair between people; each to one claimant. Internal services
/// only.
///
/// Waits up to `wait_seconds`, at most 25, for the first one. What is not settled before the lease ends is due again. The
/// channels `telegram` and `webhook` get those of people who have a chat or a webhook, any other channel those of people who
/// have neither. What is late by more than a day comes `gathered`: one for a person, settled with all that it tells.
#[utoipa::path(post, path = "/api/reminders/claim", tag = "reminders", request_body = ClaimReminders,
    responses((status = 200, description = "The leased ones; none if the time ran out.", body = Vec<ClaimedReminder>)))]
async fn claim(
    State(app): State<App>,
    _deliverer: Deliverer,
    Json { value, .. }: Json<ClaimReminders>,
) -> Result<Reply, Error> {
    let claimed = delivery::claim(&app, &value, None).await?;
    Reply::ok(&claimed.into_iter().map(|leased| leased.reminder).collect::<Vec<_>>())
}

/// Tell what became of leased reminders, 1,000 at most, in one transaction. Internal services only.
///
/// Those whose lease is another's by now, or that are gone with their task, are answered as `lost` and disturb no other.
#[utoipa::path(post, path = "/api/reminders/settle", tag = "reminders", request_body = SettleReminders,
    responses((status = 200, description = "What is settled.", body = SettledReminders)))]
async fn settle(
    State(app): State<App>,
    Deliverer(service): Deliverer,
    Json { value, .. }: Json<SettleReminders>,
) -> Result<Reply, Error> {
    let settled = delivery::settle(&app, &service, value).await?;
    Reply::ok(&SettledReminders {
        settled: settled.rows.iter().map(|row| row.id).collect(),
        lost: settled.lost.iter().map(|lost| lost.id).collect(),
    })
}

/// A leased reminder was delivered. Internal services only.
#[utoipa::path(post, path = "/api/reminders/{id}/sent", tag = "reminders", request_body = ReminderSent,
    params(("id" = i64, Path)),
    responses((status = 200, description = "Settled.", body = ReminderRow),
        (status = 409, description = "The lease is another's by now.", body = Problem, content_type = "application/problem+json")))]
async fn sent(
    State(app): State<App>,
    Deliverer(service): Deliverer,
    PathId(id): PathId,
    Json { value: sent, .. }: Json<ReminderSent>,
) -> Result<Reply, Error> {
    let settle = SettleReminders { sent: vec![(id, sent).into()], ..SettleReminders::default() };
    Reply::ok(&delivery::settle(&app, &service, settle).await?.one()?)
}

/// A leased reminder could not be delivered: it is tried again with growing pauses, or after `retry_after` seconds; after ten
/// tries it is given up. With `blocked`, the channel is switched off for the person until they come back, and the reminder
/// waits, or goes to another channel of theirs. Internal services only.
#[utoipa::path(post, path = "/api/reminders/{id}/failed", tag = "reminders", request_body = ReminderFailed,
    params(("id" = i64, Path)),
    responses((status = 200, description = "Noted.", body = ReminderRow),
        (status = 409, description = "The lease is another's by now.", body = Problem, content_type = "application/problem+json")))]
async fn failed(
    State(app): State<App>,
    Deliverer(service): Deliverer,
    PathId(id): PathId,
    Json { value: failed, .. }: Json<ReminderFailed>,
) -> Result<Reply, Error> {
    let settle = SettleReminders { failed: vec![(id, failed).into()], ..SettleReminders::default() };
    Reply::ok(&delivery::settle(&app, &service, settle).await?.one()?)
}

/// A program of one's own showed a reminder that is due and that no channel has, as a notification on the desktop: it is
/// told. Any other is answered as it is.
#[utoipa::path(post, path = "/api/reminders/{id}/shown", tag = "reminders", params(("id" = i64, Path)),
    responses((status = 200, description = "The reminder as it is now.", body = ReminderRow),
        (status = 409, description = "It is not due yet.", body = Problem, content_type = "application/problem+json")))]
async fn shown(State(kit): State<Kit>, caller: Caller, PathId(id): PathId) -> Result<Reply, Error> {
    let shown = kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move { reminders::shown(conn, caller.user, now, &caller.client, id).await })
    });
    Reply::ok(&shown.await?)
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
            let (row, entries) = reminders::snooze::snooze(conn, caller.user, id, until).await?;
            journal::append(conn, &caller, now, entries).await?;
            Ok(row)
        })
    });
    Reply::ok(&snooze.await?)
}

/// Lease messages in Telegram that no longer say how their tasks stand, to change them. Internal services only.
///
/// Waits up to `wait_seconds`, at most 25, for the first one. Each message that was sent with its `message_id` is kept for a
/// week; one that is not settled comes again when the lease ends.
#[utoipa::path(post, path = "/api/reminders/shown/claim", tag = "reminders", request_body = ClaimShown,
    responses((status = 200, description = "The leased ones; none if the time ran out.", body = Vec<ShownReminder>)))]
async fn claim_shown(
    State(app): State<App>,
    _deliverer: Deliverer,
    Json { value, .. }: Json<ClaimShown>,
) -> Result<Reply, Error> {
    Reply::ok(&delivery::claim_shown(&app, &value).await?)
}

/// Tell which messages were changed, and which can't be any more. Internal services only.
#[utoipa::path(post, path = "/api/reminders/shown/settle", tag = "reminders", request_body = SettleShown,
    responses((status = 204, description = "Noted.")))]
async fn settle_shown(
    State(app): State<App>,
    _deliverer: Deliverer,
    Json { value, .. }: Json<SettleShown>,
) -> Result<StatusCode, Error> {
    let settled = app.kit.db.write(move |conn| Box::pin(async move { reminders::shown::settle(conn, &value).await }));
    settled.await?;
    Ok(StatusCode::NO_CONTENT)
}
