//! Errors on the wire: RFC 9457 problem details.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Stable, for programs: `too_long`, `blank`, `unknown_field`, …
    pub code: String,
    /// For people.
    pub message: String,
}

/// Every fault found, by the field that has it (`title`, `repeat.rrule`, `create[3].title`).
pub type FieldErrors = BTreeMap<String, Vec<FieldError>>;

/// An `application/problem+json` body ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A URI that names the kind of problem, `about:blank` where `code` says it all.
    #[serde(rename = "type", default = "about_blank")]
    pub kind: String,
    /// The kind of problem in a few words, the same for every occurrence.
    #[serde(default)]
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time and what to do about it.
    #[serde(default)]
    pub detail: String,
    /// Stable, for programs: `not_found`, `version_moved`, `invalid_fields`, …
    #[serde(default)]
    pub code: String,
    /// The request in the server's log.
    #[serde(default)]
    pub request_id: String,
    /// With status 422: the faults by field.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub errors: FieldErrors,
}

fn about_blank() -> String {
    "about:blank".to_owned()
}

impl Problem {
    /// The media type of a problem.
    pub const CONTENT_TYPE: &'static str = "application/problem+json";

    /// A problem of this status and code; `request_id` is filled in by whoever answers.
    pub fn new(status: u16, code: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: about_blank(),
            title: title.to_owned(),
            status,
            detail: detail.into(),
            code: code.to_owned(),
            request_id: String::new(),
            errors: FieldErrors::new(),
        }
    }
}
