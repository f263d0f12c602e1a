//! Keyset pages: a bare array, and a `Link` to the next one.
//!
//! A cursor holds the sort keys of the last item, so a page costs the same wherever it is, and items that come and go
//! meanwhile neither repeat nor hide others.

use axum::response::{IntoResponse, Response};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use todo_sdk::model::{LIMIT_DEFAULT, LIMIT_MAX, validate::Faults};

use crate::Error;

/// A page's size within the contract's bounds.
///
/// # Errors
///
/// 422 if it is out of them.
pub fn limit(limit: Option<u32>) -> Result<u32, Error> {
    match limit {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(limit) => {
            Err(Error::invalid("limit", "out_of_range", format!("is {limit}, must be between 1 and {LIMIT_MAX}")))
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    /// The order that the keys belong to.
    o: String,
    k: K,
}

/// The opaque form of sort keys.
///
/// # Errors
///
/// 500 if the keys have no JSON form.
pub fn encode_cursor<K: Serialize>(ordering: &str, keys: K) -> Result<String, Error> {
    let json = serde_json::to_vec(&Cursor { o: ordering.to_owned(), k: keys }).map_err(Error::internal)?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
}

/// The sort keys in a cursor.
///
/// # Errors
///
/// 422 if it is none of ours, or belongs to another order.
pub fn decode_cursor<K: DeserializeOwned>(ordering: &str, cursor: &str) -> Result<K, Error> {
    let wrong = || Error::invalid("cursor", "invalid", "is not one that this list answered; start without it");
    let json = BASE64_URL_SAFE_NO_PAD.decode(cursor).map_err(|_| wrong())?;
    let cursor: Cursor<K> = serde_json::from_slice(&json).map_err(|_| wrong())?;
    if cursor.o == ordering { Ok(cursor.k) } else { Err(wrong()) }
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Leads to the page after this one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` from `limit + 1` items: the one too many says that there is a next page.
    ///
    /// # Errors
    ///
    /// As `cursor` says.
    pub fn cut(mut items: Vec<T>, limit: u32, cursor: impl FnOnce(&T) -> Result<String, Error>) -> Result<Self, Error> {
        let limit = limit as usize;
        let more = items.len() > limit;
        items.truncate(limit);
        let next = match items.last() {
            Some(last) if more => Some(cursor(last)?),
            _ => None,
        };
        Ok(Self { items, next })
    }

    /// The page as an answer; `query` is the request's, with which the next page is asked for.
    ///
    /// # Errors
    ///
    /// 500 if an item has no JSON form.
    pub fn into_reply<Q: Serialize>(self, path: &str, query: &Q) -> Result<Response, Error>
    where
        T: Serialize,
    {
        let mut response = crate::reply::Reply::list(&self.items)?.into_response();
        if let Some(cursor) = self.next {
            let query = with_cursor(query, &cursor)?;
            // Relative to the request: the name that a client calls us by is not ours to guess.
            let link = format!("<{path}?{query}>; rel=\"next\"");
            response.headers_mut().insert(header::LINK, HeaderValue::from_str(&link).map_err(Error::internal)?);
        }
        Ok(response)
    }
}

fn with_cursor<Q: Serialize>(query: &Q, cursor: &str) -> Result<String, Error> {
    let text = serde_urlencoded::to_string(query).map_err(Error::internal)?;
    let pairs = url::form_urlencoded::parse(text.as_bytes()).filter(|(name, _)| name != "cursor");
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    Ok(query.append_pair("cursor", cursor).finish())
}

/// The pattern that finds `q`, the text of a search.
///
/// # Errors
///
/// 422 if it is too long, or holds what no text can.
pub fn search(q: Option<&str>) -> Result<Option<String>, Error> {
    let mut faults = Faults::default();
    faults.text("q", q.unwrap_or_default(), SEARCH_MAX);
    faults.into_result()?;
    Ok(q.map(contains))
}

/// Most characters of a search.
const SEARCH_MAX: usize = 1000;

/// The pattern of `LIKE … ESCAPE '\'` for text that contains this, whatever its case.
fn contains(text: &str) -> String {
    let escaped = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}
