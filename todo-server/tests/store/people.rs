//! Accounts and sessions.

use todo_server::store::{
    sessions::{self, Refreshed},
    users::Changes,
};

use super::*;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn people(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let ann = new_user(&test.db, "Анна").await;
    let again =
        NewUser { username: "АННА".to_owned(), password_hash: None, timezone: "UTC".to_owned(), language: None };
    let taken = write(&test.db, move |conn| Box::pin(async move { users::create(conn, at("08:00:00"), &again).await }));
    assert!(matches!(taken.await, Err(Error::Conflict { code: "username_taken", .. })));

    let mut reader = test.db.read().await.unwrap();
    let mut conn = reader.conn();
    assert_eq!(users::get(&mut conn, ann.id).await.unwrap(), ann);
    assert_eq!(users::find(&mut conn, "анна").await.unwrap(), Some((ann.id, Some("hash".to_owned()))));
    assert_eq!(users::find(&mut conn, "nobody").await.unwrap(), None);
    assert_eq!(users::timezone(&mut conn, ann.id).await.unwrap(), "Europe/Berlin");
    assert_eq!(users::password_hash(&mut conn, ann.id).await.unwrap().as_deref(), Some("hash"));
    drop(reader);

    let changes = Changes {
        timezone: Some("Asia/Kathmandu".to_owned()),
        language: Some(None),
        password_hash: Some("other".to_owned()),
    };
    let stale = IfMatch::version(Some(7));
    let refused = write(&test.db, {
        let changes = changes.clone();
        move |conn| Box::pin(async move { users::update(conn, ann.id, &stale, changes).await })
    });
    assert!(matches!(refused.await, Err(Error::VersionMoved { current: 1 })));
    let updated = write(&test.db, move |conn| {
        Box::pin(async move { users::update(conn, ann.id, &IfMatch::any(), changes).await })
    });
    let updated = updated.await.unwrap();
    assert_eq!((updated.timezone.as_str(), updated.language, updated.version), ("Asia/Kathmandu", None, 2));

    let id = ann.id;
    write(&test.db, move |conn| Box::pin(async move { users::delete(conn, id, &IfMatch::any()).await })).await.unwrap();
    let gone = users::get(&mut test.db.read().await.unwrap().conn(), id).await;
    assert!(matches!(gone, Err(Error::NotFound("user"))));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn refresh_tokens_rotate_and_reuse_ends_the_session(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    let begin = write(&test.db, move |conn| {
        Box::pin(async move { sessions::create(conn, at("10:00:00"), user, "test").await })
    });
    let first = begin.await.unwrap();
    let refresh = async |time: &str, jti: &str| {
        let (now, session, jti) = (at(time), first.session.clone(), jti.to_owned());
        write(&test.db, move |conn| Box::pin(async move { sessions::refresh(conn, now, user, &session, &jti).await }))
            .await
            .unwrap()
    };
    let rotated = |refreshed| match refreshed {
        Refreshed::Rotated(live) => live,
        other => panic!("{other:?}"),
    };

    let second = rotated(refresh("10:01:00", &first.jti).await);
    // The answer was lost: the same one again, and later a fresh one in its place.
    assert_eq!(rotated(refresh("10:01:30", &first.jti).await), second);
    let replacement = rotated(refresh("10:05:00", &first.jti).await);
    assert_ne!(replacement.jti, second.jti);
    let third = rotated(refresh("10:06:00", &replacement.jti).await);

    let listed = async || {
        let mut reader = test.db.read().await.unwrap();
        let mut conn = reader.conn();
        sessions::any(&mut conn, at("10:06:00"), user, "test").await.unwrap()
    };
    assert_eq!(listed().await, Some(first.session.clone()));
    // Two generations old: somebody has a copy.
    assert_eq!(refresh("10:07:00", &first.jti).await, Refreshed::Reused);
    assert_eq!(refresh("10:07:00", &third.jti).await, Refreshed::Ended);
    assert_eq!(listed().await, None);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn sessions_end_and_expire(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    let begin = async || {
        write(&test.db, move |conn| Box::pin(async move { sessions::create(conn, at("10:00:00"), user, "test").await }))
            .await
            .unwrap()
            .session
    };
    let (one, two, three) = (begin().await, begin().await, begin().await);
    let ended = one.clone();
    write(&test.db, move |conn| Box::pin(async move { sessions::end(conn, user, &ended).await })).await.unwrap();
    let mut all = write(&test.db, move |conn| Box::pin(sessions::end_all(conn, user))).await.unwrap();
    all.sort();
    let mut expected = vec![two, three];
    expected.sort();
    assert_eq!(all, expected);

    let last = begin().await;
    let exists = async || {
        let mut reader = test.db.read().await.unwrap();
        let some = sessions::any(&mut reader.conn(), at("10:00:00"), user, "test").await.unwrap();
        some == Some(last.clone())
    };
    let day = TimeDelta::days(1);
    write(&test.db, move |conn| Box::pin(store::purge(conn, at("09:59:59") + day, at("00:00:00")))).await.unwrap();
    assert!(exists().await);
    write(&test.db, move |conn| Box::pin(store::purge(conn, at("10:00:00") + day, at("00:00:00")))).await.unwrap();
    assert!(!exists().await);
}
