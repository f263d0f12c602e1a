//! All of one's data, as it comes.

use std::pin::Pin;

use bytes::{Buf, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::timeout;

use super::{
    Body, Client, Error, TransportError,
    request::{Call, Server},
};
use crate::model::{EXPORT_VERSION, ExportEnd, Exported};

const PATH: &str = "api/users/me/export";
/// How long the server may take for the next piece.
const SILENCE: std::time::Duration = std::time::Duration::from_secs(60);

/// The lines of an export.
pub type ExportStream = Pin<Box<dyn Stream<Item = Result<Exported, Error>> + Send>>;

pub(super) async fn export(client: &Client) -> Result<ExportStream, Error> {
    let body = client.open(Call::get(Server::Todo, PATH)).await?;
    let url = client.http.url(Server::Todo);
    let lines = Lines { url, body, ready: BytesMut::new(), counted: ExportEnd::default(), over: false };
    Ok(Box::pin(stream::unfold(lines, async |mut lines| Some((lines.next().await?, lines)))))
}

struct Lines {
    url: String,
    body: Body,
    /// What came and was not read yet.
    ready: BytesMut,
    counted: ExportEnd,
    over: bool,
}

impl Lines {
    async fn next(&mut self) -> Option<Result<Exported, Error>> {
        if self.over {
            return None;
        }
        let line = self.line().await;
        self.over = matches!(line, Err(_) | Ok(Exported::End(_)));
        Some(line)
    }

    async fn line(&mut self) -> Result<Exported, Error> {
        let mut seen = 0;
        let end = loop {
            if let Some(end) = self.ready[seen..].iter().position(|byte| *byte == b'\n') {
                break seen + end;
            }
            seen = self.ready.len();
            match timeout(SILENCE, self.body.next()).await {
                Ok(Some(Ok(chunk))) => self.ready.extend_from_slice(&chunk),
                Ok(Some(Err(source))) => return Err(self.lost(source)),
                Ok(None) => return Err(self.lost(TransportError::broken("the export ended before its end"))),
                Err(_) => return Err(self.lost(TransportError::broken("nothing came for too long"))),
            }
        };
        let line = self.ready.split_to(end);
        self.ready.advance(1);
        let wrong = |detail: String| Error::Decode { url: self.url.clone(), detail };
        let line: Exported = serde_json::from_slice(&line).map_err(|error| wrong(error.to_string()))?;
        match &line {
            Exported::Todo(head) if head.version > EXPORT_VERSION => {
                return Err(wrong(format!(
                    "it is of version {}, this program reads up to {EXPORT_VERSION}",
                    head.version
                )));
            }
            Exported::End(end) if *end != self.counted => return Err(wrong("some lines are missing".to_owned())),
            _ => {}
        }
        self.counted.count(&line);
        Ok(line)
    }

    fn lost(&self, source: TransportError) -> Error {
        Error::OutOfReach { url: self.url.clone(), source }
    }
}
