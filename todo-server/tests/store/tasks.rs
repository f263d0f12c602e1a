//! Tasks, one by one.

use todo_server::store::tasks;

use super::*;

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
