//! `/api/sessions`: where one is signed in.

use axum::extract::{Path, State};
use http::StatusCode;
use server_kit::{Error, Kit, auth::InPerson, reply::Reply, routes, routes::Routes};
use todo_sdk::model::Session;

use crate::{App, store::sessions};

pub(super) fn router() -> Routes<App> {
    routes!(list, delete_all, delete)
}

/// Where one is signed in, the last used first.
#[utoipa::path(get, path = "/api/sessions", tag = "tokens",
    responses((status = 200, description = "All of them.", body = Vec<Session>)))]
async fn list(State(kit): State<Kit>, InPerson(caller): InPerson) -> Result<Reply, Error> {
    let now = kit.clock.now();
    let sessions = sessions::list(&mut kit.db.read().await?.conn(), now, caller.user).await?;
    let marked = |session: Session| Session { current: session.id == caller.session, ..session };
    Reply::ok(&sessions.into_iter().map(marked).collect::<Vec<_>>())
}

/// Sign out everywhere, here too.
#[utoipa::path(delete, path = "/api/sessions", tag = "tokens",
    responses((status = 204, description = "Every session is over.")))]
async fn delete_all(State(kit): State<Kit>, InPerson(caller): InPerson) -> Result<StatusCode, Error> {
    let end =
        kit.change(caller.user, move |conn, _, _| Box::pin(async move { sessions::end_all(conn, caller.user).await }));
    kit.sessions_ended(&end.await?).await;
    Ok(StatusCode::NO_CONTENT)
}

/// End a session.
#[utoipa::path(delete, path = "/api/sessions/{id}", tag = "tokens", params(("id" = String, Path)),
    responses((status = 204, description = "It is over.")))]
async fn delete(
    State(kit): State<Kit>,
    InPerson(caller): InPerson,
    Path(id): Path<String>,
) -> Result<StatusCode, Error> {
    let session = id.clone();
    let end =
        kit.change(caller.user, move |conn, _, _| Box::pin(async move { sessions::end(conn, caller.user, &id).await }));
    if !end.await? {
        return Err(Error::NotFound("session"));
    }
    kit.sessions_ended(&[session]).await;
    Ok(StatusCode::NO_CONTENT)
}
