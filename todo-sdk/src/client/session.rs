//! Who is signed in, and one refresh at a time.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, FutureExt, Shared};

use tokio::task::AbortHandle;

use super::{
    Client, Error,
    request::{Call, Server},
    send::Http,
    tokens::refresh_call,
};
use crate::model::{AccessToken, ExchangeChat, ServiceCredentials, TokenPair};

/// Whatever a [`SessionStore`] fails with.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Keeps a session beyond the process, for all processes that share it.
///
/// A refresh token is good for one refresh. So the client refreshes under [`lock`](Self::lock): it loads, refreshes only
/// if the stored pair is still the one that was refused, and saves.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use async_trait::async_trait;
/// use todo_sdk::{
///     Client,
///     client::{SessionStore, StoreError},
///     model::TokenPair,
/// };
///
/// /// For all clients of this process.
/// #[derive(Default)]
/// struct Shared {
///     pair: Mutex<Option<TokenPair>>,
///     lock: Arc<tokio::sync::Mutex<()>>,
/// }
///
/// #[async_trait]
/// impl SessionStore for Shared {
///     async fn load(&self) -> Result<Option<TokenPair>, StoreError> {
///         Ok(self.pair.lock().map_err(|error| error.to_string())?.clone())
///     }
///
///     async fn save(&self, pair: Option<&TokenPair>) -> Result<(), StoreError> {
///         *self.pair.lock().map_err(|error| error.to_string())? = pair.cloned();
///         Ok(())
///     }
///
///     async fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
///         Ok(Box::new(Arc::clone(&self.lock).lock_owned().await))
///     }
/// }
///
/// let client = Client::builder("http://127.0.0.1:8000").session_store(Arc::new(Shared::default())).build()?;
/// # Ok::<(), todo_sdk::Error>(())
/// ```
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// The stored pair.
    ///
    /// # Errors
    ///
    /// If the store can't be read.
    async fn load(&self) -> Result<Option<TokenPair>, StoreError>;

    /// Stores a pair, or removes it.
    ///
    /// # Errors
    ///
    /// If the store can't be written.
    async fn save(&self, pair: Option<&TokenPair>) -> Result<(), StoreError>;

    /// Waits until no other process or task holds the lock, and takes it until the guard is dropped.
    ///
    /// # Errors
    ///
    /// If there is no way to lock.
    async fn lock(&self) -> Result<Box<dyn Send>, StoreError>;
}

/// What proves who calls.
#[derive(Clone)]
pub(super) enum Credential {
    None,
    /// Given once and never refreshed.
    Fixed(String),
    Pair(TokenPair),
}

/// What a session is begun with when there is none, again and again.
#[derive(Clone)]
pub(super) enum Source {
    /// An internal service's name and secret.
    Service(ServiceCredentials),
    /// A chat, and the client of the bot that vouches for it.
    Chat { bot: Client, chat: ExchangeChat },
}

impl Source {
    async fn begin(&self, http: &Http) -> Result<Credential, Error> {
        match self {
            Self::Service(credentials) => {
                let call = Call::post(Server::Todo, "api/token/service", credentials);
                let token: AccessToken = http.send(&call, None, http.deadline()).await?.json()?;
                Ok(Credential::Fixed(token.access))
            }
            Self::Chat { bot, chat } => {
                let call = Call::post(Server::Todo, "api/token/telegram", chat);
                Ok(Credential::Pair(bot.send(call).await?.json()?))
            }
        }
    }
}

/// A refresh that runs on its own: a call that gives up waiting must not take down the answer with the new pair, nor
/// leave the store locked.
#[derive(Clone)]
struct Refresh {
    outcome: Shared<BoxFuture<'static, Result<String, Error>>>,
    task: AbortHandle,
}

impl Refresh {
    fn start(refresh: impl Future<Output = Result<String, Error>> + Send + 'static) -> Self {
        let handle = tokio::spawn(refresh);
        let task = handle.abort_handle();
        let outcome = async {
            handle.await.unwrap_or_else(|error| match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The session has been replaced meanwhile.
                Err(_) => Err(Error::NotSignedIn),
            })
        };
        Self { outcome: outcome.boxed().shared(), task }
    }

    fn is_running(&self) -> bool {
        self.outcome.peek().is_none() && !self.task.is_finished()
    }
}

pub(super) struct Session {
    kept: Arc<Kept>,
    /// The last refresh, which everybody waits for who needs one while it runs.
    refreshing: Mutex<Option<Refresh>>,
}

struct Kept {
    credential: Mutex<Credential>,
    store: Option<Arc<dyn SessionStore>>,
    source: Option<Source>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Session {
    pub(super) fn new(credential: Credential, store: Option<Arc<dyn SessionStore>>) -> Self {
        Self::keeping(Kept { credential: Mutex::new(credential), store, source: None })
    }

    pub(super) fn from_source(source: Source) -> Self {
        Self::keeping(Kept { credential: Mutex::new(Credential::None), store: None, source: Some(source) })
    }

    fn keeping(kept: Kept) -> Self {
        Self { kept: Arc::new(kept), refreshing: Mutex::new(None) }
    }

    /// The access token to send.
    pub(super) async fn access(&self, http: &Arc<Http>) -> Result<String, Error> {
        match self.kept.credential() {
            Credential::Fixed(token) => Ok(token),
            Credential::Pair(pair) => Ok(pair.access),
            Credential::None if self.kept.source.is_some() => self.refresh(http, "").await,
            Credential::None => Ok(self.kept.load().await?.ok_or(Error::NotSignedIn)?.access),
        }
    }

    /// Whether there may be a better token than one that was refused.
    pub(super) fn can_refresh(&self) -> bool {
        self.kept.source.is_some() || self.pair().is_some()
    }

    pub(super) fn pair(&self) -> Option<TokenPair> {
        match self.kept.credential() {
            Credential::Pair(pair) => Some(pair),
            Credential::Fixed(_) | Credential::None => None,
        }
    }

    /// The access token that comes after `stale`, which the server refused.
    pub(super) async fn refresh(&self, http: &Arc<Http>, stale: &str) -> Result<String, Error> {
        let refresh = {
            let mut last = lock(&self.refreshing);
            match last.as_ref().filter(|refresh| refresh.is_running()) {
                Some(running) => running.clone(),
                None => {
                    if let Some(newer) = self.kept.access().filter(|access| access != stale) {
                        return Ok(newer);
                    }
                    let refresh = Arc::clone(&self.kept).refresh(Arc::clone(http), stale.to_owned());
                    last.insert(Refresh::start(refresh)).clone()
                }
            }
        };
        refresh.outcome.await
    }

    /// Begins a session or, with `None`, ends it; answers the pair there was before, and whether the store took it.
    pub(super) async fn replace(&self, pair: Option<TokenPair>) -> (Option<TokenPair>, Result<(), Error>) {
        let running = lock(&self.refreshing).take();
        if let Some(running) = running {
            running.task.abort();
            // Either way it is over; the outcome is for those who asked for it.
            let _ = running.outcome.await;
        }
        let in_memory = self.pair();
        // Whatever becomes of the store, this process does as it was told.
        self.kept.set(pair.clone());
        let held = self.kept.lock().await;
        let stored = self.kept.stored().await.ok().flatten();
        let saved = self.kept.save(pair).await;
        (stored.or(in_memory), held.and(saved))
    }
}

impl Kept {
    fn credential(&self) -> Credential {
        lock(&self.credential).clone()
    }

    fn set(&self, pair: Option<TokenPair>) {
        *lock(&self.credential) = pair.map_or(Credential::None, Credential::Pair);
    }

    async fn lock(&self) -> Result<Option<Box<dyn Send>>, Error> {
        match &self.store {
            Some(store) => store.lock().await.map(Some).map_err(Error::store),
            None => Ok(None),
        }
    }

    async fn stored(&self) -> Result<Option<TokenPair>, Error> {
        match &self.store {
            Some(store) => store.load().await.map_err(Error::store),
            None => Ok(None),
        }
    }

    /// Takes over what the store holds.
    async fn load(&self) -> Result<Option<TokenPair>, Error> {
        if self.store.is_some() {
            self.set(self.stored().await?);
        }
        match self.credential() {
            Credential::Pair(pair) => Ok(Some(pair)),
            Credential::Fixed(_) | Credential::None => Ok(None),
        }
    }

    async fn save(&self, pair: Option<TokenPair>) -> Result<(), Error> {
        self.set(pair.clone());
        match &self.store {
            Some(store) => store.save(pair.as_ref()).await.map_err(Error::store),
            None => Ok(()),
        }
    }

    /// The access token in memory.
    fn access(&self) -> Option<String> {
        match self.credential() {
            Credential::Fixed(token) => Some(token),
            Credential::Pair(pair) => Some(pair.access),
            Credential::None => None,
        }
    }

    async fn refresh(self: Arc<Self>, http: Arc<Http>, stale: String) -> Result<String, Error> {
        let Some(source) = &self.source else { return self.refresh_pair(&http, &stale).await };
        if let Credential::Pair(_) = self.credential() {
            match self.refresh_pair(&http, &stale).await {
                Err(error) if error.status() == Some(401) => {}
                refreshed => return refreshed,
            }
        }
        *lock(&self.credential) = source.begin(&http).await?;
        self.access().ok_or(Error::NotSignedIn)
    }

    async fn refresh_pair(&self, http: &Http, stale: &str) -> Result<String, Error> {
        let _held = self.lock().await?;
        let pair = self.load().await?.ok_or(Error::NotSignedIn)?;
        if pair.access != stale {
            // Another process has done it.
            return Ok(pair.access);
        }
        let call = refresh_call(pair.refresh);
        match http.send(&call, None, http.deadline()).await.and_then(|answer| answer.json::<TokenPair>()) {
            Ok(next) => {
                self.save(Some(next.clone())).await?;
                Ok(next.access)
            }
            Err(error) => {
                // Over for good: the next call says "not signed in" without asking.
                if error.status() == Some(401) {
                    self.save(None).await?;
                }
                Err(error)
            }
        }
    }
}
