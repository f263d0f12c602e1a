//! The file that an export goes to.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// Links that are followed to a file that is not there yet, at most.
const LINKS: usize = 40;

/// Where it is written to.
pub(super) enum Target {
    /// A new file beside the one that it takes the place of when it is whole.
    Whole(NamedTempFile, PathBuf),
    /// No regular file, e.g. a pipe or a device: what is written goes through it.
    Through(File),
}

impl Target {
    /// Follows links; a file that is there keeps its mode, a new one is its owner's alone.
    ///
    /// # Errors
    ///
    /// If it is read-only, or as the system says.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let there = match fs::metadata(path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let path = end_of_links(path);
                return Ok(Self::Whole(NamedTempFile::new_in(folder(&path))?, path));
            }
            Err(error) => return Err(error),
        };
        if there.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
        // Whoever may not write to a file may not put another one in its place.
        let file = OpenOptions::new().write(true).open(path)?;
        if !there.is_file() {
            return Ok(Self::Through(file));
        }
        let path = path.canonicalize()?;
        let file = NamedTempFile::new_in(folder(&path))?;
        keep_owner(file.as_file(), &there)?;
        file.as_file().set_permissions(there.permissions())?;
        Ok(Self::Whole(file, path))
    }

    /// What to write to.
    pub(super) fn file(&self) -> &File {
        match self {
            Self::Whole(file, _) => file.as_file(),
            Self::Through(file) => file,
        }
    }

    /// Puts what was written in its place; without this call, what was there stays.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub(super) fn finish(self) -> io::Result<()> {
        let Self::Whole(file, path) = self else { return Ok(()) };
        file.as_file().sync_all()?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a link leads to that leads to nothing yet.
fn end_of_links(path: &Path) -> PathBuf {
    let mut end = path.to_owned();
    for _ in 0..LINKS {
        let Ok(next) = fs::read_link(&end) else { break };
        end = folder(&end).join(next);
    }
    end
}

#[cfg(unix)]
fn keep_owner(file: &File, there: &fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let made = file.metadata()?;
    if (made.uid(), made.gid()) == (there.uid(), there.gid()) {
        return Ok(());
    }
    fchown(file, Some(there.uid()), Some(there.gid()))
}

#[cfg(not(unix))]
fn keep_owner(_: &File, _: &fs::Metadata) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        os::unix::fs::{FileTypeExt, PermissionsExt, symlink},
        process::Command,
    };

    use super::*;

    fn write(path: &Path, text: &str) -> io::Result<()> {
        let target = Target::open(path)?;
        target.file().write_all(text.as_bytes())?;
        target.finish()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_keeps_its_mode_and_a_new_one_is_its_owner_s() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("tasks");
        write(&file, "new").unwrap();
        assert_eq!(mode(&file), 0o600);
        fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
        write(&file, "other").unwrap();
        assert_eq!((fs::read_to_string(&file).unwrap().as_str(), mode(&file)), ("other", 0o640));
        // What is never finished changes nothing.
        Target::open(&file).unwrap().file().write_all(b"half").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "other");
        fs::set_permissions(&file, PermissionsExt::from_mode(0o444)).unwrap();
        let refused = write(&file, "no").unwrap_err();
        assert_eq!(
            (refused.kind(), refused.to_string().as_str()),
            (io::ErrorKind::PermissionDenied, "it is read-only")
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), "other");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "nothing is left beside it");
        assert!(Target::open(home.path()).is_err(), "a folder");
    }

    #[test]
    fn links_are_followed() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("there")).unwrap();
        let (link, file) = (home.path().join("link"), home.path().join("there/tasks"));
        symlink("there/other", &link).unwrap();
        symlink("tasks", home.path().join("there/other")).unwrap();
        for text in ["not there yet", "there"] {
            write(&link, text).unwrap();
            assert!(link.is_symlink() && !file.is_symlink());
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        let round = home.path().join("round");
        symlink("round", &round).unwrap();
        assert!(Target::open(&round).is_err() && round.is_symlink());
    }

    #[test]
    fn what_is_no_file_is_written_through() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || {
                let mut text = String::new();
                File::open(pipe).unwrap().read_to_string(&mut text).unwrap();
                text
            }
        });
        write(&pipe, "through").unwrap();
        assert_eq!(reader.join().unwrap(), "through");
        assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());
    }
}
