//! The journal.

use todo_server::store::{changes, tags};

use super::*;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_journal_is_trimmed_by_age(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    for time in ["10:00:00", "11:00:00", "12:00:00"] {
        let make = write(&test.db, move |conn| {
            Box::pin(async move { tags::create(conn, &caller(user), at(time), time).await })
        });
        make.await.unwrap();
    }
    let trim = async |oldest: &'static str| {
        write(&test.db, move |conn| Box::pin(changes::trim(conn, at(oldest)))).await.unwrap();
    };
    let reaches = async |since: i64| {
        let mut reader = test.db.read().await.unwrap();
        changes::reach(&mut reader.conn(), user).await.unwrap().check(since).is_ok()
    };
    trim("11:00:00").await;
    assert!(reaches(1).await && reaches(0).await && reaches(3).await);
    let mut reader = test.db.read().await.unwrap();
    let kept = changes::behind(&mut reader.conn(), user, 0, 10).await.unwrap();
    assert_eq!(kept.iter().map(|row| row.seq).collect::<Vec<_>>(), [2, 3]);
    drop(reader);
    trim("13:00:00").await;
    assert!(!reaches(1).await && !reaches(2).await && reaches(3).await && !reaches(4).await);
}
