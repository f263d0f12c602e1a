//! What proves who calls, kept in the data directory: one file for each profile and server, mode 0600.
//!
//! A file names the server that its tokens belong to; they are never sent to another one.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::PathBuf,
};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use todo_sdk::{
    client::{SessionStore, StoreError},
    model::TokenPair,
};

use crate::{error::Error, paths, profile::Place};

/// What is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Secret {
    /// A session.
    Pair(TokenPair),
    /// A token that was handed in; it is not refreshed.
    Token {
        /// Sent as it is.
        token: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Content {
    server: String,
    #[serde(flatten)]
    secret: Secret,
}

/// The credentials of one profile on one server.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    folder: PathBuf,
    name: String,
    server: String,
}

impl Credentials {
    pub(crate) fn of(place: &Place) -> Self {
        let server = place.server.name();
        // The name only has to be telling: what counts is the server in the file.
        let slug: String = server.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(100).collect();
        Self {
            folder: place.data_dir.join("credentials"),
            name: format!("{}@{slug}", place.profile),
            server: server.to_owned(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.name))
    }

    /// What is kept for this server, if anything.
    pub(crate) fn load(&self) -> Result<Option<Secret>, Error> {
        let path = self.path();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::File { path, source }),
        };
        match serde_json::from_str::<Content>(&text) {
            Ok(content) if content.server == self.server => Ok(Some(content.secret)),
            Ok(_) => Ok(None),
            // The parser's message could quote the secret.
            Err(_) => {
                let message = "it can't be read; delete it and sign in again".to_owned();
                Err(Error::Config { path, message })
            }
        }
    }

    /// Keeps `secret`, or forgets what was kept.
    pub(crate) fn save(&self, secret: Option<Secret>) -> Result<(), Error> {
        let path = self.path();
        let Some(secret) = secret else {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::File { path, source: error }),
                _ => Ok(()),
            };
        };
        let content = Content { server: self.server.clone(), secret };
        let text = serde_json::to_string_pretty(&content).map_err(|error| Error::Output(error.into()))?;
        paths::make_private_folder(&self.folder)
            .and_then(|()| paths::write_private(&path, &(text + "\n")))
            .map_err(|source| Error::File { path, source })
    }

    /// Waits until no other process holds the lock; the system gives it back when the file is closed, however that
    /// comes about.
    fn lock(&self) -> Result<File, Error> {
        let path = self.folder.join(format!("{}.lock", self.name));
        let open = || {
            paths::make_private_folder(&self.folder)?;
            let file = paths::open_private(&path, OpenOptions::new().write(true).create(true).truncate(false))?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|source| Error::File { path: path.clone(), source })
    }
}

#[async_trait]
impl SessionStore for Credentials {
    async fn load(&self) -> Result<Option<TokenPair>, StoreError> {
        Ok(match Self::load(self)? {
            Some(Secret::Pair(pair)) => Some(pair),
            Some(Secret::Token { .. }) | None => None,
        })
    }

    async fn save(&self, pair: Option<&TokenPair>) -> Result<(), StoreError> {
        Ok(Self::save(self, pair.cloned().map(Secret::Pair))?)
    }

    async fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        let this = self.clone();
        let locked = tokio::task::spawn_blocking(move || Self::lock(&this)).await?;
        Ok(Box::new(locked?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::Server;

    fn credentials(folder: &tempfile::TempDir, url: &str) -> Credentials {
        let server = Server::Remote { todo: url.to_owned(), comments: url.to_owned() };
        let dir = folder.path().join("data");
        let profile = "default".to_owned();
        Credentials::of(&Place {
            profile,
            server,
            named_here: false,
            token: None,
            queue: true,
            data_dir: dir.clone(),
            config_dir: dir,
        })
    }

    fn pair() -> Secret {
        Secret::Pair(TokenPair { access: "a".to_owned(), refresh: "r".to_owned() })
    }

    #[test]
    fn kept_until_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = credentials(&folder, "http://one:8000");
        assert!(credentials.load().unwrap().is_none());
        credentials.save(Some(pair())).unwrap();
        assert!(matches!(credentials.load().unwrap(), Some(Secret::Pair(pair)) if pair.refresh == "r"));
        credentials.save(Some(Secret::Token { token: "t".to_owned() })).unwrap();
        assert!(matches!(credentials.load().unwrap(), Some(Secret::Token { token }) if token == "t"));
        credentials.save(None).unwrap();
        credentials.save(None).unwrap();
        assert!(credentials.load().unwrap().is_none());
    }

    #[test]
    fn tokens_of_one_server_are_not_found_for_another() {
        let folder = tempfile::tempdir().unwrap();
        credentials(&folder, "http://one.two").save(Some(pair())).unwrap();
        // The same name of the file, yet another server.
        assert!(credentials(&folder, "http://one_two").load().unwrap().is_none());
    }

    #[tokio::test]
    async fn why_it_can_t_be_used_is_told_along_with_what() {
        let folder = tempfile::tempdir().unwrap();
        let credentials = credentials(&folder, "http://one:8000");
        let lock = credentials.folder.join("default@http___one_8000.lock");
        fs::create_dir_all(&lock).unwrap();
        let failed = SessionStore::lock(&credentials).await.err().unwrap();
        let error = Error::from(todo_sdk::Error::Store(failed.into())).about("task 1");
        let said = error.chain();
        assert!(said.contains("the session store failed: cannot use ") && said.contains("directory"), "{said}");
        assert_eq!(said.matches(&lock.display().to_string()).count(), 1, "{said}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let credentials = credentials(&folder, "http://one:8000");
        credentials.save(Some(pair())).unwrap();
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(credentials.path()), 0o600);
        assert_eq!(mode(credentials.folder.clone()), 0o700);
        // Nothing temporary stays behind.
        assert_eq!(fs::read_dir(&credentials.folder).unwrap().count(), 1);
    }
}
