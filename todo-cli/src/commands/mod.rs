//! The commands, by resource.

mod account;
mod add;
mod add_lines;
mod bulk;
mod comment;
mod complete;
mod completions;
mod config;
mod doctor;
mod edit;
mod exec;
mod export;
mod form;
mod import;
mod journal;
mod link;
mod list;
mod man;
#[cfg(feature = "notify")]
mod notify;
mod quick;
mod reminder;
mod session;
mod status;
mod tag;
pub(crate) mod tag_names;
mod task;
mod token;
pub(crate) mod topics;
mod undo;
mod unheard;
mod webhook;

pub(crate) use list::default_list;

use crate::{
    cli::{Command, CommentCommand, Global},
    connect::{Caller, Connection},
    context::Context,
    error::Error,
    input::prompt,
    offline::{self, Offline},
    output::Printer,
    profile::Place,
};

impl Command {
    /// The server that the command itself names.
    pub(crate) fn url(&self) -> Option<&str> {
        match self {
            Self::Login(args) => args.url.as_deref(),
            _ => None,
        }
    }

    /// What waits for the server; not for commands that sign somebody else in.
    fn offline(&self, place: &Place) -> Result<Option<Offline>, Error> {
        match self {
            Self::Login(_) | Self::Register(_) => Ok(None),
            _ if !place.queue => Ok(None),
            _ => Offline::of(place),
        }
    }

    /// Whether what it does is queued while the server is away.
    fn may_wait(&self) -> bool {
        matches!(
            self,
            Self::Add(_)
                | Self::Edit(_)
                | Self::Done(_)
                | Self::Reopen(_)
                | Self::Rm(_)
                | Self::Remind(_)
                | Self::Comment(CommentCommand::Add { .. })
        )
    }

    fn caller(&self) -> Result<Caller, Error> {
        Ok(match self {
            Self::Login(args) if args.token_stdin => Caller::Token(prompt::first_line_of_stdin("token")?),
            Self::Login(_) | Self::Register(_) | Self::Logout(_) => Caller::SigningIn,
            _ => Caller::SignedIn,
        })
    }
}

/// Runs a command about the program itself, which needs no server and works with settings that are wrong. `None` for the
/// others.
pub(crate) fn set_up(command: &Command, global: &Global, printer: &Printer) -> Option<Result<(), Error>> {
    Some(match command {
        Command::Completions(args) => completions::print(args, printer),
        Command::Man(args) => man::man(args, printer),
        Command::Help(args) => topics::help(args, printer),
        Command::Config { command } => config::run(command.as_ref(), global, printer),
        Command::Doctor => doctor::doctor(global, printer),
        _ => return None,
    })
}

/// Runs a command to its end.
pub(crate) async fn run(command: Command, printer: Printer, place: Place) -> Result<(), Error> {
    let caller = command.caller()?;
    let token = if let Caller::Token(token) = &caller { Some(token.clone()) } else { None };
    let connection = Connection::open(&place, caller).await?;
    let mut context = Context::new(connection.client.clone(), printer, place);
    context.offline = command.offline(&context.place)?;
    let stays = !matches!(command, Command::Logout(_));
    // Boxed: the futures of all commands together would be large.
    let result = match send_waiting(&context, &command).await {
        Ok(()) => Box::pin(dispatch(&context, command, token)).await,
        Err(error) => Err(error),
    };
    connection.close().await;
    if let (Err(error), true) = (&result, stays) {
        offline::mention(&context, error);
    }
    result
}

/// Sends what waits.
///
/// # Errors
///
/// If the queue can't be used, and the command may have to wait in it. Others are told, and go on.
async fn send_waiting(ctx: &Context, command: &Command) -> Result<(), Error> {
    match command {
        // It looks at what waits, and sends only what it is told to.
        Command::Status(_) => Ok(()),
        command if command.may_wait() => offline::flush(ctx).await,
        _ => {
            if let Err(error) = offline::flush(ctx).await {
                ctx.printer.warn(&error.chain());
            }
            Ok(())
        }
    }
}

async fn dispatch(ctx: &Context, command: Command, token: Option<String>) -> Result<(), Error> {
    match command {
        // These run without a client of ours, see `main`.
        #[cfg(feature = "embedded")]
        Command::Up(_) => Ok(()),
        Command::Ui
        | Command::Completions(_)
        | Command::Man(_)
        | Command::Help(_)
        | Command::Config { .. }
        | Command::Doctor => Ok(()),
        Command::Register(args) => account::register(ctx, args).await,
        Command::Login(args) => account::login(ctx, args, token).await,
        Command::Logout(args) => account::logout(ctx, &args).await,
        Command::Whoami => account::whoami(ctx).await,
        Command::Add(args) => add::add(ctx, args).await,
        Command::List(args) => list::list(ctx, args).await,
        Command::Show(args) => task::show(ctx, &args).await,
        Command::Edit(args) => edit::edit(ctx, &args).await,
        Command::Done(args) => complete::complete(ctx, &args.ids, true).await,
        Command::Reopen(args) => complete::complete(ctx, &args.ids, false).await,
        Command::Rm(args) => task::remove(ctx, &args).await,
        Command::Remind(args) => reminder::remind(ctx, &args).await,
        Command::Snooze(args) => reminder::snooze(ctx, &args).await,
        Command::Reminders(args) => reminder::list(ctx, &args).await,
        Command::Status(args) => status::status(ctx, &args).await,
        Command::Undo(args) => undo::undo(ctx, &args).await,
        Command::Watch(args) => journal::watch(ctx, &args).await,
        Command::Wait(args) => journal::wait(ctx, &args).await,
        Command::Import(args) => import::import(ctx, &args).await,
        Command::Export(args) => export::export(ctx, &args).await,
        Command::Tag(command) => tag::run(ctx, command).await,
        Command::Comment(command) => comment::run(ctx, command).await,
        Command::Token(command) => token::run(ctx, command).await,
        Command::Session(command) => session::run(ctx, command).await,
        Command::Link(command) => link::run(ctx, command).await,
    }
}
