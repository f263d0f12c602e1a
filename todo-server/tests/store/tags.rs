//! Tags.

use todo_server::store::tags;

use super::*;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn tags_are_unique_whatever_their_case_and_leave_their_tasks(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    let (home, work) = (tag(&test.db, user, "Дом").await, tag(&test.db, user, "Work").await);
    let make = async |name: &'static str| {
        write(&test.db, move |conn| {
            Box::pin(async move { tags::create(conn, &caller(user), at("09:00:00"), name).await })
        })
        .await
    };
    let rename = async |id, if_match: IfMatch, name: &'static str| {
        write(&test.db, move |conn| {
            Box::pin(async move { tags::rename(conn, &caller(user), at("09:00:00"), id, &if_match, Some(name)).await })
        })
        .await
    };
    assert!(matches!(make("дом").await, Err(Error::Conflict { code: "tag_exists", .. })));
    assert!(matches!(rename(home, IfMatch::any(), "wORK").await, Err(Error::Conflict { .. })));
    assert!(matches!(rename(home, IfMatch::version(Some(9)), "x").await, Err(Error::VersionMoved { current: 1 })));
    assert_eq!(rename(home, IfMatch::any(), "ДОМ").await.unwrap().version, 2);

    let task = add(&test.db, user, CreateTask { tags: vec![home, work], ..titled("a") }).await.unwrap();
    let query = TagQuery { q: Some("дом".to_owned()), limit: Some(1), cursor: None };
    let page = tags::list(&mut test.db.read().await.unwrap().conn(), user, &query).await.unwrap();
    assert_eq!(page.items[0].name, "ДОМ");
    write(&test.db, move |conn| {
        Box::pin(async move { tags::delete(conn, &caller(user), at("11:00:00"), home, &IfMatch::any()).await })
    })
    .await
    .unwrap();
    let left = get(&test.db, user, task.id).await.unwrap();
    assert_eq!((left.tags, left.version, left.date_updated), (vec![work], 2, at("11:00:00")));
    assert!(matches!(
        tags::get(&mut test.db.read().await.unwrap().conn(), user, home).await,
        Err(Error::NotFound("tag"))
    ));
}
