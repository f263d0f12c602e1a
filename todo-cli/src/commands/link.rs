//! `link telegram`.

use std::time::Duration;

use chrono::Utc;
use qrcode::{QrCode, render::unicode::Dense1x2};
use todo_sdk::model::{TelegramLink, TelegramUser};

use super::webhook;
use crate::{
    cli::LinkCommand,
    context::Context,
    error::Error,
    output::{Tone, text},
    profile::Server,
};

/// How often the server is asked whether the link was opened.
const POLL: Duration = Duration::from_secs(2);

pub(super) async fn run(ctx: &Context, command: LinkCommand) -> Result<(), Error> {
    match command {
        LinkCommand::Telegram { no_wait } => telegram(ctx, no_wait).await,
        LinkCommand::Webhook(args) => webhook::run(ctx, &args).await,
    }
}

async fn telegram(ctx: &Context, no_wait: bool) -> Result<(), Error> {
    if ctx.place.server == Server::Local {
        let how = "the bot cannot see this machine's database; sign in at the server that it uses: `todo login URL`";
        return Err(Error::usage(how));
    }
    let before = chats(ctx).await?;
    let link = ctx.client.telegram().offer_link().await?;
    if ctx.printer.json {
        return ctx.printer.json(&link);
    }
    ctx.printer.line(&invitation(ctx, &link))?;
    if no_wait {
        return Ok(());
    }
    ctx.printer.note("Waiting until it is opened; Ctrl-C stops waiting, and the link stays good.")?;
    while Utc::now() < link.expires_at {
        tokio::time::sleep(POLL).await;
        if let Some(chat) = chats(ctx).await?.into_iter().find(|chat| !before.contains(chat)) {
            return ctx.printer.line(&format!("Joined with {}", name(&chat)));
        }
    }
    Err(Error::TimedOut("the link has expired; run `todo link telegram` again".to_owned()))
}

async fn chats(ctx: &Context) -> Result<Vec<TelegramUser>, Error> {
    Ok(ctx.client.telegram().list().await?.items)
}

fn name(chat: &TelegramUser) -> String {
    match (&chat.username, &chat.first_name) {
        (Some(username), _) => format!("@{}", text::line(username)),
        (None, Some(name)) => text::line(name).into_owned(),
        (None, None) => format!("chat {}", chat.chat_id),
    }
}

fn invitation(ctx: &Context, link: &TelegramLink) -> String {
    let until = link.expires_at.with_timezone(&chrono::Local).format("%H:%M");
    let Some(url) = &link.url else {
        return format!("Send this to the bot before {until}:\n\n  /start {}\n", link.code);
    };
    let shown = ctx.printer.paint(Tone::Strong, &text::line(url));
    // A pipe has no use for a picture; a link that is too long for one is still a link.
    let picture = QrCode::new(url).ok().filter(|_| ctx.printer.terminal);
    let picture = picture.map(|code| code.render::<Dense1x2>().quiet_zone(true).build() + "\n\n").unwrap_or_default();
    format!("{picture}Open before {until}, on the device that has Telegram:\n\n  {shown}\n")
}
