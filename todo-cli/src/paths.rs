//! Where things are kept: the same folders as the servers'.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

use crate::profile::Env;

fn strategy() -> Option<impl AppStrategy> {
    choose_app_strategy(AppStrategyArgs {
        top_level_domain: "org".to_owned(),
        author: "todo".to_owned(),
        app_name: "todo".to_owned(),
    })
    .ok()
}

/// The data directory: `TODO_DATA_DIR`, else the platform's (`~/.local/share/todo` on Linux).
pub(crate) fn data_dir(env: Env<'_>) -> PathBuf {
    env.get("TODO_DATA_DIR")
        .map(PathBuf::from)
        .or_else(|| strategy().map(|dirs| dirs.data_dir()))
        .unwrap_or_else(|| "todo-data".into())
}

/// The configuration directory: `TODO_CONFIG_DIR`, else the platform's (`~/.config/todo` on Linux).
pub(crate) fn config_dir(env: Env<'_>) -> PathBuf {
    env.get("TODO_CONFIG_DIR")
        .map(PathBuf::from)
        .or_else(|| strategy().map(|dirs| dirs.config_dir()))
        .unwrap_or_else(|| "todo-config".into())
}

/// Makes a folder that only its owner can enter, and those above it.
pub(crate) fn make_private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file that only its owner can read, and makes it if need be.
pub(crate) fn open_private(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}

/// Puts a file in place whole or not at all, readable for its owner alone. Its folder must exist.
pub(crate) fn write_private(path: &Path, content: &str) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.tmp", std::process::id()));
    let written = write_synced(&temporary, content).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written?;
    sync_folder_of(path)
}

fn write_synced(path: &Path, content: &str) -> io::Result<()> {
    // A file left behind by a process of the same id could have wider permissions.
    let _ = fs::remove_file(path);
    let mut file = open_private(path, OpenOptions::new().write(true).create_new(true))?;
    file.write_all(content.as_bytes())?;
    file.sync_all()
}

/// The new name survives a loss of power too.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
