//! What is written in one statement is what is written by the book, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use chrono::{DateTime, TimeDelta, Utc};
use rstest::rstest;
use server_kit::{
    Error,
    db::{Conn, Db},
    extract::IfMatch,
    idempotency::{IdempotencyKey, Request},
    journal::{self, Owner},
    on,
    reply::Reply,
    testing::{Engine, TestDb, at, caller},
};
use todo_sdk::model::{CreateTask, Due, Repeat, RepeatFrom, TaskQuery, UpdateTask};
use todo_server::store::{
    changes, reminders, tags,
    tasks::{
        self,
        at_once::{self, Changed},
    },
    users::{self, NewUser},
};

/// Who writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ByTheBook,
    AtOnce,
}

/// A person with three tags, and the channels that reminders go to.
struct Person {
    test: TestDb,
    id: i64,
    way: Way,
    /// Changes that could be made in one statement.
    at_once: usize,
}

impl Person {
    async fn new(engine: Engine, way: Way, channels: bool) -> Self {
        let test = TestDb::open(engine).await;
        let new = NewUser {
            username: "ann".to_owned(),
            password_hash: None,
            timezone: "Europe/Berlin".to_owned(),
            language: None,
        };
        let id = test.db.write(move |conn| {
            Box::pin(async move {
                let id = users::create(conn, at("08:00:00"), &new).await?.id;
                for name in ["home", "work", "later"] {
                    tags::create(conn, &caller(id), at("08:00:00"), name).await?;
                }
                if channels {
                    add_channels(conn, id).await?;
                }
                Ok(id)
            })
        });
        let id = id.await.unwrap();
        Self { test, id, way, at_once: 0 }
    }

    fn db(&self) -> &Db {
        &self.test.db
    }

    async fn owner(&self) -> Owner {
        let id = self.id;
        self.db().write(move |conn| Box::pin(async move { journal::lock(conn, id).await })).await.unwrap()
    }

    async fn create(&mut self, new: CreateTask, now: DateTime<Utc>) -> Result<i64, Error> {
        let (user, owner) = (self.id, self.owner().await);
        if self.way == Way::AtOnce {
            let made = create_at_once(self.db(), user, owner, now, None, new.clone()).await?;
            if let Some((id, _)) = made {
                self.at_once += 1;
                return Ok(id);
            }
        }
        let made = self.db().write(move |conn| {
            Box::pin(async move {
                let owner = journal::lock(conn, user).await?;
                let made = tasks::create(conn, user, &owner, now, new).await?;
                journal::append(conn, &caller(user), now, made.entries).await?;
                Ok(made.task.id)
            })
        });
        made.await
    }

    async fn change(&mut self, id: i64, changes: UpdateTask, now: DateTime<Utc>) -> Result<(), Error> {
        let (user, owner) = (self.id, self.owner().await);
        if self.way == Way::AtOnce {
            match change_at_once(self.db(), user, owner, now, id, changes.clone()).await? {
                Changed::Now(_) => {
                    self.at_once += 1;
                    return Ok(());
                }
                Changed::ByTheBook => {}
            }
        }
        let changed = self.db().write(move |conn| {
            Box::pin(async move {
                let owner = journal::lock(conn, user).await?;
                let changed = tasks::update(conn, user, &owner, now, id, &IfMatch::any(), changes).await?;
                journal::append(conn, &caller(user), now, changed.entries).await
            })
        });
        changed.await
    }

    /// All that there is of the person's, as text.
    async fn everything(&self) -> String {
        let mut reader = self.db().read().await.unwrap();
        let mut conn = reader.conn();
        let tasks = tasks::list(&mut conn, self.id, &TaskQuery::default()).await.unwrap().items;
        let mut all = format!("{tasks:#?}");
        for task in &tasks {
            all += &format!("{:#?}", reminders::of_task(&mut conn, self.id, task.id).await.unwrap());
        }
        let journal: Vec<_> = changes::behind(&mut conn, self.id, 0, 1000).await.unwrap();
        all + &format!("{journal:#?}")
    }
}

async fn add_channels(conn: &mut Conn<'_>, user: i64) -> Result<(), Error> {
    for (nth, statement) in [
        "INSERT INTO telegram_users (user_id, chat_id) VALUES ($1, 77)",
        "INSERT INTO webhooks (user_id, url, secret, created_at) VALUES ($1, 'https://example.org', 's', $2)",
    ]
    .into_iter()
    .enumerate()
    {
        on!(&mut *conn, |c| {
            let query = sqlx::query(statement).bind(user);
            let query = if nth == 1 { query.bind(at("08:00:00")) } else { query };
            query.execute(&mut *c).await.map(|_| ())
        })?;
    }
    Ok(())
}

async fn create_at_once(
    db: &Db,
    user: i64,
    owner: Owner,
    now: DateTime<Utc>,
    once: Option<Request>,
    new: CreateTask,
) -> Result<Option<(i64, String)>, Error> {
    at_once::create(db.single().await?, user, &owner, now, ("test", once.as_ref()), new).await
}

async fn change_at_once(
    db: &Db,
    user: i64,
    owner: Owner,
    now: DateTime<Utc>,
    id: i64,
    changes: UpdateTask,
) -> Result<Changed, Error> {
    at_once::update(db.single().await?, user, &owner, now, "test", (id, &IfMatch::any()), changes).await
}

fn titled(title: &str) -> CreateTask {
    CreateTask { title: title.to_owned(), ..CreateTask::default() }
}

/// Tasks of every kind.
fn kinds() -> Vec<CreateTask> {
    let (due, later) = (at("12:00:00"), at("18:00:00"));
    let day = Due::Day(due.date_naive());
    vec![
        titled("plain"),
        CreateTask { tags: vec![3, 1, 3], description: "with \"quotes\" and {\"id\":0}".to_owned(), ..titled("tags") },
        CreateTask { due: Some(Due::At(due)), remind_time: Some(later), ..titled("reminds") },
        CreateTask { due: Some(day), remind_before_seconds: Some(3600), tags: vec![2], ..titled("relative") },
        CreateTask { remind_time: Some(at("01:00:00")), ..titled("reminds of what is past") },
        CreateTask { remind_time: Some(at("01:00:00")), date_created: Some(at("00:30:00")), ..titled("elsewhere") },
        CreateTask { completed: true, remind_time: Some(later), completed_at: Some(at("08:30:00")), ..titled("done") },
        CreateTask {
            due: Some(day),
            repeat: Some(Repeat { rrule: "FREQ=DAILY".to_owned(), from: RepeatFrom::Completion }),
            ..titled("repeats")
        },
        CreateTask { remind_time: Some(later), nag_seconds: Some(900), priority: Some(1), ..titled("nags") },
    ]
}

/// Changes of every kind.
fn moves() -> Vec<UpdateTask> {
    let nothing = UpdateTask::default;
    vec![
        UpdateTask { title: Some("Другое".to_owned()), ..nothing() },
        UpdateTask { title: Some("Другое".to_owned()), ..nothing() },
        UpdateTask { priority: Some(Some(2)), description: Some(None), ..nothing() },
        UpdateTask { due: Some(Some(Due::At(at("20:00:00")))), ..nothing() },
        UpdateTask { completed: Some(true), ..nothing() },
        UpdateTask { title: Some("done by now".to_owned()), ..nothing() },
        UpdateTask { completed: Some(false), ..nothing() },
        UpdateTask { tags: Some(Some(vec![2])), ..nothing() },
        UpdateTask { remind_time: Some(Some(at("21:00:00"))), ..nothing() },
        UpdateTask { due: Some(None), ..nothing() },
    ]
}

#[rstest]
#[tokio::test]
async fn both_ways_lead_to_the_same(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(false, true)] channels: bool,
) {
    let mut book = Person::new(engine, Way::ByTheBook, channels).await;
    let mut quick = Person::new(engine, Way::AtOnce, channels).await;
    let mut ids = Vec::new();
    for (new, minute) in kinds().into_iter().zip(0..) {
        let now = at("09:00:00") + TimeDelta::minutes(minute);
        let id = book.create(new.clone(), now).await.unwrap();
        assert_eq!(quick.create(new, now).await.unwrap(), id);
        ids.push(id);
    }
    assert_eq!(quick.at_once, ids.len(), "each of them is one statement");
    assert_eq!(quick.everything().await, book.everything().await);
    for (changes, minute) in moves().into_iter().zip(0..) {
        for id in &ids {
            let now = at("10:00:00") + TimeDelta::minutes(minute);
            book.change(*id, changes.clone(), now).await.unwrap();
            quick.change(*id, changes.clone(), now).await.unwrap();
        }
        assert_eq!(quick.everything().await, book.everything().await, "{changes:?}");
    }
    assert!(quick.at_once > 4 * ids.len(), "most changes are one statement, not {}", quick.at_once);
}

#[rstest]
#[tokio::test]
async fn what_does_not_hold_leaves_nothing(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let person = Person::new(engine, Way::AtOnce, true).await;
    let (db, user, now) = (person.db(), person.id, at("09:00:00"));
    let owner = person.owner().await;
    let before = person.everything().await;
    let moved = Owner { timezone: "Asia/Kathmandu".to_owned(), ..owner.clone() };
    let unlinked = Owner { telegram_user: None, ..owner.clone() };
    let switched_off = Owner { to_webhook: false, ..owner.clone() };
    for (owner, new) in [
        (moved.clone(), titled("in another zone by now")),
        (unlinked, titled("has a chat by now")),
        (switched_off, CreateTask { remind_time: Some(at("18:00:00")), ..titled("has a webhook by now") }),
        (owner.clone(), CreateTask { tags: vec![1, 99], ..titled("an unknown tag") }),
    ] {
        assert_eq!(create_at_once(db, user, owner, now, None, new).await.unwrap(), None);
    }
    let refused = create_at_once(db, user + 7, owner.clone(), now, None, titled("nobody's")).await.unwrap();
    assert_eq!(refused, None);
    assert_eq!(person.everything().await, before);

    let (id, _) = create_at_once(db, user, owner.clone(), now, None, titled("one")).await.unwrap().unwrap();
    let before = person.everything().await;
    let other = UpdateTask { title: Some("other".to_owned()), ..UpdateTask::default() };
    let changed = change_at_once(db, user, moved, now, id, other.clone()).await.unwrap();
    assert!(matches!(changed, Changed::ByTheBook));
    let missing = change_at_once(db, user, owner, now, id + 1, other).await;
    assert!(matches!(missing, Err(Error::NotFound("task"))));
    assert_eq!(person.everything().await, before);
}

#[tokio::test]
async fn a_script_that_breaks_off_leaves_nothing() {
    let person = Person::new(Engine::Sqlite, Way::AtOnce, false).await;
    let (db, user, now) = (person.db(), person.id, at("09:00:00"));
    let owner = person.owner().await;
    // By then the task is written.
    let fault = "CREATE TRIGGER fault BEFORE INSERT ON changes WHEN new.after LIKE '%a fault%' \
                 BEGIN SELECT RAISE(ABORT, 'a fault'); END";
    let armed = db.write(move |conn| {
        Box::pin(async move {
            on!(conn, |c| sqlx::query(fault).execute(&mut *c).await.map(|_| ()))?;
            Ok(())
        })
    });
    armed.await.unwrap();
    let make = |title| create_at_once(db, user, owner.clone(), now, None, titled(title));
    let (broken, beside) = futures_util::join!(make("a fault"), make("beside it"));
    assert!(matches!(broken, Err(Error::Internal(_))), "{broken:?}");
    assert!(beside.unwrap().is_some(), "in the same commit or not");
    let mut reader = db.read().await.unwrap();
    let journal = changes::behind(&mut reader.conn(), user, 0, 1000).await.unwrap();
    let query = TaskQuery::default();
    let listed = tasks::list(&mut reader.conn(), user, &query).await.unwrap().items;
    assert_eq!(listed.len(), 1, "{listed:?}");
    assert_eq!(journal.iter().filter(|row| row.event == "task.created").count(), 1);
    assert!(make("after it").await.unwrap().is_some(), "others go on");
}

/// The key of a call.
async fn key(name: &str) -> Request {
    use axum::extract::FromRequestParts;
    let request = axum::http::Request::builder().header("idempotency-key", name).body(()).unwrap();
    let key = IdempotencyKey::from_request_parts(&mut request.into_parts().0, &()).await.unwrap();
    key.of("tasks.create", b"{}").unwrap()
}

#[rstest]
#[tokio::test]
async fn a_call_is_answered_again_whichever_way_it_was_made(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let person = Person::new(engine, Way::AtOnce, false).await;
    let (db, user, now, once) = (person.db(), person.id, at("09:00:00"), key("one").await);
    let owner = person.owner().await;
    let make = |once| create_at_once(db, user, owner.clone(), now, Some(once), titled("one"));
    let (id, json) = make(once.clone()).await.unwrap().unwrap();
    let before = person.everything().await;
    assert_eq!(make(once.clone()).await.unwrap(), None, "it was made");
    assert_eq!(person.everything().await, before);
    let replayed = once.replay(&mut db.read().await.unwrap().conn(), Some(user), now).await.unwrap();
    let location = format!("{}{id}", tasks::PATH);
    assert_eq!(replayed, Some(Reply::created_json(json, location).replayed()));
    assert!(make(key("two").await).await.unwrap().is_some(), "another key is another call");
}

#[rstest]
#[tokio::test]
async fn changes_at_the_same_time_leave_no_gap(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let person = Person::new(engine, Way::AtOnce, true).await;
    let (db, user, now) = (person.db(), person.id, at("09:00:00"));
    let owner = person.owner().await;
    let (id, _) = create_at_once(db, user, owner.clone(), now, None, titled("one")).await.unwrap().unwrap();
    let racers = (0..40).map(|nth| {
        let owner = owner.clone();
        async move {
            let title = Some(format!("title {nth}"));
            let changes = UpdateTask { title, ..UpdateTask::default() };
            match nth % 2 {
                0 => create_at_once(
                    db,
                    user,
                    owner,
                    now,
                    None,
                    CreateTask { remind_time: Some(at("18:00:00")), ..titled("new") },
                )
                .await
                .map(|made| made.is_some()),
                _ => change_at_once(db, user, owner, now, id, changes)
                    .await
                    .map(|changed| matches!(changed, Changed::Now(_))),
            }
        }
    });
    let won = futures_util::future::join_all(racers).await.into_iter().map(Result::unwrap).filter(|won| *won).count();
    let mut reader = db.read().await.unwrap();
    let journal = changes::behind(&mut reader.conn(), user, 0, 1000).await.unwrap();
    let numbers: Vec<i64> = journal.iter().map(|row| row.seq).collect();
    assert_eq!(numbers, (1..=i64::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
    let task = tasks::get(&mut reader.conn(), user, id).await.unwrap();
    let changed = usize::try_from(task.version - 1).unwrap();
    assert_eq!(won, 20 + changed, "all twenty are made, and each change that won is a version");
}

#[tokio::test]
async fn a_chat_that_comes_meanwhile_gets_the_reminder() {
    let person = Person::new(Engine::Postgres, Way::AtOnce, false).await;
    let (db, user, now) = (person.db(), person.id, at("09:00:00"));
    let owner = person.owner().await;
    let (linked, told) = tokio::sync::oneshot::channel();
    let links = db.write(move |conn| {
        Box::pin(async move {
            journal::lock(conn, user).await?;
            add_channels(conn, user).await?;
            let _ = linked.send(());
            // Commits while the other one waits for the person's row, and has looked at the channels before.
            let waits = "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted \
                         AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))";
            let Conn::Postgres(conn) = conn else { unreachable!("that was asked for") };
            while !sqlx::query_scalar(waits).fetch_one(&mut **conn).await? {}
            Ok(())
        })
    });
    let makes = async {
        told.await.unwrap();
        let new = CreateTask { remind_time: Some(at("18:00:00")), ..titled("reminds") };
        create_at_once(db, user, owner, now, None, new).await
    };
    let (linked, made) = tokio::join!(links, makes);
    linked.unwrap();
    assert_eq!(made.unwrap(), None, "it is made by the book, which sees the chat");
}
