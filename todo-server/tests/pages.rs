//! Pages of a list of tasks, on both engines.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use rstest::rstest;
use server_kit::{
    journal,
    testing::{Engine, TestDb, at, caller},
};
use todo_sdk::model::{CreateTask, Task, TaskQuery};
use todo_server::store::{
    tags, tasks,
    users::{self, NewUser},
};

/// Makes a person with tags of these names; their ids.
async fn add_person(test: &TestDb, name: &str, tag_names: &'static [&'static str]) -> (i64, Vec<i64>) {
    let new = NewUser {
        username: name.to_owned(),
        password_hash: None,
        timezone: "Europe/Berlin".to_owned(),
        language: None,
    };
    let added = test.db.write(move |conn| {
        Box::pin(async move {
            let user = users::create(conn, at("08:00:00"), &new).await?.id;
            let mut tags = Vec::new();
            for name in tag_names {
                tags.push(tags::create(conn, &caller(user), at("08:00:00"), name).await?.id);
            }
            Ok((user, tags))
        })
    });
    added.await.unwrap()
}

async fn add_task(test: &TestDb, user: i64, tags: &[i64]) -> Task {
    let new = CreateTask { title: "a task".to_owned(), tags: tags.to_vec(), ..CreateTask::default() };
    let added = test.db.write(move |conn| {
        Box::pin(async move {
            let owner = journal::lock(conn, user).await?;
            Ok(tasks::create(conn, user, &owner, at("09:00:00"), new).await?.task)
        })
    });
    added.await.unwrap()
}

#[rstest]
#[tokio::test]
async fn each_page_by_id_has_its_own_tags_whoever_s_tasks_lie_between(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[values(1, 3, 10, 1000)] limit: u32,
) {
    let test = TestDb::open(engine).await;
    let (ann, tags) = add_person(&test, "ann", &["a", "b", "c"]).await;
    let (bob, others) = add_person(&test, "bob", &["a"]).await;
    let mut added = Vec::new();
    for number in 0..10 {
        // Of every four the first has no tag.
        added.push(add_task(&test, ann, &tags[..number % 4]).await);
        add_task(&test, bob, &others).await;
    }
    let mut query = TaskQuery { limit: Some(limit), ..TaskQuery::default() };
    let mut listed = Vec::new();
    loop {
        let page = tasks::list(&mut test.db.read().await.unwrap().conn(), ann, &query).await.unwrap();
        listed.extend(page.items);
        match page.next {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(listed, added);
}
