//! What a write promises, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{sync::Arc, time::Duration};

use rstest::rstest;
use server_kit::{
    Error,
    db::{Conn, DatabaseUrl, Db},
    idempotency,
    journal::{self, Entry},
    on,
    settings::default_connections,
    testing::{Engine, TestDb, at, caller},
};
use todo_sdk::model::{EventKind, Tag};

async fn add_user(conn: &mut Conn<'_>, name: &str) -> Result<i64, Error> {
    Ok(on!(conn, |c| sqlx::query_scalar(
        "INSERT INTO users (username, username_folded, timezone, date_joined) VALUES ($1, $1, 'UTC', $2) RETURNING id",
    )
    .bind(name)
    .bind(at("00:00:00"))
    .fetch_one(&mut *c)
    .await?))
}

async fn new_user(db: &Db, name: &'static str) -> i64 {
    db.write(move |conn| Box::pin(async move { add_user(conn, name).await })).await.unwrap()
}

async fn count(db: &Db, sql: &'static str) -> i64 {
    let mut reader = db.read().await.unwrap();
    let mut conn = reader.conn();
    on!(&mut conn, |c| sqlx::query_scalar(sql).fetch_one(&mut *c).await.unwrap())
}

fn entry(id: i64) -> Entry {
    Entry::created(EventKind::TagCreated, id, &Tag { id, name: "home".to_owned(), version: 1 }).unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_failed_write_leaves_no_trace_and_disturbs_no_other(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let db = Arc::new(test.db.clone());
    let writes = (0..100).map(|number: i64| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            db.write(move |conn| {
                Box::pin(async move {
                    add_user(conn, &format!("user{number}")).await?;
                    match number % 4 {
                        0 => Err(Error::NotFound("reason to stay")),
                        1 if number % 8 == 1 => panic!("a write that panics"),
                        _ => Ok(()),
                    }
                })
            })
            .await
            .is_ok()
        })
    });
    let writes: Vec<_> = writes.collect();
    let mut kept = 0;
    for write in writes {
        // On PostgreSQL a panic is the caller's own.
        kept += i64::from(write.await.unwrap_or(false));
    }
    assert_eq!(kept, 62);
    assert_eq!(count(&test.db, "SELECT count(*) FROM users").await, kept);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_person_s_changes_are_numbered_without_gaps(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await;
    let writes = (0..40).map(|number| {
        let db = test.db.clone();
        tokio::spawn(async move {
            db.write(move |conn| {
                Box::pin(async move {
                    journal::lock(conn, user).await?;
                    let entries = (0..=number % 3).map(entry).collect();
                    journal::append(conn, &caller(user), at("10:00:00"), entries).await?;
                    if number % 5 == 0 { Err(Error::NotFound("luck")) } else { Ok(()) }
                })
            })
            .await
        })
    });
    let writes: Vec<_> = writes.collect();
    for write in writes {
        let _ = write.await.unwrap();
    }
    let rows = count(&test.db, "SELECT count(*) FROM changes").await;
    assert!(rows > 32);
    assert_eq!(count(&test.db, "SELECT max(seq) FROM changes").await, rows);
    assert_eq!(count(&test.db, "SELECT seq FROM users").await, rows);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn more_changes_than_fit_a_statement(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await;
    let append = test.db.write(move |conn| {
        Box::pin(async move {
            let entries = (0..1234).map(entry).collect();
            journal::append(conn, &caller(user), at("10:00:00"), entries).await
        })
    });
    append.await.unwrap();
    assert_eq!(count(&test.db, "SELECT count(*) FROM changes WHERE action = 1").await, 1234);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_account_that_is_gone_can_t_write(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let gone = |result: Result<(), Error>| assert!(matches!(result, Err(Error::Unauthorized { .. })), "{result:?}");
    gone(test.db.write(|conn| Box::pin(async move { journal::lock(conn, 99).await.map(|_| ()) })).await);
    gone(
        test.db
            .write(|conn| {
                Box::pin(async move { journal::append(conn, &caller(99), at("10:00:00"), vec![entry(1)]).await })
            })
            .await,
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn answers_are_kept_for_a_day(#[case] engine: Engine) {
    use axum::extract::FromRequestParts;
    use server_kit::reply::Reply;

    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await;
    let (mut parts, ()) = http::Request::post("/").header("idempotency-key", "k1").body(()).unwrap().into_parts();
    let key = idempotency::IdempotencyKey::from_request_parts(&mut parts, &()).await.unwrap();
    let once = key.clone().of("call", b"body").unwrap();
    let other = key.of("call", b"other body").unwrap();
    let kept = Reply::created(&"made", 1, "/made/1".to_owned()).unwrap();
    let keep = test.db.write({
        let (once, kept) = (once.clone(), kept.clone());
        move |conn| Box::pin(async move { once.keep(conn, user, at("10:00:00"), &kept).await })
    });
    keep.await.unwrap();

    let mut reader = test.db.read().await.unwrap();
    let mut conn = reader.conn();
    let day = chrono::TimeDelta::days(1);
    for owner in [Some(user), None] {
        let replayed = once.replay(&mut conn, owner, at("11:00:00")).await.unwrap().unwrap();
        assert_ne!(replayed, kept, "a replay says that it is one");
        assert_eq!(format!("{replayed:?}").replace("replayed: true", "replayed: false"), format!("{kept:?}"));
    }
    assert!(matches!(other.replay(&mut conn, Some(user), at("11:00:00")).await, Err(Error::Invalid(_))));
    assert!(once.replay(&mut conn, Some(user), at("10:00:00") + day).await.unwrap().is_none());
    assert!(once.replay(&mut conn, Some(user + 1), at("11:00:00")).await.unwrap().is_none());
    drop(reader);
    let purge = test.db.write(move |conn| Box::pin(idempotency::purge(conn, at("10:00:00") + day)));
    purge.await.unwrap();
    assert_eq!(count(&test.db, "SELECT count(*) FROM idempotency_keys").await, 0);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_of_single_things_are_kept_for_a_day(#[case] engine: Engine) {
    use std::collections::HashMap;

    let test = TestDb::open(engine).await;
    let (ann, bob) = (new_user(&test.db, "ann").await, new_user(&test.db, "bob").await);
    // More than fit a statement.
    let names: Vec<String> = (0..700).map(|number| format!("k{number}")).collect();
    let keys = idempotency::ItemKeys::new("things", &names);
    let keep = async |user, now, made: Vec<(usize, i64)>| {
        let keys = keys.clone();
        let keep = test.db.write(move |conn| Box::pin(async move { keys.keep(conn, user, now, &made).await }));
        keep.await.unwrap();
    };
    let made = async |keys: &idempotency::ItemKeys, user, now| {
        let mut reader = test.db.read().await.unwrap();
        keys.made(&mut reader.conn(), user, now).await.unwrap()
    };
    let all: Vec<(usize, i64)> = (0..700).zip(1_000..).filter(|(place, _)| place % 2 == 0).collect();
    keep(ann, at("10:00:00"), all.clone()).await;
    assert_eq!(made(&keys, ann, at("11:00:00")).await, all.into_iter().collect::<HashMap<_, _>>());
    assert!(made(&keys, bob, at("11:00:00")).await.is_empty(), "each person's are their own");
    assert!(made(&idempotency::ItemKeys::new("others", &names), ann, at("11:00:00")).await.is_empty());
    let next = at("10:00:00") + chrono::TimeDelta::days(1);
    assert!(made(&keys, ann, next).await.is_empty());
    // One that no longer counts is used anew.
    keep(ann, next, vec![(0, 7)]).await;
    assert_eq!(made(&keys, ann, next).await, HashMap::from([(0, 7)]));
    let purge = test.db.write(move |conn| Box::pin(idempotency::purge(conn, next)));
    purge.await.unwrap();
    assert_eq!(count(&test.db, "SELECT count(*) FROM item_keys").await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn six_programs_can_start_at_once_and_a_newer_schema_is_refused(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let opened: Vec<_> = (0..6)
        .map(|_| {
            tokio::spawn({
                let url = test.url.clone();
                async move { Db::open(&url, default_connections(&url)).await }
            })
        })
        .collect();
    for open in opened {
        open.await.unwrap().unwrap().close().await;
    }
    let newer = test.db.write(|conn| {
        Box::pin(async move {
            on!(conn, |c| sqlx::query(
                "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) \
                 SELECT 9999, description, installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1",
            )
            .execute(&mut *c)
            .await
            .map(|_| ()))?;
            Ok(())
        })
    });
    newer.await.unwrap();
    let error = Db::open(&test.url, default_connections(&test.url)).await.unwrap_err().to_string();
    assert!(error.contains("newer version"), "{error}");
}

/// Everyone who writes would have to wait for it one day.
#[tokio::test]
async fn the_log_is_copied_back_when_nobody_writes() {
    const NAME: &str = "whose name stands in one place only";
    let test = TestDb::open(Engine::Sqlite).await;
    let DatabaseUrl::Sqlite(path) = &test.url else { panic!("SQLite is a file") };
    let copied = || std::fs::read(path).unwrap().windows(NAME.len()).any(|bytes| bytes == NAME.as_bytes());
    new_user(&test.db, NAME).await;
    assert!(!copied());
    tokio::time::timeout(Duration::from_secs(30), async {
        while !copied() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();
}
