//! What the data set consists of: each table once, for both directions and both engines.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use server_kit::{Error, db::Conn, on};
use sqlx::{FromRow, QueryBuilder, postgres::PgRow, sqlite::SqliteRow};
use todo_sdk::model::Id;

/// A row of a table.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Serialize + Send + Unpin + 'static
{
    /// Every row, in the order of its key.
    const SELECT: &'static str;

    /// Adds rows, at most [`CHUNK`] at once.
    async fn insert(conn: &mut Conn<'_>, rows: Vec<Self>) -> Result<(), Error>;
}

/// Rows of one INSERT: times the columns of the widest table, this stays below either engine's bound of parameters.
pub(super) const CHUNK: usize = 1000;

/// For each table: the row's type, the table, its key, its columns, and the columns that hold another one in lower case.
macro_rules! tables {
    ($($Row:ident, $list:ident = $table:literal by $key:literal {
        $first:ident: $first_type:ty $(, $column:ident: $type:ty)*
    } folded { $($folded:ident: $text:ident),* })+) => {
        $(
            #[derive(Debug, Serialize, Deserialize, FromRow)]
            #[serde(deny_unknown_fields)]
            pub(super) struct $Row {
                $first: $first_type,
                $($column: $type,)*
            }

            impl Row for $Row {
                const SELECT: &'static str = concat!(
                    "SELECT ", stringify!($first), $(", ", stringify!($column),)* " FROM ", $table, " ORDER BY ", $key
                );

                async fn insert(conn: &mut Conn<'_>, rows: Vec<Self>) -> Result<(), Error> {
                    const INSERT: &str = concat!(
                        "INSERT INTO ", $table, " (", stringify!($first), $(", ", stringify!($column),)*
                        $(", ", stringify!($folded),)* ") "
                    );
                    on!(conn, |c| {
                        let mut insert = QueryBuilder::new(INSERT);
                        insert.push_values(rows, |mut values, row| {
                            let Self { $first, $($column),* } = row;
                            $(let $folded = $text.to_lowercase();)*
                            values.push_bind($first) $(.push_bind($column))* $(.push_bind($folded))*;
                        });
                        insert.build().execute(&mut *c).await.map(|_| ())?;
                    });
                    Ok(())
                }
            }
        )+

        /// One line between the first and the last.
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Line {
            $($Row($Row),)+
        }

        /// Lines of one kind that are waiting to be written.
        #[derive(Debug, Default)]
        pub(super) struct Waiting {
            $($list: Vec<$Row>,)+
        }

        impl Waiting {
            /// Adds a line; answers whether that kind is enough for one INSERT now.
            pub(super) fn push(&mut self, line: Line) -> bool {
                match line {
                    $(Line::$Row(row) => {
                        self.$list.push(row);
                        self.$list.len() >= CHUNK
                    })+
                }
            }

            /// Writes all of it, tables that others refer to first.
            pub(super) async fn flush(&mut self, conn: &mut Conn<'_>) -> Result<(), Error> {
                $(
                    let rows = std::mem::take(&mut self.$list);
                    if !rows.is_empty() {
                        $Row::insert(conn, rows).await?;
                    }
                )+
                Ok(())
            }
        }

        /// Hands every row over, table by table in this order.
        pub(super) async fn each_row(
            conn: &mut Conn<'_>,
            lines: &mut impl super::export::Lines,
        ) -> Result<(), super::TransferError> {
            $(super::export::table::<$Row>(conn, lines, Line::$Row).await?;)+
            Ok(())
        }
    };
}

// Those that others refer to come first. Sessions and idempotency records are left out: an old backup must not revive a
// session that was ended.
tables! {
    User, users = "users" by "id" {
        id: Id, username: String, password_hash: Option<String>, timezone: String, language: Option<String>,
        date_joined: DateTime<Utc>, version: i64, seq: i64
    } folded { username_folded: username }

    TelegramUser, telegram_users = "telegram_users" by "id" {
        id: Id, user_id: Id, chat_id: i64, first_name: Option<String>, last_name: Option<String>,
        username: Option<String>, language: Option<String>
    } folded {}

    Tag, tags = "tags" by "user_id, id" {
        id: Id, user_id: Id, name: String, version: i64
    } folded { name_folded: name }

    Task, tasks = "tasks" by "user_id, id" {
        id: Id, user_id: Id, title: String, description: String, completed: bool, completed_at: Option<DateTime<Utc>>,
        priority: i16, due_at: Option<DateTime<Utc>>, due_day: Option<NaiveDate>, remind_time: Option<DateTime<Utc>>,
        repeat_rrule: Option<String>, repeat_from: Option<String>, date_created: DateTime<Utc>,
        date_updated: DateTime<Utc>, version: i64
    } folded { title_folded: title, description_folded: description }

    TaskTag, task_tags = "task_tags" by "user_id, task_id, tag_id" {
        user_id: Id, task_id: Id, tag_id: Id
    } folded {}

    Comment, comments = "comments" by "user_id, id" {
        id: Id, user_id: Id, task_id: Id, content: String, posted_date: DateTime<Utc>, version: i64
    } folded { content_folded: content }

    Change, changes = "changes" by "user_id, seq" {
        user_id: Id, seq: i64, action: i64, at: DateTime<Utc>, client: String, event: String, resource_id: Id,
        before: Option<String>, after: Option<String>
    } folded {}
}
