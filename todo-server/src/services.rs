//! The white list of internal services: each proves its name with a secret of its own.

use std::{collections::BTreeMap, fmt, str::FromStr};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// A shorter secret could be guessed.
const SECRET_MIN: usize = 32;
/// Fewer different characters are no random secret, however long it is.
const VARIETY_MIN: usize = 10;

/// Names and hashes of secrets: `bot:SECRET,comments:SECRET`.
#[derive(Clone, Default)]
pub struct Services(BTreeMap<String, [u8; 32]>);

// Nobody needs to see even the hashes.
impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl FromStr for Services {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        entries.map(entry).collect::<Result<_, _>>().map(Self)
    }
}

fn entry(entry: &str) -> Result<(String, [u8; 32]), String> {
    let (name, secret) = entry.split_once(':').ok_or("expected NAME:SECRET, with commas between services")?;
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || !name.chars().all(sound) {
        return Err("the name of a service has small letters, digits and hyphens".to_owned());
    }
    check_secret(secret).map_err(|fault| format!("the secret of {name} {fault}"))?;
    Ok((name.to_owned(), digest(secret)))
}

/// Refuses a secret that somebody could guess.
fn check_secret(secret: &str) -> Result<(), String> {
    let variety: std::collections::BTreeSet<char> = secret.chars().collect();
    if secret.len() >= SECRET_MIN && variety.len() >= VARIETY_MIN {
        return Ok(());
    }
    Err(format!(
        "is too short or too simple, at least {SECRET_MIN} random characters are needed: openssl rand -base64 32"
    ))
}

fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret).into()
}

impl Services {
    /// Whether it is the secret of a service on the list; takes as long for one that isn't.
    #[must_use]
    pub fn admits(&self, service: &str, secret: &str) -> bool {
        let known = self.0.get(service);
        let right = known.unwrap_or(&[0; 32]).ct_eq(&digest(secret));
        known.is_some() && right.into()
    }

    /// Whether the service is on the list.
    #[must_use]
    pub fn has(&self, service: &str) -> bool {
        self.0.contains_key(service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "q3T0n8sVxYw1ZrKc5uLhJmPdGfBaE2i7";

    #[test]
    fn a_service_needs_its_own_secret() {
        let services: Services = format!("bot:{SECRET}, comments:{SECRET}x").parse().unwrap();
        assert!(services.admits("bot", SECRET));
        assert!(!services.admits("comments", SECRET));
        assert!(!services.admits("nobody", SECRET));
        assert!(!services.admits("bot", ""));
        assert_eq!(format!("{services:?}"), r#"{"bot", "comments"}"#);
    }

    #[test]
    fn weak_secrets_are_refused_with_a_way_out() {
        for text in ["bot:short", &format!("bot:{}", "a".repeat(64)), "bot", ":x", "Bot:x"] {
            let error = text.parse::<Services>().unwrap_err();
            assert!(error.contains("openssl rand") || error.contains("NAME:SECRET") || error.contains("small letters"));
        }
        assert!("".parse::<Services>().unwrap().0.is_empty());
    }
}
