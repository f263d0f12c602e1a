//! Clients that begin to say something and don't go on.

use std::io;

use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet};

/// Half of them stop in their headers, the others in the body.
const CONNECTIONS: usize = 1000;

/// Opens all the connections to the server at `http://ADDRESS`, which stay half-open until they are dropped.
pub(crate) async fn open(server: &str, token: &str) -> io::Result<Vec<TcpStream>> {
    let address = server.strip_prefix("http://").unwrap_or(server);
    let half_headers = format!("GET /api/tasks HTTP/1.1\r\nHost: {address}\r\nX-Slow: ");
    let half_body = format!(
        "POST /api/tasks HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{\"title\": \""
    );
    let mut opening = JoinSet::new();
    for number in 0..CONNECTIONS {
        let (address, half) = (address.to_owned(), if number % 2 == 0 { &half_headers } else { &half_body }.clone());
        opening.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(half.as_bytes()).await?;
            Ok(stream)
        });
    }
    opening.join_all().await.into_iter().collect()
}

/// How many the server has left open and unanswered.
pub(crate) fn still_open(connections: &[TcpStream]) -> usize {
    let waits =
        |stream: &&TcpStream| stream.try_read(&mut [0]).is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock);
    connections.iter().filter(waits).count()
}
