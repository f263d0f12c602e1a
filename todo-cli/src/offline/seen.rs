//! The versions of tasks that were shown last: what a change is made on that has to wait.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Mutex, OnceLock, PoisonError},
};

use todo_sdk::model::{Id, Task};

use crate::paths;

/// So many tasks are remembered, the newest ones.
const MAX: usize = 10_000;

/// Kept in a file; what is lost with it is only how exactly a conflict is noticed.
pub(super) struct Seen {
    path: PathBuf,
    versions: OnceLock<Mutex<BTreeMap<Id, i64>>>,
}

impl Seen {
    pub(super) fn in_file(path: PathBuf) -> Self {
        Self { path, versions: OnceLock::new() }
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Id, i64>) -> T) -> T {
        let load = || {
            let text = fs::read_to_string(&self.path).unwrap_or_default();
            Mutex::new(serde_json::from_str(&text).unwrap_or_default())
        };
        work(&mut self.versions.get_or_init(load).lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn version(&self, id: Id) -> Option<i64> {
        self.with(|versions| versions.get(&id).copied())
    }

    pub(super) fn tasks<'t>(&self, tasks: impl IntoIterator<Item = &'t Task>) {
        self.change(tasks.into_iter().map(|task| (task.id, Some(task.version))));
    }

    pub(super) fn forget(&self, ids: impl IntoIterator<Item = Id>) {
        self.change(ids.into_iter().map(|id| (id, None)));
    }

    fn change(&self, changes: impl Iterator<Item = (Id, Option<i64>)>) {
        let mut changes = changes.peekable();
        if changes.peek().is_none() {
            return;
        }
        self.with(|versions| {
            let mut has_changed = false;
            for (id, version) in changes {
                has_changed |= match version {
                    Some(version) => versions.insert(id, version) != Some(version),
                    None => versions.remove(&id).is_some(),
                };
            }
            while versions.len() > MAX {
                versions.pop_first();
            }
            if let (true, Ok(text)) = (has_changed, serde_json::to_string(versions)) {
                // Without it the two clocks decide.
                let _ = paths::write_private(&self.path, &text);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen");
        let seen = Seen::in_file(path.clone());
        assert_eq!(seen.version(1), None);
        seen.change([(1, Some(3)), (2, Some(1))].into_iter());
        seen.forget([2]);
        let again = Seen::in_file(path.clone());
        assert_eq!((again.version(1), again.version(2)), (Some(3), None));
        fs::write(&path, "{half").unwrap();
        assert_eq!(Seen::in_file(path).version(1), None, "a broken file is none");
    }
}
