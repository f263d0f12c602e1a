//! Telegram chats, the accounts that they belong to, and the codes that join the two.

use chrono::{DateTime, TimeDelta, Utc};
use server_kit::{Error, db::Conn, journal, on};
use sqlx::FromRow;
use todo_sdk::model::{ExchangeChat, Id, Language, TelegramUser};
use uuid::Uuid;

use super::{
    reminders,
    users::{self, NewUser, language_of},
};

/// How long a code lasts.
pub const LINK_TTL: TimeDelta = TimeDelta::minutes(10);

const COLUMNS: &str = "id, user_id, chat_id, first_name, last_name, username, language";

#[derive(FromRow)]
struct Row {
    id: Id,
    user_id: Id,
    chat_id: i64,
    first_name: Option<String>,
    last_name: Option<String>,
    username: Option<String>,
    language: Option<String>,
}

/// A chat and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// The account.
    pub user: Id,
    /// The chat.
    pub telegram: TelegramUser,
}

impl From<Row> for Chat {
    fn from(row: Row) -> Self {
        let Row { id, user_id, chat_id, first_name, last_name, username, language } = row;
        let language = language.and_then(|code| language_of(&code));
        Self { user: user_id, telegram: TelegramUser { id, chat_id, first_name, last_name, username, language } }
    }
}

/// Which chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Everybody's.
    All,
    /// One person's.
    User(Id),
}

/// Some chats in the order of their ids: of one person or all, with this chat id or any, after that id.
///
/// # Errors
///
/// As the database says.
pub async fn list(
    conn: &mut Conn<'_>,
    of: Of,
    chat_id: Option<i64>,
    after: Id,
    limit: i64,
) -> Result<Vec<Chat>, Error> {
    let user = match of {
        Of::All => None,
        Of::User(user) => Some(user),
    };
    let rows: Vec<Row> = on!(conn, |c| {
        let mut select = sqlx::QueryBuilder::new(format!("SELECT {COLUMNS} FROM telegram_users WHERE id > "));
        select.push_bind(after);
        if let Some(user) = user {
            select.push(" AND user_id = ").push_bind(user);
        }
        if let Some(chat_id) = chat_id {
            select.push(" AND chat_id = ").push_bind(chat_id);
        }
        select.push(" ORDER BY id LIMIT ").push_bind(limit);
        select.build_query_as().fetch_all(&mut *c).await?
    });
    Ok(rows.into_iter().map(Chat::from).collect())
}

/// The chat of that id.
///
/// # Errors
///
/// 404 if there is none, or it is not of those.
pub async fn get(conn: &mut Conn<'_>, of: Of, id: Id) -> Result<Chat, Error> {
    let chats = list(conn, of, None, id - 1, 1).await?;
    chats.into_iter().find(|chat| chat.telegram.id == id).ok_or(Error::NotFound("telegram user"))
}

/// The chat with that id of Telegram's.
///
/// # Errors
///
/// As the database says.
pub async fn find(conn: &mut Conn<'_>, chat_id: i64) -> Result<Option<Chat>, Error> {
    Ok(list(conn, Of::All, Some(chat_id), 0, 1).await?.into_iter().next())
}

/// Sets the language that the bot speaks in a chat.
///
/// # Errors
///
/// As the database says.
pub async fn set_language(conn: &mut Conn<'_>, id: Id, language: Option<Language>) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("UPDATE telegram_users SET language = $2 WHERE id = $1")
        .bind(id)
        .bind(language.map(Language::as_str))
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}

/// The bot can't write to a person's chats any more, or can again. What is to come is handed over.
///
/// # Errors
///
/// As the database says.
pub async fn set_blocked(conn: &mut Conn<'_>, user: Id, since: Option<DateTime<Utc>>) -> Result<(), Error> {
    on!(&mut *conn, |c| sqlx::query("UPDATE telegram_users SET blocked_at = $2 WHERE user_id = $1")
        .bind(user)
        .bind(since)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    reminders::adopt(conn, user).await
}

async fn is_blocked(conn: &mut Conn<'_>, id: Id) -> Result<bool, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar("SELECT blocked_at IS NOT NULL FROM telegram_users WHERE id = $1")
        .bind(id)
        .fetch_one(&mut *c)
        .await?))
}

/// Takes a chat off its account.
///
/// # Errors
///
/// As the database says.
pub async fn delete(conn: &mut Conn<'_>, id: Id) -> Result<(), Error> {
    let user: Option<Id> =
        on!(&mut *conn, |c| sqlx::query_scalar("DELETE FROM telegram_users WHERE id = $1 RETURNING user_id")
            .bind(id)
            .fetch_optional(&mut *c)
            .await?);
    match user {
        Some(user) => reminders::adopt(conn, user).await,
        None => Ok(()),
    }
}

/// The account of a chat; at first sight one is made, without a password.
///
/// # Errors
///
/// As the database says.
pub async fn exchange(conn: &mut Conn<'_>, now: DateTime<Utc>, zone: &str, chat: &ExchangeChat) -> Result<Id, Error> {
    if let Some(known) = find(conn, chat.chat_id).await? {
        rename(conn, known.telegram.id, chat).await?;
        // Whoever writes to the bot does not block it.
        if is_blocked(conn, known.telegram.id).await? {
            journal::lock(conn, known.user).await?;
            set_blocked(conn, known.user, None).await?;
        }
        return Ok(known.user);
    }
    let named = |username: String| NewUser {
        username,
        password_hash: None,
        timezone: zone.to_owned(),
        language: chat.language,
    };
    let name = format!("telegram-{}", chat.chat_id);
    // Somebody may have taken that name; it proves nothing.
    let name = match users::find(conn, &name).await? {
        None => name,
        Some(_) => format!("{name}-{}", Uuid::new_v4().simple()),
    };
    let user = users::create(conn, now, &named(name)).await?.id;
    add(conn, user, chat).await?;
    Ok(user)
}

/// Gives a chat to an account.
///
/// # Errors
///
/// 409 if it has one already.
pub async fn add(conn: &mut Conn<'_>, user: Id, chat: &ExchangeChat) -> Result<(), Error> {
    let made: Option<Id> = on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO telegram_users (user_id, chat_id, first_name, last_name, username, language) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (chat_id) DO NOTHING RETURNING id",
    )
    .bind(user)
    .bind(chat.chat_id)
    .bind(&chat.first_name)
    .bind(&chat.last_name)
    .bind(&chat.username)
    .bind(chat.language.map(Language::as_str))
    .fetch_optional(&mut *c)
    .await?);
    match made {
        Some(_) => reminders::adopt(conn, user).await,
        None => Err(Error::Conflict { code: "chat_taken", detail: "this chat has an account already".to_owned() }),
    }
}

/// Telegram's people change their names.
async fn rename(conn: &mut Conn<'_>, id: Id, chat: &ExchangeChat) -> Result<(), Error> {
    on!(conn, |c| sqlx::query(
        "UPDATE telegram_users SET first_name = coalesce($2, first_name), last_name = coalesce($3, last_name), \
         username = coalesce($4, username) WHERE id = $1",
    )
    .bind(id)
    .bind(&chat.first_name)
    .bind(&chat.last_name)
    .bind(&chat.username)
    .execute(&mut *c)
    .await
    .map(|_| ()))?;
    Ok(())
}

/// Keeps the hash of a code; a person has one at a time.
///
/// # Errors
///
/// As the database says.
pub async fn offer_link(conn: &mut Conn<'_>, now: DateTime<Utc>, user: Id, hash: &str) -> Result<DateTime<Utc>, Error> {
    let expires_at = now + LINK_TTL;
    on!(conn, |c| {
        sqlx::query("DELETE FROM telegram_links WHERE user_id = $1").bind(user).execute(&mut *c).await?;
        sqlx::query("INSERT INTO telegram_links (code_hash, user_id, expires_at) VALUES ($1, $2, $3)")
            .bind(hash)
            .bind(user)
            .bind(expires_at)
            .execute(&mut *c)
            .await?;
    });
    Ok(expires_at)
}

/// Whose code it is, if it is still good; it is used up by that.
///
/// # Errors
///
/// As the database says.
pub async fn take_link(conn: &mut Conn<'_>, now: DateTime<Utc>, hash: &str) -> Result<Option<Id>, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar(
        "DELETE FROM telegram_links WHERE code_hash = $1 AND expires_at > $2 RETURNING user_id"
    )
    .bind(hash)
    .bind(now)
    .fetch_optional(&mut *c)
    .await?))
}

/// Deletes the codes that have expired.
///
/// # Errors
///
/// As the database says.
pub async fn purge(conn: &mut Conn<'_>, now: DateTime<Utc>) -> Result<(), Error> {
    on!(conn, |c| sqlx::query("DELETE FROM telegram_links WHERE expires_at <= $1")
        .bind(now)
        .execute(&mut *c)
        .await
        .map(|_| ()))?;
    Ok(())
}
