//! What the databases are filled with, and who is who in them.

use std::io;

use clap::ValueEnum;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};

/// Tasks of a person.
const EACH: i64 = 100;
/// Tags of a person.
pub(crate) const TAGS: i64 = 20;
/// Which of a person's tags are on one task, from the first one on.
pub(crate) const TAGS_OF_TASK: [i64; 3] = [0, 7, 13];
/// One task in so many has a comment.
pub(crate) const COMMENTED: i64 = 4;
/// Most people who call at the same time; of more, every second one and so on.
const ACTIVE: i64 = 1000;
/// Where ids begin. Far apart, so that each can be told by its value in what the servers send to PostgreSQL.
pub(crate) const USER: i64 = 1_000_000;
pub(crate) const TAG: i64 = 2_000_000;
pub(crate) const TASK: i64 = 10_000_000;
pub(crate) const COMMENT: i64 = 50_000_000;

const FILL: &str = include_str!("fill.sql");
/// What PostgreSQL does not find out by itself.
const AFTER_POSTGRES: [&str; 4] = [
    "SELECT setval(pg_get_serial_sequence('users', 'id'), (SELECT max(id) FROM users))",
    "SELECT setval(pg_get_serial_sequence('tasks', 'id'), (SELECT max(id) FROM tasks))",
    "SELECT setval(pg_get_serial_sequence('comments', 'id'), (SELECT max(id) FROM comments))",
    "VACUUM ANALYZE",
];

/// What the data is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

impl Engine {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// How many people there are, and how many tasks each has. People and their tasks are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Data {
    pub(crate) people: i64,
    pub(crate) each: i64,
}

impl Data {
    /// That many tasks, a hundred a person.
    pub(crate) fn of_many(tasks: i64) -> Self {
        Self { people: (tasks / EACH).max(1), each: EACH }
    }

    /// That many tasks of one person.
    pub(crate) fn of_one(tasks: i64) -> Self {
        Self { people: 1, each: tasks }
    }

    pub(crate) fn tasks(self) -> i64 {
        self.people * self.each
    }

    /// How many people call.
    pub(crate) fn active(self) -> i64 {
        self.people.min(ACTIVE)
    }

    /// How far those who call are from each other.
    pub(crate) fn stride(self) -> i64 {
        self.people / self.active()
    }

    pub(crate) fn user(self, person: i64) -> i64 {
        USER + person
    }

    pub(crate) fn tag(self, person: i64, number: i64) -> i64 {
        TAG + person * TAGS + number % TAGS
    }

    pub(crate) fn task(self, person: i64, number: i64) -> i64 {
        TASK + number * self.people + person
    }

    pub(crate) fn comment(self, person: i64, number: i64) -> i64 {
        COMMENT + number * self.people + person
    }

    /// Fills a database whose tables are there and empty.
    pub(crate) async fn fill(self, engine: Engine, url: &str) -> io::Result<()> {
        match engine {
            Engine::Postgres => self.fill_postgres(url).await,
            Engine::Sqlite => self.fill_sqlite(url).await,
        }
        .map_err(io::Error::other)
    }

    async fn fill_postgres(self, url: &str) -> Result<(), sqlx::Error> {
        let times = Times {
            now: "now()",
            tomorrow: "now() + interval '1 day'",
            ago: "now() - n * interval '1 minute'",
            ahead: "now() + (1440 + n % 1000 * 7919) * interval '1 minute'",
        };
        let mut to = PgConnection::connect(url).await?;
        to.execute(sqlx::raw_sql(AssertSqlSafe(self.statements(&times)))).await?;
        for statement in AFTER_POSTGRES {
            to.execute(statement).await?;
        }
        to.close().await
    }

    async fn fill_sqlite(self, url: &str) -> Result<(), sqlx::Error> {
        let times = Times {
            now: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')",
            tomorrow: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '1 day')",
            ago: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-' || n || ' minutes')",
            ahead: "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', (1440 + n % 1000 * 7919) || ' minutes')",
        };
        let mut to = SqliteConnection::connect(url).await?;
        let text = format!("PRAGMA synchronous = OFF; BEGIN; {} COMMIT;", self.statements(&times));
        to.execute(sqlx::raw_sql(AssertSqlSafe(text))).await?;
        to.execute("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        to.close().await
    }

    fn statements(self, times: &Times) -> String {
        let numbers = [
            ("{people}", self.people),
            ("{each}", self.each),
            ("{user}", USER),
            ("{tag}", TAG),
            ("{task}", TASK),
            ("{comment}", COMMENT),
        ];
        let text = numbers.iter().fold(FILL.to_owned(), |text, (name, value)| text.replace(name, &value.to_string()));
        let times =
            [("{now}", times.now), ("{tomorrow}", times.tomorrow), ("{ago}", times.ago), ("{ahead}", times.ahead)];
        times.iter().fold(text, |text, (name, value)| text.replace(name, value))
    }
}

/// Moments as the engine reckons them; `n` is the number of a task.
struct Times {
    now: &'static str,
    tomorrow: &'static str,
    ago: &'static str,
    ahead: &'static str,
}

impl std::fmt::Display for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tasks = self.tasks().to_string();
        let groups: Vec<_> = tasks.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
        write!(f, "{}{}", groups.join(","), if self.people == 1 { " of one" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_call_are_spread_over_all() {
        let data = Data::of_many(1_000_000);
        assert_eq!((data.people, data.active(), data.stride()), (10_000, 1000, 10));
        assert_eq!(data.to_string(), "1,000,000");
        let data = Data::of_one(100);
        assert_eq!((data.active(), data.stride(), data.task(0, 99)), (1, 1, TASK + 99));
        assert_eq!(data.to_string(), "100 of one");
    }
}
