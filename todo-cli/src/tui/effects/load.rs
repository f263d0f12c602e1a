//! Loading: everything, and the details of one task.

use futures_util::{TryStreamExt, future};
use todo_sdk::model::{Id, LIMIT_MAX};
use tokio::time::sleep;

use super::{PAUSE, Session, is_passing, is_signed_out};
use crate::{error::Error, tui::msg::Msg};

/// Changes looked through for the history of a task.
const HISTORY: u32 = 1000;

impl Session {
    /// Loads everything, and does not give up while the server is away.
    pub(super) async fn load(&self) {
        while let Err(error) = self.try_load().await {
            if is_signed_out(&error) {
                return self.tell(Msg::SignedOut);
            }
            if !is_passing(&error) {
                return self.tell(Msg::Fatal(Box::new(error)));
            }
            self.tell(Msg::NotLoaded(error.chain()));
            sleep(PAUSE).await;
        }
    }

    async fn try_load(&self) -> Result<(), Error> {
        let client = self.client()?;
        // First the place in the journal: what changes while the rest is loaded comes after it.
        let newest = client.changes().list().newest_first().limit(1).send().await?;
        let seq = newest.first().map_or(0, |change| change.seq);
        self.tell(Msg::Loading);
        self.tell(Msg::Tags(client.tags().list().limit(LIMIT_MAX).stream().try_collect().await?));
        for completed in [false, true] {
            let mut cursor = None;
            loop {
                let page = client.tasks().list().completed(completed).limit(LIMIT_MAX);
                let page = cursor.into_iter().fold(page, |page, cursor: String| page.cursor(cursor)).send().await?;
                self.tell(Msg::Tasks(page.items));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        self.tell(Msg::Reminders(client.reminders().pending().await?));
        self.tell(Msg::Loaded { seq });
        Ok(())
    }

    pub(super) async fn reminders(&self) {
        match self.client() {
            Ok(client) => match client.reminders().pending().await {
                Ok(rows) => self.tell(Msg::Reminders(rows)),
                Err(error) => self.tell(Msg::Trouble(format!("reminders: {error}"))),
            },
            Err(error) => self.tell(Msg::Trouble(error.chain())),
        }
    }

    pub(super) async fn details(&self, id: Id) {
        match self.try_details(id).await {
            Ok(msg) => self.tell(msg),
            Err(_) => self.tell(Msg::NotDetails(id)),
        }
    }

    async fn try_details(&self, id: Id) -> Result<Msg, Error> {
        let client = self.client()?;
        let comments = client.comments().list().task_id(id).limit(LIMIT_MAX).stream().try_collect();
        let journal = client.changes().list().newest_first().limit(HISTORY).send();
        let (comments, reminders, journal) = future::join3(comments, client.reminders().of_task(id), journal).await;
        let mut comments: Vec<todo_sdk::model::Comment> = comments?;
        comments.sort_by_key(|comment| (comment.posted_date, comment.id));
        let mut reminders = reminders?;
        reminders.reverse();
        Ok(Msg::Details { id, comments, reminders, journal: journal? })
    }

    /// Tasks whose description or comments contain the text.
    pub(super) async fn find(&self, text: String) {
        match self.try_find(&text).await {
            Ok(ids) => self.tell(Msg::Found { text, ids }),
            Err(error) => self.tell(Msg::Trouble(format!("descriptions and comments were not searched: {error}"))),
        }
    }

    async fn try_find(&self, text: &str) -> Result<Vec<Id>, Error> {
        let client = self.client()?;
        let tasks = client.tasks().list().q(text).limit(LIMIT_MAX).send();
        let comments = client.comments().list().q(text).limit(LIMIT_MAX).stream();
        let comments = comments.map_ok(|comment| comment.task_id).try_collect::<Vec<Id>>();
        let (tasks, comments) = future::join(tasks, comments).await;
        let mut ids: Vec<Id> = tasks?.items.into_iter().map(|task| task.id).collect();
        ids.extend(comments?);
        Ok(ids)
    }
}
