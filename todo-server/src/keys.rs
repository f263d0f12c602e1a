//! The keys that tokens are signed with.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use server_kit::db::DatabaseUrl;
use todo_sdk::{
    model::Jwks,
    tokens::{KeyError, Signer},
};

use crate::Settings;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// PostgreSQL: several replicas need the same one.
    #[error(
        "TODO_SERVER_SIGNING_KEY is required with PostgreSQL; make a key with: \
         openssl genpkey -algorithm ed25519 -out signing.pem, and set TODO_SERVER_SIGNING_KEY=@signing.pem"
    )]
    Missing,
    /// It is no key.
    #[error("TODO_SERVER_SIGNING_KEY")]
    Invalid(#[from] KeyError),
    /// The file can't be read or made.
    #[error("cannot use the signing key in {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others can read it.
    #[error("the signing key {} can be read by others; run: chmod 600 {}", path.display(), path.display())]
    Exposed {
        /// Which.
        path: PathBuf,
    },
}

/// The keys that the settings name, or those in the data directory, made at the first start. The first signs; tokens of the
/// others are still believed, so that a key can be replaced without signing anybody out.
///
/// # Errors
///
/// See [`SigningKeyError`].
pub(crate) fn load(settings: &Settings) -> Result<SigningKeys, SigningKeyError> {
    let pem = match settings.signing_key.as_deref() {
        Some(text) => match text.strip_prefix('@') {
            Some(path) => read_private(Path::new(path))?,
            None => text.replace("\\n", "\n"),
        },
        None if matches!(settings.common.database(), DatabaseUrl::Postgres(_)) => return Err(SigningKeyError::Missing),
        None => read_or_make(&settings.common.data_dir().join("signing-key.pem"))?,
    };
    Ok(SigningKeys::parse(&pem)?)
}

/// A key that signs, and all that are believed.
#[derive(Debug)]
pub(crate) struct SigningKeys {
    pub(crate) signer: Signer,
    pub(crate) public: Jwks,
}

impl SigningKeys {
    /// Reads private keys that stand one behind the other.
    fn parse(pem: &str) -> Result<Self, KeyError> {
        const END: &str = "-----END PRIVATE KEY-----";
        let keys = pem.split(END).filter(|key| !key.trim().is_empty()).map(Signer::from_pem);
        let mut keys = keys.collect::<Result<Vec<_>, _>>()?.into_iter();
        let signer = keys.next().ok_or(KeyError::NotEd25519)?;
        let mut public = vec![signer.jwk()];
        public.extend(keys.map(|key| key.jwk()));
        Ok(Self { signer, public: Jwks { keys: public } })
    }
}

fn read_private(path: &Path) -> Result<String, SigningKeyError> {
    let failed = |source| SigningKeyError::File { path: path.to_owned(), source };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).map_err(failed)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(SigningKeyError::Exposed { path: path.to_owned() });
        }
    }
    fs::read_to_string(path).map_err(failed)
}

fn read_or_make(path: &Path) -> Result<String, SigningKeyError> {
    match read_private(path) {
        Err(SigningKeyError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
        result => return result,
    }
    let pem = Signer::generate_pem()?;
    let made = make_private(path, &pem);
    match made {
        // Another process was first; its key counts.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read_private(path),
        Err(source) => Err(SigningKeyError::File { path: path.to_owned(), source }),
        Ok(()) => Ok(pem),
    }
}

/// Makes the file whole or not at all: another process may read it the moment that it has its name.
fn make_private(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    server_kit::paths::make_private_folder(folder)?;
    let draft = folder.join(format!(".signing-key-{}", uuid::Uuid::new_v4()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    // Unlike a rename, a link never replaces what is there.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    linked
}
