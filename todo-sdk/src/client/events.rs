//! `/api/events`: changes as they happen, over whatever happens to the connection.

use std::{collections::VecDeque, pin::Pin, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use sse_stream::SseByteStream;
use tokio::time::{sleep, timeout};

use super::{
    Body, Client, Error, TransportError,
    request::{Call, Server},
    retry::jittered,
};
use crate::model::{Change, EventQuery};

/// How long a stream may be silent: the server says something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(40);
/// The longest pause before the connection is tried again.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// The shortest.
const PAUSE_MIN: Duration = Duration::from_millis(50);

/// What there is to know.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Load everything now: what follows are the changes of that. Comes first where no place to begin with was named,
    /// and whenever the server's journal does not reach back to what was seen last.
    Anew,
    /// Something changed. Each change comes once, in order.
    Change(Box<Change>),
    /// The connection is lost, or can't be made. It is tried again, and nothing is missed.
    Interrupted(Error),
    /// The connection is back.
    Resumed,
}

/// Where the events begin; see [`Client::events`].
#[must_use = "call stream()"]
#[derive(Debug, Clone)]
pub struct EventsBuilder {
    pub(super) client: Client,
    pub(super) since: Option<i64>,
}

impl EventsBuilder {
    /// Begins behind this change; 0 replays all that the journal holds. By default it begins with what comes, after an
    /// [`Event::Anew`].
    pub fn since(mut self, seq: i64) -> Self {
        self.since = Some(seq);
        self
    }

    /// The events. The stream connects when it is first polled, reconnects and resumes by itself, and ends with an error
    /// only where trying again is no use, as when nobody is signed in any more.
    #[must_use = "a stream does nothing unless it is polled"]
    pub fn stream(self) -> Pin<Box<dyn Stream<Item = Result<Event, Error>> + Send>> {
        let tail = Tail {
            client: self.client,
            since: self.since,
            messages: None,
            ready: VecDeque::new(),
            failures: 0,
            interrupted: false,
            over: false,
        };
        Box::pin(stream::unfold(tail, async |mut tail| Some((tail.next().await?, tail))))
    }
}

type Messages = SseByteStream<Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>>;

struct Tail {
    client: Client,
    /// The last change that was seen.
    since: Option<i64>,
    messages: Option<Messages>,
    ready: VecDeque<Event>,
    /// In a row.
    failures: u32,
    interrupted: bool,
    over: bool,
}

impl Tail {
    async fn next(&mut self) -> Option<Result<Event, Error>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            if self.over {
                return None;
            }
            match &mut self.messages {
                Some(messages) => {
                    let message = messages.next().await;
                    self.take(message);
                }
                None => {
                    if let Err(error) = self.connect().await {
                        self.over = true;
                        return Some(Err(error));
                    }
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<(), Error> {
        if self.failures > 0 {
            sleep(pause(self.failures)).await;
        }
        let query = EventQuery { since: self.since, limit: None };
        let call = Call::list(Server::Todo, "api/events", &query)?.accepting("text/event-stream");
        match self.client.open(call).await {
            Ok(body) => {
                self.messages = Some(SseByteStream::new(Box::pin(unless_silent(body))));
                if std::mem::take(&mut self.interrupted) {
                    self.ready.push_back(Event::Resumed);
                }
                if self.since.is_none() {
                    self.ready.push_back(Event::Anew);
                }
                Ok(())
            }
            Err(error) if error.status() == Some(410) => {
                self.since = None;
                Ok(())
            }
            Err(error) if error.passes() => {
                self.lost(Some(error));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn take(&mut self, message: Option<Result<sse_stream::Sse, sse_stream::Error>>) {
        let Some(Ok(message)) = message else {
            // A server that stops ends its streams; only if there is no other one it is worth a word.
            self.lost(None);
            return;
        };
        self.failures = 0;
        let seq = message.id.and_then(|id| id.parse::<i64>().ok());
        let Some(data) = message.data.filter(|data| !data.is_empty()) else {
            self.since = seq.or(self.since);
            return;
        };
        // An event of a kind that this version doesn't know is passed over, and counts as seen.
        let change = serde_json::from_str::<Change>(&data).ok();
        let Some(seq) = seq.or(change.as_ref().map(|change| change.seq)) else { return };
        match self.since {
            Some(since) if seq <= since => {}
            Some(since) if since > 0 && seq != since + 1 => {
                tracing::warn!(since, seq, "changes are missing; loading anew");
                self.since = None;
                self.messages = None;
            }
            _ => {
                self.since = Some(seq);
                self.ready.extend(change.map(Box::new).map(Event::Change));
            }
        }
    }

    fn lost(&mut self, error: Option<Error>) {
        self.messages = None;
        self.failures += 1;
        if let Some(error) = error.filter(|_| !self.interrupted) {
            self.interrupted = true;
            self.ready.push_back(Event::Interrupted(error));
        }
    }
}

/// Fails where nothing came for too long: a connection that is dead says so no other way.
fn unless_silent(body: Body) -> impl Stream<Item = Result<Bytes, TransportError>> + Send {
    stream::unfold(Some(body), async |body| {
        let mut body = body?;
        match timeout(SILENCE, body.next()).await {
            Ok(chunk) => Some((chunk?, Some(body))),
            Err(_) => Some((Err(TransportError::broken("nothing came for too long")), None)),
        }
    })
}

/// Twice as long each time, and not all clients at the same moment.
fn pause(failures: u32) -> Duration {
    let longest = PAUSE_MIN.saturating_mul(1 << failures.min(10)).min(PAUSE_MAX);
    jittered(longest)
}
