//! `/api/users/me/webhook`.

use axum::extract::State;
use http::StatusCode;
use server_kit::{Error, Kit, auth::InPerson, extract::Json, reply::Reply, routes, routes::Routes};
use todo_sdk::model::{NewWebhook, SetWebhook, Webhook, WebhookTest};

use crate::{App, store::webhooks, webhook};

pub(super) fn router() -> Routes<App> {
    routes!(get, put, delete, test)
}

/// Where one's reminders are posted.
#[utoipa::path(get, path = "/api/users/me/webhook", tag = "reminders",
    responses((status = 200, description = "The webhook.", body = Webhook)))]
async fn get(State(kit): State<Kit>, InPerson(caller): InPerson) -> Result<Reply, Error> {
    Reply::ok(&webhooks::get(&mut kit.db.read().await?.conn(), caller.user).await?.webhook)
}

/// Have one's reminders posted to an address, signed after [Standard Webhooks](https://www.standardwebhooks.com).
///
/// The address is `https` and one that the internet reaches. A new secret is made each time. Any answer of 2xx takes a
/// reminder, 410 switches the webhook off, 429 and 503 may say `Retry-After`; anything else is tried again later.
#[utoipa::path(put, path = "/api/users/me/webhook", tag = "reminders", request_body = SetWebhook,
    responses((status = 200, description = "Set. The secret is shown once.", body = NewWebhook)))]
async fn put(
    State(app): State<App>,
    InPerson(caller): InPerson,
    Json { value, .. }: Json<SetWebhook>,
) -> Result<Reply, Error> {
    let url = app.webhooks.check(&value.url).map_err(|why| Error::invalid("url", why.code(), why.to_string()))?;
    let secret = webhook::new_secret()?;
    let set = app.kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move {
            webhooks::set(conn, caller.user, now, url.as_str(), &secret).await?;
            let webhooks::Signed { webhook, secret } = webhooks::get(conn, caller.user).await?;
            Ok(NewWebhook { webhook, secret })
        })
    });
    Reply::ok(&set.await?)
}

/// Have one's reminders posted no more.
#[utoipa::path(delete, path = "/api/users/me/webhook", tag = "reminders",
    responses((status = 204, description = "There is none any more.")))]
async fn delete(State(kit): State<Kit>, InPerson(caller): InPerson) -> Result<StatusCode, Error> {
    kit.change(caller.user, move |conn, _, _| Box::pin(webhooks::delete(conn, caller.user))).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Post something to the address, to see whether it takes it.
#[utoipa::path(post, path = "/api/users/me/webhook/test", tag = "reminders",
    responses((status = 200, description = "What came of it.", body = WebhookTest)))]
async fn test(State(app): State<App>, InPerson(caller): InPerson) -> Result<Reply, Error> {
    let hook = webhooks::get(&mut app.kit.db.read().await?.conn(), caller.user).await?;
    let message = webhook::Message::test(app.kit.clock.now());
    let reason = app.webhooks.post(&hook, &message).await.err().map(|failure| failure.reason);
    Reply::ok(&WebhookTest { delivered: reason.is_none(), reason })
}
