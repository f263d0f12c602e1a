//! Answers with a resource in them.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::Error;

/// What most resources take as JSON, in bytes.
const ITEM: usize = 512;

/// The `ETag` of a version.
#[must_use]
pub fn etag(version: i64) -> String {
    format!("\"{version}\"")
}

/// A JSON answer that can be kept and given again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) etag: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
    /// Given before, for the same `Idempotency-Key`.
    pub(crate) replayed: bool,
}

impl Reply {
    /// 200 with anything.
    pub fn ok<T: Serialize>(value: &T) -> Result<Self, Error> {
        let body = serde_json::to_string(value).map_err(Error::internal)?;
        Ok(Self { status: StatusCode::OK, etag: None, location: None, body, replayed: false })
    }

    /// 200 with a list. Its JSON is written into memory that is large enough from the start, as a rule.
    pub fn list<T: Serialize>(items: &[T]) -> Result<Self, Error> {
        let mut body = Vec::with_capacity(2 + items.len() * ITEM);
        serde_json::to_writer(&mut body, items).map_err(Error::internal)?;
        let body = String::from_utf8(body).map_err(Error::internal)?;
        Ok(Self { status: StatusCode::OK, etag: None, location: None, body, replayed: false })
    }

    /// 200 with a resource of this version.
    pub fn resource<T: Serialize>(value: &T, version: i64) -> Result<Self, Error> {
        Ok(Self { etag: Some(etag(version)), ..Self::ok(value)? })
    }

    /// 201 with a resource that has no version.
    pub fn made<T: Serialize>(value: &T) -> Result<Self, Error> {
        Ok(Self { status: StatusCode::CREATED, ..Self::ok(value)? })
    }

    /// 201 with a resource that is new at `location`.
    pub fn created<T: Serialize>(value: &T, version: i64, location: String) -> Result<Self, Error> {
        Ok(Self { status: StatusCode::CREATED, location: Some(location), ..Self::resource(value, version)? })
    }

    /// The same for the first version, whose JSON is there already.
    #[must_use]
    pub fn created_json(body: String, location: String) -> Self {
        let (status, etag) = (StatusCode::CREATED, Some(etag(1)));
        Self { status, etag, location: Some(location), body, replayed: false }
    }

    /// The same, given again for the same `Idempotency-Key`.
    #[must_use]
    pub fn replayed(self) -> Self {
        Self { replayed: true, ..self }
    }
}

/// 304: the client has this version.
#[must_use]
pub fn not_modified(version: i64) -> Response {
    (StatusCode::NOT_MODIFIED, [(header::ETAG, etag(version))]).into_response()
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [(header::ETAG, self.etag), (header::LOCATION, self.location)] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
        }
        if self.replayed {
            headers.insert("idempotency-replayed", HeaderValue::from_static("true"));
        }
        response
    }
}
