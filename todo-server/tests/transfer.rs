//! The whole data set moves between databases without a byte lost.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Cursor, Write};

use rstest::rstest;
use server_kit::{
    db::Db,
    journal, on,
    testing::{Engine, TestDb},
};
use sqlx::Executor;
use todo_server::store::transfer::{self, TransferError};

/// A bit of everything: every kind of row, with and without what may be absent, and ids whose rows are gone.
const LINES: &str = r#"{"begin":{"format":"todo-data","version":1,"last_ids":{"comments":9,"named_tokens":8,"reminders":11,"tags":7,"tasks":12,"telegram_users":3,"users":5}}}
{"user":{"id":1,"username":"Ann","password_hash":"$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA","timezone":"Europe/Berlin","language":"ru","date_joined":"2026-03-01T10:00:00.123456Z","version":3,"seq":2}}
{"user":{"id":4,"username":"боб","password_hash":null,"timezone":"UTC","language":null,"date_joined":"2026-03-01T10:00:00Z","version":1,"seq":0}}
{"telegram_user":{"id":2,"user_id":4,"chat_id":-100,"first_name":"Боб","last_name":null,"username":"bob","language":"en","blocked_at":"2026-03-01T10:00:04Z"}}
{"named_token":{"id":2,"user_id":1,"name":"backup script","scope":"read","token_hash":"c2VjcmV0","created_at":"2026-03-01T10:00:02Z","expires_at":null,"last_used_at":"2026-03-01T10:00:03Z"}}
{"named_token":{"id":5,"user_id":1,"name":"скрипт","scope":"write","token_hash":"YW5vdGhlcg","created_at":"2026-03-01T10:00:02Z","expires_at":"2027-03-01T00:00:00Z","last_used_at":null}}
{"tag":{"id":3,"user_id":1,"name":"Дом","version":2}}
{"tag":{"id":6,"user_id":4,"name":"Дом","version":1}}
{"task":{"id":1,"user_id":1,"title":"ÄLL \"of\" \\ it\u001b[31m 👍","description":"two\nlines","completed":true,"completed_at":"2026-03-02T00:00:00.000001Z","priority":1,"due_at":"2026-03-05T22:59:59.999999Z","due_day":"2026-03-05","remind_time":"2026-03-05T08:00:00Z","remind_before":-32400,"nag":900,"repeat_rrule":"FREQ=DAILY","repeat_from":"completion","date_created":"2026-03-01T10:00:01Z","date_updated":"2026-03-02T00:00:00.000001Z","version":4}}
{"task":{"id":8,"user_id":1,"title":"none","description":"","completed":false,"completed_at":null,"priority":4,"due_at":null,"due_day":null,"remind_time":null,"remind_before":null,"nag":null,"repeat_rrule":null,"repeat_from":null,"date_created":"0001-01-01T00:00:00Z","date_updated":"9998-12-31T23:59:59.999999Z","version":1}}
{"repeat":{"user_id":1,"task_id":1,"next_id":8,"undone":true}}
{"task_tag":{"user_id":1,"task_id":1,"tag_id":3}}
{"comment":{"id":5,"user_id":1,"task_id":1,"content":"Ça va?","posted_date":"2026-03-01T11:00:00.500Z","version":1}}
{"reminder":{"id":9,"user_id":1,"task_id":8,"due_at":"2026-03-05T08:00:00Z","state":"failed","snoozed":true,"next_at":"2026-03-05T08:01:00Z","channel":"telegram","lease":"a","attempts":2,"sent_at":null,"message_id":null,"reason":"busy","nags":1,"gathered_in":9}}
{"webhook":{"user_id":1,"url":"https://example.com/?a=b","secret":"whsec_c2VjcmV0","created_at":"2026-03-01T10:00:05Z","disabled_at":"2026-03-01T10:00:06Z","reason":"410 Gone"}}
{"change":{"user_id":1,"seq":1,"action":1,"at":"2026-03-01T10:00:01Z","client":"todo-cli","event":"task.created","resource_id":1,"before":null,"after":"{\"b\":1,\"a\":[]}"}}
{"change":{"user_id":1,"seq":2,"action":1,"at":"2026-03-01T10:00:01Z","client":"unknown","event":"task.deleted","resource_id":2,"before":"{}","after":null}}
{"end":{"lines":16}}
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
    assert_eq!(import(&one.db, LINES).await.unwrap(), 18);
    let exported = export(&one.db).await;
    assert_eq!(exported, LINES);
    import(&other.db, &exported).await.unwrap();
    assert_eq!(export(&other.db).await, exported);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn channels_are_found_again(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let on = LINES.replace(r#""blocked_at":"2026-03-01T10:00:04Z""#, r#""blocked_at":null"#);
    let on = on.replace(r#""disabled_at":"2026-03-01T10:00:06Z""#, r#""disabled_at":null"#);
    import(&test.db, &on).await.unwrap();
    let channels = async |user| {
        let owner = test.db.write(move |conn| Box::pin(journal::lock(conn, user))).await.unwrap();
        (owner.telegram_user, owner.to_telegram, owner.to_webhook)
    };
    assert_eq!(channels(1).await, (None, false, true));
    assert_eq!(channels(4).await, (Some(2), true, false));
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
    let newer = r#"{"begin":{"format":"todo-data","version":2,"next_ids":[],"compression":"none"}}"#;
    let cases = [
        (String::new(), "the data ends after 0 lines"),
        ("hello\n".to_owned(), "line 1: expected the first line of an export"),
        (without(1), "line 1: expected the first line of an export"),
        (LINES.replace("todo-data", "other-data"), "line 1: expected the first line of an export"),
        (LINES.replace(",\"last_ids\"", ",\"ids\""), "line 1: begin.ids: unknown field `ids`"),
        (LINES.replace(lines[0], newer), "the data is of version 2, this program knows up to 1"),
        (without(18), "the data ends after 17 lines"),
        (LINES[..LINES.len() - 30].to_owned(), "the data ends after 17 lines"),
        (LINES.trim_end().to_owned(), "the data ends after 18 lines"),
        (without(17), "line 17: the end speaks of 16 lines, there are 15"),
        (LINES.to_owned() + "{}\n", "line 19: there is something after the end"),
        (LINES.to_owned() + "{", "line 19: there is something after the end"),
    ];
    for (text, expected) in cases {
        refuses(&test.db, &text, expected).await;
    }
    import(&test.db, LINES).await.unwrap();
    assert!(matches!(import(&test.db, LINES).await, Err(TransferError::NotEmpty)));
}

/// A line that is wrong is named by its number, whether it is wrong in itself or beside the others.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_fault_is_told_by_its_line(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let cases = [
        ("{\"user\":{\"id\":4", "garbage", "line 3: expected value (column 1)"),
        ("\"id\":4,\"username\"", "\"id\":0,\"username\"", "line 3: user.id: must be at least 1 (column 15)"),
        ("боб", "бо\\u0000б", "line 3: user.username: must not contain the NUL character"),
        ("Europe/Berlin", "Europe/Atlantis", "line 2: user.timezone: must be an IANA time zone"),
        (".123456Z", ".1234567Z", "line 2: user.date_joined: must lie between"),
        ("\"0001-01-01T", "\"-0001-01-01T", "line 10: task.date_created: must lie between"),
        ("2026-03-05\",\"remind", "2026-02-30\",\"remind", "line 9: task.due_day: input is out of range"),
        ("\"priority\":1", "\"priority\":9", "line 9: task.priority: must be from 1 to 4"),
        ("\"completion\"", "\"whim\"", "line 9: task.repeat_from: must be schedule or completion"),
        ("\"task_id\":1,\"tag_id\"", "\"task\":1,\"tag_id\"", "line 12: task_tag.task: unknown field `task`"),
        ("\"scope\":\"read\"", "\"scope\":\"all\"", "line 5: named_token.scope: must be read or write"),
        ("YW5vdGhlcg", "c2VjcmV0", "line 6: it clashes with a line before it"),
        ("\"state\":\"failed\"", "\"state\":\"lost\"", "line 14: reminder.state: must be the state of a reminder"),
        ("task.deleted", "task.eaten", "line 17: change.event: must be the name of an event"),
        ("\"before\":\"{}\"", "\"before\":\"{\"", "line 17: change.before: must be a JSON document"),
        ("\"id\":4,\"username\"", "\"id\":1,\"username\"", "line 3: it clashes with a line before it"),
        ("\"боб\"", "\"ANN\"", "line 3: it clashes with a line before it"),
        ("\"user_id\":4,\"chat_id\"", "\"user_id\":5,\"chat_id\"", "line 4: it refers to something that no line"),
        ("\"task_id\":1,\"content\"", "\"task_id\":2,\"content\"", "line 13: it refers to something that no line"),
        ("\"seq\":2}", "\"seq\":1}", "the data does not fit together: a user's seq"),
    ];
    for (from, to, expected) in cases {
        assert!(LINES.contains(from), "{from}");
        refuses(&test.db, &LINES.replacen(from, to, 1), expected).await;
    }
    // PostgreSQL's keys tell the line, SQLite's know nothing of the user.
    let foreign = match engine {
        Engine::Sqlite => ["the data does not fit together: a task has a tag of another user"; 2],
        Engine::Postgres => ["line 12: it refers to something that no line"; 2],
    };
    let cases = [
        ("\"task_id\":1,\"tag_id\":3", "\"task_id\":1,\"tag_id\":6"),
        ("\"user_id\":1,\"task_id\":1,\"tag", "\"user_id\":4,\"task_id\":1,\"tag"),
    ];
    for ((from, to), expected) in cases.into_iter().zip(foreign) {
        refuses(&test.db, &LINES.replacen(from, to, 1), expected).await;
    }
}

async fn refuses(db: &Db, text: &str, expected: &str) {
    let error = import(db, text).await.unwrap_err().to_string();
    assert!(error.starts_with(expected), "{error:?} is not {expected:?}");
    assert_eq!(export(db).await.lines().count(), 2, "{expected}: something was kept");
}

/// More rows than go into one INSERT, with a fault in the second one.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_rows_are_written_in_several_goes(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    let (begin, rest) = LINES.split_once('\n').unwrap();
    let user = rest.lines().next().unwrap();
    let with = |tags: &[String]| {
        let lines =
            [&[begin.to_owned(), user.to_owned()], tags, &[format!(r#"{{"end":{{"lines":{}}}}}"#, tags.len() + 1)]];
        lines.concat().join("\n") + "\n"
    };
    let tag = |id: u32| format!(r#"{{"tag":{{"id":{id},"user_id":1,"name":"tag {id}","version":1}}}}"#);
    let mut tags: Vec<String> = (1..=2500).map(tag).collect();
    let whole = with(&tags);
    tags[1800] = tag(7);
    refuses(&test.db, &with(&tags), "line 1803: it clashes with a line before it").await;
    import(&test.db, &whole).await.unwrap();
    assert_eq!(export(&test.db).await, whole.replace("\"tags\":7", "\"tags\":2500"), "ids go on after the highest");
}

/// Somebody who, once the first of the export was written, adds something to the database.
struct Meanwhile {
    db: Option<Db>,
    written: Vec<u8>,
}

impl Write for Meanwhile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if let Some(db) = self.db.take() {
            let runtime = tokio::runtime::Handle::current();
            let late = r#"INSERT INTO users (username, username_folded, timezone, date_joined)
                VALUES ('late', 'late', 'UTC', '2026-03-01T10:00:00+00:00')"#;
            let add = async move {
                let insert = db.write(move |conn| {
                    Box::pin(async move { Ok(server_kit::on!(conn, |c| c.execute(late).await.map(|_| ()))?) })
                });
                insert.await.unwrap();
            };
            std::thread::scope(|scope| scope.spawn(|| runtime.block_on(add)).join()).unwrap();
        }
        self.written.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_export_is_of_one_moment(#[case] engine: Engine) {
    let test = TestDb::open(engine).await;
    import(&test.db, LINES).await.unwrap();
    let before = export(&test.db).await;
    let mut meanwhile = Meanwhile { db: Some(test.db.clone()), written: Vec::new() };
    transfer::export(&test.db, &mut meanwhile).await.unwrap();
    assert_eq!(String::from_utf8(meanwhile.written).unwrap(), before);
    assert!(export(&test.db).await.contains("\"late\""));
}
