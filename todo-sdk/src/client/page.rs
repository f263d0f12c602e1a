//! Lists, page by page.

use std::future::Future;

use futures_util::{
    Stream, TryStreamExt,
    stream::{self, try_unfold},
};
use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use url::Url;

use super::{Error, request::Answer};

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page; `None` on the last.
    pub next: Option<String>,
}

impl<T: DeserializeOwned> Page<T> {
    pub(super) fn read(answer: &Answer) -> Result<Self, Error> {
        Ok(Self { items: answer.json()?, next: next_cursor(&answer.url, &answer.headers) })
    }
}

/// The items of all pages from the one at `cursor` on. A page is fetched when the items before it are used up.
pub(super) fn items<T, F, P>(cursor: Option<String>, fetch: F) -> impl Stream<Item = Result<T, Error>>
where
    F: Fn(Option<String>) -> P,
    P: Future<Output = Result<Page<T>, Error>>,
{
    let pages = try_unfold(Some((fetch, cursor)), async |place| {
        let Some((fetch, cursor)) = place else { return Ok(None) };
        let page = fetch(cursor.clone()).await?;
        // A server that names the same page again would keep us forever.
        let next = page.next.filter(|next| Some(next) != cursor.as_ref());
        Ok(Some((stream::iter(page.items.into_iter().map(Ok)), next.map(|next| (fetch, Some(next))))))
    });
    pages.try_flatten()
}

/// The `cursor` in the link to the next page ([RFC 8288](https://www.rfc-editor.org/rfc/rfc8288)). Nothing else of the
/// link is used: whoever controls it must not choose where tokens are sent.
fn next_cursor(url: &Url, headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(header::LINK).iter().filter_map(|value| value.to_str().ok());
    let target = links.flat_map(parse_links).find_map(|(target, is_next)| is_next.then_some(target))?;
    let next = url.join(target).ok()?;
    next.query_pairs().find_map(|(name, value)| (name == "cursor").then(|| value.into_owned()))
}

/// The targets in a `Link` header, and whether each is the next page.
fn parse_links(header: &str) -> Vec<(&str, bool)> {
    let mut links = Vec::new();
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let Some((target, after)) = after.split_once('>') else { break };
        // The parameters reach to the next target; a `<` in a quoted one is not worth a parser.
        let (parameters, following) = after.split_at(after.find('<').unwrap_or(after.len()));
        links.push((target, is_next(parameters)));
        rest = following;
    }
    links
}

fn is_next(parameters: &str) -> bool {
    parameters.split([';', ',']).filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
        name.trim().eq_ignore_ascii_case("rel") && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(links: &[&str]) -> Option<String> {
        let url = Url::parse("https://h/todo/api/tasks?limit=2").unwrap();
        let headers = links.iter().map(|link| (header::LINK, link.parse().unwrap())).collect();
        next_cursor(&url, &headers)
    }

    #[test]
    fn the_cursor_is_all_that_is_taken_from_a_link() {
        for link in [
            "<https://h/todo/api/tasks?limit=2&cursor=ab%2Bc>; rel=\"next\"",
            "</api/tasks?cursor=ab%2Bc>; rel=next",
            "<?cursor=ab%2Bc>;title=\"a, b\";REL=\"last NEXT\"",
            "<https://evil.example/?cursor=ab%2Bc>; rel=\"next\"",
            "</first>; rel=\"first\", <?a=1,2&cursor=ab%2Bc>; rel=\"next\"",
        ] {
            assert_eq!(cursor(&[link]).as_deref(), Some("ab+c"), "{link}");
        }
        assert_eq!(cursor(&["<?cursor=p>; rel=\"prev\"", "<?cursor=n>; rel=\"next\""]).as_deref(), Some("n"));
    }

    #[test]
    fn no_next_link_is_the_last_page() {
        for link in ["", "<", "<?cursor=x", "<?cursor=x>", "<?cursor=x>; rel=\"prev\"", "<?page=2>; rel=\"next\""] {
            assert_eq!(cursor(&[link]), None, "{link}");
        }
        assert_eq!(cursor(&[]), None);
    }
}
