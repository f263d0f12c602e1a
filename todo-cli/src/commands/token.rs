//! `token add|list|rm`.

use todo_sdk::model::NamedToken;

use crate::{cli::TokenCommand, context::Context, error::Error, output::text};

pub(super) async fn run(ctx: &Context, command: TokenCommand) -> Result<(), Error> {
    let tokens = ctx.client.named_tokens();
    match command {
        TokenCommand::Add { name, scope, expires } => {
            let mut request = tokens.create(name, scope.into());
            if let Some(at) = expires {
                request = request.expires_at(at);
            }
            show_secret(ctx, &request.send().await?)
        }
        TokenCommand::List => {
            let tokens = tokens.list().await?;
            ctx.printer.list(&tokens, |token| token.id, || ctx.look().tokens(&tokens), "No tokens.")
        }
        TokenCommand::Rm { ids } => {
            let known = tokens.list().await?;
            ctx.each("token", &ids, async |id| {
                tokens.delete(id).await?;
                let revoked = |token: &NamedToken| format!("Revoked token {id} \"{}\"", text::line(&token.name));
                known
                    .iter()
                    .filter(|token| token.id == id)
                    .try_for_each(|token| ctx.printer.item(token, id, || revoked(token)))
            })
            .await
        }
    }
}

fn show_secret(ctx: &Context, token: &NamedToken) -> Result<(), Error> {
    ctx.printer.item(token, token.id, || {
        let secret = token.token.as_deref().unwrap_or_default();
        let (name, scope) = (text::line(&token.name), token.scope.as_str());
        format!(
            "Made token {} \"{name}\", which may {scope}. It is shown this once:\n\n{}",
            token.id,
            text::line(secret)
        )
    })
}
