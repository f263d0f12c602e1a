//! The address of a server.

use url::Url;

use super::Error;

/// Where a server is: its origin, and the path that its routes are below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Base(Url);

impl Base {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |reason| Error::InvalidUrl { url: without_credentials(text), reason };
        let mut url =
            Url::parse(text.trim()).map_err(|_| refuse("expected something like https://HOST[:PORT][/PATH]"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refuse("it has to begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refuse("it must not hold a user name or a password; sign in instead"));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("it must not have a ?query or a #fragment"));
        }
        let path = format!("{}/", url.path().trim_end_matches('/'));
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address of `path`, which doesn't begin with a slash.
    pub(super) fn join(&self, path: &str, query: &str) -> Url {
        let mut url = self.0.clone();
        url.set_path(&format!("{}{path}", self.0.path()));
        url.set_query((!query.is_empty()).then_some(query));
        url
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// For messages, which end up in logs.
fn without_credentials(text: &str) -> String {
    text.rsplit('@').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_below_the_path() {
        for (base, joined) in [
            ("http://h", "http://h/api/tasks"),
            ("http://h/", "http://h/api/tasks"),
            (" https://h:8443/todo ", "https://h:8443/todo/api/tasks"),
            ("https://h/a/todo//", "https://h/a/todo/api/tasks"),
            ("http://[::1]:8000", "http://[::1]:8000/api/tasks"),
        ] {
            assert_eq!(Base::parse(base).unwrap().join("api/tasks", "").as_str(), joined);
        }
        assert_eq!(Base::parse("http://h").unwrap().join("x", "limit=1").as_str(), "http://h/x?limit=1");
    }

    #[test]
    fn what_is_no_server_address_is_refused_with_the_reason() {
        for (base, reason) in [
            ("", "expected something like"),
            ("127.0.0.1:8000", "expected something like"),
            ("localhost:8000", "begin with http://"),
            ("ftp://h", "begin with http://"),
            ("file:///etc/passwd", "begin with http://"),
            ("http://h?x=1", "query"),
            ("http://h/#top", "fragment"),
            ("http://ann:secret@h", "sign in instead"),
        ] {
            let error = Base::parse(base).unwrap_err().to_string();
            assert!(error.contains(reason), "{base}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
