//! What the server refuses, in Telegram's words.

use serde_json::{Value, json};

/// What a method answers.
pub(crate) type Answer = Result<Value, Refusal>;

/// An answer with `"ok": false`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{description}")]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: String,
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    pub(crate) fn bad_request(text: impl std::fmt::Display) -> Self {
        Self::new(400, format!("Bad Request: {text}"))
    }

    pub(crate) fn forbidden(text: impl std::fmt::Display) -> Self {
        Self::new(403, format!("Forbidden: {text}"))
    }

    pub(crate) fn conflict(text: impl std::fmt::Display) -> Self {
        Self::new(409, format!("Conflict: {text}"))
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    /// What Telegram could do and this server can't: 501 is no code of Telegram's, so nobody takes it for one.
    pub(crate) fn unsupported(what: impl std::fmt::Display) -> Self {
        Self::new(501, format!("Not Implemented: {what} is unsupported by the local server"))
    }

    pub(crate) fn too_many(retry_after: u64) -> Self {
        let description = format!("Too Many Requests: retry after {retry_after}");
        Self { code: 429, description, retry_after: Some(retry_after) }
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = json!({"ok": false, "error_code": self.code, "description": self.description});
        if let Some(seconds) = self.retry_after {
            body["parameters"] = json!({"retry_after": seconds});
        }
        body
    }
}
