//! Where things are kept.

use std::{io, path::Path, path::PathBuf};

use etcetera::{AppStrategy, AppStrategyArgs, choose_app_strategy};

fn strategy() -> Option<impl AppStrategy> {
    choose_app_strategy(AppStrategyArgs {
        top_level_domain: "org".to_owned(),
        author: "todo".to_owned(),
        app_name: "todo".to_owned(),
    })
    .ok()
}

/// The data directory: `TODO_DATA_DIR`, else the platform's (`~/.local/share/todo` on Linux).
#[must_use]
pub fn data_dir() -> PathBuf {
    from_env("TODO_DATA_DIR").or_else(|| strategy().map(|dirs| dirs.data_dir())).unwrap_or_else(|| "todo-data".into())
}

/// The configuration directory: `TODO_CONFIG_DIR`, else the platform's (`~/.config/todo` on Linux).
#[must_use]
pub fn config_dir() -> PathBuf {
    from_env("TODO_CONFIG_DIR")
        .or_else(|| strategy().map(|dirs| dirs.config_dir()))
        .unwrap_or_else(|| "todo-config".into())
}

fn from_env(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Makes a folder that only its owner can enter, and those above it.
///
/// # Errors
///
/// As the system says.
pub fn make_private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
