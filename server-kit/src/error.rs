//! The one error of the servers, and the problem document that each becomes.

use std::{sync::Arc, time::Duration};

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use todo_sdk::model::{FieldErrors, Problem, validate::Faults};

use crate::db::pool;

/// Why a call failed. Each variant says which status it answers.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400: the body is no JSON.
    #[error("the body is not valid JSON: {0}")]
    NotJson(String),
    /// 401: no token, or one that proves nothing.
    #[error("{detail}")]
    Unauthorized {
        /// `no_token`, `invalid_token`, `token_expired`, `session_ended`, `wrong_credentials`.
        code: &'static str,
        /// What to do.
        detail: String,
    },
    /// 403: not for this kind of caller.
    #[error("{detail}")]
    Forbidden {
        /// `read_only_token`, `registration_closed`, …
        code: &'static str,
        /// Why.
        detail: String,
    },
    /// 404: it does not exist, or belongs to somebody else.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// 408: the body came too slowly.
    #[error("the request body did not arrive in time")]
    SlowBody,
    /// 409: it clashes with what is there.
    #[error("{detail}")]
    Conflict {
        /// `username_taken`, `tag_exists`, …
        code: &'static str,
        /// What it clashes with.
        detail: String,
    },
    /// 409: what is to be undone was changed again since.
    #[error("{field} is newer: {detail}")]
    NewerChange {
        /// Which field.
        field: &'static str,
        /// What stands there, or what to do.
        detail: String,
    },
    /// 410: it was there and is not kept any more.
    #[error("{detail}")]
    Gone {
        /// `journal_trimmed`.
        code: &'static str,
        /// What to do.
        detail: String,
    },
    /// 412: `If-Match` names another version.
    #[error("this is version {current} now; load it again and repeat the change")]
    VersionMoved {
        /// The version that it has.
        current: i64,
    },
    /// 413: the body is too large.
    #[error("the body is larger than {max} bytes")]
    TooLarge {
        /// The limit.
        max: usize,
    },
    /// 415: the body is not said to be JSON.
    #[error("send the body as Content-Type: application/json")]
    NotSaidJson,
    /// 422: fields or query parameters that are not as they must be.
    #[error("some fields are invalid: {}", name_fields(.0))]
    Invalid(FieldErrors),
    /// As `source`, of one item in a call about many.
    #[error("{item}: {source}")]
    InItem {
        /// Which, e.g. `update[3]`.
        item: String,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// 429: too many calls.
    #[error("too many calls; wait {} s", seconds(*wait))]
    TooMany {
        /// How long until the next one may come.
        wait: Duration,
    },
    /// 503: something that this call needs is down; the text names it.
    #[error("{0} is not available, try again in a moment")]
    Unavailable(&'static str, #[source] Option<BoxError>),
    /// 503: the call took too long.
    #[error("the request took too long, try again in a moment")]
    TookTooLong,
    /// 500: a fault of ours; logged, never answered.
    #[error("the server made a mistake; the log has it under this request id")]
    Internal(#[source] BoxError),
}

/// Any error that may cross threads.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How long a client should wait when a dependency is down.
const RETRY_AFTER: Duration = Duration::from_secs(2);

impl Error {
    /// A 422 with one fault.
    #[must_use]
    pub fn invalid(field: &str, code: &str, message: impl Into<String>) -> Self {
        let mut faults = Faults::default();
        faults.add(field, code, message);
        Self::Invalid(faults.into_result().err().unwrap_or_default())
    }

    /// A 500.
    pub fn internal(error: impl Into<BoxError>) -> Self {
        Self::Internal(error.into())
    }

    /// The same error, of one item in a call about many.
    #[must_use]
    pub fn in_item(self, item: String) -> Self {
        Self::InItem { item, source: Box::new(self) }
    }

    fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotJson(_) => (StatusCode::BAD_REQUEST, "not_json", "Not JSON"),
            Self::Unauthorized { code, .. } => (StatusCode::UNAUTHORIZED, code, "Not signed in"),
            Self::Forbidden { code, .. } => (StatusCode::FORBIDDEN, code, "Not allowed"),
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not_found", "Not found"),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "slow_body", "Request timeout"),
            Self::Conflict { code, .. } => (StatusCode::CONFLICT, code, "Conflict"),
            Self::NewerChange { .. } => (StatusCode::CONFLICT, "newer_change", "Changed again since"),
            Self::Gone { code, .. } => (StatusCode::GONE, code, "Gone"),
            Self::VersionMoved { .. } => (StatusCode::PRECONDITION_FAILED, "version_moved", "Version moved"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", "Too large"),
            Self::NotSaidJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "not_said_json", "Unsupported media type"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", "Invalid fields"),
            Self::InItem { source, .. } => source.parts(),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests"),
            Self::Unavailable(..) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Unavailable"),
            Self::TookTooLong => (StatusCode::SERVICE_UNAVAILABLE, "took_too_long", "Took too long"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error"),
        }
    }

    fn problem(&self) -> Problem {
        let (status, code, title) = self.parts();
        let mut problem = Problem::new(status.as_u16(), code, title, self.to_string());
        match self {
            Self::Invalid(errors) => problem.errors.clone_from(errors),
            Self::NewerChange { field, detail } => {
                let mut faults = Faults::default();
                faults.add(field, "newer", format!("is newer: {detail}"));
                problem.errors = faults.into_result().err().unwrap_or_default();
            }
            Self::InItem { item, source } => {
                let errors = source.problem().errors;
                problem.errors =
                    errors.into_iter().map(|(field, faults)| (format!("{item}.{field}"), faults)).collect();
            }
            _ => {}
        }
        problem
    }

    fn log(&self) {
        match self {
            Self::Internal(error) => tracing::error!(error = %chain(error.as_ref()), "internal error"),
            Self::Unavailable(what, error) => {
                let error = error.as_ref().map(|error| chain(error.as_ref()));
                tracing::warn!(what, error, "a dependency is down");
            }
            Self::InItem { source, .. } => source.log(),
            _ => {}
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX)
}

/// An error and its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn name_fields(errors: &FieldErrors) -> String {
    let named: Vec<String> = errors
        .iter()
        .flat_map(|(field, faults)| faults.iter().map(move |fault| format!("{field} {}", fault.message)))
        .take(3)
        .collect();
    named.join("; ")
}

/// Rides along in a response's extensions: [`crate::middleware`] writes the body once it knows the request's id.
#[derive(Clone, Debug)]
pub(crate) struct Pending(pub(crate) Arc<Problem>);

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let problem = self.problem();
        let mut response = self.parts().0.into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            let challenge = match problem.code.as_str() {
                "no_token" | "wrong_credentials" => "Bearer".to_owned(),
                _ => format!("Bearer error=\"invalid_token\", error_description=\"{}\"", problem.code),
            };
            if let Ok(value) = HeaderValue::from_str(&challenge) {
                response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
            }
        }
        let wait = match (&self, response.status()) {
            (Self::TooMany { wait }, _) => Some(*wait),
            (_, StatusCode::SERVICE_UNAVAILABLE) => Some(RETRY_AFTER),
            _ => None,
        };
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, seconds(wait).into());
        }
        response.extensions_mut().insert(Pending(Arc::new(problem)));
        response
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

/// Whether the connection is of no use any more.
fn cuts_off(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        // PostgreSQL: operator intervention.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

impl From<sqlx::Error> for Error {
    /// What passes when the database comes back is a 503; what doesn't is our fault.
    fn from(error: sqlx::Error) -> Self {
        if cuts_off(&error) {
            pool::failed();
        }
        let passing = match &error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                true
            }
            // SQLite: busy and locked (primary codes 5 and 6). PostgreSQL: connection (08), resources (53), operator
            // intervention (57), serialization failure and deadlock (40).
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                ["08", "40", "53", "57"].iter().any(|class| code.len() == 5 && code.starts_with(class))
                    || code.parse::<u32>().is_ok_and(|code| code < 10_000 && matches!(code & 0xff, 5 | 6))
            }),
            _ => false,
        };
        if passing { Self::Unavailable("the database", Some(error.into())) } else { Self::internal(error) }
    }
}
