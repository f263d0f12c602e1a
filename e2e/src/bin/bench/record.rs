//! What a request has a server send to PostgreSQL, read from PostgreSQL's own log, and made into a script for pgbench: so
//! the limit is reckoned with the statements of today's servers.

use std::{collections::BTreeMap, io};

use fastrand::Rng;
use sqlx::{Connection, PgConnection};

use crate::{
    data::{Data, TASK},
    work::{About, Work},
    world::{Services, World},
};

/// Enough for a last page behind a cursor.
const DATA: Data = Data { people: 1, each: 1000 };
/// How often each request is sent. What the servers do by themselves may come in between; the fewest statements are those
/// of the request alone.
const TRIES: u64 = 7;
/// Where the journal of the person begins, so that its numbers are like no others.
const SEQ: i64 = 600_000_000;
/// What comes before the number of the parameter that has to be the version of a task.
const CHECKS_VERSION: &str = " AND version = $";
/// Above what runs send.
const FIRST_NUMBER: u64 = 900_000_000_000;

/// A statement with the values that it was executed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    values: Vec<Option<String>>,
}

/// What the values of a recording stand for.
#[derive(Debug, Clone, Default)]
struct Marks {
    /// Value → a variable of the script.
    known: BTreeMap<String, &'static str>,
    /// The id that was given to what is new.
    made: Option<String>,
    /// The number of the last row of the journal.
    last_seq: i64,
}

/// Statements for pgbench, and the values of their variables that stay the same.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) text: String,
    pub(crate) given: Vec<(String, String)>,
}

/// The statements of one request.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    pub(crate) statements: Vec<Statement>,
    marks: Marks,
}

/// Records each kind of request.
pub(crate) async fn record(services: &Services, works: &[Work]) -> io::Result<BTreeMap<Work, Recording>> {
    let Some((postgres, _)) = &services.shared else { return Ok(BTreeMap::new()) };
    let world = World::start(services, "recorded", DATA, |database| {
        let sql = format!("UPDATE users SET seq = {SEQ}; ALTER DATABASE recorded SET log_statement = 'all'");
        postgres.run_sql(database, &sql)
    })
    .await?;
    let cursor = world.last_cursor().await?;
    let mut recorded = BTreeMap::new();
    for work in works {
        let mut best: Option<Recording> = None;
        for nth in 0..TRIES {
            let recording = once(&world, *work, FIRST_NUMBER + 100 * (*work as u64) + nth, &cursor).await?;
            // The first one finds caches cold.
            if nth > 0 && best.as_ref().is_none_or(|best| recording.statements.len() < best.statements.len()) {
                best = Some(recording);
            }
        }
        recorded.extend(best.map(|best| (*work, best)));
    }
    Ok(recorded)
}

async fn once(world: &World<'_>, work: Work, number: u64, cursor: &str) -> io::Result<Recording> {
    let Some((postgres, redis)) = &world.services.shared else { return Err(io::Error::other("no PostgreSQL")) };
    if work == Work::CommentCold {
        redis.flush()?;
    }
    let (person, of_person) = work.whose(DATA, 0, &mut Rng::with_seed(number));
    let about = About { data: DATA, person, number: of_person, token: world.token(person), cursor };
    let before = postgres.log()?.len();
    let (status, body, _) = world.send(work.door(), &work.request(&about), about.token, number).await?;
    let log = postgres.log()?;
    if status != work.status() {
        return Err(io::Error::other(format!("{work}: {status} {body:.500}")));
    }
    let marks = Marks::find(&about, work, &body, &world.database).await?;
    Ok(Recording { statements: statements(&log[before..]), marks })
}

impl Marks {
    async fn find(about: &About<'_>, work: Work, body: &str, database: &str) -> io::Result<Self> {
        let About { data, person, number, .. } = *about;
        let mut known = BTreeMap::from([
            (data.user(person).to_string(), ":user"),
            (data.task(person, number).to_string(), ":task"),
            (data.comment(person, number).to_string(), ":comment"),
        ]);
        for (place, variable) in [":tag1", ":tag2", ":tag3"].into_iter().enumerate() {
            known.insert(data.tag(person, number + crate::data::TAGS_OF_TASK[place]).to_string(), variable);
        }
        if work == Work::PageLast {
            known.insert((TASK + data.each - 101).to_string(), ":last");
        }
        let answer: serde_json::Value = serde_json::from_str(body)?;
        let made = (work.status() == 201).then(|| answer["id"].to_string());
        let connected = PgConnection::connect(database).await;
        let mut connection = connected.map_err(io::Error::other)?;
        let last_seq = sqlx::query_scalar("SELECT seq FROM users WHERE id = $1").bind(data.user(person));
        let last_seq = last_seq.fetch_one(&mut connection).await.map_err(io::Error::other)?;
        connection.close().await.map_err(io::Error::other)?;
        Ok(Self { known, made, last_seq })
    }
}

/// The statements in a piece of PostgreSQL's log.
fn statements(log: &str) -> Vec<Statement> {
    let mut found: Vec<Statement> = Vec::new();
    // A line that goes on begins with a tab.
    let log = log.replace("\n\t", " ");
    for line in log.lines() {
        if let Some((_, values)) = line.split_once("DETAIL:  parameters: ") {
            if let Some(last) = found.last_mut() {
                last.values = read_values(values);
            }
        } else if let Some((_, sql)) = line.split_once("LOG:  statement: ") {
            found.push(Statement { sql: sql.trim().to_owned(), values: Vec::new() });
        } else if let Some((_, sql)) = line.split_once("LOG:  execute ").and_then(|(_, rest)| rest.split_once(": ")) {
            found.push(Statement { sql: sql.trim().to_owned(), values: Vec::new() });
        }
    }
    found
}

/// `$1 = 'it''s', $2 = NULL`.
fn read_values(mut text: &str) -> Vec<Option<String>> {
    let mut values = Vec::new();
    while let Some((_, rest)) = text.split_once(" = ") {
        let Some(mut quoted) = rest.strip_prefix('\'') else {
            values.push(None);
            text = rest;
            continue;
        };
        let mut value = String::new();
        while let Some((part, behind)) = quoted.split_once('\'') {
            value.push_str(part);
            quoted = behind;
            let Some(behind) = quoted.strip_prefix('\'') else { break };
            value.push('\'');
            quoted = behind;
        }
        values.push(Some(value));
        text = quoted;
    }
    values
}

impl Recording {
    /// The same statements for pgbench, about whatever its variables say.
    ///
    /// # Errors
    ///
    /// If a value can't be told from those that differ from request to request.
    pub(crate) fn script(&self) -> io::Result<Script> {
        let mut script = Script::default();
        let mut carried = Carried::default();
        for (place, statement) in self.statements.iter().enumerate() {
            let reads = statement.sql.starts_with("SELECT ");
            let sql = filled(&whatever_version(&statement.sql), |number| {
                let value = statement.values.get(number).and_then(Option::as_deref);
                let Some(value) = value else { return Ok("NULL".to_owned()) };
                if let Some(expression) = self.expression(value, &carried)? {
                    return Ok(expression);
                }
                // PostgreSQL must not plan by a value that the server does not tell it either. In what writes, it could
                // not tell the type of a parameter, and has nothing to choose from.
                if !reads {
                    return Ok(literal(value));
                }
                let name = format!("given{}", script.given.len() + 1);
                script.given.push((name.clone(), value.to_owned()));
                Ok(format!(":{name}"))
            })?;
            let later = &self.statements[place + 1..];
            // What the next statements need of this one's answer.
            let returns = statement.sql.rsplit_once("RETURNING ").map(|(_, columns)| columns.trim());
            let is_needed = match returns {
                Some("id") => self.marks.made.as_ref().is_some_and(|made| uses(later, made)),
                Some("seq") => true,
                _ => false,
            };
            carried.made |= is_needed && returns == Some("id");
            carried.seq |= is_needed && returns == Some("seq");
            script.text.extend([sql.as_str(), if is_needed { " \\gset\n" } else { ";\n" }]);
        }
        Ok(script)
    }

    /// What differs from request to request, or nothing if the value stays the same.
    fn expression(&self, value: &str, carried: &Carried) -> io::Result<Option<String>> {
        let number = |variable: &str| format!("CAST({variable} AS BIGINT)");
        if let Some(variable) = self.marks.known.get(value) {
            return Ok(Some(number(variable)));
        }
        if let Some(ids) = value.strip_prefix('{').and_then(|ids| ids.strip_suffix('}')) {
            let variables = ids.split(',').map(|id| self.marks.known.get(id).map(|variable| number(variable)));
            return Ok(variables.collect::<Option<Vec<_>>>().map(|all| format!("ARRAY[{}]", all.join(", "))));
        }
        if self.marks.made.as_deref() == Some(value) {
            return if carried.made { Ok(Some(number(":id"))) } else { Err(unclear(value)) };
        }
        let seq = value.parse().ok().filter(|seq: &i64| (SEQ..=self.marks.last_seq).contains(seq));
        if let Some(seq) = seq {
            let back = self.marks.last_seq - seq;
            let expression = format!("({} - {back})", number(":seq"));
            return if carried.seq { Ok(Some(expression)) } else { Err(unclear(value)) };
        }
        if value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(Some("lpad(CAST(CAST(:new AS BIGINT) AS TEXT), 64, '0')".to_owned()));
        }
        Ok(None)
    }
}

/// The statement without the condition that a task has the version with which it was read: pgbench ends at the first one
/// that another client was faster than, where a server tries again.
fn whatever_version(sql: &str) -> String {
    let mut parts = sql.split(CHECKS_VERSION);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.trim_start_matches(|digit: char| digit.is_ascii_digit()))
}

/// What has been asked for by earlier statements.
#[derive(Default)]
struct Carried {
    made: bool,
    seq: bool,
}

fn unclear(value: &str) -> io::Error {
    io::Error::other(format!("no statement before returned {value}, which another needs"))
}

fn uses(statements: &[Statement], value: &str) -> bool {
    statements.iter().any(|statement| statement.values.iter().any(|other| other.as_deref() == Some(value)))
}

/// Text as SQL. pgbench takes what follows a colon for a variable, quoted or not.
fn literal(value: &str) -> String {
    let text = value.replace('\\', r"\\").replace('\'', "''").replace(':', r"\x3a");
    let escaped = text.contains('\\');
    format!("{}'{text}'", if escaped { "E" } else { "" })
}

/// The statement with something in place of each `$1`.
fn filled(sql: &str, mut value: impl FnMut(usize) -> io::Result<String>) -> io::Result<String> {
    let mut parts = sql.split('$');
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        match part[..digits].parse::<usize>() {
            Ok(number) => filled.push_str(&value(number.saturating_sub(1))?),
            Err(_) => filled.push('$'),
        }
        filled.push_str(&part[digits..]);
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
