//! `/api/token`: tokens by hand.

use super::{
    Client, Error,
    request::{Call, Server},
};
use crate::model::{Credentials, Jwks, RefreshToken, TokenPair, TokenToVerify};

/// The calls about tokens. None of them touches the client's own session; see [`Client::sign_in`] for that.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// let pair = client.tokens().issue("ann", "correct horse battery").await?;
/// assert!(client.tokens().verify(&pair.access).await?);
/// let next = client.tokens().refresh(pair.refresh).await?;
/// client.tokens().revoke(next.refresh).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Tokens {
    pub(super) client: Client,
}

/// Trades a refresh token for a new pair.
pub(super) fn refresh_call(refresh: String) -> Call {
    Call::post(Server::Todo, "api/token/refresh", &RefreshToken { refresh })
}

impl Tokens {
    /// Issues a pair for a name and a password.
    ///
    /// # Errors
    ///
    /// 401 where they don't fit.
    pub async fn issue(&self, username: impl Into<String>, password: impl Into<String>) -> Result<TokenPair, Error> {
        let body = Credentials { username: username.into(), password: password.into() };
        self.client.send_unsigned(Call::post(Server::Todo, "api/token", &body)).await?.json()
    }

    /// Trades a refresh token for a new pair. It is good for one trade; a later one ends the session.
    ///
    /// # Errors
    ///
    /// 401 where the token is not good any more.
    pub async fn refresh(&self, refresh: impl Into<String>) -> Result<TokenPair, Error> {
        self.client.send_unsigned(refresh_call(refresh.into())).await?.json()
    }

    /// Whether the server takes this token, of either kind.
    ///
    /// # Errors
    ///
    /// If the server doesn't say; a token that is not good is no error.
    pub async fn verify(&self, token: impl Into<String>) -> Result<bool, Error> {
        let call = Call::post(Server::Todo, "api/token/verify", &TokenToVerify { token: token.into() });
        match self.client.send_unsigned(call).await {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(401) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Ends the session of a refresh token.
    ///
    /// # Errors
    ///
    /// 401 where the token is none.
    pub async fn revoke(&self, refresh: impl Into<String>) -> Result<(), Error> {
        let call = Call::post(Server::Todo, "api/token/revoke", &RefreshToken { refresh: refresh.into() });
        self.client.send_unsigned(call).await.map(drop)
    }

    /// The public keys that tokens are verified with.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn jwks(&self) -> Result<Jwks, Error> {
        self.client.send_unsigned(Call::get(Server::Todo, ".well-known/jwks.json")).await?.json()
    }
}
