//! How requests travel: over the network, or straight into a router in the same process.

use std::{env, fmt, pin::Pin, sync::Arc, sync::OnceLock, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use http::uri::Scheme;
use http_body_util::BodyExt;

/// The body of a response, as it arrives.
pub type Body = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

/// Carries a request to a server and brings back the response.
///
/// It does that once and as it stands: retries, time-outs, tokens and redirects are the client's business. A request
/// that is dropped half-way is given up.
///
/// ```
/// use async_trait::async_trait;
/// use bytes::Bytes;
/// use todo_sdk::client::{Body, Transport, TransportError};
///
/// /// Answers 204 to everything.
/// struct Nowhere;
///
/// #[async_trait]
/// impl Transport for Nowhere {
///     async fn send(&self, _request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
///         let body: Body = Box::pin(futures_util::stream::empty());
///         let mut response = http::Response::new(body);
///         *response.status_mut() = http::StatusCode::NO_CONTENT;
///         Ok(response)
///     }
/// }
/// ```
#[async_trait]
pub trait Transport: Send + Sync {
    /// Carries one request.
    ///
    /// # Errors
    ///
    /// If no response came; any status is a response.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError>;
}

/// Why no response came, or not all of it.
#[derive(Clone)]
pub struct TransportError {
    sent: bool,
    source: Arc<dyn std::error::Error + Send + Sync>,
}

impl TransportError {
    /// There was no connection: the server has not seen the request.
    pub fn unreachable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { sent: false, source: source.into().into() }
    }

    /// The connection broke: the server may have done what was asked.
    pub fn broken(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { sent: true, source: source.into().into() }
    }

    /// Whether the server may have seen the request.
    #[must_use]
    pub fn was_sent(&self) -> bool {
        self.sent
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError").field("sent", &self.sent).field("source", &self.source).finish()
    }
}

impl fmt::Display for TransportError {
    /// The innermost cause: the libraries' layers around it repeat the address and say little.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cause: &dyn std::error::Error = &*self.source;
        while let Some(inner) = cause.source() {
            cause = inner;
        }
        write!(f, "{cause}")
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.source)
    }
}

/// How long the network may take to make a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The variables by which plain HTTP goes through a proxy, which may itself be spoken to by TLS.
const PROXIES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// The network. The certificates of this machine are read when the first request is sent that needs them, not before:
/// that costs more than a whole command against a server nearby.
#[derive(Default)]
pub(super) struct Network {
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
}

impl Network {
    fn client(&self, scheme: Option<&Scheme>) -> Result<&reqwest::Client, TransportError> {
        let is_plain = scheme == Some(&Scheme::HTTP) && PROXIES.iter().all(|name| env::var_os(name).is_none());
        let cell = if is_plain { &self.plain } else { &self.secure };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let builder = reqwest::Client::builder()
            // A redirect would take the token to an address that nobody configured.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT);
        let builder = if is_plain { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(TransportError::unreachable)?;
        Ok(cell.get_or_init(|| client))
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Body>, TransportError> {
        let client = self.client(request.uri().scheme())?;
        let request = reqwest::Request::try_from(request).map_err(TransportError::unreachable)?;
        let answer: http::Response<reqwest::Body> = client.execute(request).await.map_err(from_reqwest)?.into();
        Ok(answer.map(|body| -> Body { Box::pin(body.into_data_stream().map_err(from_reqwest)) }))
    }
}

fn from_reqwest(error: reqwest::Error) -> TransportError {
    let unsent = error.is_connect() || error.is_builder();
    let error = error.without_url();
    if unsent { TransportError::unreachable(error) } else { TransportError::broken(error) }
}
