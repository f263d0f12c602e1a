//! Makes a task of each line of a file, up to 1,000 in one call.
//!
//! `TODO_SERVER_URL=http://127.0.0.1:8000 TODO_TOKEN=… cargo run --example bulk_import -- FILE`
//!
//! Started again with the same file within 24 hours, after whatever went wrong, it makes nothing twice: the key of each
//! call is made of what is in it.

use std::{
    env,
    error::Error,
    fs,
    hash::{DefaultHasher, Hash, Hasher},
};

use todo_sdk::{
    Client,
    model::{BULK_MAX, BulkTasks, CreateTask},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = env::args().nth(1).ok_or("which file? bulk_import FILE")?;
    let client = Client::builder(env::var("TODO_SERVER_URL")?)
        .access_token(env::var("TODO_TOKEN")?)
        .client_name("bulk-import/1.0")
        .build()?;

    let text = fs::read_to_string(path)?;
    let titles: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let (mut made, mut known) = (0, 0);
    for (part, titles) in titles.chunks(BULK_MAX).enumerate() {
        let create = titles.iter().map(|title| CreateTask { title: (*title).to_owned(), ..CreateTask::default() });
        let tasks = BulkTasks { create: create.collect(), ..BulkTasks::default() };
        let call = client.tasks().bulk(&tasks).idempotency_key(key(part, titles));
        // All of the part or nothing: an error names each line that can't be a task, as `create[3].title`.
        match call.send_noting_replay().await? {
            (answer, false) => made += answer.created.len(),
            (answer, true) => known += answer.created.len(),
        }
    }
    println!("{made} made, {known} were made before");
    Ok(())
}

fn key(part: usize, titles: &[&str]) -> String {
    let mut hasher = DefaultHasher::new();
    (part, titles).hash(&mut hasher);
    format!("bulk-import-{:016x}", hasher.finish())
}
