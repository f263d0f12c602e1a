//! Changes of many tasks: in as few calls as the server takes them in.

use futures_util::{StreamExt, TryStreamExt, stream};
use todo_sdk::model::{BULK_MAX, BulkTasks, BulkUpdate, Id, Task, UpdateTask};

use super::Session;
use crate::{error::Error, tui::msg::Outcome};

/// How often putting a tag on is tried where others change the same tasks.
const TRIES: usize = 3;
/// Tasks that are asked for at once.
const AT_ONCE: usize = 8;

impl Session {
    /// One by itself, several in one call.
    pub(super) async fn update(&self, changes: &[(Id, UpdateTask)], key: &str) -> Result<Outcome, Error> {
        let client = self.client()?;
        if let [(id, changes)] = changes {
            return Ok(Outcome::Tasks(vec![client.tasks().update(*id).changes(changes.clone()).send().await?]));
        }
        let mut tasks = Vec::with_capacity(changes.len());
        for (number, part) in changes.chunks(BULK_MAX).enumerate() {
            let update =
                part.iter().map(|(id, changes)| BulkUpdate { id: *id, version: None, changes: changes.clone() });
            let bulk = BulkTasks { update: update.collect(), ..BulkTasks::default() };
            let key = format!("{key}-{number}");
            tasks.extend(client.tasks().bulk(&bulk).idempotency_key(key).send().await?.updated);
        }
        let ids: Vec<Id> = changes.iter().map(|(id, _)| *id).collect();
        Ok(self.in_parts(Outcome::Tasks(tasks), &ids).await)
    }

    pub(super) async fn delete(&self, ids: &[Id], key: &str) -> Result<Outcome, Error> {
        let client = self.client()?;
        let deleted = Outcome::Deleted(ids.to_vec());
        if let [id] = ids {
            client.tasks().delete(*id).send().await?;
            return Ok(deleted);
        }
        for (number, part) in ids.chunks(BULK_MAX).enumerate() {
            let bulk = BulkTasks { delete: part.to_vec(), ..BulkTasks::default() };
            client.tasks().bulk(&bulk).idempotency_key(format!("{key}-{number}")).send().await?;
        }
        Ok(self.in_parts(deleted, ids).await)
    }

    /// Puts tags on and takes them off. `before` is what is known of the tasks.
    pub(super) async fn retag(
        &self,
        ids: &[Id],
        before: &[Task],
        [add, remove]: [&[Id]; 2],
        key: &str,
    ) -> Result<Outcome, Error> {
        let mut tasks = Vec::with_capacity(ids.len());
        for (number, part) in ids.chunks(BULK_MAX).enumerate() {
            let known = before.iter().filter(|task| part.contains(&task.id)).cloned().collect();
            tasks.extend(self.retag_part(part, known, [add, remove], &format!("{key}-{number}")).await?);
        }
        Ok(self.in_parts(Outcome::Tasks(tasks), ids).await)
    }

    /// The API sets all tags at once: the versions guard those that somebody else puts on meanwhile.
    async fn retag_part(
        &self,
        ids: &[Id],
        mut known: Vec<Task>,
        [add, remove]: [&[Id]; 2],
        key: &str,
    ) -> Result<Vec<Task>, Error> {
        let client = self.client()?;
        let mut tries = 0;
        loop {
            tries += 1;
            let update: Vec<BulkUpdate> = known
                .iter()
                .map(|task| (task, retagged(task, add, remove)))
                .filter(|(task, tags)| tries == 1 || task.tags != *tags)
                .map(|(task, tags)| BulkUpdate {
                    id: task.id,
                    version: Some(task.version),
                    changes: UpdateTask { tags: Some(Some(tags)), ..UpdateTask::default() },
                })
                .collect();
            if update.is_empty() {
                return Ok(known);
            }
            let bulk = BulkTasks { update, ..BulkTasks::default() };
            let call = client.tasks().bulk(&bulk);
            // What is sent again is about other versions, which guard it.
            let call = if tries == 1 { call.idempotency_key(key) } else { call };
            match call.send().await {
                Err(error) if matches!(error.status(), Some(404 | 412)) && tries < TRIES => {
                    known = self.tasks(ids).await?;
                }
                result => {
                    let updated = result?.updated;
                    known.retain(|task| !updated.iter().any(|other| other.id == task.id));
                    known.extend(updated);
                    return Ok(known);
                }
            }
        }
    }

    /// These tasks as they are now; without those that are gone.
    async fn tasks(&self, ids: &[Id]) -> Result<Vec<Task>, Error> {
        let client = self.client()?;
        let get = |id: Id| {
            let tasks = client.tasks();
            async move {
                match tasks.get(id).await {
                    Err(error) if error.status() == Some(404) => Ok(None),
                    result => result.map(Some),
                }
            }
        };
        let tasks: Vec<Option<Task>> = stream::iter(ids.to_vec()).map(get).buffered(AT_ONCE).try_collect().await?;
        Ok(tasks.into_iter().flatten().collect())
    }

    /// With the calls that it took, where one was not enough: undo takes them as one.
    async fn in_parts(&self, outcome: Outcome, ids: &[Id]) -> Outcome {
        if ids.len() <= BULK_MAX {
            return outcome;
        }
        let parts: Vec<&[Id]> = ids.chunks(BULK_MAX).collect();
        Outcome::InParts(Box::new(outcome), self.calls_of(&parts).await)
    }
}

fn retagged(task: &Task, add: &[Id], remove: &[Id]) -> Vec<Id> {
    let kept = task.tags.iter().filter(|tag| !remove.contains(tag));
    let mut tags: Vec<Id> = kept.chain(add).copied().collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}
