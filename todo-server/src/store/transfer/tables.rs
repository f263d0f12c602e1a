//! What the data set consists of: each table once, for both directions and both engines.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use server_kit::{db::Conn, on};
use sqlx::{FromRow, QueryBuilder, postgres::PgRow, sqlite::SqliteRow};

use super::{
    TransferError, export, import,
    values::{Count, Document, Event, Moment, Number, Priority, ReminderState, RepeatFrom, Scope, Text, Zone},
};

/// A row of a table.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Serialize + Send + Sync + Unpin + 'static
{
    /// Every row, in the order of its key.
    const SELECT: &'static str;

    /// Adds rows, at most [`CHUNK`] at once.
    async fn insert(conn: &mut Conn<'_>, rows: &[Numbered<Self>]) -> Result<(), sqlx::Error>
    where
        Self: Sized;
}

/// Rows of one INSERT: times the columns of the widest table, this stays below either engine's bound of parameters.
pub(super) const CHUNK: usize = 1000;

/// What stood in a line, with the number of that line, from 1.
#[derive(Debug)]
pub(super) struct Numbered<T> {
    pub(super) line: u64,
    pub(super) value: T,
}

/// Tables whose ids are counted.
pub(super) fn counted() -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(|(_, columns)| columns.first() == Some(&"id")).map(|(table, _)| *table)
}

/// For each table: the row's type, the table, its key, its columns, and the columns that hold another one in lower case.
/// Where the first column is `id`, the table counts its ids.
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

                async fn insert(conn: &mut Conn<'_>, rows: &[Numbered<Self>]) -> Result<(), sqlx::Error> {
                    const INSERT: &str = concat!(
                        "INSERT INTO ", $table, " (", stringify!($first), $(", ", stringify!($column),)*
                        $(", ", stringify!($folded),)* ") "
                    );
                    on!(conn, |c| {
                        let mut insert = QueryBuilder::new(INSERT);
                        insert.push_values(rows, |mut values, row| {
                            let Self { $first, $($column),* } = &row.value;
                            values.push_bind($first) $(.push_bind($column))* $(.push_bind($text.folded()))*;
                        });
                        insert.build().execute(&mut *c).await.map(|_| ())
                    })
                }
            }
        )+

        /// Each table with its columns.
        const TABLES: &[(&str, &[&str])] =
            &[$(($table, &[stringify!($first), $(stringify!($column),)* $(stringify!($folded),)*])),+];

        /// One line between the first and the last.
        #[derive(Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum Line {
            $($Row($Row),)+
        }

        /// Writes lines, at most [`CHUNK`] at once; those that others refer to first.
        pub(super) async fn insert(conn: &mut Conn<'_>, lines: Vec<Numbered<Line>>) -> Result<(), TransferError> {
            $(let mut $list = Vec::new();)+
            for Numbered { line, value } in lines {
                match value {
                    $(Line::$Row(value) => $list.push(Numbered { line, value }),)+
                }
            }
            $(import::insert(conn, &$list).await?;)+
            Ok(())
        }

        /// Hands every row over, table by table in this order.
        pub(super) async fn each_row(
            conn: &mut Conn<'_>,
            lines: &mut impl export::Lines,
        ) -> Result<(), TransferError> {
            $(export::table::<$Row>(conn, lines, Line::$Row).await?;)+
            Ok(())
        }
    };
}

// Those that others refer to come first. Sessions, idempotency records and codes for joining chats are left out: an old
// backup must not revive a session that was ended, and the others have expired by then.
tables! {
    User, users = "users" by "id" {
        id: Number, username: Text, password_hash: Option<Text>, timezone: Zone, language: Option<Text>,
        date_joined: Moment, version: Number, seq: Count
    } folded { username_folded: username }

    TelegramUser, telegram_users = "telegram_users" by "id" {
        id: Number, user_id: Number, chat_id: i64, first_name: Option<Text>, last_name: Option<Text>,
        username: Option<Text>, language: Option<Text>, blocked_at: Option<Moment>
    } folded {}

    NamedToken, named_tokens = "named_tokens" by "id" {
        id: Number, user_id: Number, name: Text, scope: Scope, token_hash: Text, created_at: Moment,
        expires_at: Option<Moment>, last_used_at: Option<Moment>
    } folded {}

    Tag, tags = "tags" by "user_id, id" {
        id: Number, user_id: Number, name: Text, version: Number
    } folded { name_folded: name }

    Task, tasks = "tasks" by "user_id, id" {
        id: Number, user_id: Number, title: Text, description: Text, completed: bool, completed_at: Option<Moment>,
        priority: Priority, due_at: Option<Moment>, due_day: Option<NaiveDate>, remind_time: Option<Moment>,
        remind_before: Option<i64>, nag: Option<Count>, repeat_rrule: Option<Text>, repeat_from: Option<RepeatFrom>, date_created: Moment, date_updated: Moment,
        version: Number
    } folded { title_folded: title, description_folded: description }

    Repeat, repeats = "repeats" by "user_id, task_id" {
        user_id: Number, task_id: Number, next_id: Number, undone: bool
    } folded {}

    TaskTag, task_tags = "task_tags" by "user_id, task_id, tag_id" {
        user_id: Number, task_id: Number, tag_id: Number
    } folded {}

    Comment, comments = "comments" by "user_id, id" {
        id: Number, user_id: Number, task_id: Number, content: Text, posted_date: Moment, version: Number
    } folded { content_folded: content }

    Reminder, reminders = "reminders" by "id" {
        id: Number, user_id: Number, task_id: Number, due_at: Moment, state: ReminderState, snoozed: bool,
        next_at: Option<Moment>, channel: Option<Text>, lease: Option<Text>, attempts: Number, sent_at: Option<Moment>,
        message_id: Option<Text>, reason: Option<Text>, nags: Count, gathered_in: Option<Number>
    } folded {}

    ShownReminder, shown_reminders = "shown_reminders" by "reminder_id" {
        reminder_id: Number, user_id: Number, task_id: Number, chat_id: i64, message_id: Text, sent_at: Moment, shown: Text,
        seq: Count, leased_until: Option<Moment>
    } folded {}

    Webhook, webhooks = "webhooks" by "user_id" {
        user_id: Number, url: Text, secret: Text, created_at: Moment, disabled_at: Option<Moment>, reason: Option<Text>
    } folded {}

    Change, changes = "changes" by "user_id, seq" {
        user_id: Number, seq: Number, action: Number, at: Moment, client: Text, event: Event, resource_id: Number,
        before: Option<Document>, after: Option<Document>
    } folded {}
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use server_kit::testing::{Engine, TestDb};

    use super::*;

    /// What a data set does without, on purpose.
    const LEFT_OUT: [&str; 5] = ["_sqlx_migrations", "idempotency_keys", "item_keys", "sessions", "telegram_links"];

    /// What follows from other tables, by triggers.
    const DERIVED: [&str; 3] = ["telegram_user", "to_telegram", "to_webhook"];

    /// Whoever adds a table or a column to the schema decides here whether it is part of the data.
    #[tokio::test]
    async fn nothing_of_the_schema_is_forgotten() {
        let test = TestDb::open(Engine::Sqlite).await;
        let select = "SELECT t.name, c.name FROM pragma_table_list t, pragma_table_info(t.name) c \
                      WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
        let mut reader = test.db.read().await.unwrap();
        let columns: Vec<(String, String)> =
            on!(&mut reader.conn(), |c| sqlx::query_as(select).fetch_all(&mut *c).await).unwrap();
        let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (table, column) in columns.iter().filter(|(_, column)| !DERIVED.contains(&column.as_str())) {
            found.entry(table).or_default().insert(column);
        }
        found.retain(|table, _| !LEFT_OUT.contains(table));
        let known = TABLES.iter().map(|(table, columns)| (*table, columns.iter().copied().collect())).collect();
        assert_eq!(found, known);
    }
}
