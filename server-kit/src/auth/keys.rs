//! Where the public keys come from.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use todo_sdk::{
    Client,
    tokens::{Claims, TokenKind, Verifier, VerifyError, kid_of},
};

use super::invalid;
use crate::{Error, clock::Clock, wait};

/// How often keys are fetched again at most, so that made-up key ids cost the issuer nothing.
const KEYS_PAUSE: TimeDelta = TimeDelta::seconds(10);
/// Keys older than this are fetched again: a withdrawn key is honoured no longer than that.
const KEYS_MAX_AGE: TimeDelta = TimeDelta::minutes(5);

/// Where the public keys come from.
#[derive(Clone)]
pub enum Keys {
    /// This process signs.
    Own(Arc<Verifier>),
    /// They are fetched from the server that signs, through the SDK.
    Remote(Arc<RemoteKeys>),
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Own(_) => "Own",
            Self::Remote(_) => "Remote",
        })
    }
}

impl Keys {
    /// The keys of the issuer behind `client`.
    #[must_use]
    pub fn remote(client: Client, clock: Clock) -> Self {
        Self::Remote(Arc::new(RemoteKeys {
            client,
            clock,
            known: Mutex::new(None),
            fetching: tokio::sync::Mutex::new(()),
        }))
    }

    /// Fetches what has to be fetched from the issuer, and waits until it is there.
    pub async fn wait(&self, issuer: &str) {
        if let Self::Remote(keys) = self {
            // Never fails: whatever stands in the way may pass.
            let _ = wait::until_there(issuer, |_| true, || keys.fetch()).await;
        }
    }

    /// The claims of a token with a good signature and fitting times.
    ///
    /// # Errors
    ///
    /// 401, or 503 where the keys can't be had.
    pub async fn verify(&self, kind: TokenKind, token: &str, now: DateTime<Utc>) -> Result<Claims, Error> {
        let verifier = match self {
            Self::Own(verifier) => Arc::clone(verifier),
            Self::Remote(keys) => keys.verifier(kid_of(token).as_deref()).await?,
        };
        verifier.verify(kind, token, now).map_err(|error| match error {
            VerifyError::Expired => {
                Error::Unauthorized { code: "token_expired", detail: "the token has expired; refresh it".to_owned() }
            }
            error => invalid(&error.to_string()),
        })
    }
}

/// Keys of another server, fetched when they are needed and kept for a while.
pub struct RemoteKeys {
    client: Client,
    clock: Clock,
    known: Mutex<Option<Known>>,
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
struct Known {
    verifier: Arc<Verifier>,
    fetched_at: DateTime<Utc>,
}

impl RemoteKeys {
    async fn verifier(&self, kid: Option<&str>) -> Result<Arc<Verifier>, Error> {
        if let Some(verifier) = self.fresh(kid) {
            return Ok(verifier);
        }
        let _one = self.fetching.lock().await;
        // Somebody may have fetched while we waited.
        if let Some(verifier) = self.fresh(kid) {
            return Ok(verifier);
        }
        match self.fetch().await {
            Ok(verifier) => Ok(verifier),
            // Old keys verify better than none.
            Err(error) => self.known().map(|known| known.verifier).ok_or(error),
        }
    }

    fn known(&self) -> Option<Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn fresh(&self, kid: Option<&str>) -> Option<Arc<Verifier>> {
        let known = self.known()?;
        let age = self.clock.now() - known.fetched_at;
        let serves = kid.is_none_or(|kid| known.verifier.knows(kid)) && age < KEYS_MAX_AGE;
        (serves || age < KEYS_PAUSE).then_some(known.verifier)
    }

    async fn fetch(&self) -> Result<Arc<Verifier>, Error> {
        let down = |error| Error::Unavailable("the server that issues tokens", Some(error));
        let jwks = self.client.tokens().jwks().await.map_err(|error| down(error.into()))?;
        let verifier = Arc::new(Verifier::new(&jwks).map_err(|error| down(error.into()))?);
        let known = Known { verifier: Arc::clone(&verifier), fetched_at: self.clock.now() };
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known);
        Ok(verifier)
    }
}
