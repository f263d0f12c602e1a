//! `user add`, `user passwd` and `user list`.

use std::io::{self, BufRead, IsTerminal, Read};

use clap::{Args, Subcommand};
use server_kit::{
    Error,
    clock::Clock,
    db::{Db, OpenError},
    extract::IfMatch,
    journal,
    redis::Redis,
    tell_sessions_ended,
};
use todo_sdk::model::{CreateUser, Id, UpdateUser, User, validate::Validate};

use super::{AdminError, say};
use crate::{
    Settings,
    passwords::{Passwords, check_strength},
    store::{
        sessions,
        users::{self, Changes, NewUser},
    },
};

/// Longer first lines are no password of ours.
const LINE_MAX: u64 = 64 * 1024;

/// What to do with accounts.
#[derive(Debug, Clone, Subcommand)]
pub enum UserCommand {
    /// Make an account, whether or not registration is open
    Add {
        /// Its name
        name: String,
        /// Where its password comes from
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// Set a password, and end all sessions of its account
    Passwd {
        /// Its name
        name: String,
        /// Where its password comes from
        #[command(flatten)]
        password: PasswordArgs,
    },
    /// List all accounts
    List {
        /// As JSON lines
        #[arg(long)]
        json: bool,
    },
}

/// Where the password comes from: never from an argument, which others would see.
#[derive(Debug, Clone, Args)]
pub struct PasswordArgs {
    /// Read it from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

impl UserCommand {
    pub(super) async fn run(self, db: &Db, settings: &Settings) -> Result<(), AdminError> {
        match self {
            Self::Add { name, password } => {
                let user = add(db, settings, name, password.read()?).await?;
                say(format_args!("added {} with id {}", user.username, user.id))
            }
            Self::Passwd { name, password } => {
                passwd(db, settings, &name, password.read()?).await?;
                say(format_args!("changed the password of {name}; all its sessions have ended"))
            }
            Self::List { json } => list(db, json).await,
        }
    }
}

/// The same rules as for those who register themselves.
async fn add(db: &Db, settings: &Settings, username: String, password: String) -> Result<User, AdminError> {
    let new = CreateUser { username, password, timezone: None, language: None };
    new.validate().map_err(Error::from)?;
    check_strength(&new.password, &new.username)?;
    let new = NewUser {
        username: new.username,
        password_hash: Some(Passwords::default().hash(new.password).await?),
        timezone: settings.time_zone.clone(),
        language: None,
    };
    let now = Clock::system().now();
    Ok(db.write(move |conn| Box::pin(async move { users::create(conn, now, &new).await })).await?)
}

async fn passwd(db: &Db, settings: &Settings, name: &str, password: String) -> Result<(), AdminError> {
    let user = find(db, name).await?;
    let new = UpdateUser { password: Some(password.clone()), ..UpdateUser::default() };
    new.validate().map_err(Error::from)?;
    check_strength(&password, name)?;
    let changes = Changes { password_hash: Some(Passwords::default().hash(password).await?), ..Changes::default() };
    let change = db.write(move |conn| {
        Box::pin(async move {
            journal::lock(conn, user).await?;
            users::update(conn, user, &IfMatch::any(), changes).await?;
            sessions::end_all(conn, user).await
        })
    });
    let ended = change.await?;
    if let Some(url) = &settings.common.redis_url {
        tell_sessions_ended(&Redis::open(url).map_err(OpenError::from)?, &ended).await;
    }
    Ok(())
}

async fn find(db: &Db, name: &str) -> Result<Id, AdminError> {
    let found = users::find(&mut db.read().await?.conn(), name).await?;
    found.map(|(id, _)| id).ok_or_else(|| AdminError::NoSuchUser(name.to_owned()))
}

async fn list(db: &Db, json: bool) -> Result<(), AdminError> {
    let mut reader = db.read().await?;
    let mut conn = reader.conn();
    let mut after = 0;
    loop {
        let page = users::page(&mut conn, after).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id;
        for user in &page {
            if json {
                say(serde_json::to_string(user).map_err(Error::internal)?)?;
            } else {
                let User { id, username, timezone, date_joined, .. } = user;
                say(format_args!("{id}\t{username}\t{timezone}\t{}", date_joined.date_naive()))?;
            }
        }
    }
}

impl PasswordArgs {
    fn read(self) -> Result<String, AdminError> {
        if self.password_stdin {
            return first_line();
        }
        if !io::stdin().is_terminal() {
            return Err(AdminError::Password(
                "standard input is no terminal to ask for the password on; pipe it in and say --password-stdin",
            ));
        }
        let ask = |prompt| rpassword::prompt_password(prompt).map_err(AdminError::io("cannot ask for the password"));
        let password = ask("Password: ")?;
        if ask("Again: ")? == password { Ok(password) } else { Err(AdminError::Password("the two passwords differ")) }
    }
}

fn first_line() -> Result<String, AdminError> {
    let mut line = String::new();
    let read = io::stdin().lock().take(LINE_MAX).read_line(&mut line);
    read.map_err(AdminError::io("cannot read the password from standard input"))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
