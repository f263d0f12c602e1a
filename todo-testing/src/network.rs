//! The way from clients to the servers, which breaks as it is told.

use std::{
    collections::VecDeque,
    future::pending,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use axum::Router;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use http::{Method, Request, Response, StatusCode};
use tempfile::TempDir;
use todo_sdk::client::{Body, Transport, TransportError};
use tokio::{
    runtime::Handle,
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};
use tower::ServiceExt;

use crate::fault::{self, Fault};

/// A request that a client made, and what became of it; see [`TestServer::exchanges`](crate::TestServer::exchanges).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exchange {
    /// `GET`, `POST`, …
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The status that the client saw; none where no answer reached it, or not yet.
    pub status: Option<StatusCode>,
}

/// Calls the routers, with what is to go wrong on the way.
pub(crate) struct Network {
    router: Router,
    /// That of the servers: a request of a client that has another one must not take their work along when it ends.
    servers: Handle,
    link: watch::Sender<Link>,
    state: Mutex<State>,
    // Last, so that the servers are gone when their files go. Here, so that these stay for as long as there are clients.
    _folder: TempDir,
}

/// The state of the network.
#[derive(Debug, Clone, Copy)]
struct Link {
    online: bool,
    /// How often it went down: what was open before is cut off, even if nobody looked while it was down.
    outages: u64,
}

#[derive(Default)]
struct State {
    faults: VecDeque<Fault>,
    exchanges: Vec<Exchange>,
    /// How many there were before those.
    forgotten: usize,
    closed_until: Option<Instant>,
}

impl Network {
    pub(crate) fn to(router: Router, folder: TempDir) -> Self {
        let link = watch::Sender::new(Link { online: true, outages: 0 });
        Self { router, servers: Handle::current(), link, state: Mutex::default(), _folder: folder }
    }

    pub(crate) fn set_online(&self, online: bool) {
        self.link.send_modify(|link| {
            link.outages += u64::from(link.online && !online);
            link.online = online;
        });
    }

    pub(crate) fn fail_next(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.state().exchanges.clone()
    }

    pub(crate) fn forget_exchanges(&self) {
        let mut state = self.state();
        state.forgotten += state.exchanges.len();
        state.exchanges.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers the number of the exchange that begins.
    fn begin(&self, request: &Request<Bytes>) -> usize {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let mut state = self.state();
        state.exchanges.push(Exchange { method, path, status: None });
        state.forgotten + state.exchanges.len() - 1
    }

    fn answered(&self, number: usize, status: StatusCode) {
        let mut state = self.state();
        let index = number.checked_sub(state.forgotten);
        if let Some(exchange) = index.and_then(|index| state.exchanges.get_mut(index)) {
            exchange.status = Some(status);
        }
    }

    /// What is to become of the request that comes now.
    fn next_fault(&self) -> Option<Fault> {
        let mut state = self.state();
        let now = Instant::now();
        if let Some(until) = state.closed_until.filter(|until| *until > now) {
            return Some(Fault::TooManyRequests { retry_after: until - now });
        }
        let fault = state.faults.pop_front();
        state.closed_until = match fault {
            Some(Fault::TooManyRequests { retry_after }) => now.checked_add(retry_after),
            _ => None,
        };
        fault
    }

    async fn carry(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        if !self.link.borrow().online {
            return Err(TransportError::unreachable("the network is down"));
        }
        let Some(fault) = self.next_fault() else { return self.call(request).await };
        match fault {
            Fault::Unreachable => Err(TransportError::unreachable("the connection was refused")),
            Fault::AnswerLost => {
                self.call(request).await?;
                Err(TransportError::broken("the connection was reset"))
            }
            Fault::TooManyRequests { retry_after } => Ok(fault::too_many(retry_after)),
            Fault::Unavailable { retry_after } => Ok(fault::unavailable(retry_after)),
            Fault::Status(status) => Ok(fault::page(status)),
            Fault::Slow(late) => self.late(request, late).await,
            Fault::Silent => pending().await,
        }
    }

    async fn late(&self, request: Request<Bytes>, late: Duration) -> Result<Response<Body>, TransportError> {
        let answer = self.call(request).await;
        sleep(late).await;
        answer
    }

    /// Has the servers do it. Like a connection that is closed, a request that is dropped half-way is given up.
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let mut answer = JoinSet::new();
        answer.spawn_on(self.router.clone().oneshot(request.map(axum::body::Body::from)), &self.servers);
        match answer.join_next().await {
            Some(Ok(Ok(answer))) => {
                Ok(answer.map(|body| -> Body { Box::pin(body.into_data_stream().map_err(TransportError::broken)) }))
            }
            _ => Err(TransportError::broken("the server is gone")),
        }
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Body>, TransportError> {
        let number = self.begin(&request);
        let connection = Connection::on(&self.link);
        let answer = tokio::select! {
            answer = self.carry(request) => answer?,
            () = connection.lost() => return Err(TransportError::broken(DOWN)),
        };
        self.answered(number, answer.status());
        Ok(answer.map(|body| connection.carry(body)))
    }
}

const DOWN: &str = "the network went down";

/// What is lost with the next outage.
struct Connection {
    link: watch::Receiver<Link>,
    /// The outages before it was made.
    outages: u64,
}

impl Connection {
    fn on(link: &watch::Sender<Link>) -> Self {
        let link = link.subscribe();
        let outages = link.borrow().outages;
        Self { link, outages }
    }

    async fn lost(&self) {
        let outages = self.outages;
        if self.link.clone().wait_for(|link| link.outages != outages).await.is_err() {
            // The network is gone, and with it all that could take it down.
            pending::<()>().await;
        }
    }

    /// The body, which breaks off where this is lost.
    fn carry(self, body: Body) -> Body {
        Box::pin(stream::unfold(Some((body, self)), async |open| {
            let (mut body, connection) = open?;
            let chunk = tokio::select! {
                // What is lost is lost, whatever was on its way.
                biased;
                () = connection.lost() => Err(TransportError::broken(DOWN)),
                chunk = body.next() => chunk?,
            };
            let open = chunk.is_ok().then_some((body, connection));
            Some((chunk, open))
        }))
    }
}
