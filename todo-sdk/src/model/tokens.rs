//! Tokens: proving who calls. The types that hold a secret print without it.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Id,
    validate::{Faults, Validate},
};

/// Body of `POST /api/token`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// Whatever case it was registered in.
    pub username: String,
    /// The password.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub password: String,
}

/// What a sign-in or a refresh answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenPair {
    /// Sent as `Authorization: Bearer …`; lasts 15 minutes.
    pub access: String,
    /// Good for one refresh; lasts a day.
    pub refresh: String,
}

/// Body of `POST /api/token/refresh` and `POST /api/token/revoke`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RefreshToken {
    /// From the last [`TokenPair`].
    pub refresh: String,
}

/// Body of `POST /api/token/verify`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenToVerify {
    /// An access or refresh token.
    pub token: String,
}

/// Body of `POST /api/token/service`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceCredentials {
    /// A name on the server's white list.
    pub service: String,
    /// That service's secret.
    #[cfg_attr(feature = "openapi", schema(format = Password))]
    pub secret: String,
}

/// Answer of `POST /api/token/service`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessToken {
    /// Sent as `Authorization: Bearer …`.
    pub access: String,
}

/// What a named token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Scope {
    /// `GET` only.
    Read,
    /// Everything that its owner may do with tasks, tags and comments.
    Write,
}

impl Scope {
    /// As on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// Where somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Identifier.
    pub id: String,
    /// The program that signed in, as its `User-Agent` names it.
    pub client: String,
    /// When it began.
    pub created_at: DateTime<Utc>,
    /// When its refresh token was last used.
    pub last_used_at: DateTime<Utc>,
    /// It ends then, unless it is refreshed before.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    #[serde(default)]
    pub current: bool,
}

/// Most characters of a [`NamedToken`]'s name.
pub const TOKEN_NAME_MAX: usize = 100;

impl Validate for CreateNamedToken {
    fn check(&self, faults: &mut Faults) {
        faults.visible("name", &self.name, TOKEN_NAME_MAX);
    }
}

/// Body of `POST /api/tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateNamedToken {
    /// For the owner to recognise it by.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// Refused from then on; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// A long-lived token for scripts.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedToken {
    /// Identifier.
    pub id: Id,
    /// For the owner to recognise it by.
    pub name: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Refused from then on.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The token itself: only in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

/// A public key as a JSON Web Key ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517),
/// [RFC 8037](https://www.rfc-editor.org/rfc/rfc8037) for Ed25519).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jwk {
    /// `OKP`.
    pub kty: String,
    /// `Ed25519`.
    pub crv: String,
    /// The public key, base64url without padding.
    pub x: String,
    /// Names the key in the header of tokens.
    pub kid: String,
    /// `EdDSA`.
    pub alg: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
}

/// Answer of `GET /.well-known/jwks.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jwks {
    /// The keys that tokens may be signed with.
    pub keys: Vec<Jwk>,
}

macro_rules! debug_without_secrets {
    ($($name:ident { $($shown:ident),* })*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))$(.field(stringify!($shown), &self.$shown))*.finish_non_exhaustive()
            }
        }
    )*};
}

debug_without_secrets! {
    Credentials { username }
    TokenPair {}
    RefreshToken {}
    TokenToVerify {}
    ServiceCredentials { service }
    AccessToken {}
    NamedToken { id, name, scope }
}
