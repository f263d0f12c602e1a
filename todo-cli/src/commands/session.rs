//! `session list|rm`.

use todo_sdk::model::Session;

use crate::{cli::SessionCommand, context::Context, error::Error, output::text};

pub(super) async fn run(ctx: &Context, command: SessionCommand) -> Result<(), Error> {
    let sessions = ctx.client.sessions();
    match command {
        SessionCommand::List => {
            let sessions = sessions.list().await?;
            ctx.printer.list(&sessions, |session| session.id.clone(), || ctx.look().sessions(&sessions), "No sessions.")
        }
        SessionCommand::Rm { ids } => {
            let known = sessions.list().await?;
            for id in &ids {
                let ended = sessions.end(id).await;
                ended.map_err(|error| Error::from(error).about(format!("session {id}")))?;
                let session = known.iter().find(|session| session.id == *id);
                session.map_or(Ok(()), |session| print(ctx, session))?;
            }
            Ok(())
        }
    }
}

fn print(ctx: &Context, session: &Session) -> Result<(), Error> {
    ctx.printer.item(session, session.id.clone(), || format!("Ended the session of {}", text::line(&session.client)))
}
