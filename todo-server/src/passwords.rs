//! Passwords: argon2id with parameters that
//! [OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html) recommends: 19 MiB of
//! memory, 2 passes, 1 lane. Hashes of Django's PBKDF2 are understood, and replaced at the next sign-in.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use server_kit::Error;
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

/// Callers that may wait for a hash at once: more would only wait in vain, and hold memory.
const WAITING_MAX: usize = 100;
/// How long a caller who came too late should stay away: about what those before take.
const COME_BACK: Duration = Duration::from_secs(5);
/// Characters of a password that are looked at for being guessed: the estimate's cost grows with their square.
const GUESSED_MAX: usize = 64;
/// How Django's hashes begin.
const DJANGO: &str = "pbkdf2_sha256$";

/// Hashes off the async threads, a few at a time: a flood of sign-ins leaves other calls fast and memory bounded.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    slots: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    waiting_max: usize,
}

/// What a look at a password found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is not the one.
    Wrong,
    /// It is.
    Right,
    /// It is, and its hash should be made anew: it is of another kind than ours.
    RightButOld,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { slots: Arc::new(Semaphore::new(cores.div_ceil(2))), waiting: Arc::default(), waiting_max: WAITING_MAX }
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

/// Refuses a new password that is among the first that somebody would try.
///
/// # Errors
///
/// 422 on `password`.
pub(crate) fn check_strength(password: &str, username: &str) -> Result<(), Error> {
    let guessed: String = password.chars().take(GUESSED_MAX).collect();
    if zxcvbn(&guessed, &[username]).score() > Score::One {
        return Ok(());
    }
    let message = "is too easy to guess; take a few words that don't belong together";
    Err(Error::invalid("password", "too_common", message))
}

impl Passwords {
    /// The hash of a password, with its salt and parameters, in PHC form.
    ///
    /// # Errors
    ///
    /// 429 if too many wait already.
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
    /// 429 if too many wait already, 500 if the hash is none.
    pub(crate) async fn verify(&self, password: String, hash: Option<String>) -> Result<Verdict, Error> {
        self.run(move || {
            let Some(hash) = hash else {
                argon2().hash_password(password.as_bytes()).map_err(|error| Error::internal(error.to_string()))?;
                return Ok(Verdict::Wrong);
            };
            if hash.starts_with(DJANGO) {
                let right = djangohashers::check_password(&password, &hash)
                    .map_err(|error| Error::internal(format!("a hash of Django's: {error:?}")))?;
                return Ok(if right { Verdict::RightButOld } else { Verdict::Wrong });
            }
            let hash = PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            let right = argon2().verify_password(password.as_bytes(), &hash).is_ok();
            Ok(if right { Verdict::Right } else { Verdict::Wrong })
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = Place::take(&self.waiting, self.waiting_max).ok_or(Error::TooMany { wait: COME_BACK })?;
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(Error::internal)?;
        drop(place);
        // The slot goes along: a caller who leaves does not make room while the work goes on.
        let work = move || {
            let _slot = slot;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
    }
}

/// A place in the queue.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize, max: usize) -> Option<Self> {
        let place = Self(waiting);
        (waiting.fetch_add(1, Ordering::Relaxed) < max).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_is_refused() {
        for password in ["password", "12345678", "qwertyuiop", "iloveyou1", "ann-smith", &"a".repeat(256)] {
            assert!(check_strength(password, "ann-smith").is_err(), "{password}");
        }
        for password in ["correct horse", "a new secret", "tram-Lampe-7", "пароль слон вторник", "kV9#tq2!zR"]
        {
            assert!(check_strength(password, "ann").is_ok(), "{password}");
        }
    }

    #[tokio::test]
    async fn passwords_of_django_are_understood() {
        // As Django writes it: algorithm, rounds, salt, and the hash in base64.
        let hash = "pbkdf2_sha256$1000$salt$boRToEKoQr22LeDTyHDsEkHpDsDOTyWJq16HknEiweU=";
        let passwords = Passwords::default();
        let verify = async |password: &str| passwords.verify(password.to_owned(), Some(hash.to_owned())).await.unwrap();
        assert_eq!(verify("correct horse").await, Verdict::RightButOld);
        assert_eq!(verify("correct house").await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn a_flood_is_turned_away_rather_than_kept_waiting() {
        let passwords = Passwords { waiting_max: 5, ..Passwords::default() };
        let flood: Vec<_> = (0..15)
            .map(|_| {
                let passwords = passwords.clone();
                tokio::spawn(async move { passwords.verify("some password".to_owned(), None).await })
            })
            .collect();
        let mut turned_away = 0;
        for call in flood {
            match call.await.unwrap() {
                Ok(verdict) => assert_eq!(verdict, Verdict::Wrong),
                Err(Error::TooMany { .. }) => turned_away += 1,
                Err(error) => panic!("{error}"),
            }
        }
        assert!((1..=10).contains(&turned_away), "{turned_away} were turned away");
        assert_eq!(passwords.waiting.load(Ordering::Relaxed), 0);
    }
}
