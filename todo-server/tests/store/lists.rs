//! Lists of tasks: filters, orders, pages.

use todo_server::store::tasks;

use super::*;

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
