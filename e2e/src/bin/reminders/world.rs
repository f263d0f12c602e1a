//! Servers, and people with tasks.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use e2e::{
    Stack,
    servers::Backend,
    services::{Postgres, Redis},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use todo_sdk::{
    Client,
    model::{BulkTasks, CreateTask, Id},
};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The service that delivers.
pub(crate) const SERVICE: &str = "deliverer";
pub(crate) const SECRET: &str = "q3T0n8sVxYw1ZrKc5uLhJmPdGfBaE2i7";
const PASSWORD: &str = "correct horse battery";
/// Tasks in one call.
const BULK: usize = 1000;

/// Servers on a database of their own. The services stop when it is dropped.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) name: &'static str,
    _services: Option<(Postgres, Option<Redis>)>,
}

impl World {
    /// One server on SQLite.
    pub(crate) fn sqlite() -> Self {
        let services = format!("{SERVICE}:{SECRET}");
        let stack = Stack::start_with(Backend::Sqlite, &[("TODO_SERVER_SERVICES", &services)]);
        Self { stack, name: "SQLite, 1 server", _services: None }
    }

    /// Two servers on PostgreSQL and Redis, or one without Redis.
    pub(crate) fn postgres(replicas: bool) -> Result<Self> {
        let services = format!("{SERVICE}:{SECRET}");
        let postgres = Postgres::start()?;
        let redis = if replicas { Some(Redis::start()?) } else { None };
        let url = redis.as_ref().map(Redis::url);
        let stack =
            Stack::on(&postgres.create_database("todo")?, url.as_deref(), &[("TODO_SERVER_SERVICES", &services)]);
        let name = if replicas { "PostgreSQL, 2 servers" } else { "PostgreSQL, 1 server" };
        Ok(Self { stack, name, _services: Some((postgres, redis)) })
    }

    /// People who have signed up.
    pub(crate) async fn people(&self, count: usize) -> Result<Vec<Client>> {
        let url = self.stack.todo_url();
        let join = |number: usize| {
            let url = url.clone();
            async move {
                let client = Client::builder(&url).build()?;
                let name = format!("person-{number}");
                client.users().register(&name, PASSWORD).send().await?;
                client.sign_in(&name, PASSWORD).await?;
                Ok::<_, todo_sdk::Error>(client)
            }
        };
        Ok(stream::iter(0..count).map(join).buffered(4).try_collect().await?)
    }
}

/// Makes tasks that remind at these times, shared out among people, and answers their ids.
pub(crate) async fn remind(people: &[Client], times: &[DateTime<Utc>]) -> Result<BTreeSet<Id>> {
    let shares = times.chunks(BULK).enumerate().map(|(index, times)| {
        let person = people[index % people.len()].clone();
        let task = |at: &DateTime<Utc>| CreateTask {
            title: "one".to_owned(),
            remind_time: Some(*at),
            ..CreateTask::default()
        };
        let bulk = BulkTasks { create: times.iter().map(task).collect(), ..BulkTasks::default() };
        async move { person.tasks().bulk(&bulk).send().await }
    });
    let made: Vec<_> = stream::iter(shares).buffered(2).try_collect().await?;
    Ok(made.into_iter().flat_map(|made| made.created).map(|task| task.id).collect())
}

/// The tasks whose reminders are not settled. At most a thousand of each person are asked for.
pub(crate) async fn pending(people: &[Client]) -> Result<BTreeSet<Id>> {
    let mut tasks = BTreeSet::new();
    for person in people {
        tasks.extend(person.reminders().pending().await?.into_iter().map(|row| row.task_id));
    }
    Ok(tasks)
}

/// Waits until everything is settled.
pub(crate) async fn settled(people: &[Client], limit: Duration) -> Result<()> {
    let end = Instant::now() + limit;
    loop {
        let left = pending(people).await?.len();
        if left == 0 {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(format!("{left} reminders are still pending after {} s", limit.as_secs()).into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
