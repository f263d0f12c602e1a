//! A plain TCP balancer: round robin, and whoever refuses a connection is skipped.

use std::{
    io,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use crate::relay::{Delay, join};

/// How long a backend may take to accept.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Passes connections on to one of several backends; stops when dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    delay: Delay,
}

impl Balancer {
    /// Listens on a free port of this machine.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn start(backends: Vec<SocketAddr>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let balancer = Self { address: listener.local_addr()?, stopped: Arc::default(), delay: Delay::default() };
        let (stopped, delay) = (Arc::clone(&balancer.stopped), balancer.delay.clone());
        thread::spawn(move || {
            let turn = AtomicUsize::new(0);
            for client in listener.incoming() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                // With no backend left the connection is closed, as a real balancer does in its TCP mode.
                if let (Ok(client), Some(backend)) = (client, connect(&backends, &turn)) {
                    // Fails only for connections that are gone already.
                    let _ = join(client, backend, &delay);
                }
            }
        });
        Ok(balancer)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Lets every byte arrive that much later from now on.
    pub fn delay(&self, delay: Duration) {
        self.delay.set(delay);
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn connect(backends: &[SocketAddr], turn: &AtomicUsize) -> Option<TcpStream> {
    let first = turn.fetch_add(1, Ordering::Relaxed);
    let order = (0..backends.len()).map(|offset| &backends[(first + offset) % backends.len()]);
    order.filter_map(|backend| TcpStream::connect_timeout(backend, CONNECT_TIMEOUT).ok()).next()
}
