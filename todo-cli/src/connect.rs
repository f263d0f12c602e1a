//! From a place to a client that is signed in there.

use std::sync::Arc;

use todo_sdk::{Client, client::ClientBuilder};

#[cfg(feature = "embedded")]
use crate::embedded::Local;
use crate::{
    credentials::{Credentials, Secret},
    error::Error,
    profile::{Place, Server},
};

/// How the journal names us, and the list of sessions this machine.
pub(crate) fn client_name() -> String {
    let machine = gethostname::gethostname();
    // What does not fit into a header has no name there.
    let plain = |c: &char| c.is_ascii_graphic() && !matches!(c, '(' | ')');
    let machine: String = machine.to_string_lossy().chars().filter(plain).collect();
    let device = if machine.is_empty() { String::new() } else { format!(" ({machine})") };
    format!("todo-cli/{}{device}", env!("CARGO_PKG_VERSION"))
}

/// As whom.
pub(crate) enum Caller {
    /// Who is signed in.
    SignedIn,
    /// Nobody yet: a session that begins is kept.
    SigningIn,
    /// The bearer of this token.
    Token(String),
}

/// A client, and what has to be closed after it.
pub(crate) struct Connection {
    pub(crate) client: Client,
    #[cfg(feature = "embedded")]
    local: Option<Local>,
}

impl Connection {
    pub(crate) async fn open(place: &Place, caller: Caller) -> Result<Self, Error> {
        Self::open_with(place, caller, |builder| builder).await
    }

    /// With a client that is not as patient as others, or the like.
    pub(crate) async fn open_with(
        place: &Place,
        caller: Caller,
        change: impl FnOnce(ClientBuilder) -> ClientBuilder,
    ) -> Result<Self, Error> {
        match &place.server {
            Server::Remote { todo, comments } => {
                let builder = Client::builder(todo).comments_server(comments).client_name(client_name());
                let client = change(identify(builder, place, caller)?).build()?;
                Ok(Self {
                    client,
                    #[cfg(feature = "embedded")]
                    local: None,
                })
            }
            #[cfg(feature = "embedded")]
            Server::Local => {
                let local = Local::open(&place.data_dir).await?;
                let caller = local_caller(&local, place, caller).await?;
                let builder = local.client_builder().client_name(client_name());
                Ok(Self { client: change(identify(builder, place, caller)?).build()?, local: Some(local) })
            }
            #[cfg(not(feature = "embedded"))]
            Server::Local => Err(Error::NoServer),
        }
    }

    /// Finishes what runs inside this process.
    pub(crate) async fn close(self) {
        #[cfg(feature = "embedded")]
        if let Some(local) = self.local {
            local.close().await;
        }
    }
}

fn identify(builder: ClientBuilder, place: &Place, caller: Caller) -> Result<ClientBuilder, Error> {
    let credentials = Credentials::of(place);
    let token = match caller {
        Caller::Token(token) => Some(token),
        Caller::SigningIn => None,
        Caller::SignedIn => match &place.token {
            Some(token) => Some(token.clone()),
            None => match credentials.load()? {
                Some(Secret::Token { token }) => Some(token),
                Some(Secret::Pair(_)) | None => None,
            },
        },
    };
    Ok(match token {
        Some(token) => builder.access_token(token),
        None => builder.session_store(Arc::new(credentials)),
    })
}

/// Whoever uses this machine's database needs no sign-in, unless there is one.
#[cfg(feature = "embedded")]
async fn local_caller(local: &Local, place: &Place, caller: Caller) -> Result<Caller, Error> {
    let implicit = matches!(caller, Caller::SignedIn) && is_implicit(place)?;
    if implicit { Ok(Caller::Token(local.access_token().await?)) } else { Ok(caller) }
}

/// Whether this is the local database and nobody signed in on it.
pub(crate) fn is_implicit(place: &Place) -> Result<bool, Error> {
    Ok(place.server == Server::Local && place.token.is_none() && Credentials::of(place).load()?.is_none())
}
