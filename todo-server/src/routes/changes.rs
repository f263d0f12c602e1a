//! `/api/changes` and `/api/events`: the journal, as pages and as it grows.

use std::{
    collections::VecDeque,
    convert::Infallible,
    time::{Duration, Instant},
};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use http::{HeaderMap, HeaderValue, header, request::Parts};
use server_kit::{
    Error, Kit,
    auth::{Caller, bearer},
    extract::Query,
    feed::Subscription,
    page,
    reply::Reply,
    routes,
    routes::Routes,
};
use todo_sdk::model::{Change, ChangeQuery, EventQuery, Id, Problem};

use crate::{
    App,
    store::changes::{self, Row},
};

/// How long a stream is silent at most, and for how long a token is believed in it.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// How soon a client should come back.
const COME_BACK: Duration = Duration::from_secs(1);
/// Entries that are read at once.
const BATCH: i64 = 100;

pub(super) fn router() -> Routes<App> {
    routes!(list, events)
}

/// One's journal behind `since`, a page at a time; `Link` leads to the next. `ordering=-seq` begins with the newest.
#[utoipa::path(get, path = "/api/changes", tag = "changes", params(ChangeQuery),
    responses((status = 200, description = "A page.", body = Vec<Change>),
        (status = 410, description = "The journal does not reach back to `since`.", body = Problem, content_type = "application/problem+json")))]
async fn list(State(kit): State<Kit>, caller: Caller, Query(query): Query<ChangeQuery>) -> Result<Response, Error> {
    page_of(&kit, caller.user, &query).await
}

async fn page_of(kit: &Kit, user: Id, query: &ChangeQuery) -> Result<Response, Error> {
    let limit = page::limit(query.limit)?;
    let wanted = i64::from(limit) + 1;
    let since = not_negative("since", query.since)?.unwrap_or(0);
    let backwards = match query.ordering.as_deref() {
        None | Some("seq") => false,
        Some("-seq") => true,
        Some(_) => return Err(Error::invalid("ordering", "unknown_field", "must be seq or -seq")),
    };
    let before = not_negative("before", query.before)?;
    let mut reader = kit.db.read().await?;
    let mut conn = reader.conn();
    changes::reach(&mut conn, user).await?.check(since)?;
    let rows = if backwards {
        let mut rows = changes::before(&mut conn, user, before.unwrap_or(i64::MAX), wanted).await?;
        rows.retain(|row| row.seq > since);
        rows
    } else {
        let mut rows = changes::behind(&mut conn, user, since, wanted).await?;
        rows.retain(|row| before.is_none_or(|before| row.seq < before));
        rows
    };
    drop(reader);
    let more = rows.len() > limit as usize;
    let items = rows.iter().take(limit as usize).map(Row::wire).collect::<Result<Vec<_>, _>>()?;
    let mut response = Reply::ok(&items)?.into_response();
    if let Some(last) = rows.get(limit as usize - 1).filter(|_| more) {
        let next = match backwards {
            true => ChangeQuery { before: Some(last.seq), ..query.clone() },
            false => ChangeQuery { since: Some(last.seq), ..query.clone() },
        };
        let next = serde_urlencoded::to_string(next).map_err(Error::internal)?;
        let link = format!("</api/changes?{next}>; rel=\"next\"");
        response.headers_mut().insert(header::LINK, HeaderValue::from_str(&link).map_err(Error::internal)?);
    }
    Ok(response)
}

fn not_negative(field: &str, number: Option<i64>) -> Result<Option<i64>, Error> {
    match number {
        Some(number) if number < 0 => Err(Error::invalid(field, "out_of_range", "must not be negative")),
        number => Ok(number),
    }
}

/// One's journal as it grows: Server-Sent Events, each with its number as `id`.
///
/// Begins behind `Last-Event-ID` or `since`, else with what comes. Without `Accept: text/event-stream`, `since` answers a
/// page as `/api/changes` does. The stream is never silent for longer than 15 seconds, and ends with the token.
#[utoipa::path(get, path = "/api/events", tag = "changes",
    params(EventQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The last event that was seen.")),
    responses((status = 200, description = "The events.", body = Change, content_type = "text/event-stream"),
        (status = 410, description = "The journal does not reach back to there.", body = Problem, content_type = "application/problem+json")))]
async fn events(
    State(kit): State<Kit>,
    caller: Caller,
    Query(query): Query<EventQuery>,
    parts: Parts,
) -> Result<Response, Error> {
    let wants_stream = accepts_events(&parts.headers) || (query.since.is_none() && query.limit.is_none());
    if !wants_stream {
        let EventQuery { since, limit } = query;
        return page_of(&kit, caller.user, &ChangeQuery { since, limit, ..ChangeQuery::default() }).await;
    }
    let since = match last_event_id(&parts.headers)? {
        Some(seen) => Some(seen),
        None => not_negative("since", query.since)?,
    };
    // Before the journal is read: what comes in between wakes the stream.
    let news = kit.feed.subscribe(caller.user);
    let reach = changes::reach(&mut kit.db.read().await?.conn(), caller.user).await?;
    let since = since.unwrap_or(reach.last);
    reach.check(since)?;
    let token = bearer(&parts)?.to_owned();
    let tail = Tail {
        kit,
        user: caller.user,
        token,
        believed: Instant::now(),
        since,
        news,
        ready: VecDeque::new(),
        begun: false,
    };
    let mut response = Sse::new(stream::unfold(tail, Tail::next)).into_response();
    // Proxies must pass on what comes as it comes.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

fn accepts_events(headers: &HeaderMap) -> bool {
    let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.contains("text/event-stream"));
    headers.get_all(header::ACCEPT).iter().any(accepts)
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Error> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else { return Ok(None) };
    let seen = value.to_str().ok().and_then(|value| value.parse().ok()).filter(|seen| *seen >= 0);
    seen.map(Some).ok_or_else(|| Error::invalid("Last-Event-ID", "invalid", "must be the id of an event"))
}

/// The end of a journal, followed as it grows.
struct Tail {
    kit: Kit,
    user: Id,
    token: String,
    /// When the token was last found good.
    believed: Instant,
    /// The last entry that was sent.
    since: i64,
    news: Subscription,
    ready: VecDeque<Row>,
    begun: bool,
}

impl Tail {
    /// The next event. The stream ends where it can't go on; the client comes back and hears why.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let event = self.event().await?;
        Some((Ok(event), self))
    }

    async fn event(&mut self) -> Option<Event> {
        if !self.begun {
            self.begun = true;
            // Whoever is cut off before the first event comes back to this place.
            return Some(Event::default().id(self.since.to_string()).retry(COME_BACK));
        }
        loop {
            if let Some(row) = self.ready.pop_front() {
                self.since = row.seq;
                let data = serde_json::to_string(&row.wire().ok()?).ok()?;
                return Some(Event::default().id(row.seq.to_string()).event(row.event).data(data));
            }
            if self.believed.elapsed() >= HEARTBEAT {
                self.kit.auth.verify(&self.token, self.kit.clock.now()).await.ok()?;
                self.believed = Instant::now();
            }
            self.read().await?;
            if !self.ready.is_empty() {
                continue;
            }
            let wait = HEARTBEAT.saturating_sub(self.believed.elapsed());
            tokio::select! {
                () = self.news.news() => {}
                () = tokio::time::sleep(wait) => return Some(Event::default().comment("")),
                () = self.kit.stopping.told() => return None,
            }
        }
    }

    async fn read(&mut self) -> Option<()> {
        self.news.read();
        let mut reader = self.kit.db.read().await.ok()?;
        let rows = changes::behind(&mut reader.conn(), self.user, self.since, BATCH).await.ok()?;
        // What was trimmed before it was sent is missed; from 0 on, whatever is there comes.
        let gap = rows.first().is_some_and(|row| self.since > 0 && row.seq != self.since + 1);
        self.ready.extend(rows);
        (!gap).then_some(())
    }
}
