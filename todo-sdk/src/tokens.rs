//! Signing and verifying tokens: Ed25519 JSON Web Tokens after [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725).
//!
//! The algorithm, issuer, audience and type are fixed by the kind of token; nothing that a token says of itself chooses
//! how it is verified, but for the key id, which has to name a known key. Time is passed in.
//!
//! ```
//! use todo_sdk::{
//!     model::{Jwks, Scope},
//!     tokens::{ACCESS_TTL, Signer, TokenKind, Verifier, VerifyError},
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let signer = Signer::from_pem(&Signer::generate_pem()?)?;
//! let now = chrono::Utc::now();
//! let token = signer.sign(TokenKind::Access, 7, "session", "token", Scope::Read, now)?;
//!
//! let verifier = Verifier::new(&Jwks { keys: vec![signer.jwk()] })?;
//! assert_eq!(verifier.verify(TokenKind::Access, &token, now)?.user_id(), Some(7));
//! let later = now + ACCESS_TTL * 2;
//! assert_eq!(verifier.verify(TokenKind::Access, &token, later), Err(VerifyError::Expired));
//! # Ok(())
//! # }
//! ```

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Id, Jwk, Jwks, Scope};

/// How long an access token lasts.
pub const ACCESS_TTL: TimeDelta = TimeDelta::minutes(15);
/// How long a refresh token lasts.
pub const REFRESH_TTL: TimeDelta = TimeDelta::days(1);
/// How far two machines' clocks may lie apart.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(30);
/// How the subject of a service's token begins.
const SERVICE: &str = "service:";
/// Who issues.
pub const ISSUER: &str = "todo-server";

/// What a token is for. One kind is never accepted for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Proves who calls.
    Access,
    /// Trades for a new pair, once.
    Refresh,
    /// Proves which internal service calls, without any user.
    Service,
}

impl TokenKind {
    fn typ(self) -> &'static str {
        match self {
            Self::Access => "at+jwt",
            Self::Refresh => "rt+jwt",
            Self::Service => "svc+jwt",
        }
    }

    fn audience(self) -> &'static str {
        match self {
            Self::Access => "todo",
            Self::Refresh => "todo:refresh",
            Self::Service => "todo:internal",
        }
    }

    /// How long such a token lasts.
    #[must_use]
    pub fn ttl(self) -> TimeDelta {
        match self {
            Self::Access | Self::Service => ACCESS_TTL,
            Self::Refresh => REFRESH_TTL,
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// The user's id, in decimal; of a service `service:` and its name.
    pub sub: String,
    /// The session; empty for a service.
    pub sid: String,
    /// The token's own id.
    pub jti: String,
    /// What it may do.
    pub scope: Scope,
    /// When it was issued: seconds since 1970.
    pub iat: i64,
    /// When it ends: seconds since 1970.
    pub exp: i64,
    /// When it begins, if not at once. We never say so, and heed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

impl Claims {
    /// The user, if the subject is one.
    #[must_use]
    pub fn user_id(&self) -> Option<Id> {
        self.sub.parse().ok().filter(|id| *id > 0)
    }

    /// The internal service, if the subject is one.
    #[must_use]
    pub fn service(&self) -> Option<&str> {
        self.sub.strip_prefix(SERVICE)
    }
}

/// A key is not one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No Ed25519 private key in PEM (PKCS#8).
    #[error("not an Ed25519 private key in PEM; make one with: openssl genpkey -algorithm ed25519")]
    NotEd25519,
    /// The system has no randomness to make a key of.
    #[error("the system has no randomness to make a key of")]
    NoRandomness,
    /// Not a public key that tokens can be verified with.
    #[error("the key {0} of the key set is not an Ed25519 public key")]
    BadJwk(String),
    /// The token could not be signed.
    #[error("cannot sign: {0}")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

/// Why a token proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Signed with a key that is not known, or so it says.
    #[error("it is signed with an unknown key")]
    UnknownKey,
    /// It was good once.
    #[error("it has expired")]
    Expired,
    /// Anything else.
    #[error("{0}")]
    Invalid(&'static str),
}

/// Signs tokens.
pub struct Signer {
    key: EncodingKey,
    jwk: Jwk,
}

// The private key stays out of logs.
impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer").field("kid", &self.jwk.kid).finish_non_exhaustive()
    }
}

impl Signer {
    /// Makes a private key.
    ///
    /// # Errors
    ///
    /// If the system has no randomness.
    pub fn generate_pem() -> Result<String, KeyError> {
        let rng = SystemRandom::new();
        let der = Ed25519KeyPair::generate_pkcs8v1(&rng).map_err(|_| KeyError::NoRandomness)?;
        let base64 = BASE64_STANDARD.encode(der);
        Ok(format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n"))
    }

    /// Reads a private key (PKCS#8 PEM, [RFC 8410](https://www.rfc-editor.org/rfc/rfc8410)).
    ///
    /// # Errors
    ///
    /// If it is none.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
        let der = BASE64_STANDARD.decode(base64).map_err(|_| KeyError::NotEd25519)?;
        let pair = Ed25519KeyPair::from_pkcs8(&der).map_err(|_| KeyError::NotEd25519)?;
        let public = pair.public_key().as_ref();
        let jwk = Jwk {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            x: BASE64_URL_SAFE_NO_PAD.encode(public),
            kid: kid(public),
            alg: "EdDSA".to_owned(),
            usage: "sig".to_owned(),
        };
        Ok(Self { key: EncodingKey::from_ed_der(&der), jwk })
    }

    /// The public key.
    #[must_use]
    pub fn jwk(&self) -> Jwk {
        self.jwk.clone()
    }

    /// Signs a token that lasts for its kind's time from `now` on.
    ///
    /// # Errors
    ///
    /// If the key can't sign.
    pub fn sign(
        &self,
        kind: TokenKind,
        user: Id,
        session: &str,
        jti: &str,
        scope: Scope,
        now: DateTime<Utc>,
    ) -> Result<String, KeyError> {
        self.sign_claims(kind, &claims(kind, user.to_string(), session, jti, scope, now))
    }

    /// Signs a token of an internal service.
    ///
    /// # Errors
    ///
    /// If the key can't sign.
    pub fn sign_service(&self, service: &str, jti: &str, now: DateTime<Utc>) -> Result<String, KeyError> {
        let kind = TokenKind::Service;
        self.sign_claims(kind, &claims(kind, format!("{SERVICE}{service}"), "", jti, Scope::Write, now))
    }

    fn sign_claims(&self, kind: TokenKind, claims: &Claims) -> Result<String, KeyError> {
        let header = Header {
            typ: Some(kind.typ().to_owned()),
            kid: Some(self.jwk.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, claims, &self.key).map_err(KeyError::Sign)
    }
}

fn claims(kind: TokenKind, sub: String, session: &str, jti: &str, scope: Scope, now: DateTime<Utc>) -> Claims {
    Claims {
        iss: ISSUER.to_owned(),
        aud: kind.audience().to_owned(),
        sub,
        sid: session.to_owned(),
        jti: jti.to_owned(),
        scope,
        iat: now.timestamp(),
        exp: (now + kind.ttl()).timestamp(),
        nbf: None,
    }
}

/// A secret of 256 random bits, base64url without padding.
///
/// # Errors
///
/// If the system has no randomness.
pub fn random_secret() -> Result<String, KeyError> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyError::NoRandomness)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Names a public key: the head of its SHA-256.
fn kid(public: &[u8]) -> String {
    let mut kid = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(public));
    kid.truncate(16);
    kid
}

/// The key that a token says it is signed with. Proves nothing.
#[must_use]
pub fn kid_of(token: &str) -> Option<String> {
    jsonwebtoken::decode_header(token).ok()?.kid
}

/// Verifies tokens with known public keys.
pub struct Verifier {
    keys: Vec<(String, DecodingKey)>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(kid, _)| kid)).finish()
    }
}

impl Verifier {
    /// Knows these keys. Keys of other types are passed over.
    ///
    /// # Errors
    ///
    /// If an Ed25519 key is malformed.
    pub fn new(jwks: &Jwks) -> Result<Self, KeyError> {
        let ours = jwks.keys.iter().filter(|key| key.kty == "OKP" && key.crv == "Ed25519");
        let keys = ours.map(|key| {
            let bad = || KeyError::BadJwk(key.kid.clone());
            let raw = BASE64_URL_SAFE_NO_PAD.decode(&key.x).map_err(|_| bad())?;
            if raw.len() != 32 {
                return Err(bad());
            }
            Ok((key.kid.clone(), DecodingKey::from_ed_components(&key.x).map_err(|_| bad())?))
        });
        Ok(Self { keys: keys.collect::<Result<_, _>>()? })
    }

    /// Whether a key of this id is known.
    #[must_use]
    pub fn knows(&self, kid: &str) -> bool {
        self.keys.iter().any(|(known, _)| known == kid)
    }

    /// What a token of this kind says, if it can be believed at `now`.
    ///
    /// # Errors
    ///
    /// See [`VerifyError`].
    pub fn verify(&self, kind: TokenKind, token: &str, now: DateTime<Utc>) -> Result<Claims, VerifyError> {
        use VerifyError::Invalid;
        let header = jsonwebtoken::decode_header(token).map_err(|_| Invalid("it is malformed"))?;
        if header.alg != Algorithm::EdDSA {
            return Err(Invalid("its algorithm is not EdDSA"));
        }
        if header.typ.as_deref() != Some(kind.typ()) {
            return Err(Invalid("it is another kind of token"));
        }
        // RFC 7515, 4.1.11: whoever doesn't understand an extension that is critical must refuse, and we know none.
        if header.crit.is_some() {
            return Err(Invalid("it relies on an unknown extension"));
        }
        let kid = header.kid.ok_or(VerifyError::UnknownKey)?;
        let (_, key) = self.keys.iter().find(|(known, _)| *known == kid).ok_or(VerifyError::UnknownKey)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[kind.audience()]);
        validation.set_issuer(&[ISSUER]);
        // The library would ask the system's clock.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation)
            .map_err(|_| Invalid("its signature, issuer or audience is wrong"))?
            .claims;
        if claims.exp.saturating_add(LEEWAY.num_seconds()) <= now.timestamp() {
            return Err(VerifyError::Expired);
        }
        if claims.iat > now.timestamp().saturating_add(LEEWAY.num_seconds()) {
            return Err(Invalid("it is from the future"));
        }
        if claims.nbf.is_some_and(|nbf| nbf > now.timestamp().saturating_add(LEEWAY.num_seconds())) {
            return Err(Invalid("it is not valid yet"));
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests;
