//! `/api/telegram_users`, and joining a chat with an account.

use axum::{
    extract::{FromRequestParts, State},
    response::Response,
};
use http::{StatusCode, request::Parts};
use server_kit::{
    Error, Kit,
    auth::{Caller, InPerson, bearer, hash_of_named_token},
    extract::{Json, PathId, Query},
    journal,
    page::{self, Page},
    reply::Reply,
    routes,
    routes::Routes,
};
use todo_sdk::{
    model::{ExchangeChat, Id, LinkChat, Problem, TelegramLink, TelegramUser, TelegramUserQuery, UpdateTelegramUser},
    tokens::random_secret,
};

use crate::{
    App,
    store::{
        joining::{self, Joined},
        telegram::{self, Chat, Of},
    },
};

/// The only service that may speak for a chat.
const BOT: &str = "bot";

pub(super) fn router() -> Routes<App> {
    routes!(list, get, patch, delete, offer, link)
}

/// The bot, proven by a token of its service.
#[derive(Debug)]
pub(super) struct Bot;

impl Bot {
    async fn prove(token: &str, app: &App) -> Result<Self, Error> {
        match app.kit.auth.service(token, app.kit.clock.now()).await? {
            service if service == BOT && app.services.has(BOT) => Ok(Self),
            _ => Err(bot_required()),
        }
    }
}

fn bot_required() -> Error {
    Error::Forbidden { code: "service_not_allowed", detail: "only the bot may do this".to_owned() }
}

impl FromRequestParts<App> for Bot {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match Self::prove(bearer(parts)?, app).await {
            // Whoever proves to be a person is somebody, but not the bot.
            Err(Error::Unauthorized { .. }) => {
                Caller::from_request_parts(parts, app).await?;
                Err(bot_required())
            }
            proven => proven,
        }
    }
}

/// Whose chats: the bot sees all, a person their own.
pub(super) struct ChatsOf(Of);

impl FromRequestParts<App> for ChatsOf {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match Bot::prove(bearer(parts)?, app).await {
            Ok(Bot) => Ok(Self(Of::All)),
            Err(Error::Unauthorized { .. }) => {
                Ok(Self(Of::User(InPerson::from_request_parts(parts, app).await?.0.user)))
            }
            Err(error) => Err(error),
        }
    }
}

/// Chats that belong to accounts: all of them for the bot, one's own for a person.
#[utoipa::path(get, path = "/api/telegram_users", tag = "telegram", params(TelegramUserQuery),
    responses((status = 200, description = "A page.", body = Vec<TelegramUser>)))]
async fn list(
    State(kit): State<Kit>,
    ChatsOf(of): ChatsOf,
    Query(query): Query<TelegramUserQuery>,
) -> Result<Response, Error> {
    let limit = page::limit(query.limit)?;
    let after: Id = query.cursor.as_deref().map_or(Ok(0), |cursor| page::decode_cursor("id", cursor))?;
    let mut reader = kit.db.read().await?;
    let chats = telegram::list(&mut reader.conn(), of, query.chat_id, after, i64::from(limit) + 1).await?;
    let items = chats.into_iter().map(|chat| chat.telegram).collect();
    Page::cut(items, limit, |chat: &TelegramUser| page::encode_cursor("id", chat.id))?
        .into_reply("/api/telegram_users", &query)
}

/// A chat.
#[utoipa::path(get, path = "/api/telegram_users/{id}", tag = "telegram", params(("id" = i64, Path)),
    responses((status = 200, description = "The chat.", body = TelegramUser)))]
async fn get(State(kit): State<Kit>, ChatsOf(of): ChatsOf, PathId(id): PathId) -> Result<Reply, Error> {
    Reply::ok(&telegram::get(&mut kit.db.read().await?.conn(), of, id).await?.telegram)
}

/// Change a chat: what is absent stays, `null` clears.
#[utoipa::path(patch, path = "/api/telegram_users/{id}", tag = "telegram", request_body = UpdateTelegramUser,
    params(("id" = i64, Path)), responses((status = 200, description = "The chat as it is now.", body = TelegramUser)))]
async fn patch(
    State(kit): State<Kit>,
    ChatsOf(of): ChatsOf,
    PathId(id): PathId,
    Json { value, .. }: Json<UpdateTelegramUser>,
) -> Result<Reply, Error> {
    let changed = kit.db.write(move |conn| {
        Box::pin(async move {
            let Chat { telegram: chat, .. } = telegram::get(conn, of, id).await?;
            let Some(language) = value.language else { return Ok(chat) };
            telegram::set_language(conn, id, language).await?;
            Ok(TelegramUser { language, ..chat })
        })
    });
    Reply::ok(&changed.await?)
}

/// Take a chat off its account.
#[utoipa::path(delete, path = "/api/telegram_users/{id}", tag = "telegram", params(("id" = i64, Path)),
    responses((status = 204, description = "The chat has no account any more.")))]
async fn delete(State(kit): State<Kit>, ChatsOf(of): ChatsOf, PathId(id): PathId) -> Result<StatusCode, Error> {
    let delete = kit.db.write(move |conn| {
        Box::pin(async move {
            let chat = telegram::get(conn, of, id).await?;
            journal::lock(conn, chat.user).await?;
            telegram::delete(conn, id).await
        })
    });
    delete.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A code that joins a chat with this account: opened in Telegram within ten minutes, it works once.
#[utoipa::path(post, path = "/api/users/me/telegram_link", tag = "telegram",
    responses((status = 201, description = "The code, shown once.", body = TelegramLink)))]
async fn offer(State(app): State<App>, InPerson(caller): InPerson) -> Result<Reply, Error> {
    let code = random_secret().map_err(Error::internal)?;
    let hash = hash_of_named_token(&code);
    let offered = app.kit.change(caller.user, move |conn, _, now| {
        Box::pin(async move { telegram::offer_link(conn, now, caller.user, &hash).await })
    });
    let expires_at = offered.await?;
    let url = app.bot_name.as_ref().map(|name| format!("https://t.me/{name}?start={code}"));
    Reply::made(&TelegramLink { code, url, expires_at })
}

/// Join a chat with the account that its code names: tasks, tags and comments made in the chat become the account's.
/// The bot only.
#[utoipa::path(post, path = "/api/telegram_users/link", tag = "telegram", request_body = LinkChat,
    responses((status = 200, description = "The chat, of the account now.", body = TelegramUser),
        (status = 409, description = "The chat belongs to another account with a password.", body = Problem, content_type = "application/problem+json")))]
async fn link(State(kit): State<Kit>, _bot: Bot, Json { value, .. }: Json<LinkChat>) -> Result<Reply, Error> {
    let now = kit.clock.now();
    let joined = kit.db.write(move |conn| {
        Box::pin(async move {
            let refused = || Error::invalid("code", "unknown_code", "is unknown, used or older than ten minutes");
            let hash = hash_of_named_token(&value.code);
            let user = telegram::take_link(conn, now, &hash).await?.ok_or_else(refused)?;
            let caller = Caller { user, session: String::new(), client: "todo-bot".to_owned() };
            let joined = match telegram::find(conn, value.chat_id).await? {
                Some(chat) if chat.user == user => Joined::default(),
                Some(chat) => joining::join(conn, now, &caller, chat.user).await?,
                None => {
                    journal::lock(conn, user).await?;
                    telegram::add(conn, user, &ExchangeChat::of(value.chat_id)).await?;
                    Joined::default()
                }
            };
            let chat = telegram::find(conn, value.chat_id).await?.ok_or(Error::NotFound("telegram user"))?;
            Ok((chat, joined, user))
        })
    });
    let (chat, Joined { tasks, sessions }, user) = joined.await?;
    kit.feed.changed(user);
    kit.tasks.forget(&tasks).await;
    kit.sessions_ended(&sessions).await;
    Reply::ok(&chat.telegram)
}
