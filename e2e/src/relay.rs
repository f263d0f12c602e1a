//! Copies bytes between two connections, at once or late.

use std::{
    io::{self, ErrorKind, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

/// Most bytes that are passed on in one go.
const CHUNK: usize = 16 * 1024;

/// How much later bytes arrive; may change while they are under way. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delay(Arc<AtomicU64>);

impl Delay {
    pub(crate) fn set(&self, delay: Duration) {
        self.0.store(u64::try_from(delay.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_micros(self.0.load(Ordering::Relaxed))
    }
}

/// Copies both ways, each on a thread of its own, until both have ended.
pub(crate) fn join(client: TcpStream, backend: TcpStream, delay: &Delay) -> io::Result<()> {
    for stream in [&client, &backend] {
        stream.set_nodelay(true)?;
    }
    for (from, to) in [(client.try_clone()?, backend.try_clone()?), (backend, client)] {
        let delay = delay.clone();
        thread::spawn(move || copy(from, to, &delay));
    }
    Ok(())
}

fn copy(mut from: TcpStream, to: TcpStream, delay: &Delay) {
    let end = |stream: &TcpStream, how| {
        // Fails only for connections that are gone already.
        let _ = stream.shutdown(how);
    };
    // An end is passed on as an end, a cut as a cut: the other way has nobody left to talk to either.
    match pass_on(&mut from, &to, delay) {
        Ok(()) => end(&to, Shutdown::Write),
        Err(_) => [&from, &to].into_iter().for_each(|stream| end(stream, Shutdown::Both)),
    }
}

fn pass_on(from: &mut TcpStream, mut to: &TcpStream, delay: &Delay) -> io::Result<()> {
    let mut chunk = vec![0; CHUNK];
    // Once something was late, all that follows has to come after it.
    let mut late: Option<Late> = None;
    let ended = loop {
        let bytes = match from.read(&mut chunk) {
            Ok(0) => break Ok(()),
            Ok(length) => &chunk[..length],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => break Err(error),
        };
        let delay = delay.get();
        match &late {
            None if delay.is_zero() => to.write_all(bytes)?,
            None => late.insert(Late::new(to.try_clone()?)).deliver(bytes, delay)?,
            Some(late) => late.deliver(bytes, delay)?,
        }
    };
    late.map_or(Ok(()), Late::finish).and(ended)
}

/// Writes what it is given when its time has come, in order.
struct Late {
    due: mpsc::Sender<(Instant, Vec<u8>)>,
    writer: thread::JoinHandle<io::Result<()>>,
}

impl Late {
    fn new(mut to: TcpStream) -> Self {
        let (due, chunks) = mpsc::channel::<(Instant, Vec<u8>)>();
        let writer = thread::spawn(move || {
            for (at, bytes) in chunks {
                thread::sleep(at.saturating_duration_since(Instant::now()));
                to.write_all(&bytes)?;
            }
            Ok(())
        });
        Self { due, writer }
    }

    fn deliver(&self, bytes: &[u8], delay: Duration) -> io::Result<()> {
        let sent = self.due.send((Instant::now() + delay, bytes.to_vec()));
        sent.map_err(|_| ErrorKind::BrokenPipe.into())
    }

    /// Returns when everything is delivered.
    fn finish(self) -> io::Result<()> {
        drop(self.due);
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer panicked")))
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let near = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (near, listener.accept().unwrap().0)
    }

    #[test]
    fn bytes_arrive_in_order_and_after_their_delay() {
        let ((mut client, outside), (inside, mut server)) = (pair(), pair());
        let delay = Delay::default();
        join(outside, inside, &delay).unwrap();
        let mut exchange = |text: &[u8]| {
            let begun = Instant::now();
            client.write_all(text).unwrap();
            let mut heard = vec![0; text.len()];
            server.read_exact(&mut heard).unwrap();
            assert_eq!(heard, text);
            begun.elapsed()
        };
        exchange(b"at once");
        let late = Duration::from_millis(50);
        delay.set(late);
        assert!(exchange(b"late") >= late);
        delay.set(Duration::ZERO);
        exchange(b"at once again");

        client.write_all(b"last").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut rest = String::new();
        server.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "last");
    }
}
