//! One call: what is asked, and what came back.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use bytes::Bytes;
use futures_util::future::{BoxFuture, FutureExt};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;
use uuid::Uuid;

use super::{
    ChangeListBuilder, Client, CommentListBuilder, CreateNamedTokenBuilder, CreateTaskBuilder, Error, Page,
    RegisterBuilder, TagListBuilder, TaskListBuilder, UpdateTaskBuilder, request_id,
};
use crate::model::{self, Comment, Id, NamedToken, Tag, Task, User};

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Which server a call goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Server {
    Todo,
    Comments,
}

/// What is asked, whoever asks it.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) server: Server,
    pub(super) method: Method,
    /// Below the server's base, without a slash in front.
    pub(super) path: String,
    pub(super) query: String,
    body: Option<Result<Bytes, Error>>,
    if_match: Option<i64>,
    idempotency_key: Option<String>,
    accept: &'static str,
}

impl Call {
    fn new(server: Server, method: Method, path: impl Into<String>) -> Self {
        let path = path.into();
        Self {
            server,
            method,
            path,
            query: String::new(),
            body: None,
            if_match: None,
            idempotency_key: None,
            accept: "application/json",
        }
    }

    pub(super) fn get(server: Server, path: impl Into<String>) -> Self {
        Self::new(server, Method::GET, path)
    }

    /// A GET with `query` as its query.
    pub(super) fn list(server: Server, path: &str, query: &impl Serialize) -> Result<Self, Error> {
        let query = serde_urlencoded::to_string(query)
            .map_err(|error| Error::Unsendable { what: "the query", reason: error.to_string() })?;
        Ok(Self { query, ..Self::get(server, path) })
    }

    /// A POST, with a key made for this call alone: however often it is sent, it is done once.
    pub(super) fn post(server: Server, path: &str, body: &impl Serialize) -> Self {
        let key = Uuid::new_v4().to_string();
        Self { idempotency_key: Some(key), ..Self::new(server, Method::POST, path) }.json(body)
    }

    pub(super) fn put(server: Server, path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(server, Method::PUT, path).json(body)
    }

    pub(super) fn patch(server: Server, path: impl Into<String>, body: &impl Serialize) -> Self {
        Self::new(server, Method::PATCH, path).json(body)
    }

    pub(super) fn delete(server: Server, path: impl Into<String>) -> Self {
        Self::new(server, Method::DELETE, path)
    }

    fn json(self, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body)
            .map(Bytes::from)
            .map_err(|error| Error::Unsendable { what: "the body", reason: error.to_string() });
        Self { body: Some(body), ..self }
    }

    pub(super) fn if_match(self, version: Option<i64>) -> Self {
        Self { if_match: version, ..self }
    }

    /// Asks for another form of answer than JSON.
    pub(super) fn accepting(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    pub(super) fn keyed(self, key: Option<String>) -> Self {
        let idempotency_key = key.or(self.idempotency_key);
        Self { idempotency_key, ..self }
    }

    /// The request to `url`, the same for each attempt.
    pub(super) fn request(
        &self,
        url: &Url,
        user_agent: &HeaderValue,
        token: Option<&str>,
    ) -> Result<http::Request<Bytes>, Error> {
        let body = self.body.clone().transpose()?;
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, user_agent.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static(self.accept));
        headers.insert(REQUEST_ID, header_value("the request id", &request_id::current())?);
        if let Some(token) = token {
            headers.insert(header::AUTHORIZATION, bearer(token)?);
        }
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(version) = self.if_match {
            headers.insert(header::IF_MATCH, header_value("the version", &format!("\"{version}\""))?);
        }
        if let Some(key) = &self.idempotency_key {
            headers.insert(IDEMPOTENCY_KEY, header_value("the idempotency key", key)?);
        }
        let mut request = http::Request::new(body.unwrap_or_default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = url.as_str().parse().map_err(|error: http::uri::InvalidUri| Error::Unsendable {
            what: "the address",
            reason: error.to_string(),
        })?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// `Bearer …`, kept out of debug output.
pub(super) fn bearer(token: &str) -> Result<HeaderValue, Error> {
    let mut value = header_value("the access token", &format!("Bearer {token}"))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(super) fn header_value(what: &'static str, text: &str) -> Result<HeaderValue, Error> {
    // `HeaderValue` would take other letters too, but no server reads them alike.
    let visible = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let reason = || Error::Unsendable { what, reason: "it has characters other than visible ASCII".to_owned() };
    HeaderValue::from_str(text).ok().filter(|_| visible).ok_or_else(reason)
}

/// A successful answer.
pub(super) struct Answer {
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let said = super::send::excerpt(&self.body);
            Error::Decode { url: self.url.to_string(), detail: format!("{error}: {said:?}") }
        })
    }
}

/// A `POST` that makes something: await it, or chain and [`send`](Self::send).
#[must_use = "a call does nothing until it is sent"]
pub struct Create<T> {
    client: Client,
    call: Call,
    answer: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Create<T> {
    pub(super) fn new(client: Client, call: Call) -> Self {
        Self { client, call, answer: PhantomData }
    }

    /// A key of the caller's in place of a random one: a program that starts over with the same key, within 24 hours,
    /// doesn't make the thing twice.
    pub fn idempotency_key(mut self, key: impl Into<String>) -> Self {
        self.call = self.call.keyed(Some(key.into()));
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<T, Error> {
        self.client.send(self.call).await?.json()
    }

    /// Sends, and tells whether the answer is one that was given before to the same key: then nothing was made now.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send_noting_replay(self) -> Result<(T, bool), Error> {
        let answer = self.client.send(self.call).await?;
        Ok((answer.json()?, answer.is_replay()))
    }
}

/// A `PUT`, `PATCH` or `DELETE`: await it, or chain and [`send`](Self::send).
#[must_use = "a call does nothing until it is sent"]
pub struct Change<T> {
    client: Client,
    call: Call,
    decode: fn(&Answer) -> Result<T, Error>,
}

impl<T: DeserializeOwned> Change<T> {
    pub(super) fn new(client: Client, call: Call) -> Self {
        Self { client, call, decode: Answer::json }
    }
}

impl Change<()> {
    pub(super) fn delete(client: Client, server: Server, path: &str, id: Id) -> Self {
        Self { client, call: Call::delete(server, format!("{path}/{id}")), decode: |_| Ok(()) }
    }
}

impl<T> Change<T> {
    /// Refuse (412, `version_moved`) unless the resource has this version.
    pub fn if_match(mut self, version: i64) -> Self {
        self.call = self.call.if_match(Some(version));
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn send(self) -> Result<T, Error> {
        (self.decode)(&self.client.send(self.call).await?)
    }
}

impl<T> fmt::Debug for Create<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.call.method, self.call.path)
    }
}

impl<T> fmt::Debug for Change<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.call.method, self.call.path)
    }
}

/// Lets a builder be awaited in place of its `send`.
macro_rules! awaitable {
    ($($builder:ty => $answer:ty;)*) => {$(
        impl IntoFuture for $builder {
            type Output = Result<$answer, Error>;
            type IntoFuture = BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                self.send().boxed()
            }
        }
    )*};
}

awaitable! {
    ChangeListBuilder => Vec<model::Change>;
    CommentListBuilder => Page<Comment>;
    CreateNamedTokenBuilder => NamedToken;
    CreateTaskBuilder => Task;
    RegisterBuilder => User;
    TagListBuilder => Page<Tag>;
    TaskListBuilder => Page<Task>;
    UpdateTaskBuilder => Task;
}

impl<T: DeserializeOwned + 'static> IntoFuture for Create<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}

impl<T: 'static> IntoFuture for Change<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}
