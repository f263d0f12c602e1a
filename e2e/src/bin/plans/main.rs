//! Asks a server with a million tasks for each kind of list and prints, as Markdown, how PostgreSQL answered.

use std::{io, process::ExitCode};

use e2e::{
    Stack,
    services::{Postgres, Redis},
};
use reqwest::Client;
use serde_json::{Value, json};

const FILL: &str = include_str!("fill.sql");
/// Has PostgreSQL write each plan into its log, with what became of it.
const EXPLAIN: &str = "ALTER DATABASE todo SET session_preload_libraries = 'auto_explain';
    ALTER DATABASE todo SET auto_explain.log_min_duration = 0;
    ALTER DATABASE todo SET auto_explain.log_analyze = on;
    ALTER DATABASE todo SET auto_explain.log_buffers = on;
    ALTER DATABASE todo SET auto_explain.log_parameter_max_length = 0;";
/// After five executions PostgreSQL settles on the plan of a prepared statement.
const EXECUTIONS: usize = 8;

/// What is asked for, and of which server.
const LISTS: [(Server, &str); 19] = [
    (Server::Todo, "/api/tasks"),
    (Server::Todo, "/api/tasks?cursor={page}"),
    (Server::Todo, "/api/tasks?ordering=-id"),
    (Server::Todo, "/api/tasks?completed=false"),
    (Server::Todo, "/api/tasks?tags_ids={tag}"),
    (Server::Todo, "/api/tasks?tags_ids={tag}&completed=false&ordering=due"),
    (Server::Todo, "/api/tasks?ordering=due"),
    (Server::Todo, "/api/tasks?completed=false&ordering=due,priority,id"),
    (Server::Todo, "/api/tasks?ordering=priority,due"),
    (Server::Todo, "/api/tasks?completed=false&due_before={now}&ordering=due"),
    (Server::Todo, "/api/tasks?due_after={now}&ordering=due"),
    (Server::Todo, "/api/tasks?remind_before={now}"),
    (Server::Todo, "/api/tasks?q=number%2099"),
    (Server::Todo, "/api/tasks?q=nowhere"),
    (Server::Todo, "/api/tags"),
    (Server::Comments, "/api/comments"),
    (Server::Comments, "/api/comments?task_id={task}"),
    (Server::Comments, "/api/comments?q=number%2099"),
    (Server::Comments, "/api/comments?posted_after={now}"),
];

#[derive(Clone, Copy)]
enum Server {
    Todo,
    Comments,
}

#[tokio::main]
async fn main() -> ExitCode {
    match print_plans().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plans: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn print_plans() -> io::Result<()> {
    let (postgres, redis) = (Postgres::start()?, Redis::start()?);
    let database = postgres.create_database("todo")?;
    postgres.run_sql(&database, EXPLAIN)?;
    let stack = Stack::on(&database, Some(&redis.url()), &[]);
    let asker = Asker::sign_up(&stack).await?;
    eprintln!("filling the database");
    postgres.run_sql(&database, &FILL.replace(":owner", &asker.user.to_string()))?;

    println!("{INTRODUCTION}");
    let places = asker.places().await?;
    for (server, list) in LISTS {
        let path = places.iter().fold(list.to_owned(), |path, (name, value)| path.replace(name, value));
        let url = format!(
            "{}{path}",
            match server {
                Server::Todo => stack.todo[0].url(),
                Server::Comments => stack.comments[0].url(),
            }
        );
        let mut rows = 0;
        let mut logged = 0;
        for _ in 0..EXECUTIONS {
            logged = postgres.log()?.len();
            rows = asker.get(&url).await?.0.as_array().map_or(0, Vec::len);
        }
        let (took, plan) = longest(&postgres.log()?[logged..]).ok_or_else(|| io::Error::other("no plan was logged"))?;
        println!("## `GET {list}`\n\n{rows} rows in {took} ms\n\n```text\n{plan}```\n");
    }
    Ok(())
}

const INTRODUCTION: &str = "# Query plans

How PostgreSQL answers each list at 1,000,000 tasks, of which 100,000 are those of the person who asks; everybody else
has 100. Written by `./dev plans`: the plans are those of the servers' own prepared statements, as `auto_explain` logged
them after the statement had been in use for a while. Times are without the network and the servers.

Whatever is asked for, the range of one person in an index is all that is read. Lists by id, by due date, of open tasks
and of comments on a task read a page of it. Where a filter or an order has no index of its own (priority, reminders,
search), the whole range of the person is gone through: a millisecond for those who have 100 tasks, some tens of them
at 100,000. An index for each would cost every write more than it saves.
";

/// Somebody with a token.
struct Asker {
    http: Client,
    token: String,
    user: i64,
    url: String,
}

impl Asker {
    async fn sign_up(stack: &Stack) -> io::Result<Self> {
        let url = stack.todo[0].url();
        let mut asker = Self { http: Client::new(), token: String::new(), user: 0, url };
        let credentials = json!({"username": "ann", "password": "correct horse battery"});
        asker.user = asker.post("/api/users", &credentials).await?["id"].as_i64().unwrap_or_default();
        asker.token = asker.post("/api/token", &credentials).await?["access"].as_str().unwrap_or_default().to_owned();
        Ok(asker)
    }

    async fn post(&self, path: &str, body: &Value) -> io::Result<Value> {
        let request = self.http.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        Ok(answer(request.body(body.to_string())).await?.0)
    }

    /// What is there, and the cursor of the next page.
    async fn get(&self, url: &str) -> io::Result<(Value, Option<String>)> {
        answer(self.http.get(url).bearer_auth(&self.token)).await
    }

    /// What stands in the lists' `{…}`.
    async fn places(&self) -> io::Result<[(&'static str, String); 4]> {
        let (_, half) = self.get(&format!("{}/api/tasks?limit=1000", self.url)).await?;
        let (tags, _) = self.get(&format!("{}/api/tags", self.url)).await?;
        let (tasks, _) = self.get(&format!("{}/api/tasks?limit=10", self.url)).await?;
        let id = |of: &Value| of["id"].to_string();
        let commented =
            tasks.as_array().into_iter().flatten().find(|task| task["id"].as_i64().is_some_and(|id| id % 4 == 0));
        Ok([
            ("{page}", half.unwrap_or_default()),
            ("{tag}", id(&tags[0])),
            ("{task}", commented.map(id).unwrap_or_default()),
            ("{now}", tasks[0]["date_created"].as_str().unwrap_or_default().to_owned()),
        ])
    }
}

async fn answer(request: reqwest::RequestBuilder) -> io::Result<(Value, Option<String>)> {
    let response = request.send().await.and_then(reqwest::Response::error_for_status).map_err(io::Error::other)?;
    let link = response.headers().get("link").and_then(|link| link.to_str().ok()).unwrap_or_default();
    let cursor = link.split("cursor=").nth(1).and_then(|rest| rest.split(['&', '>']).next()).map(ToOwned::to_owned);
    let text = response.text().await.map_err(io::Error::other)?;
    Ok((serde_json::from_str(&text)?, cursor))
}

/// The longest statement in a piece of the log: how long it took, and its plan.
fn longest(log: &str) -> Option<(f64, String)> {
    let entries = log.split("LOG:  duration: ").skip(1).filter_map(|entry| {
        let (took, rest) = entry.split_once(" ms  plan:\n")?;
        let lines = rest.lines().take_while(|line| line.starts_with('\t')).filter(|line| !line.contains("Query Text:"));
        let plan: String = lines.flat_map(|line| [line.trim_start_matches('\t'), "\n"]).collect();
        Some((took.parse().ok()?, plan))
    });
    entries.max_by(|(a, _): &(f64, _), (b, _)| a.total_cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_statement_of_a_log_is_found() {
        let log = "\
2026-01-01 LOG:  duration: 0.5 ms  plan:
\tQuery Text: SELECT 1
\tResult  (cost=0)
2026-01-01 LOG:  duration: 12.25 ms  plan:
\tQuery Text: SELECT 2
\tLimit  (cost=1)
\t  ->  Scan
2026-01-01 LOG:  something else
";
        assert_eq!(longest(log), Some((12.25, "Limit  (cost=1)\n  ->  Scan\n".to_owned())));
        assert_eq!(longest("LOG:  something else\n"), None);
    }
}
