//! Programs start in any order, several at once, and say what they wait for.

use std::{os::unix::fs::PermissionsExt, thread, time::Duration};

use e2e::{
    Stack, private_dir,
    servers::{
        Backend::{self, Postgres, Sqlite},
        SIGNING_KEY, Server, command,
    },
    services::{self, Database, POSTGRES_URL, url_from},
};
use rstest::rstest;
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::api::{Api, eventually};

/// A program that has something to say before it listens.
fn wait_for_log(server: &std::path::Path, text: &str) {
    let log = || std::fs::read_to_string(server).unwrap_or_default();
    let end = std::time::Instant::now() + Duration::from_secs(30);
    while !log().contains(text) {
        assert!(std::time::Instant::now() < end, "{text:?} is not in the log:\n{}", log());
        thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test]
async fn each_program_waits_for_what_it_needs() {
    let home = private_dir("startup-").unwrap();
    let mut postgres = services::Postgres::start().unwrap();
    let database = postgres.create_database("todo").unwrap();
    postgres.stop().unwrap();
    let on_postgres = |server: Server| server.setting("DATABASE_URL", &database);
    // A port that nobody has, so that comments-server knows where todo-server will be.
    let todo_address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut comments = on_postgres(Server::comments(home.path(), &format!("http://{todo_address}")));
    thread::scope(|scope| {
        let starting = scope.spawn(|| comments.start());
        wait_for_log(&home.path().join("comments-server.log"), "waiting for the database at 127.0.0.1:");
        postgres.restart().unwrap();
        starting.join().unwrap();
    });
    wait_for_log(
        &home.path().join("comments-server.log"),
        &format!("waiting for todo-server at http://{todo_address}"),
    );

    let todo = on_postgres(Server::todo(home.path())).at(todo_address).started();
    let ann = Api::at(todo.url(), comments.url()).joined("ann").await;
    let task = ann.task("one").await;
    eventually("comments-server has the keys", async || {
        ann.get(&format!("/api/comments?task_id={task}")).await.status == 200
    })
    .await;
}

#[test]
fn a_program_that_waits_can_be_stopped() {
    let home = private_dir("startup-").unwrap();
    let server = Server::todo(home.path()).setting("DATABASE_URL", "postgres://nobody@127.0.0.1:9/nothing");
    let mut running = server.spawned();
    wait_for_log(&home.path().join("todo-server.log"), "waiting for the database at 127.0.0.1:9");
    assert!(running.terminate().success());
}

#[rstest]
fn six_programs_start_on_one_new_database(#[values(Sqlite, Postgres)] backend: Backend) {
    let home = private_dir("startup-").unwrap();
    let name = home.path().file_name().unwrap().to_string_lossy();
    let on_server = (backend == Postgres).then(|| Database::create(&url_from(POSTGRES_URL), &name).unwrap());
    let database = match &on_server {
        Some(database) => database.url().to_owned(),
        None => format!("sqlite:{}", home.path().join("todo.db").display()),
    };
    thread::scope(|scope| {
        for number in 0..6 {
            let (home, database) = (home.path(), &database);
            scope.spawn(move || {
                let server = match number % 2 {
                    0 => Server::todo(home),
                    _ => Server::comments(home, "http://127.0.0.1:9"),
                };
                server.setting("DATABASE_URL", database).started()
            });
        }
    });
}

#[rstest]
#[tokio::test]
async fn a_newer_schema_is_refused(#[values(Sqlite, Postgres)] backend: Backend) {
    const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                         SELECT 9999, 'from the future', success, checksum, 0 FROM _sqlx_migrations LIMIT 1";
    let stack = Stack::start(backend);
    match backend {
        Sqlite => {
            let mut conn = SqliteConnection::connect(stack.database_url()).await.unwrap();
            sqlx::query(NEWER).execute(&mut conn).await.unwrap();
        }
        _ => {
            let mut conn = PgConnection::connect(stack.database_url()).await.unwrap();
            sqlx::query(NEWER).execute(&mut conn).await.unwrap();
        }
    }
    let home = private_dir("startup-").unwrap();
    let refused =
        command("todo-server", home.path()).arg("migrate").env("DATABASE_URL", stack.database_url()).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("a newer version of this program (schema 9999)"), "{said}");
    assert_eq!(refused.status.code(), Some(1));
}

#[test]
fn secrets_that_keep_nobody_out_are_refused() {
    let home = private_dir("startup-").unwrap();
    let exposed = home.path().join("exposed.pem");
    std::fs::write(&exposed, SIGNING_KEY).unwrap();
    std::fs::set_permissions(&exposed, std::fs::Permissions::from_mode(0o644)).unwrap();
    let exposed = format!("@{}", exposed.display());
    let (key, services, database) = ("TODO_SERVER_SIGNING_KEY", "TODO_SERVER_SERVICES", "DATABASE_URL");
    let cases: [(&[(&str, &str)], &str); 9] = [
        (&[(database, "postgres://nobody@127.0.0.1:9/nothing")], "openssl genpkey -algorithm ed25519"),
        (&[(key, "secret")], "openssl genpkey -algorithm ed25519"),
        (&[(key, "MC4CAQAwBQYDK2VwBCIE")], "openssl genpkey -algorithm ed25519"),
        (&[(key, "@nowhere.pem")], "nowhere.pem"),
        (&[(key, &exposed)], "chmod 600"),
        (&[(services, "bot:secret")], "openssl rand"),
        (&[(services, "bot:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")], "openssl rand"),
        (&[(services, "bot:change-me")], "openssl rand"),
        (&[(services, "bot")], "NAME:SECRET"),
    ];
    for (settings, expected) in cases {
        let mut server = command("todo-server", home.path());
        let refused = server.envs(settings.iter().copied()).env("TODO_SERVER_LISTEN", "127.0.0.1:0").output().unwrap();
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(expected), "{settings:?}: {said}");
        assert!(!said.contains("change-me") && !said.contains("aaaaaaaa"), "{settings:?}: {said}");
    }
}

/// Compose files can't leave a variable out: `${NAME:-}` is empty where nothing is said.
#[test]
fn an_empty_setting_is_none() {
    const EMPTY: [&str; 7] = [
        "DATABASE_URL",
        "REDIS_URL",
        "TODO_SERVER_SERVICES",
        "TODO_SERVER_TRUSTED_PROXIES",
        "TODO_SERVER_WEBHOOK_NETWORKS",
        "TODO_SERVER_TIME_ZONE",
        "TODO_SERVER_THROTTLE_USER",
    ];
    let home = private_dir("startup-").unwrap();
    EMPTY.into_iter().fold(Server::todo(home.path()), |server, name| server.setting(name, "")).start();
}
