//! Posting reminders to people's own addresses, after [Standard Webhooks](https://www.standardwebhooks.com).

mod address;
mod busy;
mod worker;

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use http::{StatusCode, header::RETRY_AFTER};
use ipnet::IpNet;
use serde::Serialize;
use serde_json::json;
use server_kit::Error;
use todo_sdk::{
    model::{ClaimedReminder, ReminderFailed},
    tokens::random_secret,
};
use url::{Host, Url};
use uuid::Uuid;

use crate::store::webhooks::Signed;
use address::{Allowed, Resolver};

pub(crate) use busy::Busy;
pub(crate) use worker::work;

/// How long an address may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// What a secret begins with.
const SECRET_PREFIX: &str = "whsec_";

/// A new secret to sign with.
pub(crate) fn new_secret() -> Result<String, Error> {
    let key = random_secret().map_err(Error::internal)?;
    Ok(format!("{SECRET_PREFIX}{}", STANDARD.encode(key)))
}

/// Why an address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadAddress {
    #[error("is not an address such as https://example.com/reminders")]
    NoUrl,
    #[error("must begin with https://")]
    NoTls,
    #[error("must not hold a name or password; deliveries are signed instead")]
    Credentials,
    #[error("is an address that the internet does not reach; the operator can allow it (TODO_SERVER_WEBHOOK_NETWORKS)")]
    Private,
}

impl BadAddress {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::NoUrl => "no_url",
            Self::NoTls => "no_tls",
            Self::Credentials => "credentials",
            Self::Private => "private_address",
        }
    }
}

type LazyClient = OnceLock<Result<reqwest::Client, String>>;

/// Posts to addresses on the internet, and on no other network but those that the operator allows. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Poster {
    allowed: Arc<Allowed>,
    https: Arc<LazyClient>,
    http: Arc<LazyClient>,
}

/// What is posted.
#[derive(Debug, Serialize)]
pub(crate) struct Message {
    #[serde(skip)]
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    timestamp: DateTime<Utc>,
    data: serde_json::Value,
}

impl Message {
    pub(crate) fn test(now: DateTime<Utc>) -> Self {
        let data = json!({"text": "This is how a reminder will come."});
        Self { id: format!("test_{}", Uuid::new_v4().simple()), kind: "webhook.test", timestamp: now, data }
    }

    /// The same reminder has the same id however often it is tried, so that the other end can tell.
    fn reminder(now: DateTime<Utc>, reminder: &ClaimedReminder) -> Result<Self, Error> {
        let mut data = serde_json::to_value(reminder).map_err(Error::internal)?;
        if let Some(fields) = data.as_object_mut() {
            // Not theirs to settle.
            fields.remove("lease");
        }
        Ok(Self { id: format!("reminder_{}", reminder.id), kind: "reminder.due", timestamp: now, data })
    }
}

impl Poster {
    pub(crate) fn new(networks: &[IpNet]) -> Self {
        Self { allowed: Arc::new(Allowed::new(networks.to_vec())), https: Arc::default(), http: Arc::default() }
    }

    /// The client for a scheme, made when it is first needed: most programs that could post never do.
    fn client(&self, secure: bool) -> Result<&reqwest::Client, Failure> {
        let cell = if secure { &self.https } else { &self.http };
        let made = cell.get_or_init(|| {
            reqwest::Client::builder()
                .user_agent(concat!("todo-server/", env!("CARGO_PKG_VERSION")))
                .timeout(TIMEOUT)
                // Whoever is redirected may be led to where they must not go.
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .dns_resolver(Arc::new(Resolver::new(Arc::clone(&self.allowed), secure)))
                .build()
                .map_err(|error| error.to_string())
        });
        made.as_ref().map_err(|error| Failure::because(format!("this server can't call addresses: {error}")))
    }

    /// # Errors
    ///
    /// What is wrong with the address, as far as it can be told without looking its name up.
    pub(crate) fn check(&self, url: &str) -> Result<Url, BadAddress> {
        // The parser would pass over line breaks.
        let url = Some(url.trim()).filter(|url| !url.contains(char::is_control)).ok_or(BadAddress::NoUrl)?;
        let url = Url::parse(url).map_err(|_| BadAddress::NoUrl)?;
        let labels_are_there = |name: &str| name.trim_end_matches('.').split('.').all(|label| !label.is_empty());
        if url.port() == Some(0) || url.domain().is_some_and(|name| !labels_are_there(name)) {
            return Err(BadAddress::NoUrl);
        }
        let host = url.host().ok_or(BadAddress::NoUrl)?;
        let address = match host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
        };
        let by_operator = match address {
            Some(address) => self.allowed.by_operator(address),
            // Its addresses are looked at when it is called.
            None => self.allowed.has_networks(),
        };
        match url.scheme() {
            "https" => {}
            "http" if by_operator => {}
            "http" => return Err(BadAddress::NoTls),
            _ => return Err(BadAddress::NoUrl),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadAddress::Credentials);
        }
        match address {
            Some(address) if !self.allowed.reaches(address) => Err(BadAddress::Private),
            _ => Ok(url),
        }
    }

    /// # Errors
    ///
    /// What the ledger tells of a delivery that failed.
    pub(crate) async fn post(&self, hook: &Signed, message: &Message) -> Result<(), Failure> {
        let url = self.check(&hook.webhook.url).map_err(|why| Failure::because(format!("the address {why}")))?;
        let body = serde_json::to_string(message).map_err(|error| Failure::because(error.to_string()))?;
        let timestamp = message.timestamp.timestamp().to_string();
        let request = self
            .client(url.scheme() == "https")?
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", &timestamp)
            .header("webhook-signature", sign(&hook.secret, &message.id, &timestamp, &body))
            .body(body);
        let answer = request.send().await.map_err(|error| Failure::because(describe(&error)))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(Failure { blocked: true, ..Failure::because("the address says 410 Gone") }),
            status => {
                let seconds = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
                Err(Failure { retry_after: seconds, ..Failure::because(format!("the address says {status}")) })
            }
        }
    }
}

/// Why a delivery failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) reason: String,
    retry_after: Option<u32>,
    blocked: bool,
}

impl Failure {
    fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), retry_after: None, blocked: false }
    }

    fn of(self, lease: String) -> ReminderFailed {
        let Self { reason, retry_after, blocked } = self;
        // An hour at most: what an address asks for is not a reason to forget about it.
        ReminderFailed { lease, reason, retry_after: retry_after.map(|seconds| seconds.min(3600)), blocked }
    }
}

/// The innermost cause, which says what happened.
fn describe(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("the address did not answer within {} s", TIMEOUT.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    format!("the address can't be reached: {cause}")
}

/// The header `webhook-signature`.
fn sign(secret: &str, id: &str, timestamp: &str, body: &str) -> String {
    let key = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
    let key = STANDARD.decode(key).unwrap_or_else(|_| key.as_bytes().to_vec());
    let signed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the [specification](https://github.com/standard-webhooks/standard-webhooks)'s libraries.
    #[test]
    fn signatures_are_as_specified() {
        let body = r#"{"test": 2432232314}"#;
        let signature =
            sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn addresses_that_must_not_be_called_are_refused() {
        let poster = Poster::new(&[]);
        for url in ["https://example.com/hook", "https://example.com:8443/?a=b", "https://[2606:4700::1111]/"] {
            assert!(poster.check(url).is_ok(), "{url}");
        }
        for (url, why) in [
            ("example.com", BadAddress::NoUrl),
            ("ftp://example.com", BadAddress::NoUrl),
            ("https://.com/", BadAddress::NoUrl),
            ("https://example.com:0/", BadAddress::NoUrl),
            ("https://example.com/\r\nhost: other", BadAddress::NoUrl),
            ("http://example.com/", BadAddress::NoTls),
            ("https://ann:secret@example.com/", BadAddress::Credentials),
            ("https://127.0.0.1/", BadAddress::Private),
            ("https://2130706433/", BadAddress::Private),
            ("https://0x7f.1/", BadAddress::Private),
            ("https://[::1]/", BadAddress::Private),
            ("https://[::ffff:10.0.0.1]/", BadAddress::Private),
            ("https://169.254.169.254/latest/meta-data", BadAddress::Private),
        ] {
            assert_eq!(poster.check(url).unwrap_err(), why, "{url}");
        }
        let poster = Poster::new(&["127.0.0.0/8".parse().unwrap()]);
        assert!(poster.check("http://127.0.0.1:8080/").is_ok() && poster.check("http://127.0.0.1.nip.io/").is_ok());
        assert_eq!(poster.check("http://10.0.0.1/").unwrap_err(), BadAddress::NoTls);
        assert_eq!(poster.check("https://10.0.0.1/").unwrap_err(), BadAddress::Private);
    }
}
