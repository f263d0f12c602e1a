//! The whole data set moves between databases without a byte lost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Cursor;

use rstest::rstest;
use server_kit::{
    db::Db,
    on,
    testing::{Engine, TestDb},
};
use todo_server::store::transfer::{self, TransferError};

/// A bit of everything: every kind of row, with and without what may be absent, and ids whose rows are gone.
const LINES: &str = r#"{"begin":{"format":"todo-data","version":1,"last_ids":{"comments":9,"tags":7,"tasks":12,"telegram_users":3,"users":5}}}
{"user":{"id":1,"username":"Ann","password_hash":"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA","timezone":"Europe/Berlin","language":"ru","date_joined":"2026-03-01T10:00:00.123456Z","version":3,"seq":2}}
{"user":{"id":4,"username":"боб","password_hash":null,"timezone":"UTC","language":null,"date_joined":"2026-03-01T10:00:00Z","version":1,"seq":0}}
{"telegram_user":{"id":2,"user_id":4,"chat_id":-100,"first_name":"Боб","last_name":null,"username":"bob","language":"en"}}
{"tag":{"id":3,"user_id":1,"name":"Дом","version":2}}
{"tag":{"id":6,"user_id":4,"name":"Дом","version":1}}
{"task":{"id":1,"user_id":1,"title":"ÄLL \"of\" \\ it\u001b[31m 👍","description":"two\nlines","completed":true,"completed_at":"2026-03-02T00:00:00.000001Z","priority":1,"due_at":"2026-03-05T22:59:59.999999Z","due_day":"2026-03-05","remind_time":"2026-03-05T08:00:00Z","repeat_rrule":"FREQ=DAILY","repeat_from":"completion","date_created":"2026-03-01T10:00:01Z","date_updated":"2026-03-02T00:00:00.000001Z","version":4}}
{"task":{"id":8,"user_id":1,"title":"none","description":"","completed":false,"completed_at":null,"priority":4,"due_at":null,"due_day":null,"remind_time":null,"repeat_rrule":null,"repeat_from":null,"date_created":"0001-01-01T00:00:00Z","date_updated":"9998-12-31T23:59:59.999999Z","version":1}}
{"task_tag":{"user_id":1,"task_id":1,"tag_id":3}}
{"comment":{"id":5,"user_id":1,"task_id":1,"content":"Ça va?","posted_date":"2026-03-01T11:00:00.500Z","version":1}}
{"change":{"user_id":1,"seq":1,"action":1,"at":"2026-03-01T10:00:01Z","client":"todo-cli","event":"task.created","resource_id":1,"before":null,"after":"{\"b\":1,\"a\":[]}"}}
{"change":{"user_id":1,"seq":2,"action":1,"at":"2026-03-01T10:00:01Z","client":"unknown","event":"task.deleted","resource_id":2,"before":"{}","after":null}}
{"end":{"lines":11}}
"#;

async fn import(db: &Db, text: &str) -> Result<u64, TransferError> {
    transfer::import(db, Cursor::new(text.to_owned().into_bytes())).await
}

async fn export(db: &Db) -> String {
    let mut bytes = Vec::new();
    let lines = transfer::export(db, &mut bytes).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), usize::try_from(lines).unwrap());
    text
}

#[rstest]
#[case::sqlite(Engine::Sqlite, Engine::Postgres)]
#[case::postgres(Engine::Postgres, Engine::Sqlite)]
#[tokio::test]
async fn everything_comes_back_as_it_was(#[case] one: Engine, #[case] other: Engine) {
    let (one, other) = (TestDb::open(one).await, TestDb::open(other).await);
    assert_eq!(import(&one.db, LINES).await.unwrap(), 13);
    let exported = export(&one.db).await;
    assert_eq!(exported, LINES);
    import(&other.db, &exported).await.unwrap();
    assert_eq!(export(&other.db).await, exported);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_empty_database_is_a_data_set_too(#[case] engine: Engine) {
    let (one, other) = (TestDb::open(engine).await, TestDb::open(engine).await);
    let exported = export(&one.db).await;
    assert_eq!(exported.lines().count(), 2);
    import(&other.db, &exported).await.unwrap();
    assert_eq!(export(&other.db).await, exported);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ids_go_on_where_they_ended(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    import(&test.db, LINES).await.unwrap();
    let insert = "INSERT INTO tags (user_id, name, name_folded) VALUES (1, 'new', 'new') RETURNING id";
    let made = test.db.write(move |conn| {
        Box::pin(async move { Ok(on!(conn, |c| sqlx::query_scalar(insert).fetch_one(&mut *c).await?)) })
    });
    let id: i64 = made.await.unwrap();
    assert_eq!(id, 8, "7 was used once");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn search_finds_what_was_imported(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    import(&test.db, LINES).await.unwrap();
    let query = todo_sdk::model::TaskQuery { q: Some("äll".to_owned()), ..Default::default() };
    let mut reader = test.db.read().await.unwrap();
    let page = todo_server::store::tasks::list(&mut reader.conn(), 1, &query).await.unwrap();
    assert_eq!(page.items.len(), 1);
}

/// All or nothing: whatever is wrong, the database is as it was.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_whole_is_refused_whole(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let lines: Vec<&str> = LINES.lines().collect();
    let without = |line: usize| {
        let kept = lines.iter().enumerate().filter(|(index, _)| index + 1 != line).map(|(_, line)| *line);
        kept.collect::<Vec<_>>().join("\n") + "\n"
    };
    let cases = [
        (String::new(), "the data ends after 0 lines"),
        ("hello\n".to_owned(), "line 1: expected value"),
        (without(1), "line 1:"),
        (without(13), "the data ends after 12 lines"),
        (LINES[..LINES.len() - 30].to_owned(), "the data ends after 12 lines"),
        (without(12), "line 12: the end speaks of 11 lines, there are 10"),
        (without(2).replace("\"lines\":11", "\"lines\":10"), "the database refuses the data"),
        (LINES.replace("\"task_id\":1,\"tag_id\"", "\"task\":1,\"tag_id\""), "line 9: unknown field `task`"),
        (LINES.replace("\"version\":1,\"last_ids\"", "\"version\":2,\"last_ids\""), "the data is of version 2"),
        (LINES.replace("todo-data", "other-data"), "line 1: expected the first line of an export"),
        (LINES.to_owned() + "{}\n", "line 14: there is something after the end"),
    ];
    for (text, expected) in cases {
        let error = import(&test.db, &text).await.unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error:?} is not {expected:?}");
        assert_eq!(export(&test.db).await.lines().count(), 2, "{expected}: something was kept");
    }
    import(&test.db, LINES).await.unwrap();
    assert!(matches!(import(&test.db, LINES).await, Err(TransferError::NotEmpty)));
}
