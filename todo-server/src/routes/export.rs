//! `/api/users/me/export`.

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use server_kit::{Error, Kit, auth::Caller, routes, routes::Routes};
use todo_sdk::model::{EXPORT_VERSION, ExportEnd, ExportHead, Exported, Id};

use crate::{
    App,
    store::{
        export::{self, Place},
        users,
    },
};

pub(super) fn router() -> Routes<App> {
    routes!(export)
}

/// All of one's data as JSON lines: a head, all tags, each task with its comments behind it, and an end with counts.
///
/// What is changed meanwhile is told as it is when its turn comes.
#[utoipa::path(get, path = "/api/users/me/export", tag = "users",
    responses((status = 200, description = "A line each.", body = Exported, content_type = "application/x-ndjson")))]
async fn export(State(kit): State<Kit>, caller: Caller) -> Result<Response, Error> {
    let user = users::get(&mut kit.db.read().await?.conn(), caller.user).await?;
    let head = Exported::Todo(ExportHead { version: EXPORT_VERSION, user });
    let teller = Teller {
        kit,
        user: caller.user,
        begin: Some(head),
        place: Place::default(),
        told: ExportEnd::default(),
        over: false,
    };
    let headers =
        [(CONTENT_TYPE, "application/x-ndjson"), (CONTENT_DISPOSITION, "attachment; filename=\"todo.jsonl\"")];
    Ok((headers, Body::from_stream(stream::unfold(teller, Teller::next))).into_response())
}

struct Teller {
    kit: Kit,
    user: Id,
    begin: Option<Exported>,
    place: Place,
    told: ExportEnd,
    over: bool,
}

impl Teller {
    /// The next piece. After an error there is none: whoever reads sees that the end is missing.
    async fn next(mut self) -> Option<(Result<Bytes, Error>, Self)> {
        if self.over {
            return None;
        }
        let piece = self.piece().await;
        if let Err(error) = &piece {
            tracing::warn!(%error, "an export broke off");
            self.over = true;
        }
        Some((piece, self))
    }

    async fn piece(&mut self) -> Result<Bytes, Error> {
        let mut lines: Vec<Exported> = self.begin.take().into_iter().collect();
        let mut reader = self.kit.db.read().await?;
        let (page, place) = export::page(&mut reader.conn(), self.user, std::mem::take(&mut self.place)).await?;
        drop(reader);
        lines.extend(page);
        lines.iter().for_each(|line| self.told.count(line));
        if matches!(place, Place::Over) {
            self.over = true;
            lines.push(Exported::End(self.told));
        }
        self.place = place;
        let mut text = Vec::with_capacity(lines.len() * 512);
        for line in &lines {
            serde_json::to_writer(&mut text, line).map_err(Error::internal)?;
            text.push(b'\n');
        }
        Ok(text.into())
    }
}
