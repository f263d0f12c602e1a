//! The services that the tests themselves stand on.

use e2e::services::{Postgres, Redis};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

#[tokio::test]
async fn postgres_keeps_its_data_over_a_restart_and_answers_nothing_while_frozen() {
    let mut postgres = Postgres::start().unwrap();
    let url = postgres.create_database("a").unwrap();
    let mut conn = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE numbers AS SELECT 7 AS number").execute(&mut conn).await.unwrap();

    postgres.restart().unwrap();
    assert!(conn.ping().await.is_err(), "the restart cuts clients off");
    let mut conn = PgConnection::connect(&url).await.unwrap();
    let number: i32 = sqlx::query_scalar("SELECT number FROM numbers").fetch_one(&mut conn).await.unwrap();
    assert_eq!(number, 7);

    postgres.pause().unwrap();
    let mut ping = std::pin::pin!(conn.ping());
    assert!(tokio::time::timeout(Duration::from_millis(200), &mut ping).await.is_err());
    postgres.resume().unwrap();
    ping.await.unwrap();
}

#[test]
fn redis_starts_again_on_its_port() {
    let mut redis = Redis::start().unwrap();
    let url = redis.url();
    redis.restart().unwrap();
    assert_eq!(redis.url(), url);
}
