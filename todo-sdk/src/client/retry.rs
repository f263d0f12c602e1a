//! When to try again.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use http::{HeaderMap, header};
use uuid::Uuid;

use super::Error;

/// The longest pause of our own choosing.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// The longest `Retry-After` that is waited for; a longer one is handed to the caller at once.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(30);

/// How often to try again, and how fast.
#[derive(Debug, Clone, Copy)]
pub(super) struct Retry {
    pub(super) retries: u32,
    pub(super) first_pause: Duration,
}

impl Retry {
    /// How long to wait before the next attempt, after `retried` ones; `None` if `error` is the last word.
    pub(super) fn pause(&self, error: &Error, retried: u32) -> Option<Duration> {
        if retried >= self.retries || !error.passes() {
            return None;
        }
        let backoff = self.first_pause.saturating_mul(2_u32.saturating_pow(retried)).min(PAUSE_MAX);
        match error.retry_after() {
            Some(asked) if asked > RETRY_AFTER_MAX => None,
            // The jitter on top spreads out the clients that were told the same.
            asked => Some(asked.unwrap_or_default() + jittered(backoff)),
        }
    }
}

/// Between a half and the whole of `pause`.
pub(super) fn jittered(pause: Duration) -> Duration {
    // The first 32 bits of a version 4 UUID are random.
    let (random, ..) = Uuid::new_v4().as_fields();
    pause.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
}

/// `Retry-After`: seconds or an HTTP date ([RFC 9110, 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)).
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    // A date that is past asks for no wait.
    Some((at.to_utc() - DateTime::<Utc>::from(now)).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Problem;

    const RETRY: Retry = Retry { retries: 20, first_pause: Duration::from_millis(100) };

    fn answered(status: u16, retry_after: Option<Duration>) -> Error {
        Error::Problem { problem: Box::new(Problem::new(status, "", "", "")), retry_after }
    }

    #[test]
    fn pauses_double_up_to_a_bound() {
        for (retried, whole) in [(0, 100), (1, 200), (2, 400), (12, 5000), (19, 5000)] {
            let pause = RETRY.pause(&answered(503, None), retried).unwrap();
            let whole = Duration::from_millis(whole);
            assert!((whole / 2..=whole).contains(&pause), "{retried}: {pause:?}");
        }
        assert_eq!(RETRY.pause(&answered(503, None), 20), None);
    }

    #[test]
    fn only_what_passes_is_tried_again() {
        for status in [400, 401, 403, 404, 409, 412, 422, 500, 501] {
            assert_eq!(RETRY.pause(&answered(status, None), 0), None, "{status}");
        }
        for status in [429, 502, 503, 504] {
            assert!(RETRY.pause(&answered(status, None), 0).is_some(), "{status}");
        }
    }

    #[test]
    fn retry_after_is_obeyed_or_left_to_the_caller() {
        let asked = Duration::from_secs(7);
        assert!(RETRY.pause(&answered(429, Some(asked)), 0).unwrap() >= asked);
        assert_eq!(RETRY.pause(&answered(429, Some(Duration::from_secs(3600))), 0), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::from(DateTime::parse_from_rfc3339("1994-11-06T08:49:00Z").unwrap());
        for (text, wait) in [
            ("120", Some(120)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(37)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), wait.map(Duration::from_secs), "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
