//! What became of updates, in files: where there is no Redis, and of those put by also where there is. One that ends this program comes again with its next start, and
//! must not do so for ever; one that is done comes again too, as long as an older one is not, and must not be answered twice.

use std::{
    collections::VecDeque,
    fs,
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use super::UPDATE_TTL;

/// What stands in the file of an update that is done.
const DONE: &str = "done";
/// The ending of files that hold an update.
const PUT_BY: &str = "json";
/// So many updates that are done are remembered: more than may come again.
const DONE_MAX: usize = 1000;

/// A file for each update. Where there is no folder, nothing is remembered.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    folder: Option<PathBuf>,
    /// Those that are done, the oldest first.
    done: Arc<Mutex<VecDeque<u32>>>,
}

impl Files {
    /// Files in that folder, which is made if need be.
    #[must_use]
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        let mut done = VecDeque::new();
        let folder = folder.filter(|folder| match prepare(folder) {
            Ok(found) => {
                done = found.into();
                true
            }
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "cannot note what became of updates");
                false
            }
        });
        Self { folder, done: Arc::new(Mutex::new(done)) }
    }

    /// Counts that an update is begun. It takes a few microseconds.
    #[must_use]
    pub(super) fn begin(&self, update: u32) -> u64 {
        let Some(path) = self.path(update) else { return 1 };
        let before = fs::read_to_string(&path).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        let count = before.saturating_add(1);
        note(update, &path, &count.to_string());
        count
    }

    /// Whether an update is done.
    #[must_use]
    pub(super) fn is_done(&self, update: u32) -> bool {
        self.path(update).and_then(|path| fs::read_to_string(path).ok()).is_some_and(|text| text == DONE)
    }

    /// An update is done. One that was so long ago that it can't come again is forgotten.
    pub(super) fn done(&self, update: u32) {
        let Some(path) = self.path(update) else { return };
        note(update, &path, DONE);
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.push_back(update);
        while done.len() > DONE_MAX {
            if let Some(path) = done.pop_front().and_then(|oldest| self.path(oldest)) {
                // What was never noted is no trouble.
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Keeps an update for the next start. Whether that worked.
    pub(super) async fn put_by(&self, update: u32, text: String) -> bool {
        let Some(path) = self.path(update) else { return false };
        // Telegram forgets it next, so it has to be on the disk.
        let written = tokio::task::spawn_blocking(move || write(&path.with_extension(PUT_BY), &text)).await;
        match written.map_err(io::Error::other).flatten() {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(update, %error, "cannot put an update by");
                false
            }
        }
    }

    /// The updates that were put by, in no order.
    #[must_use]
    pub(super) fn all_put_by(&self) -> Vec<String> {
        let Some(entries) = self.folder.as_ref().and_then(|folder| fs::read_dir(folder).ok()) else {
            return Vec::new();
        };
        let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
        let kept = paths.filter(|path| path.extension().is_some_and(|ending| ending == PUT_BY));
        kept.filter_map(|path| fs::read_to_string(path).ok()).collect()
    }

    /// An update that was put by is done.
    pub(super) fn drop_put_by(&self, update: u32) {
        if let Some(path) = self.path(update) {
            // One that stays is known to be done when it is looked at again.
            let _ = fs::remove_file(path.with_extension(PUT_BY));
        }
    }

    fn path(&self, update: u32) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(update.to_string()))
    }
}

fn note(update: u32, path: &Path, text: &str) {
    if let Err(error) = fs::write(path, text) {
        tracing::warn!(update, %error, "cannot note what became of an update");
    }
}

/// All of it or nothing.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let unfinished = path.with_extension("new");
    let mut file = fs::File::create(&unfinished)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(unfinished, path)?;
    path.parent().map_or(Ok(()), |folder| fs::File::open(folder)?.sync_all())
}

/// Makes the folder, deletes what nobody will ask for any more, and answers which updates are done.
fn prepare(folder: &Path) -> io::Result<Vec<u32>> {
    // What people write is theirs.
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut done = Vec::new();
    for path in fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())) {
        // What is none of ours is left as it is.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let age = path.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > UPDATE_TTL {
            fs::remove_file(path)?;
        } else if text == DONE {
            done.extend(path.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()));
        }
    }
    done.sort_unstable();
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_next_start_knows_what_became_of_updates() {
        let folder = tempfile::tempdir().unwrap();
        let path = Some(folder.path().join("updates"));
        let files = Files::new(path.clone());
        assert_eq!(files.begin(7), 1);
        assert_eq!(files.begin(8), 1);
        files.done(8);
        assert!(files.put_by(7, "seven".to_owned()).await);
        let files = Files::new(path.clone());
        assert_eq!(files.begin(7), 2);
        assert!(files.is_done(8) && !files.is_done(7));
        assert_eq!(files.all_put_by(), ["seven"]);
        files.drop_put_by(7);
        assert!(Files::new(path).all_put_by().is_empty());
    }

    #[test]
    fn those_done_long_ago_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(Some(folder.path().to_owned()));
        let last = u32::try_from(DONE_MAX).unwrap();
        (0..=last).for_each(|update| files.done(update));
        assert!(!files.is_done(0) && files.is_done(1) && files.is_done(last));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), DONE_MAX);
    }
}
