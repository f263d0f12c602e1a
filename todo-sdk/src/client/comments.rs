//! `/api/comments`: comments on tasks.

use futures_util::Stream;

use super::{
    Change, Client, Create, Error, Page,
    page::items,
    request::{Call, Server},
};
use crate::model::{Comment, CommentQuery, CreateComment, Due, Id, UpdateComment};

const COMMENTS: &str = "api/comments";

/// The calls about comments, which go to the comments-server.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// let comment = client.comments().create(12, "They close at five").await?;
/// client.comments().edit(comment.id, "They close at six").await?;
/// let page = client.comments().list().task_id(12).send().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Comments {
    pub(super) client: Client,
}

impl Comments {
    /// Comments on a task. 422 where there is no such task of one's own.
    pub fn create(&self, task_id: Id, content: impl Into<String>) -> Create<Comment> {
        self.create_from(CreateComment { task_id, content: content.into(), posted_date: None })
    }

    /// A comment with all that it has, e.g. one that comes from elsewhere.
    pub fn create_from(&self, comment: CreateComment) -> Create<Comment> {
        Create::new(self.client.clone(), Call::post(Server::Comments, COMMENTS, &comment))
    }

    /// One comment.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn get(&self, id: Id) -> Result<Comment, Error> {
        self.client.send(Call::get(Server::Comments, format!("{COMMENTS}/{id}"))).await?.json()
    }

    /// All comments, in the order they were made in.
    pub fn list(&self) -> CommentListBuilder {
        CommentListBuilder { client: self.client.clone(), query: CommentQuery::default() }
    }

    /// Changes the text of a comment.
    pub fn edit(&self, id: Id, content: impl Into<String>) -> Change<Comment> {
        let changes = UpdateComment { content: Some(content.into()) };
        Change::new(self.client.clone(), Call::patch(Server::Comments, format!("{COMMENTS}/{id}"), &changes))
    }

    /// Deletes a comment.
    pub fn delete(&self, id: Id) -> Change<()> {
        Change::delete(self.client.clone(), Server::Comments, COMMENTS, id)
    }
}

/// A list of comments; see [`Comments::list`].
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct CommentListBuilder {
    client: Client,
    query: CommentQuery,
}

impl CommentListBuilder {
    /// Comments on this task.
    pub fn task_id(mut self, id: Id) -> Self {
        self.query.task_id = Some(id);
        self
    }

    /// Posted at this moment (or on this day) or later.
    pub fn posted_after(mut self, time: impl Into<Due>) -> Self {
        self.query.posted_after = Some(time.into());
        self
    }

    /// Posted before this moment (or day).
    pub fn posted_before(mut self, time: impl Into<Due>) -> Self {
        self.query.posted_before = Some(time.into());
        self
    }

    /// Comments that contain this, whatever the case.
    pub fn q(mut self, text: impl Into<String>) -> Self {
        self.query.q = Some(text.into());
        self
    }

    /// Items on a page, 1–1000; 100 by default.
    pub fn limit(mut self, limit: u32) -> Self {
        self.query.limit = Some(limit);
        self
    }

    /// Begins with the page that [`Page::next`] names.
    pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
        self.query.cursor = Some(cursor.into());
        self
    }

    /// One page.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<Page<Comment>, Error> {
        Page::read(&self.client.send(Call::list(Server::Comments, COMMENTS, &self.query)?).await?)
    }

    /// The items of all pages.
    pub fn stream(self) -> impl Stream<Item = Result<Comment, Error>> + Send + 'static {
        items(self.query.cursor.clone(), move |cursor| {
            let page = Self { query: CommentQuery { cursor, ..self.query.clone() }, ..self.clone() };
            page.send()
        })
    }
}
