//! Acting as the person at this machine: whoever can open the database's file needs no password for it.

use server_kit::{Error, db::Conn};
use todo_sdk::{
    model::{Id, Scope},
    tokens::TokenKind,
};
use uuid::Uuid;

use crate::{
    App,
    store::{
        sessions,
        users::{self, NewUser},
    },
};

/// The client of local sessions.
const CLIENT: &str = "local";

impl App {
    /// An access token for the account of this name, which is made if there is none.
    ///
    /// # Errors
    ///
    /// As the database says.
    pub async fn local_access(&self, username: &str) -> Result<String, Error> {
        let now = self.kit.clock.now();
        let mut reader = self.kit.db.read().await?;
        let mut conn = reader.conn();
        let user = users::find(&mut conn, username).await?.map(|(id, _)| id);
        let session = match user {
            Some(user) => sessions::any(&mut conn, now, user, CLIENT).await?.map(|session| (user, session)),
            None => None,
        };
        drop(reader);
        let (user, session) = match session {
            Some(found) => found,
            None => self.begin_local(username).await?,
        };
        let jti = Uuid::new_v4().to_string();
        self.signer.sign(TokenKind::Access, user, &session, &jti, Scope::Write, now).map_err(Error::internal)
    }

    async fn begin_local(&self, username: &str) -> Result<(Id, String), Error> {
        let now = self.kit.clock.now();
        let new = NewUser {
            username: username.to_owned(),
            password_hash: None,
            timezone: self.time_zone.to_string(),
            language: None,
        };
        let begin = async move |conn: &mut Conn<'_>| {
            let user = match users::find(conn, &new.username).await? {
                Some((user, _)) => user,
                None => users::create(conn, now, &new).await?.id,
            };
            Ok((user, sessions::create(conn, now, user, CLIENT).await?.session))
        };
        self.kit.db.write(move |conn| Box::pin(async move { begin(conn).await })).await
    }
}
