//! Callers that come at the same time share a statement, and nothing else.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use futures_util::{FutureExt, future::join_all};
use rstest::rstest;
use server_kit::{
    Error,
    db::{Conn, DatabaseUrl, Db},
    journal, on,
    testing::{Engine, TestDb, at, caller},
};
use sqlx::{Connection, Executor, PgConnection};
use todo_sdk::model::{CreateTask, Task};
use todo_server::store::{
    tags,
    tasks::{self, Outcome},
    users::{self, NewUser},
};

/// Two people, and how many tasks each has.
const PEOPLE: [&str; 2] = ["ann", "bob"];
const TASKS: usize = 100;

async fn add_person(conn: &mut Conn<'_>, name: &str) -> Result<Vec<(i64, Task)>, Error> {
    let (username, timezone) = (name.to_owned(), "Asia/Kathmandu".to_owned());
    let new = NewUser { username, password_hash: None, timezone, language: None };
    let user = users::create(conn, at("08:00:00"), &new).await?.id;
    let owner = journal::lock(conn, user).await?;
    let mut made = Vec::new();
    for nr in 0..TASKS {
        let mut tag_ids = Vec::new();
        for tag in 0..nr % 3 {
            tag_ids.push(tags::create(conn, &caller(user), at("08:00:00"), &format!("{nr} {tag}")).await?.id);
        }
        tag_ids.reverse();
        let new = CreateTask { title: format!("{name} {nr}"), tags: tag_ids, ..CreateTask::default() };
        let Outcome { task, .. } = tasks::create(conn, user, &owner, at("08:00:00"), new).await?;
        made.push((user, task));
    }
    Ok(made)
}

async fn people(db: &Db) -> Vec<(i64, Task)> {
    let made = db.write(|conn| {
        Box::pin(async move {
            let mut made = Vec::new();
            for name in PEOPLE {
                made.extend(add_person(conn, name).await?);
            }
            Ok(made)
        })
    });
    made.await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everybody_gets_what_they_asked_for_and_nobody_what_is_not_theirs(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let made = people(&test.db).await;
    let together = tasks::together(test.db.clone());
    // Some twice, some of somebody else's, some that there are not.
    let (ann, bob) = (made[0].0, made[TASKS].0);
    let mut asked: Vec<(i64, i64, Option<&Task>)> =
        made.iter().map(|(user, task)| (*user, task.id, Some(task))).collect();
    asked.extend(made.iter().step_by(3).map(|(user, task)| (*user, task.id, Some(task))));
    asked.extend(made.iter().map(|(user, task)| (if *user == ann { bob } else { ann }, task.id, None)));
    asked.extend([(ann, i64::MAX, None), (ann, -1, None), (0, made[0].1.id, None)]);
    // In no order: 61 is prime to their number.
    asked = (0..asked.len()).map(|nr| asked[nr * 61 % asked.len()]).collect();
    assert_ne!(asked.len() % 61, 0);

    let got = join_all(asked.iter().map(|(user, id, _)| together.get(*user, *id))).await;
    for ((user, id, expected), got) in asked.iter().zip(got) {
        assert_eq!(got.unwrap().as_ref(), *expected, "task {id} for {user}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_written_before_one_asks_is_what_one_gets(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let made = people(&test.db).await;
    let together = tasks::together(test.db.clone());
    let (user, task) = made[0].clone();
    // Others keep both statements busy meanwhile.
    let others = async {
        for _ in 0..20 {
            join_all(made.iter().map(|(user, task)| together.get(*user, task.id))).await;
        }
    };
    let writer = async {
        for version in 2..22 {
            let (id, title) = (task.id, version.to_string());
            let write = test.db.write(move |conn| {
                Box::pin(async move {
                    on!(conn, |c| sqlx::query("UPDATE tasks SET title = $1 WHERE id = $2")
                        .bind(&title)
                        .bind(id)
                        .execute(&mut *c)
                        .await
                        .map(|_| ())?);
                    Ok(())
                })
            });
            write.await.unwrap();
            assert_eq!(together.get(user, task.id).await.unwrap().unwrap().title, version.to_string());
        }
    };
    tokio::join!(others, writer);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn callers_that_go_away_and_a_database_that_does_leave_nobody_waiting(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let made = people(&test.db).await;
    let together = tasks::together(test.db.clone());
    for (user, task) in &made {
        // Asked, and given up in the same breath.
        let _ = together.get(*user, task.id).now_or_never();
    }
    let (user, task) = &made[0];
    assert_eq!(together.get(*user, task.id).await.unwrap().as_ref(), Some(task));

    test.db.close().await;
    let refused = join_all(made.iter().map(|(user, task)| together.get(*user, task.id))).await;
    assert!(refused.iter().all(|got| matches!(got, Err(Error::Unavailable(..)))), "{:?}", refused[0]);
}

/// How many statements wait for the lock on the table of tasks.
async fn blocked(conn: &mut PgConnection) -> i64 {
    let waiting = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                   WHERE NOT l.granted AND a.datname = current_database()";
    sqlx::query_scalar(waiting).fetch_one(conn).await.unwrap()
}

#[tokio::test]
async fn whose_statement_failed_asks_alone() {
    let test = TestDb::open(Engine::Postgres).await;
    let made = people(&test.db).await;
    let together = tasks::together(test.db.clone());
    let DatabaseUrl::Postgres(url) = &test.url else { panic!("it is on a server") };
    let (mut locker, mut killer) =
        (PgConnection::connect(url).await.unwrap(), PgConnection::connect(url).await.unwrap());
    let mut lock = locker.begin().await.unwrap();
    lock.execute("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let asked: Vec<_> = made
        .iter()
        .map(|(user, task)| {
            let (together, user, id) = (together.clone(), *user, task.id);
            tokio::spawn(async move { together.get(user, id).await })
        })
        .collect();
    while blocked(&mut killer).await == 0 {
        tokio::task::yield_now().await;
    }
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid) \
                WHERE NOT granted AND datname = current_database()";
    killer.execute(kill).await.unwrap();
    lock.rollback().await.unwrap();
    for (asked, (_, task)) in asked.into_iter().zip(&made) {
        assert_eq!(asked.await.unwrap().unwrap().as_ref(), Some(task));
    }
}
