//! The counters that hand out ids.

use std::collections::BTreeMap;

use server_kit::{Error, db::Conn};
use sqlx::AssertSqlSafe;

use super::tables;

/// The last id that each table has handed out.
pub(super) async fn read(conn: &mut Conn<'_>) -> Result<BTreeMap<String, i64>, Error> {
    let mut last_ids = BTreeMap::new();
    for table in tables::counted() {
        let last: Option<i64> = match conn {
            Conn::Sqlite(c) => {
                sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = $1")
                    .bind(table)
                    .fetch_optional(&mut **c)
                    .await?
            }
            Conn::Postgres(c) => {
                let select = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_id_seq");
                Some(sqlx::query_scalar(AssertSqlSafe(select)).fetch_one(&mut **c).await?)
            }
        };
        last_ids.insert(table.to_owned(), last.unwrap_or(0));
    }
    Ok(last_ids)
}

/// Goes on counting after those ids; those of other tables are none of ours.
pub(super) async fn write(conn: &mut Conn<'_>, last_ids: &BTreeMap<String, i64>) -> Result<(), Error> {
    for table in tables::counted() {
        let last = last_ids.get(table).copied().unwrap_or(0).max(0);
        match conn {
            Conn::Sqlite(c) => {
                sqlx::query("DELETE FROM sqlite_sequence WHERE name = $1").bind(table).execute(&mut **c).await?;
                sqlx::query(AssertSqlSafe(format!(
                    "INSERT INTO sqlite_sequence (name, seq) SELECT $1, max($2, coalesce(max(id), 0)) FROM {table}"
                )))
                .bind(table)
                .bind(last)
                .execute(&mut **c)
                .await?;
            }
            Conn::Postgres(c) => {
                sqlx::query(AssertSqlSafe(format!(
                    "SELECT setval('{table}_id_seq', greatest(last, 1), last > 0) \
                     FROM (SELECT greatest($1, coalesce(max(id), 0)) AS last FROM {table}) AS ids"
                )))
                .bind(last)
                .execute(&mut **c)
                .await?;
            }
        }
    }
    Ok(())
}
