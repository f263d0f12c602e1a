//! Every store method, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod changes;
mod lists;
mod people;
mod tags;
mod tasks;

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
    self,
    users::{self, NewUser},
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
            let made = store::tasks::create(conn, user, &owner, at("09:00:00"), new).await?;
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
            let changed = store::tasks::update(conn, user, &owner, at("10:00:00"), id, &if_match, changes).await?;
            journal::append(conn, &caller(user), at("10:00:00"), changed.entries).await?;
            Ok(changed.task)
        })
    })
    .await
}

async fn get(db: &Db, user: i64, id: i64) -> Result<Task, Error> {
    store::tasks::get(&mut db.read().await?.conn(), user, id).await
}

async fn titles(db: &Db, user: i64, query: TaskQuery) -> Vec<String> {
    let mut titles = Vec::new();
    let mut query = query;
    loop {
        let page = store::tasks::list(&mut db.read().await.unwrap().conn(), user, &query).await.unwrap();
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
            store::tags::create(conn, &caller(user), at("09:00:00"), name).await
        })
    });
    make.await.unwrap().id
}

fn titled(title: &str) -> CreateTask {
    CreateTask { title: title.to_owned(), ..CreateTask::default() }
}
