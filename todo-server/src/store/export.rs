//! All of a person's data, page by page.

use std::collections::HashMap;

use server_kit::{Error, comments, db::Conn};
use todo_sdk::model::{Comment, Exported, Id, TagQuery, TaskQuery};

use super::{tags, tasks};

/// Tasks on a page: a thousand of the longest are ten megabytes.
const PAGE: u32 = 500;

/// Where an export stands.
#[derive(Debug, Default)]
pub enum Place {
    /// Before the tags behind this cursor.
    #[default]
    Begin,
    /// Within the tags.
    Tags(String),
    /// Before the tasks.
    BeforeTasks,
    /// Within the tasks.
    Tasks(String),
    /// All was told.
    Over,
}

/// The next lines, and where it goes on.
///
/// # Errors
///
/// As the database says.
pub async fn page(conn: &mut Conn<'_>, user: Id, place: Place) -> Result<(Vec<Exported>, Place), Error> {
    match place {
        Place::Begin => some_tags(conn, user, None).await,
        Place::Tags(cursor) => some_tags(conn, user, Some(cursor)).await,
        Place::BeforeTasks => some_tasks(conn, user, None).await,
        Place::Tasks(cursor) => some_tasks(conn, user, Some(cursor)).await,
        Place::Over => Ok((Vec::new(), Place::Over)),
    }
}

async fn some_tags(conn: &mut Conn<'_>, user: Id, cursor: Option<String>) -> Result<(Vec<Exported>, Place), Error> {
    let page = tags::list(conn, user, &TagQuery { limit: Some(PAGE), cursor, ..TagQuery::default() }).await?;
    let next = page.next.map_or(Place::BeforeTasks, Place::Tags);
    Ok((page.items.into_iter().map(Exported::Tag).collect(), next))
}

async fn some_tasks(conn: &mut Conn<'_>, user: Id, cursor: Option<String>) -> Result<(Vec<Exported>, Place), Error> {
    let ordering = Some("id".to_owned());
    let query = TaskQuery { limit: Some(PAGE), cursor, ordering, ..TaskQuery::default() };
    let page = tasks::list(conn, user, &query).await?;
    let mut of_task: HashMap<Id, Vec<Comment>> = HashMap::new();
    if let (Some(first), Some(last)) = (page.items.first(), page.items.last()) {
        for comment in comments::of_tasks(conn, user, first.id..=last.id).await? {
            of_task.entry(comment.task_id).or_default().push(comment);
        }
    }
    let mut lines = Vec::with_capacity(page.items.len());
    for task in page.items {
        let comments = of_task.remove(&task.id).unwrap_or_default();
        lines.push(Exported::Task(Box::new(task)));
        lines.extend(comments.into_iter().map(Exported::Comment));
    }
    Ok((lines, page.next.map_or(Place::Over, Place::Tasks)))
}
