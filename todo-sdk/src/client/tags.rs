//! `/api/tags`: tags, called categories in the other clients.

use futures_util::Stream;

use super::{
    Change, Client, Create, Error, Page,
    page::items,
    request::{Call, Server},
};
use crate::model::{CreateTag, Id, Tag, TagQuery, UpdateTag};

const TAGS: &str = "api/tags";

/// The calls about tags.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// let home = client.tags().create("home").await?;
/// let home = client.tags().rename(home.id, "house").if_match(home.version).await?;
/// client.tags().delete(home.id).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tags {
    pub(super) client: Client,
}

impl Tags {
    /// Makes a tag. 409 where there is one of that name, whatever the case.
    pub fn create(&self, name: impl Into<String>) -> Create<Tag> {
        Create::new(self.client.clone(), Call::post(Server::Todo, TAGS, &CreateTag { name: name.into() }))
    }

    /// One tag.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn get(&self, id: Id) -> Result<Tag, Error> {
        self.client.send(Call::get(Server::Todo, format!("{TAGS}/{id}"))).await?.json()
    }

    /// All tags, in the order they were made in.
    pub fn list(&self) -> TagListBuilder {
        TagListBuilder { client: self.client.clone(), query: TagQuery::default() }
    }

    /// Renames a tag. 409 where there is another one of that name, whatever the case.
    pub fn rename(&self, id: Id, name: impl Into<String>) -> Change<Tag> {
        let changes = UpdateTag { name: Some(name.into()) };
        Change::new(self.client.clone(), Call::patch(Server::Todo, format!("{TAGS}/{id}"), &changes))
    }

    /// Deletes a tag. Its tasks stay.
    pub fn delete(&self, id: Id) -> Change<()> {
        Change::delete(self.client.clone(), Server::Todo, TAGS, id)
    }
}

/// A list of tags; see [`Tags::list`].
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct TagListBuilder {
    client: Client,
    query: TagQuery,
}

impl TagListBuilder {
    /// Tags whose name contains this, whatever the case.
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
    pub async fn send(self) -> Result<Page<Tag>, Error> {
        Page::read(&self.client.send(Call::list(Server::Todo, TAGS, &self.query)?).await?)
    }

    /// The items of all pages.
    pub fn stream(self) -> impl Stream<Item = Result<Tag, Error>> + Send + 'static {
        items(self.query.cursor.clone(), move |cursor| {
            let page = Self { query: TagQuery { cursor, ..self.query.clone() }, ..self.clone() };
            page.send()
        })
    }
}
