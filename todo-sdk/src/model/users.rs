//! People.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Id;
use super::validate::{Faults, Validate};

/// The languages that the clients speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Language {
    /// English.
    En,
    /// Russian.
    Ru,
}

impl Language {
    /// The ISO 639-1 code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Identifier.
    pub id: Id,
    /// Unique, case-insensitively.
    pub username: String,
    /// IANA name of the zone that days and repeats are reckoned in.
    pub timezone: String,
    /// Language of messages to this person.
    pub language: Option<Language>,
    /// When the account was made.
    pub date_joined: DateTime<Utc>,
    /// Counts the changes of this account; the `ETag`.
    pub version: i64,
}

/// Body of `POST /api/users`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateUser {
    /// 1–150 letters, digits and `@ . + - _`.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 150, pattern = r"^[\p{L}\p{N}@.+_-]+$"))]
    pub username: String,
    /// 8–256 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 8, max_length = 256, format = Password))]
    pub password: String,
    /// IANA name, e.g. `Europe/Berlin`; the server's default if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Language of messages to this person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// Body of `PATCH /api/users/me`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateUser {
    /// IANA name.
    #[serde(default, deserialize_with = "super::patch::present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false))]
    pub timezone: Option<String>,
    /// `null` clears.
    #[serde(default, deserialize_with = "super::patch::nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Language>))]
    pub language: Option<Option<Language>>,
    /// The new password; needs `current_password` where the account has one. Ends every session.
    #[serde(default, deserialize_with = "super::patch::present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_length = 8, max_length = 256, format = Password))]
    pub password: Option<String>,
    /// The password so far.
    #[serde(default, deserialize_with = "super::patch::present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, format = Password))]
    pub current_password: Option<String>,
}

// Passwords stay out of logs and panics, so these two don't derive Debug.
impl std::fmt::Debug for CreateUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateUser").field("username", &self.username).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for UpdateUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UpdateUser")
            .field("timezone", &self.timezone)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

fn check_password(faults: &mut Faults, password: &str) {
    let length = password.chars().count();
    if length < 8 {
        faults.add("password", "too_short", format!("has {length} characters, at least 8 are needed"));
    }
    if length > 256 {
        faults.add("password", "too_long", format!("has {length} characters, at most 256 are allowed"));
    }
}

impl Validate for CreateUser {
    fn check(&self, faults: &mut Faults) {
        faults.visible("username", &self.username, 150);
        if !self.username.chars().all(|c| c.is_alphanumeric() || "@.+-_".contains(c)) {
            faults.add("username", "invalid", "may contain only letters, digits and @ . + - _");
        }
        check_password(faults, &self.password);
    }
}

impl Validate for UpdateUser {
    fn check(&self, faults: &mut Faults) {
        if let Some(password) = &self.password {
            check_password(faults, password);
        }
    }
}
