//! Settings, permissions, the database of this machine.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
};

use super::Check;
use crate::{
    config_file,
    error::Error,
    paths,
    profile::{Env, Place},
};

/// Below this, a database soon can't grow.
const ROOM_LOW: u64 = 200 << 20;
/// Below this, it can't.
const ROOM_NONE: u64 = 10 << 20;

/// `config.toml`, and the place that it leads to.
pub(super) fn settings(env: Env<'_>, place: Result<&Place, &Error>) -> Check {
    const NAME: &str = "settings";
    let path = paths::config_dir(env).join("config.toml");
    let shown = path.display();
    let place = match place {
        Ok(place) => place,
        // It names the file by itself, if that is to blame.
        Err(error) => {
            return Check::failed(NAME, error.chain(), "mend it by `todo config edit`, or name another --profile");
        }
    };
    let Ok(text) = fs::read_to_string(&path) else {
        return Check::ok(NAME, format!("profile {}; there is no {shown}, and none is needed", place.profile));
    };
    match config_file::doubts(&text).as_slice() {
        [] => Check::ok(NAME, format!("profile {}, {shown}", place.profile)),
        doubts => Check::warning(NAME, format!("{shown}: {}", doubts.join("; ")), "mend it by `todo config edit`"),
    }
}

/// Who else could read or change what is kept.
#[cfg(unix)]
pub(super) fn permissions(env: Env<'_>) -> Vec<Check> {
    const NAME: &str = "permissions";
    let (data, config) = (paths::data_dir(env), paths::config_dir(env));
    let mut found = Vec::new();
    // Who can't write there can't renew a session, and so is signed out before long.
    for folder in [data.clone(), data.join("credentials")] {
        if folder.is_dir() && !may_write(&folder) {
            let detail = format!("{} can't be written to: nothing new can be kept there", folder.display());
            found.push(Check::failed(NAME, detail, format!("chmod u+rwx {}", quoted(&folder))));
        }
    }
    for (path, most) in secrets(&data) {
        found.extend(fault(&path, most).map(|(detail, mend)| Check::failed(NAME, detail, mend)));
    }
    // There are no secrets in the settings, but whoever may write them says where changes go.
    for path in [config.clone(), config.join("config.toml")] {
        found.extend(fault(&path, 0o755).map(|(detail, mend)| Check::failed(NAME, detail, mend)));
    }
    if found.is_empty() {
        found.push(Check::ok(NAME, "what is kept is yours alone"));
    }
    found
}

#[cfg(not(unix))]
pub(super) fn permissions(_env: Env<'_>) -> Vec<Check> {
    Vec::new()
}

/// What only its owner may read, with the most that its mode may be.
#[cfg(unix)]
fn secrets(data: &Path) -> Vec<(PathBuf, u32)> {
    let mut paths = vec![(data.to_owned(), 0o700), (data.join("signing-key.pem"), 0o600)];
    for folder in ["credentials", "outbox"].map(|name| data.join(name)) {
        let files = fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
        let files: Vec<_> = files.map(|file| (file.path(), 0o600)).collect();
        paths.push((folder, 0o700));
        paths.extend(files);
    }
    paths
}

/// What is wrong with the owner or the mode, and what to do about it.
#[cfg(unix)]
fn fault(path: &Path, most: u32) -> Option<(String, String)> {
    use std::os::unix::fs::MetadataExt;
    let metadata = fs::metadata(path).ok()?;
    let (mode, shown) = (metadata.mode() & 0o777, quoted(path));
    let me = rustix::process::geteuid().as_raw();
    if metadata.uid() != me && me != 0 {
        let detail = format!("{shown} belongs to another user of this machine");
        return Some((detail, format!("sudo chown -R \"$USER\" {shown}")));
    }
    (mode & !most != 0).then(|| {
        let what = if mode & 0o022 & !most != 0 { "changed" } else { "read" };
        (format!("{shown} can be {what} by others (mode {mode:o})"), format!("chmod {most:o} {shown}"))
    })
}

/// For a shell.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = text.chars().all(|c| c.is_alphanumeric() || "/._-+@".contains(c));
    if plain { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// The database on this machine: that it can be written to, and that there is room.
pub(super) fn database(data: &Path) -> Vec<Check> {
    const NAME: &str = "database";
    let path = data.join("todo.db");
    let mut checks = Vec::new();
    checks.push(match OpenOptions::new().write(true).open(&path) {
        Ok(_) => Check::ok(NAME, format!("{} can be written to", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => match nearest(data) {
            Some(folder) if may_write(&folder) => {
                Check::ok(NAME, format!("{} will be made when it is first needed", path.display()))
            }
            folder => {
                let folder = folder.unwrap_or_else(|| data.to_owned());
                let detail = format!("{} can't be made: {} is not yours to write", path.display(), folder.display());
                Check::failed(NAME, detail, "set TODO_DATA_DIR to a folder of yours")
            }
        },
        Err(error) => {
            let detail = format!("{} can't be written to: {error}", path.display());
            Check::failed(NAME, detail, format!("sudo chown \"$USER\" {0} && chmod 600 {0}", quoted(&path)))
        }
    });
    checks.extend(nearest(data).and_then(|folder| room(&folder)));
    checks
}

/// The folder, or the one above it that there is.
fn nearest(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().find(|folder| folder.is_dir()).map(Path::to_owned)
}

pub(super) fn may_write(folder: &Path) -> bool {
    tempfile::Builder::new().prefix(".todo-").tempfile_in(folder).is_ok()
}

#[cfg(unix)]
fn room(folder: &Path) -> Option<Check> {
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(judge_room(folder, disk.f_bavail.saturating_mul(disk.f_frsize)))
}

#[cfg(not(unix))]
fn room(_folder: &Path) -> Option<Check> {
    None
}

#[cfg(unix)]
fn judge_room(folder: &Path, free: u64) -> Check {
    const NAME: &str = "disk";
    let detail = format!("{} MiB free at {}", free >> 20, folder.display());
    let mend = "make room, or set TODO_DATA_DIR to a folder on another disk";
    if free < ROOM_NONE {
        Check::failed(NAME, detail, mend)
    } else if free < ROOM_LOW {
        Check::warning(NAME, detail, mend)
    } else {
        Check::ok(NAME, detail)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::{super::Status, *};

    #[test]
    fn what_others_may_read_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b.json");
        fs::write(&path, "").unwrap();
        let with_mode = |mode| fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        with_mode(0o600);
        assert_eq!(fault(&path, 0o600), None);
        with_mode(0o644);
        let (detail, mend) = fault(&path, 0o600).unwrap();
        assert!(detail.contains("can be read by others (mode 644)"), "{detail}");
        assert_eq!(mend, format!("chmod 600 '{}'", path.display()));
        assert_eq!(fault(&path, 0o755), None);
        with_mode(0o666);
        assert!(fault(&path, 0o755).unwrap().0.contains("changed by others"));
        assert_eq!(fault(&folder.path().join("nothing"), 0o600), None);
    }

    #[test]
    fn a_full_disk_is_wrong_before_it_is_full() {
        let status = |free| judge_room(Path::new("/"), free).status;
        assert_eq!([0, 100 << 20, 1 << 30].map(status), [Status::Failed, Status::Warning, Status::Ok]);
    }

    #[test]
    fn a_look_makes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let checks = database(&folder.path().join("data"));
        assert!(checks.iter().all(|check| check.status != Status::Failed), "{checks:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
