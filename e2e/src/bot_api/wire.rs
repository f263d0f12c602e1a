//! The wire: connections, paths, answers, and what goes wrong with them on demand.

use std::{convert::Infallible, io, sync::Arc, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Request, State},
    response::Response,
    routing::{any, get},
};
use http::{StatusCode, header::CONTENT_TYPE};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tower::ServiceExt;

use super::{
    faults::{Fault, Reach},
    journal::Call,
    methods,
    params::{Params, UPLOAD_LIMIT},
    poll,
    refusal::{Answer, Refusal},
    shared::{Flight, Shared},
    webhook,
};

/// Marks an answer that never leaves: the connection is cut instead.
#[derive(Debug, Clone, Copy)]
struct Cut;

/// The Bot API's paths.
pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/bot{token}/{method}", any(bot))
        .route("/file/bot{token}/documents/{id}", get(file))
        .fallback(|| async { answer(Err(Refusal::not_found())) })
        .layer(DefaultBodyLimit::max(UPLOAD_LIMIT))
        .with_state(shared)
}

/// Serves until it is dropped; nothing listens while connections are to be refused.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener, router: Router) -> io::Result<Infallible> {
    let address = listener.local_addr()?;
    let mut listener = Some(listener);
    let mut reach = shared.reach.subscribe();
    loop {
        // The sender lives in `shared`.
        let _ = reach.wait_for(|reach| *reach != Reach::Refused).await;
        let open = match listener.take() {
            Some(listener) => listener,
            None => TcpListener::bind(address).await?,
        };
        let mut connections = JoinSet::new();
        tokio::select! {
            _ = reach.wait_for(|reach| *reach == Reach::Refused) => {}
            () = accept(open, &router, &mut connections) => {}
        }
        connections.shutdown().await;
    }
}

async fn accept(listener: TcpListener, router: &Router, connections: &mut JoinSet<()>) {
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, router.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, router: Router) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: http::Request<Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request.map(Body::new)).await;
            match response.extensions().get::<Cut>() {
                Some(Cut) => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
                None => Ok(response),
            }
        }
    });
    // Bots that go away in the middle are everyday life.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn bot(
    State(shared): State<Arc<Shared>>,
    Path((token, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    let mut reach = shared.reach.subscribe();
    tokio::select! {
        biased;
        _ = reach.wait_for(|reach| *reach == Reach::BadGateway) => page(502),
        response = authorized(&shared, &token, &method, request) => response,
    }
}

async fn authorized(shared: &Arc<Shared>, token: &str, method: &str, request: Request) -> Response {
    let at = Instant::now();
    if token != shared.world().options.token {
        return answer(Err(Refusal::unauthorized()));
    }
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(refusal) => return answer(Err(refusal)),
    };
    let name = method.to_lowercase();
    let _flight = (name != "getupdates").then(|| Flight::begin(shared));
    let (index, fault, delay) = {
        let mut world = shared.world();
        let chat = methods::chat_id(&world, &params);
        let body = params.remembered();
        world.journal.calls.push(Call { at, method: method.to_owned(), chat, body, status: 0, error: None });
        (world.journal.calls.len() - 1, world.faults.strike(&name, chat), world.faults.delay)
    };
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let response = faulty(shared, fault, &name, &params, index).await;
    shared.changed();
    response
}

/// Lets the fault strike, and the call be carried out where it may.
async fn faulty(shared: &Arc<Shared>, fault: Option<Fault>, method: &str, params: &Params, call: usize) -> Response {
    let refusal = match fault {
        None | Some(Fault::LoseAnswer) => None,
        Some(Fault::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            None
        }
        Some(Fault::TooMany(seconds)) => Some(Refusal::too_many(seconds)),
        Some(Fault::Blocked) => Some(Refusal::forbidden("bot was blocked by the user")),
        Some(Fault::Status(500)) => Some(Refusal::new(500, "Internal Server Error")),
        Some(Fault::Status(status)) => {
            note(shared, call, status, Some("a page of a proxy"));
            return page(status);
        }
        Some(Fault::Hang) => {
            let mut released = shared.released.subscribe();
            let _ = released.changed().await;
            return cut();
        }
        Some(Fault::Cut) => return cut(),
    };
    let outcome = match refusal {
        Some(refusal) => Err(refusal),
        None => carry_out(shared, method, params).await,
    };
    let (status, error) = match &outcome {
        Ok(_) => (200, None),
        Err(refusal) => (refusal.code, Some(refusal.description.as_str())),
    };
    note(shared, call, status, error);
    if fault == Some(Fault::LoseAnswer) { cut() } else { answer(outcome) }
}

async fn carry_out(shared: &Arc<Shared>, method: &str, params: &Params) -> Answer {
    match method {
        "getupdates" => poll::updates(shared, params).await,
        "setwebhook" => webhook::set(shared, params),
        "deletewebhook" => Ok(webhook::delete(shared, params)),
        "getwebhookinfo" => Ok(webhook::info(shared)),
        _ => methods::call(&mut shared.world(), method, params),
    }
}

fn note(shared: &Shared, call: usize, status: u16, error: Option<&str>) {
    let call = &mut shared.world().journal.calls[call];
    call.status = status;
    call.error = error.map(ToOwned::to_owned);
}

fn answer(outcome: Answer) -> Response {
    match outcome {
        Ok(result) => json_response(200, &json!({"ok": true, "result": result})),
        Err(refusal) => json_response(refusal.code, &refusal.body()),
    }
}

fn json_response(status: u16, body: &Value) -> Response {
    response(status, "application/json", body.to_string())
}

/// Whatever stands before Telegram's servers answers no JSON.
fn page(status: u16) -> Response {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let title = format!("{status} {reason}");
    let page = format!("<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>\r\n");
    response(status, "text/html", page)
}

fn response(status: u16, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    response
}

fn cut() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Cut);
    response
}

async fn file(State(shared): State<Arc<Shared>>, Path((token, id)): Path<(String, String)>) -> Response {
    let world = shared.world();
    if token != world.options.token {
        return answer(Err(Refusal::unauthorized()));
    }
    match world.files.get(&id) {
        Some((_, bytes)) => response(200, "application/octet-stream", bytes.clone()),
        None => answer(Err(Refusal::not_found())),
    }
}
