//! What handlers take from a request, and the problems they answer when it isn't there.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use futures_util::StreamExt;
use http::{HeaderMap, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use todo_sdk::model::{BODY_MAX, Id, validate::Validate};

use crate::Error;

/// How long a body may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);
/// A body that is too large is read up to here before the answer: a client that still writes would not see it.
const DRAIN_MAX: usize = 16 * BODY_MAX;

/// A JSON body within the limits of the contract: 400, 413, 415 or 422 otherwise.
#[derive(Debug)]
pub struct Json<T> {
    /// What it says.
    pub value: T,
    /// As it was sent.
    pub bytes: Bytes,
}

impl<T, S> FromRequest<S> for Json<T>
where
    T: DeserializeOwned + Validate,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let Unchecked { value, bytes } = Unchecked::<T>::from_request(request, state).await?;
        value.validate()?;
        Ok(Self { value, bytes })
    }
}

/// A JSON body without limits of its own.
#[derive(Debug)]
pub struct Unchecked<T> {
    /// What it says.
    pub value: T,
    /// As it was sent.
    pub bytes: Bytes,
}

impl<T, S> FromRequest<S> for Unchecked<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        let (said_json, bytes) = receive(request).await?;
        if !said_json {
            return Err(Error::NotSaidJson);
        }
        Ok(Self { value: parse_json(&bytes)?, bytes })
    }
}

/// A body as [`Json`] reads it, or none at all, which stands for the default.
#[derive(Debug)]
pub struct OptionalJson<T> {
    /// What was sent.
    pub value: T,
    /// As it was sent.
    pub bytes: Bytes,
}

impl<T, S> FromRequest<S> for OptionalJson<T>
where
    T: DeserializeOwned + Default,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Error> {
        let (said_json, bytes) = receive(request).await?;
        if bytes.is_empty() {
            return Ok(Self { value: T::default(), bytes });
        }
        if !said_json {
            return Err(Error::NotSaidJson);
        }
        if bytes.trim_ascii() == b"null" {
            return Ok(Self { value: T::default(), bytes });
        }
        Ok(Self { value: parse_json(&bytes)?, bytes })
    }
}

/// Whether the body is said to be JSON, and the body. It is read whole before anything is refused, so that a client which is
/// still sending gets to hear the answer.
async fn receive(request: Request) -> Result<(bool, Bytes), Error> {
    let said_json = says_json(request.headers());
    let body = tokio::time::timeout(BODY_TIMEOUT, read(request.into_body())).await;
    Ok((said_json, body.map_err(|_| Error::SlowBody)??))
}

fn says_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}

async fn read(body: Body) -> Result<Bytes, Error> {
    let mut body = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| Error::NotJson(format!("it broke off: {error}")))?;
        length += chunk.len();
        if length <= BODY_MAX {
            bytes.extend_from_slice(&chunk);
        } else if length > DRAIN_MAX {
            break;
        }
    }
    if length > BODY_MAX { Err(Error::TooLarge { max: BODY_MAX }) } else { Ok(bytes.into()) }
}

fn parse_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    // serde would take an array for a struct, field by field.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice::<IgnoredAny>(bytes).map_err(|error| Error::NotJson(error.to_string()))?;
        return Err(Error::invalid("body", "invalid", "must be an object"));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        // What breaks off behind a faulty field is no JSON all the same.
        let whole = serde_json::from_slice::<IgnoredAny>(bytes);
        match whole {
            Ok(_) if error.is_data() => fault(&path, &error.to_string()),
            Ok(_) => Error::NotJson(error.to_string()),
            Err(error) => Error::NotJson(error.to_string()),
        }
    })?;
    json.end().map_err(|error| Error::NotJson(error.to_string()))?;
    Ok(value)
}

/// Turns serde's message into a fault of the field that it is about.
fn fault(path: &str, message: &str) -> Error {
    let message = message.split(" at line ").next().unwrap_or(message);
    let path = path.trim_matches('.').trim_end_matches('?').trim_matches('.');
    let quoted = message.split('`').nth(1).unwrap_or_default();
    let within = |name: &str| match path {
        "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    };
    let (field, code, message) = if message.starts_with("unknown field") {
        (within(quoted), "unknown_field", format!("is not a field of this request ({message})"))
    } else if message.starts_with("missing field") {
        (within(quoted), "required", "is required".to_owned())
    } else if message.starts_with("duplicate field") {
        (within(quoted), "duplicate", "appears more than once".to_owned())
    } else {
        let field = if path.is_empty() { "body" } else { path };
        // As the standard library says it of numbers in a query.
        let number =
            ["invalid digit", "number too", "cannot parse integer"].iter().any(|text| message.starts_with(text));
        let message = if number { "must be a whole number" } else { message };
        (field.to_owned(), "invalid", message.to_owned())
    };
    Error::invalid(&field, code, message)
}

/// A query without unknown or malformed parameters: 422 otherwise.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T, S> FromRequestParts<S> for Query<T>
where
    T: DeserializeOwned,
    S: Send + Sync,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = serde_urlencoded::Deserializer::new(url_pairs(query));
        serde_path_to_error::deserialize(pairs)
            .map(Self)
            .map_err(|error| fault(&error.path().to_string(), &error.inner().to_string()))
    }
}

fn url_pairs(query: &str) -> url::form_urlencoded::Parse<'_> {
    url::form_urlencoded::parse(query.as_bytes())
}

/// The id at the end of the path. What is no number of ours is nobody's: 404.
#[derive(Debug, Clone, Copy)]
pub struct PathId(pub Id);

impl<S: Send + Sync> FromRequestParts<S> for PathId {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let not_found = Error::NotFound("resource");
        let Ok(axum::extract::Path(text)) = axum::extract::Path::<String>::from_request_parts(parts, state).await
        else {
            return Err(not_found);
        };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(id) if digits && id > 0 => Ok(Self(id)),
            _ => Err(not_found),
        }
    }
}

/// The `If-Match` header ([RFC 9110, 13.1.1](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Accepts every version.
    #[must_use]
    pub fn any() -> Self {
        Self(None)
    }

    /// Accepts this version, or every one for `None`.
    #[must_use]
    pub fn version(version: Option<i64>) -> Self {
        Self(version.map(|version| vec![crate::reply::etag(version)]))
    }

    /// # Errors
    ///
    /// 412 if the caller wants another version than `current`.
    pub fn check(&self, current: i64) -> Result<(), Error> {
        let wanted = crate::reply::etag(current);
        match &self.0 {
            Some(tags) if !tags.iter().any(|tag| tag == "*" || *tag == wanted) => Err(Error::VersionMoved { current }),
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        Ok(Self(entity_tags(&parts.headers, &header::IF_MATCH)))
    }
}

/// The `If-None-Match` header: answers 304 where the client has the current version.
#[derive(Debug, Clone)]
pub struct IfNoneMatch(Option<Vec<String>>);

impl IfNoneMatch {
    /// Whether the client has this version already.
    #[must_use]
    pub fn has(&self, current: i64) -> bool {
        let wanted = crate::reply::etag(current);
        let same = |tag: &String| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == wanted;
        self.0.as_ref().is_some_and(|tags| tags.iter().any(same))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        Ok(Self(entity_tags(&parts.headers, &header::IF_NONE_MATCH)))
    }
}

fn entity_tags(headers: &HeaderMap, name: &header::HeaderName) -> Option<Vec<String>> {
    let mut values = headers.get_all(name).iter().peekable();
    values.peek()?;
    let text: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect();
    Some(text.join(",").split(',').map(|tag| tag.trim().to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use todo_sdk::model::{CreateTask, TaskQuery, UpdateTask};

    use super::{Error, Query, parse_json};

    fn fault_of<T: serde::de::DeserializeOwned + std::fmt::Debug>(json: &str) -> (String, String) {
        match parse_json::<T>(json.as_bytes()).unwrap_err() {
            Error::Invalid(errors) => {
                let (field, faults) = errors.into_iter().next().unwrap();
                (field, faults[0].code.clone())
            }
            error => (error.to_string(), "not_json".to_owned()),
        }
    }

    #[test]
    fn faults_name_their_field() {
        let cases = [
            (r#"{"title": 5}"#, "title", "invalid"),
            (r#"{"titel": "a"}"#, "titel", "unknown_field"),
            (r#"{"title": "a", "nope": 1}"#, "nope", "unknown_field"),
            ("{}", "title", "required"),
            (r#"{"title": "a", "due": "soon"}"#, "due", "invalid"),
            (r#"{"title": "a", "tags": [1, "x"]}"#, "tags[1]", "invalid"),
            (r#"{"title": "a", "repeat": {}}"#, "repeat.rrule", "required"),
            (r#"{"title": "a", "repeat": {"rrule": "x", "y": 1}}"#, "repeat.y", "unknown_field"),
            (r#"{"title": "a", "title": "b"}"#, "title", "duplicate"),
            ("[]", "body", "invalid"),
            (r#"["a", "b"]"#, "body", "invalid"),
        ];
        for (json, field, code) in cases {
            assert_eq!(fault_of::<CreateTask>(json), (field.to_owned(), code.to_owned()), "{json}");
        }
        assert_eq!(fault_of::<UpdateTask>(r#"{"title": null}"#).0, "title");
    }

    #[test]
    fn broken_json_is_not_a_fault_of_a_field() {
        for json in ["", "{", "{\"title\": \"\\ud800\"}", "nope", "{\"title\": \"a\"} x", "{\"nope\": 1,"] {
            assert_eq!(fault_of::<CreateTask>(json).1, "not_json", "{json}");
        }
    }

    #[tokio::test]
    async fn queries_are_strict() {
        use axum::extract::FromRequestParts;
        for (query, field) in
            [("limit=x", "limit"), ("nope=1", "nope"), ("completed=1", "completed"), ("due_before=x", "due_before")]
        {
            let (mut parts, ()) = http::Request::get(format!("/?{query}")).body(()).unwrap().into_parts();
            match Query::<TaskQuery>::from_request_parts(&mut parts, &()).await {
                Err(Error::Invalid(errors)) => assert!(errors.contains_key(field), "{query}: {errors:?}"),
                other => panic!("{query}: {other:?}"),
            }
        }
    }
}
