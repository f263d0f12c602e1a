//! Serving: an accept loop whose connections can't be held by slow clients, and a clean stop.

use std::{future::Future, io, net::SocketAddr, time::Duration};

use axum::Router;
use futures_util::future::LocalBoxFuture;
use http::Request;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{self, Runtime},
    signal,
};
use tower::ServiceExt;

use crate::{Kit, address::Peer, memory, metrics, settings::Common};

/// How long a client may take to send its headers, and an idle connection is kept.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// How long running requests may take after the stop was asked for.
const GRACE: Duration = Duration::from_secs(10);
/// Pause after a failed accept: out of file descriptors, it would spin.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a server's futures run on, with so many threads. To be called before there are other threads.
///
/// # Errors
///
/// If the system gives no threads.
pub fn runtime(threads: u32) -> io::Result<Runtime> {
    memory::keep_little();
    let threads = usize::try_from(threads).unwrap_or(1);
    runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()
}

/// Runs a server until it is asked to stop: its routes on `listen`, its figures where the settings say, and what it does
/// `besides`.
///
/// # Errors
///
/// If an address can't be had.
pub async fn run(
    name: &str,
    listen: SocketAddr,
    common: &Common,
    kit: &Kit,
    router: Router,
    besides: LocalBoxFuture<'_, ()>,
    mut stop: StopSignal,
) -> io::Result<()> {
    raise_open_files();
    let figures: LocalBoxFuture<_> = match common.metrics_listen {
        Some(listen) => {
            let handle = metrics::install().map_err(io::Error::other)?;
            metrics::serve(listen, handle, kit.db.clone()).await?
        }
        None => Box::pin(std::future::pending()),
    };
    let listener = bind(listen).await?;
    println!("{name} listening on http://{}", listener.local_addr()?);
    memory::forget_start();
    let besides = async { tokio::join!(figures, besides) };
    let stop = async {
        stop.asked().await;
        kit.stopping.tell();
    };
    tokio::select! {
        () = serve(listener, router, stop) => {}
        _ = besides => {}
    }
    Ok(())
}

/// A connection is an open file, and the usual limit of 1,024 is made for programs that serve nobody.
fn raise_open_files() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
            tracing::warn!(%error, "cannot raise the limit of open files");
        }
    }
}

/// Binds an address; port 0 picks a free one.
///
/// # Errors
///
/// With the address in the text.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => "; another program listens there, choose another port",
            _ => "",
        };
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}{hint}"))
    })
}

/// Serves until `stop` resolves; then accepts no more and lets what runs finish, for ten seconds at most.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => spawn_connection(stream, peer, router.clone(), &connections),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    if tokio::time::timeout(GRACE, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not finish in time and were cut off");
    }
}

fn spawn_connection(stream: TcpStream, peer: SocketAddr, router: Router, connections: &GracefulShutdown) {
    // Answers are written whole; waiting for more only delays them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let connection = connections.watch(connection);
    tokio::spawn(async move {
        // Clients that go away in the middle are everyday life.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection ended early");
        }
    });
}

/// Ctrl-C and SIGTERM, heard from the moment this is made: none is lost, whatever the program does when it comes.
#[derive(Debug)]
pub struct StopSignal {
    #[cfg(unix)]
    terminate: Option<signal::unix::Signal>,
    #[cfg(unix)]
    interrupt: Option<signal::unix::Signal>,
    #[cfg(windows)]
    interrupt: Option<signal::windows::CtrlC>,
}

impl StopSignal {
    /// Begins to listen. Where a signal can't be heard, it does what it does by itself.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    #[must_use]
    pub fn listen() -> Self {
        #[cfg(unix)]
        {
            use signal::unix::{SignalKind, signal};
            let listen = |kind| signal(kind).inspect_err(|error| tracing::warn!(%error, "cannot hear signals")).ok();
            Self { terminate: listen(SignalKind::terminate()), interrupt: listen(SignalKind::interrupt()) }
        }
        #[cfg(windows)]
        Self { interrupt: signal::windows::ctrl_c().ok() }
    }

    /// Resolves when the program is asked to stop.
    pub async fn asked(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            () = heard(self.terminate.as_mut().map(|signal| signal.recv())) => {}
            () = heard(self.interrupt.as_mut().map(|signal| signal.recv())) => {}
        }
        #[cfg(windows)]
        heard(self.interrupt.as_mut().map(|signal| signal.recv())).await;
    }

    /// What `start` answers, or nothing if the program is asked to stop before: it may be waiting for something.
    pub async fn unless_asked<T>(&mut self, start: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            started = start => Some(started),
            () = self.asked() => None,
        }
    }
}

async fn heard(signal: Option<impl Future<Output = Option<()>>>) {
    match signal {
        Some(signal) => drop(signal.await),
        None => std::future::pending().await,
    }
}

/// Picks the provider of every TLS connection of this process; must run before the first one.
pub fn install_tls_provider() {
    // Fails only where one is installed already.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
