//! Every store method, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use chrono::TimeDelta;
use rstest::rstest;
use server_kit::{
    Error,
    db::Db,
    extract::IfMatch,
    journal,
    testing::{Engine, TestDb, at, caller},
};
use todo_sdk::model::{CreateTask, Due, Language, Repeat, RepeatFrom, TagQuery, Task, TaskQuery, UpdateTask, User};
use todo_server::store::{
    self, changes, sessions,
    sessions::Refreshed,
    tags, tasks,
    users::{self, Changes, NewUser},
};

async fn write<T, F>(db: &Db, work: F) -> Result<T, Error>
where
    T: Send + 'static,
    F: for<'c> FnOnce(
            &'c mut server_kit::db::Conn<'_>,
        ) -> std::pin::Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>
        + Send
        + 'static,
{
    db.write(work).await
}

async fn new_user(db: &Db, username: &str) -> User {
    let new = NewUser {
        username: username.to_owned(),
        password_hash: Some("hash".to_owned()),
        timezone: "Europe/Berlin".to_owned(),
        language: Some(Language::Ru),
    };
    write(db, move |conn| Box::pin(async move { users::create(conn, at("08:00:00"), &new).await })).await.unwrap()
}

async fn add(db: &Db, user: i64, new: CreateTask) -> Result<Task, Error> {
    write(db, move |conn| {
        Box::pin(async move {
            let owner = journal::lock(conn, user).await?;
            let made = tasks::create(conn, user, &owner, at("09:00:00"), new).await?;
            journal::append(conn, &caller(user), at("09:00:00"), made.entries).await?;
            Ok(made.task)
        })
    })
    .await
}

async fn change(db: &Db, user: i64, id: i64, if_match: IfMatch, changes: UpdateTask) -> Result<Task, Error> {
    write(db, move |conn| {
        Box::pin(async move {
            let owner = journal::lock(conn, user).await?;
            let changed = tasks::update(conn, user, &owner, at("10:00:00"), id, &if_match, changes).await?;
            journal::append(conn, &caller(user), at("10:00:00"), changed.entries).await?;
            Ok(changed.task)
        })
    })
    .await
}

async fn get(db: &Db, user: i64, id: i64) -> Result<Task, Error> {
    tasks::get(&mut db.read().await?.conn(), user, id).await
}

async fn titles(db: &Db, user: i64, query: TaskQuery) -> Vec<String> {
    let mut titles = Vec::new();
    let mut query = query;
    loop {
        let page = tasks::list(&mut db.read().await.unwrap().conn(), user, &query).await.unwrap();
        titles.extend(page.items.into_iter().map(|task| task.title));
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => return titles,
        }
    }
}

async fn tag(db: &Db, user: i64, name: &'static str) -> i64 {
    let make = write(db, move |conn| {
        Box::pin(async move {
            journal::lock(conn, user).await?;
            tags::create(conn, &caller(user), at("09:00:00"), name).await
        })
    });
    make.await.unwrap().id
}

fn titled(title: &str) -> CreateTask {
    CreateTask { title: title.to_owned(), ..CreateTask::default() }
}

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

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_task_reads_as_it_was_written(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    let (home, work) = (tag(&test.db, user, "home").await, tag(&test.db, user, "work").await);
    let due = at("18:30:00") + TimeDelta::nanoseconds(123_456_789);
    let made = add(
        &test.db,
        user,
        CreateTask {
            title: "\u{1b}[31mred \u{202e}".to_owned(),
            description: "Ж".repeat(10_000),
            completed: true,
            priority: Some(1),
            due: Some(Due::At(due)),
            remind_time: Some(due),
            repeat: Some(Repeat { rrule: "FREQ=WEEKLY;BYDAY=MO".to_owned(), from: RepeatFrom::Completion }),
            tags: vec![work, home, work],
            ..CreateTask::default()
        },
    );
    let made = made.await.unwrap();
    assert_eq!(made.tags, [home, work]);
    assert_eq!(made.completed_at, Some(at("09:00:00")));
    assert_eq!(get(&test.db, user, made.id).await.unwrap(), made);

    let cleared = UpdateTask {
        description: Some(None),
        completed: Some(false),
        priority: Some(None),
        due: Some(Some(Due::Day("2026-03-05".parse().unwrap()))),
        remind_time: Some(None),
        repeat: Some(None),
        tags: Some(Some(vec![work])),
        ..UpdateTask::default()
    };
    let changed = change(&test.db, user, made.id, IfMatch::version(Some(1)), cleared.clone()).await.unwrap();
    assert_eq!(get(&test.db, user, made.id).await.unwrap(), changed);
    assert_eq!((changed.version, changed.priority, changed.completed_at), (2, 4, None));
    let same = change(&test.db, user, made.id, IfMatch::any(), cleared).await.unwrap();
    assert_eq!(same.version, 2, "nothing new, no new version");
    let moved = change(&test.db, user, made.id, IfMatch::version(Some(1)), UpdateTask::default()).await;
    assert!(matches!(moved, Err(Error::VersionMoved { current: 2 })));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_can_t_be_is_refused_by_name(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let (ann, bob) = (new_user(&test.db, "ann").await.id, new_user(&test.db, "bob").await.id);
    let foreign = tag(&test.db, bob, "foreign").await;
    let cases = [
        ("tags", CreateTask { tags: vec![foreign], ..titled("a") }),
        (
            "repeat.rrule",
            CreateTask {
                repeat: Some(Repeat { rrule: "sometimes".to_owned(), from: RepeatFrom::Schedule }),
                ..titled("a")
            },
        ),
        ("due", CreateTask { due: Some("9999-01-01".parse().unwrap()), ..titled("a") }),
        ("remind_time", CreateTask { remind_time: Some("9999-01-01T00:00:00Z".parse().unwrap()), ..titled("a") }),
    ];
    for (field, new) in cases {
        match add(&test.db, ann, new).await {
            Err(Error::Invalid(errors)) => assert!(errors.contains_key(field), "{errors:?}"),
            other => panic!("{field}: {other:?}"),
        }
    }
    let task = add(&test.db, bob, titled("secret")).await.unwrap().id;
    assert!(matches!(get(&test.db, ann, task).await, Err(Error::NotFound("task"))));
    assert!(matches!(
        change(&test.db, ann, task, IfMatch::any(), UpdateTask::default()).await,
        Err(Error::NotFound("task"))
    ));
    assert_eq!(titles(&test.db, ann, TaskQuery::default()).await, Vec::<String>::new());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn filters(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    let (home, work) = (tag(&test.db, user, "home").await, tag(&test.db, user, "work").await);
    let due = |text: &str| Some(text.parse::<Due>().unwrap());
    for new in [
        CreateTask { tags: vec![home], priority: Some(1), ..titled("Позвонить в БАНК") },
        CreateTask { tags: vec![home, work], completed: true, ..titled("100% done") },
        CreateTask { due: due("2026-03-05"), description: "банк".to_owned(), ..titled("all day") },
        // Half past midnight of the sixth in Berlin.
        CreateTask { due: due("2026-03-05T23:30:00Z"), remind_time: Some(at("12:00:00")), ..titled("late") },
    ] {
        add(&test.db, user, new).await.unwrap();
    }
    let found = async |query: TaskQuery| titles(&test.db, user, query).await.join("|");
    let none = TaskQuery::default;
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(found(TaskQuery { completed: Some(true), ..none() }).await, "100% done");
    assert_eq!(
        found(TaskQuery { tags_ids: some(&format!("{home},{work}")), ..none() }).await,
        "Позвонить в БАНК|100% done"
    );
    assert_eq!(found(TaskQuery { tags_ids: some("999999"), ..none() }).await, "");
    assert_eq!(found(TaskQuery { q: some("Банк"), ..none() }).await, "Позвонить в БАНК|all day");
    assert_eq!(found(TaskQuery { q: some("0%"), ..none() }).await, "100% done");
    assert_eq!(found(TaskQuery { q: some("_"), ..none() }).await, "");
    assert_eq!(found(TaskQuery { priority: some("1,2"), ..none() }).await, "Позвонить в БАНК");
    assert_eq!(found(TaskQuery { due_before: due("2026-03-06"), ..none() }).await, "all day");
    assert_eq!(found(TaskQuery { due_after: due("2026-03-06"), ..none() }).await, "late");
    assert_eq!(
        found(TaskQuery { due_after: due("2026-03-05"), due_before: due("2026-03-07"), ..none() }).await,
        "all day|late"
    );
    assert_eq!(found(TaskQuery { remind_before: due("2026-03-02"), ..none() }).await, "late");
    assert_eq!(found(TaskQuery { telegram_chat_id: Some(5), ..none() }).await, "");
    for (field, query) in [
        ("limit", TaskQuery { limit: Some(0), ..none() }),
        ("limit", TaskQuery { limit: Some(1001), ..none() }),
        ("ordering", TaskQuery { ordering: some("shape"), ..none() }),
        ("ordering", TaskQuery { ordering: some("due,-due"), ..none() }),
        ("cursor", TaskQuery { cursor: some("nonsense"), ..none() }),
        ("tags_ids", TaskQuery { tags_ids: some("1,x"), ..none() }),
        ("priority", TaskQuery { priority: some("5"), ..none() }),
        ("q", TaskQuery { q: some("\0"), ..none() }),
    ] {
        match tasks::list(&mut test.db.read().await.unwrap().conn(), user, &query).await {
            Err(Error::Invalid(errors)) => assert!(errors.contains_key(field), "{errors:?}"),
            other => panic!("{query:?}: {other:?}"),
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_order_pages_through_ties_and_blanks_once(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    for number in 0..30_i64 {
        let due = (number % 3 != 0).then(|| Due::At(at("12:00:00") + TimeDelta::hours(number % 4)));
        add(
            &test.db,
            user,
            CreateTask {
                due,
                remind_time: (number % 5 == 0).then(|| at("12:00:00")),
                completed: number % 2 == 0,
                priority: Some(i16::try_from(number % 4).unwrap() + 1),
                ..titled(&format!("{} {number}", ["b", "A", "я", "Ж"][usize::try_from(number % 4).unwrap()]))
            },
        )
        .await
        .unwrap();
    }
    for ordering in [
        "id",
        "-id",
        "title",
        "-title",
        "priority,due",
        "-priority,due",
        "due",
        "-due",
        "remind_time,-title",
        "completed,due,-priority",
        "completed_at",
        "-completed_at",
        "date_created",
        "-date_updated,title",
        "-due,-priority",
    ] {
        let query =
            |limit| TaskQuery { ordering: Some(ordering.to_owned()), limit: Some(limit), ..TaskQuery::default() };
        let whole = titles(&test.db, user, query(1000)).await;
        assert_eq!(whole.len(), 30, "{ordering}");
        for limit in [1, 7] {
            assert_eq!(titles(&test.db, user, query(limit)).await, whole, "{ordering} by {limit}");
        }
    }
    let by_due = |ordering: &str| TaskQuery { ordering: Some(ordering.to_owned()), ..TaskQuery::default() };
    for ordering in ["due", "-due"] {
        let page = tasks::list(&mut test.db.read().await.unwrap().conn(), user, &by_due(ordering)).await.unwrap();
        let dated = page.items.iter().take_while(|task| task.due.is_some()).count();
        assert_eq!(dated, 20, "{ordering}: those without a date come last");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn days_move_with_the_zone(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    add(&test.db, user, CreateTask { due: Some("2026-03-05".parse().unwrap()), ..titled("day") }).await.unwrap();
    let before = |text: &str| TaskQuery { due_before: Some(text.parse().unwrap()), ..TaskQuery::default() };
    assert_eq!(titles(&test.db, user, before("2026-03-05T23:00:00Z")).await, ["day"]);
    let zone = chrono_tz::America::New_York;
    write(&test.db, move |conn| {
        Box::pin(async move {
            let owner = journal::lock(conn, user).await?;
            let owner = journal::Owner { timezone: zone.to_string(), ..owner };
            tasks::move_all_day(conn, user, &owner, at("11:00:00")).await
        })
    })
    .await
    .unwrap();
    assert_eq!(titles(&test.db, user, before("2026-03-06T05:00:00Z")).await, ["day"]);
    assert_eq!(titles(&test.db, user, before("2026-03-06T04:00:00Z")).await, Vec::<String>::new());
}

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

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn deleting_a_task(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let user = new_user(&test.db, "ann").await.id;
    let task = add(&test.db, user, titled("a")).await.unwrap();
    let remove = async |if_match: IfMatch| {
        write(&test.db, move |conn| Box::pin(async move { tasks::delete(conn, user, task.id, &if_match).await })).await
    };
    assert!(matches!(remove(IfMatch::version(Some(2))).await, Err(Error::VersionMoved { current: 1 })));
    assert_eq!(remove(IfMatch::version(Some(1))).await.unwrap().len(), 1);
    assert!(matches!(remove(IfMatch::any()).await, Err(Error::NotFound("task"))));
    let next = add(&test.db, user, titled("b")).await.unwrap();
    assert!(next.id > task.id, "an id is never given twice");
}

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
