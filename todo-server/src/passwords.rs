//! Passwords: argon2id with the parameters that
//! [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) names first after
//! 47 MiB: 19 MiB of memory, 2 passes, 1 lane.

use std::sync::Arc;

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use server_kit::Error;
use tokio::sync::Semaphore;

/// Hashes off the async threads, a few at a time: a flood of sign-ins leaves other calls fast and memory bounded.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { slots: Arc::new(Semaphore::new(cores.div_ceil(2))) }
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

impl Passwords {
    /// The hash of a password, with its salt and parameters, in PHC form.
    ///
    /// # Errors
    ///
    /// 500 if the system has no randomness.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(move || {
            let hash =
                argon2().hash_password(password.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether it is the password of this hash. Takes as long where there is no hash.
    ///
    /// # Errors
    ///
    /// 500 if the hash is none.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        self.run(move || {
            let Some(hash) = hash else {
                argon2().hash_password(password.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
                return Ok(false);
            };
            let hash = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            Ok(argon2().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _slot = self.slots.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}
