//! `/api/tasks/quick`.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use chrono_tz::Tz;
use server_kit::{
    Error, Kit, auth::Caller, extract::Json, idempotency::IdempotencyKey, journal, reply::Reply, routes, routes::Routes,
};
use todo_sdk::{
    model::{CreateTag, FieldErrors, QuickResult, QuickTask, validate::Validate},
    quick,
};

use super::tasks::location;
use crate::{
    App,
    store::{tags, tasks, users},
};

pub(super) fn router() -> Routes<App> {
    routes!(create)
}

/// Make a task of one line, English or Russian: `Call the bank tomorrow 10:00 @home p1 !30m // ask about the card`.
///
/// Tags that are named and don't exist are made along with it. With `dry_run` nothing is made.
#[utoipa::path(post, path = "/api/tasks/quick", tag = "tasks", request_body = QuickTask,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same key and body get the same answer, for 24 hours.")),
    responses((status = 201, description = "Made.", body = QuickResult),
        (status = 200, description = "What is understood, with `dry_run`.", body = QuickResult)))]
async fn create(
    State(kit): State<Kit>,
    caller: Caller,
    key: IdempotencyKey,
    Json { value, bytes }: Json<QuickTask>,
) -> Result<Response, Error> {
    if value.dry_run {
        let user = users::get(&mut kit.db.read().await?.conn(), caller.user).await?;
        let parsed = quick::parse(&value.text, kit.clock.now(), zone_of(&user.timezone));
        return Ok(Reply::ok(&QuickResult { parsed, task: None })?.into_response());
    }
    let once = key.of("tasks.quick", &bytes);
    let made = kit.change_once(caller.user, once, move |conn, owner, now| {
        Box::pin(async move {
            let parsed = quick::parse(&value.text, now, zone_of(&owner.timezone));
            let mut ids = Vec::with_capacity(parsed.tags.len());
            for name in &parsed.tags {
                CreateTag { name: name.clone() }.validate().map_err(on_text)?;
                ids.push(tags::ensure(conn, &caller, now, name).await?);
            }
            let task = parsed.clone().into_task(ids);
            task.validate().map_err(on_text)?;
            let made = tasks::create(conn, caller.user, &owner, now, task).await?;
            journal::append(conn, &caller, now, made.entries).await?;
            let (version, location) = (made.task.version, location(made.task.id));
            Reply::created(&QuickResult { parsed, task: Some(made.task) }, version, location)
        })
    });
    Ok(made.await?.into_response())
}

/// What is wrong is wrong with the line, which has the fields in it.
fn on_text(errors: FieldErrors) -> Error {
    let first = errors.into_iter().find_map(|(field, errors)| Some((field, errors.into_iter().next()?)));
    match first {
        Some((field, error)) => Error::invalid("text", &error.code, format!("{field} {}", error.message)),
        None => Error::invalid("text", "invalid", "can't be a task"),
    }
}

fn zone_of(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}
