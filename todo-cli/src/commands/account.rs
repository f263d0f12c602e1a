//! `register`, `login`, `logout` and `whoami`.

use todo_sdk::model::{Language, User};

use crate::{
    cli::{LoginArgs, LogoutArgs, PasswordSource, RegisterArgs},
    connect,
    context::Context,
    credentials::{Credentials, Secret},
    error::{Error, exit},
    input::prompt,
    offline,
    output::{Tone, text},
    profile::{self, Server},
    tui,
    zone::machine_zone,
};

pub(super) async fn register(ctx: &Context, args: RegisterArgs) -> Result<(), Error> {
    let username = prompt::username(args.username.clone(), "a USERNAME")?;
    let password = prompt::password(PasswordSource::from_flag(args.password_stdin), true)?;
    let user = create(ctx, &args, &username, &password).await?;
    let signed_in = ctx.client.sign_in(&username, &password).await;
    signed_in.map_err(|error| Error::from(error).about("the account was made, but signing in failed"))?;
    point_profile(ctx)?;
    print(ctx, "Registered and signed in as", &user)
}

async fn create(ctx: &Context, args: &RegisterArgs, username: &str, password: &str) -> Result<User, Error> {
    let send = async |timezone: Option<&str>| {
        let mut request = ctx.client.users().register(username, password);
        if let Some(zone) = timezone {
            request = request.timezone(zone);
        }
        if let Some(language) = args.language.as_deref() {
            request = request.language(if language == "ru" { Language::Ru } else { Language::En });
        }
        request.send().await
    };
    if let Some(zone) = &args.timezone {
        return Ok(send(Some(zone)).await?);
    }
    let guess = machine_zone();
    match send(guess.as_deref()).await {
        // This machine's zone was our guess, so it must not stand in the way.
        Err(error) if error.field_errors().is_some_and(|errors| errors.keys().eq(["timezone"])) => {
            Ok(send(None).await?)
        }
        result => Ok(result?),
    }
}

pub(super) async fn login(ctx: &Context, args: LoginArgs, token: Option<String>) -> Result<(), Error> {
    let user = match token {
        Some(token) => {
            let user = ctx.client.users().me().await?;
            Credentials::of(&ctx.place).save(Some(Secret::Token { token }))?;
            user
        }
        None => {
            let username = prompt::username(args.username, "--username NAME")?;
            let password = prompt::password(PasswordSource::from_flag(args.password_stdin), false)?;
            ctx.client.sign_in(&username, &password).await?;
            ctx.client.users().me().await?
        }
    };
    point_profile(ctx)?;
    print(ctx, "Signed in as", &user)
}

/// Who signs in at a server that the command names means to work there from now on.
fn point_profile(ctx: &Context) -> Result<(), Error> {
    tui::forget(&ctx.place);
    if ctx.place.named_here { profile::save(&ctx.place) } else { Ok(()) }
}

pub(super) async fn logout(ctx: &Context, args: &LogoutArgs) -> Result<(), Error> {
    let credentials = Credentials::of(&ctx.place);
    let revoked = match credentials.load()? {
        None => return Err(Error::NotSignedIn(format!("nobody is signed in {}", place_words(ctx)))),
        Some(Secret::Token { .. }) if args.all => {
            return Err(Error::usage("a token cannot end sessions; sign in with a name and a password first"));
        }
        Some(Secret::Token { .. }) => Ok(()),
        Some(Secret::Pair(_)) if args.all => ctx.client.sessions().end_all().await.map_err(Error::from),
        Some(Secret::Pair(_)) => ctx.client.sign_out().await.map_err(Error::from),
    };
    offline::left_behind(ctx);
    // Whatever the server says, this machine forgets.
    credentials.save(None)?;
    tui::forget(&ctx.place);
    match revoked {
        // The session had ended already.
        Err(error) if error.exit_code() == exit::NOT_ALLOWED => {}
        Err(error) => return Err(error.about("signed out here, but the server could not be told")),
        Ok(()) => {}
    }
    let everywhere = if args.all { ", on every device" } else { "" };
    ctx.printer.note(&format!("Signed out {}{everywhere}.", place_words(ctx)))
}

pub(super) async fn whoami(ctx: &Context) -> Result<(), Error> {
    let user = ctx.client.users().me().await?;
    let implicit = connect::is_implicit(&ctx.place)?;
    ctx.printer.item(&user, user.id, || {
        let name = ctx.printer.paint(Tone::Strong, &text::line(&user.username));
        let how = if implicit { ", without signing in" } else { "" };
        let zone = text::line(&user.timezone);
        format!("{name} {}{how}\nprofile {}, time zone {zone}", place_words(ctx), ctx.place.profile)
    })
}

fn print(ctx: &Context, happened: &str, user: &User) -> Result<(), Error> {
    ctx.printer.item(user, user.id, || {
        let name = ctx.printer.paint(Tone::Strong, &text::line(&user.username));
        format!("{happened} {name} {}", place_words(ctx))
    })
}

fn place_words(ctx: &Context) -> String {
    match &ctx.place.server {
        Server::Local => format!("on this machine ({})", text::line(&ctx.place.data_dir.display().to_string())),
        Server::Remote { todo, .. } => format!("at {}", text::line(todo)),
    }
}
