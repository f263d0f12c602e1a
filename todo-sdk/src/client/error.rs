//! What can go wrong with a call.

use std::{sync::Arc, time::Duration};

use http::StatusCode;

use super::{StoreError, TransportError};
use crate::model::{FieldErrors, Problem};

/// Why a call failed.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// match client.tasks().update(12).title("Call them").if_match(3).await {
///     Ok(task) => println!("version {}", task.version),
///     Err(error) if error.code() == Some("version_moved") => println!("somebody was faster"),
///     Err(error) if error.passes() => println!("later: {error}"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server answered an error. An answer that is no problem document, such as a proxy's page, is put into the
    /// form of one, with the code [`Error::UNEXPECTED_ANSWER`].
    #[error("{}", describe(.problem))]
    Problem {
        /// What the server says.
        problem: Box<Problem>,
        /// How long it asks to wait before the next attempt.
        retry_after: Option<Duration>,
    },
    /// The server could not be reached, or the connection broke.
    #[error("{url} is out of reach: {source}")]
    OutOfReach {
        /// The server.
        url: String,
        /// What happened to the connection.
        source: TransportError,
    },
    /// No answer in time.
    #[error("{url} gave no answer within {after:?}")]
    TimedOut {
        /// The server.
        url: String,
        /// How long was waited.
        after: Duration,
    },
    /// The server answered success with something that is not in the contract: most likely another server.
    #[error("{url} answered something unexpected, is it a todo-server? {detail}")]
    Decode {
        /// The address that answered.
        url: String,
        /// What is wrong with the answer.
        detail: String,
    },
    /// The text is not the address of a server.
    #[error("not a server address: {url:?}: {reason}")]
    InvalidUrl {
        /// The address, without any credentials.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something given to the client can't be sent.
    #[error("{what} can't be sent: {reason}")]
    Unsendable {
        /// What was given, e.g. `the access token`.
        what: &'static str,
        /// Why it can't be sent.
        reason: String,
    },
    /// Nobody is signed in.
    #[error("not signed in")]
    NotSignedIn,
    /// The session could not be loaded, saved or locked.
    #[error("the session store failed: {0}")]
    Store(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A call of the [blocking](crate::blocking) client inside an async runtime, which it would hold up. Nothing was sent.
    #[cfg(feature = "blocking")]
    #[error("a blocking call inside an async runtime would hold it up; use the async todo_sdk::Client there")]
    InsideRuntime,
    /// The system gave the [blocking](crate::blocking) client no thread.
    #[cfg(feature = "blocking")]
    #[error("the blocking client could not start: {0}")]
    NotStarted(#[source] Arc<std::io::Error>),
}

impl Error {
    /// The code of a [`Problem`] that stands for an answer which is none.
    pub const UNEXPECTED_ANSWER: &'static str = "unexpected_answer";

    /// The problem that the server answered.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// The HTTP status of the answer.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.problem().map(|problem| problem.status)
    }

    /// The stable code of the problem, e.g. `version_moved`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.problem().map(|problem| problem.code.as_str())
    }

    /// The faults by field, of a 422.
    #[must_use]
    pub fn field_errors(&self) -> Option<&FieldErrors> {
        self.problem().map(|problem| &problem.errors).filter(|errors| !errors.is_empty())
    }

    /// The request in the server's log.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.problem().map(|problem| problem.request_id.as_str()).filter(|id| !id.is_empty())
    }

    /// How long the server asks to wait before the next attempt.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the same call may well succeed later.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self {
            Self::OutOfReach { .. } | Self::TimedOut { .. } => true,
            _ => matches!(self.status(), Some(429 | 502 | 503 | 504)),
        }
    }

    /// Whether the server may have done what was asked although this is all that came back.
    pub(crate) fn leaves_open(&self) -> bool {
        match self {
            Self::OutOfReach { source, .. } => source.was_sent(),
            Self::TimedOut { .. } => true,
            _ => matches!(self.status(), Some(502..=504)),
        }
    }

    pub(super) fn store(error: StoreError) -> Self {
        Self::Store(error.into())
    }
}

/// The faults by field where there are some, else the detail, else the title.
fn describe(problem: &Problem) -> String {
    let faults: Vec<String> = problem
        .errors
        .iter()
        .flat_map(|(field, faults)| faults.iter().map(move |fault| format!("{field} {}", fault.message)))
        .collect();
    if !faults.is_empty() {
        return faults.join("; ");
    }
    let said = [&problem.detail, &problem.title].into_iter().find(|text| !text.is_empty());
    said.cloned().unwrap_or_else(|| status_line(problem.status))
}

/// `502 Bad Gateway`.
pub(super) fn status_line(status: u16) -> String {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    format!("{status} {}", reason.unwrap_or_default()).trim_end().to_owned()
}
