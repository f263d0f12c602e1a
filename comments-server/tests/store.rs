//! Every store method, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use comments_server::store::comments;
use futures_util::future::join_all;
use rstest::rstest;
use server_kit::{
    Error, comments as kept,
    db::{Conn, Db},
    extract::IfMatch,
    on,
    testing::{Engine, TestDb, at, caller},
};
use todo_sdk::model::{Comment, CommentQuery, CreateComment};

async fn insert_user_and_task(conn: &mut Conn<'_>, name: &str) -> Result<(i64, i64), Error> {
    let user: i64 = on!(conn, |c| {
        sqlx::query_scalar(
        "INSERT INTO users (username, username_folded, timezone, date_joined) VALUES ($1, $1, 'Asia/Kathmandu', $2) RETURNING id",
    )
    .bind(name)
    .bind(at("00:00:00"))
    .fetch_one(&mut *c)
    .await?
    });
    let task = on!(conn, |c| {
        sqlx::query_scalar(
        "INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, priority, date_created, \
         date_updated) VALUES ($1, 'a', 'a', '', '', false, 4, $2, $2) RETURNING id",
    )
    .bind(user)
    .bind(at("00:00:00"))
    .fetch_one(&mut *c)
    .await?
    });
    Ok((user, task))
}

async fn user_and_task(db: &Db, name: &'static str) -> (i64, i64) {
    db.write(move |conn| Box::pin(async move { insert_user_and_task(conn, name).await })).await.unwrap()
}

async fn add(db: &Db, user: i64, task_id: i64, content: &str, time: &str) -> Result<Comment, Error> {
    let new = CreateComment { task_id, content: content.to_owned(), posted_date: None };
    let now = at(time);
    db.write(move |conn| Box::pin(async move { comments::create(conn, &caller(user), now, new).await })).await
}

async fn list(db: &Db, user: i64, query: CommentQuery) -> Vec<String> {
    let page = comments::list(&mut db.read().await.unwrap().conn(), user, &query).await.unwrap();
    page.items.into_iter().map(|comment| comment.content).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_comment_s_life(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let (ann, task) = user_and_task(&test.db, "ann").await;
    let (bob, _) = user_and_task(&test.db, "bob").await;
    let made = add(&test.db, ann, task, "\u{1b}[31m Привет", "10:00:00").await.unwrap();
    assert!(matches!(add(&test.db, bob, task, "mine?", "10:00:00").await, Err(Error::NotFound("task"))));

    let get = async |user| comments::get(&mut test.db.read().await.unwrap().conn(), user, made.id).await;
    assert_eq!(get(ann).await.unwrap(), made);
    assert!(matches!(get(bob).await, Err(Error::NotFound("comment"))));

    let edit = async |if_match: IfMatch, content: Option<&'static str>| {
        let work = test.db.write(move |conn| {
            Box::pin(async move {
                comments::update(conn, &caller(ann), at("11:00:00"), made.id, &if_match, content.map(str::to_owned))
                    .await
            })
        });
        work.await
    };
    assert!(matches!(edit(IfMatch::version(Some(4)), Some("x")).await, Err(Error::VersionMoved { current: 1 })));
    assert_eq!(edit(IfMatch::any(), None).await.unwrap().version, 1);
    assert_eq!(edit(IfMatch::any(), Some("new")).await.unwrap().version, 2);
    assert_eq!(kept::of_task(&mut test.db.read().await.unwrap().conn(), ann, task).await.unwrap()[0].content, "new");

    let remove = async |user| {
        let work = test.db.write(move |conn| {
            Box::pin(
                async move { comments::delete(conn, &caller(user), at("11:00:00"), made.id, &IfMatch::any()).await },
            )
        });
        work.await
    };
    assert!(matches!(remove(bob).await, Err(Error::NotFound("comment"))));
    remove(ann).await.unwrap();
    assert!(matches!(get(ann).await, Err(Error::NotFound("comment"))));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn filters_and_pages(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let (ann, task) = user_and_task(&test.db, "ann").await;
    for (content, time) in [("ОДИН", "10:00:00"), ("two", "18:00:00"), ("three", "19:00:00")] {
        add(&test.db, ann, task, content, time).await.unwrap();
    }
    let none = CommentQuery::default;
    assert_eq!(list(&test.db, ann, CommentQuery { q: Some("один".to_owned()), ..none() }).await, ["ОДИН"]);
    assert_eq!(list(&test.db, ann, CommentQuery { task_id: Some(task + 100), ..none() }).await, Vec::<String>::new());
    // The second of March begins at 18:15 UTC in Kathmandu.
    let day = Some("2026-03-02".parse().unwrap());
    assert_eq!(list(&test.db, ann, CommentQuery { posted_after: day, ..none() }).await, ["three"]);
    assert_eq!(
        list(&test.db, ann, CommentQuery { posted_before: day, task_id: Some(task), ..none() }).await,
        ["ОДИН", "two"]
    );
    assert_eq!(list(&test.db, ann, CommentQuery { telegram_chat_id: Some(1), ..none() }).await, Vec::<String>::new());

    let mut query = CommentQuery { limit: Some(2), ..none() };
    let first = comments::list(&mut test.db.read().await.unwrap().conn(), ann, &query).await.unwrap();
    query.cursor = first.next;
    assert_eq!(list(&test.db, ann, query).await, ["three"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deleted_task_can_t_be_commented_on_whatever_is_cached(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let (ann, task) = user_and_task(&test.db, "ann").await;
    add(&test.db, ann, task, "a", "10:00:00").await.unwrap();
    let remove = test.db.write(move |conn| {
        Box::pin(async move {
            on!(conn, |c| sqlx::query("DELETE FROM tasks WHERE id = $1")
                .bind(task)
                .execute(&mut *c)
                .await
                .map(|_| ()))?;
            Ok(())
        })
    });
    remove.await.unwrap();
    assert!(matches!(add(&test.db, ann, task, "b", "10:00:00").await, Err(Error::NotFound("task"))));
    assert_eq!(list(&test.db, ann, CommentQuery::default()).await, Vec::<String>::new());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_callers_at_a_time_get_each_their_own(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let people = [user_and_task(&test.db, "ann").await, user_and_task(&test.db, "bob").await];
    let mut made = Vec::new();
    for nr in 0..40 {
        let (user, task) = people[nr % 2];
        made.push((user, add(&test.db, user, task, &nr.to_string(), "10:00:00").await.unwrap()));
    }
    let together = kept::together(test.db.clone());
    let own = join_all(made.iter().map(|(user, comment)| together.get(*user, comment.id))).await;
    for ((_, comment), own) in made.iter().zip(own) {
        assert_eq!(own.unwrap().as_ref(), Some(comment));
    }
    let others =
        join_all(made.iter().map(|(user, comment)| together.get(people[0].0 + people[1].0 - user, comment.id)));
    assert!(others.await.into_iter().all(|found| found.unwrap().is_none()));
}
