//! Which updates were begun and how often, in files: one that ends this program comes again with its next start, and must not
//! do so for ever.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// Telegram repeats for a day.
const KEPT: Duration = Duration::from_secs(86_400);

/// A file for each update that is not done yet. Where there is no folder, nothing is counted.
#[derive(Debug, Clone)]
pub(crate) struct Begun {
    folder: Option<PathBuf>,
}

impl Begun {
    /// Counts in that folder, which is made if need be.
    #[must_use]
    pub(crate) fn new(folder: Option<PathBuf>) -> Self {
        let folder = folder.filter(|folder| match prepare(folder) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(folder = %folder.display(), %error, "cannot note which updates were begun");
                false
            }
        });
        Self { folder }
    }

    /// Counts that an update is begun. It takes a few microseconds.
    #[must_use]
    pub(crate) fn count(&self, update: u32) -> u64 {
        let Some(path) = self.path(update) else { return 1 };
        let before = fs::read_to_string(&path).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
        let count = before.saturating_add(1);
        if let Err(error) = fs::write(&path, count.to_string()) {
            tracing::warn!(update, %error, "cannot note that an update was begun");
        }
        count
    }

    /// An update is done.
    pub(crate) fn forget(&self, update: u32) {
        if let Some(path) = self.path(update) {
            // What was never noted is no trouble.
            let _ = fs::remove_file(path);
        }
    }

    fn path(&self, update: u32) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(update.to_string()))
    }
}

/// Makes the folder, and deletes what nobody will ask for any more.
fn prepare(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > KEPT {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
