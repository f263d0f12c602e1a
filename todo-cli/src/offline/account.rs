//! Whose queue it is, told without asking the server.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::{
    credentials::{Credentials, Secret},
    error::Error,
    profile::Place,
};

/// The name of the files of this account at this server; `None` while nobody is signed in.
pub(super) fn file_name(place: &Place) -> Result<Option<String>, Error> {
    let account = match &place.token {
        Some(token) => of_token(token),
        None => match Credentials::of(place).load()? {
            Some(Secret::Token { token }) => of_token(&token),
            Some(Secret::Pair(pair)) => of_token(&pair.access),
            None => return Ok(None),
        },
    };
    let server = place.server.name();
    let slug: String = server.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(60).collect();
    // The name in front is for people; what tells servers and accounts apart is the digest.
    Ok(Some(format!("{slug}-{}", digest(&[server, &account]))))
}

/// The account that a token says it belongs to. One that says nothing, as those for scripts, has a queue of its own.
fn of_token(token: &str) -> String {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
    }
    let payload = token.split('.').nth(1).and_then(|part| BASE64_URL_SAFE_NO_PAD.decode(part).ok());
    let claims = payload.and_then(|payload| serde_json::from_slice::<Claims>(&payload).ok());
    claims.map_or_else(|| format!("token {}", digest(&[token])), |claims| format!("user {}", claims.sub))
}

fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::profile::Server;

    fn name(server: &str, token: &str) -> String {
        let server = Server::Remote { todo: server.to_owned(), comments: server.to_owned() };
        let place = Place {
            profile: "default".to_owned(),
            server,
            named_here: false,
            token: Some(token.to_owned()),
            queue: true,
            data_dir: PathBuf::new(),
            config_dir: PathBuf::new(),
        };
        file_name(&place).unwrap().unwrap()
    }

    fn session(sub: &str, other: &str) -> String {
        let payload = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"sub":"{sub}","jti":"{other}"}}"#));
        format!("e30.{payload}.c2ln")
    }

    #[test]
    fn there_is_a_queue_for_each_account_at_each_server() {
        let ann = name("http://one.two", &session("1", "a"));
        assert_eq!(ann, name("http://one.two", &session("1", "b")), "whichever session it is");
        assert_ne!(ann, name("http://one.two", &session("2", "a")));
        assert_ne!(ann, name("http://one_two", &session("1", "a")));
        assert_ne!(ann, name("http://one.two", "todo_pat_x"));
        assert_ne!(name("http://one.two", "todo_pat_x"), name("http://one.two", "todo_pat_y"));
        assert!(ann.starts_with("http___one_two-") && !ann.contains(['/', '.']), "{ann}");
    }
}
