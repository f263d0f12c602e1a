//! What every command works with.

use std::collections::HashSet;

use chrono::{DateTime, Local};
use futures_util::TryStreamExt;
use todo_sdk::{
    Client,
    model::{LIMIT_MAX, Tag, Task},
};
use tokio::sync::OnceCell;

use crate::{
    error::Error,
    offline::{self, Offline},
    output::{
        Printer, report,
        view::{Look, TagNames},
    },
    profile::Place,
};

/// What every command works with.
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) printer: Printer,
    pub(crate) place: Place,
    pub(crate) now: DateTime<Local>,
    /// What waits for the server, where there is one to be away.
    pub(crate) offline: Option<Offline>,
    tag_names: OnceCell<TagNames>,
}

impl Context {
    pub(crate) fn new(client: Client, printer: Printer, place: Place) -> Self {
        Self { client, printer, place, now: Local::now(), offline: None, tag_names: OnceCell::new() }
    }

    pub(crate) fn look(&self) -> Look<'_> {
        Look { printer: &self.printer, now: &self.now }
    }

    /// Whether output is for people.
    pub(crate) fn in_words(&self) -> bool {
        !self.printer.json && !self.printer.quiet
    }

    /// Every tag of the user.
    pub(crate) async fn all_tags(&self) -> Result<Vec<Tag>, Error> {
        Ok(self.client.tags().list().limit(LIMIT_MAX).stream().try_collect().await?)
    }

    /// The names of tags, fetched once.
    pub(crate) async fn tag_names(&self) -> Result<&TagNames, Error> {
        let fetch = async || Ok(self.all_tags().await?.into_iter().map(|tag| (tag.id, tag.name)).collect());
        self.tag_names.get_or_try_init(fetch).await
    }

    /// Prints a task that was made or changed, with what happened to it in front.
    pub(crate) async fn print_task(&self, happened: &str, task: &Task) -> Result<(), Error> {
        offline::saw(self, [task]);
        let none = TagNames::new();
        let wants_names = self.in_words() && !task.tags.is_empty();
        // The change is made; that the names can't be had is no reason to call it failed.
        let names = if wants_names { self.tag_names().await.unwrap_or(&none) } else { &none };
        self.printer.item(task, task.id, || format!("{happened} {}", self.look().task_line(task, names)))
    }

    /// Does `act` for each id. Failures are reported one by one and the rest goes on, unless it would fail alike.
    ///
    /// # Errors
    ///
    /// With several ids, [`Error::Reported`] with the highest exit code.
    pub(crate) async fn each(
        &self,
        noun: &str,
        ids: &[i64],
        act: impl AsyncFn(i64) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut worst = 0;
        let mut unheard = None;
        let mut seen = HashSet::new();
        for id in ids {
            // Named twice is meant once.
            if !seen.insert(id) {
                continue;
            }
            let about = |error: Error| match error.subject() {
                Some(_) => error,
                None => error.about(format!("{noun} {}", offline::id_words(*id))),
            };
            match act(*id).await.map_err(about) {
                Ok(()) => {}
                Err(error) if error.is_broken_pipe() => unheard = Some(error),
                Err(error) if ids.len() == 1 || error.is_lasting() => return Err(error),
                Err(error) => {
                    report::report(&error, &self.printer, Some(&self.place));
                    worst = worst.max(error.exit_code());
                }
            }
        }
        match (worst, unheard) {
            (0, None) => Ok(()),
            (0, Some(error)) => Err(error),
            (code, _) => Err(Error::Reported(code)),
        }
    }
}
