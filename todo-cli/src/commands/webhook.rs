//! `link webhook`.

use todo_sdk::model::{Webhook, WebhookTest};

use crate::{
    cli::WebhookArgs,
    context::Context,
    error::Error,
    output::{Tone, text},
    profile::Server,
};

pub(super) async fn run(ctx: &Context, args: &WebhookArgs) -> Result<(), Error> {
    let webhooks = ctx.client.webhooks();
    if args.off {
        webhooks.delete().await.map_err(|error| Error::from(error).about("webhook"))?;
        return ctx.printer.note("Reminders are posted no more.");
    }
    if let Some(url) = &args.url {
        let set = webhooks.set(url).await?;
        if ctx.printer.json {
            ctx.printer.json(&set)?;
        } else {
            ctx.printer.line(&format!("Reminders are posted to {}", text::line(&set.webhook.url)))?;
            let secret = ctx.printer.paint(Tone::Strong, &set.secret);
            ctx.printer.line(&format!("The secret that they are signed with, shown once: {secret}"))?;
        }
        if ctx.place.server == Server::Local {
            ctx.printer.warn("this list has no server that runs by itself: reminders go out while `todo up` serves it");
        }
    } else if !args.test {
        return show(ctx, webhooks.get().await?.as_ref());
    }
    if args.test {
        test(ctx, &webhooks.test().await.map_err(|error| Error::from(error).about("webhook"))?)
    } else {
        Ok(())
    }
}

fn show(ctx: &Context, webhook: Option<&Webhook>) -> Result<(), Error> {
    if ctx.printer.json {
        return ctx.printer.json(&webhook);
    }
    let Some(webhook) = webhook else {
        return ctx.printer.note("There is no webhook; `todo link webhook URL` sets one.");
    };
    let reason = webhook.reason.as_deref().unwrap_or("it was refused");
    let off =
        webhook.disabled_at.map(|_| format!(" (switched off: {}; set it again to switch it on)", text::line(reason)));
    ctx.printer.line(&format!("{}{}", text::line(&webhook.url), off.unwrap_or_default()))
}

fn test(ctx: &Context, test: &WebhookTest) -> Result<(), Error> {
    if ctx.printer.json {
        ctx.printer.json(test)?;
    }
    match &test.reason {
        None if ctx.printer.json => Ok(()),
        None => ctx.printer.line("The address took it."),
        Some(reason) => Err(Error::Undelivered(text::line(reason).into_owned())),
    }
}
