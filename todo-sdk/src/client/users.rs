//! `/api/users`: accounts.

use super::{
    Client, Error,
    export::{self, ExportStream},
    request::{Call, Server},
};
use crate::model::{CreateUser, Language, UpdateUser, User};

const USERS: &str = "api/users";
const ME: &str = "api/users/me";

/// The calls about accounts.
///
/// ```no_run
/// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
/// use todo_sdk::model::UpdateUser;
///
/// let me = client.users().me().await?;
/// let changes = UpdateUser { timezone: Some("Asia/Kathmandu".to_owned()), ..UpdateUser::default() };
/// let moved = client.users().update_me(&changes).await?;
/// assert_eq!(moved.version, me.version + 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Users {
    pub(super) client: Client,
}

impl Users {
    /// Makes an account. It doesn't sign in.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// let user = client.users().register("ann", "correct horse battery").timezone("Europe/Berlin").send().await?;
    /// client.sign_in("ann", "correct horse battery").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn register(&self, username: impl Into<String>, password: impl Into<String>) -> RegisterBuilder {
        let (username, password) = (username.into(), password.into());
        let user = CreateUser { username, password, timezone: None, language: None };
        RegisterBuilder { client: self.client.clone(), user }
    }

    /// Who is signed in.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn me(&self) -> Result<User, Error> {
        self.client.send(Call::get(Server::Todo, ME)).await?.json()
    }

    /// Changes one's account. A new password ends every session, this one too.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn update_me(&self, changes: &UpdateUser) -> Result<User, Error> {
        self.client.send(Call::patch(Server::Todo, ME, changes)).await?.json()
    }

    /// All of one's data: the head, all tags, each task with its comments behind it, and the end.
    ///
    /// ```no_run
    /// # async fn run(client: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// use futures_util::TryStreamExt;
    /// use todo_sdk::model::Exported;
    ///
    /// let mut lines = client.users().export().await?;
    /// while let Some(line) = lines.try_next().await? {
    ///     if let Exported::Task(task) = line {
    ///         println!("{}", task.title);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// See [`Error`]; an export that ends before its end is [`Error::OutOfReach`].
    pub async fn export(&self) -> Result<ExportStream, Error> {
        export::export(&self.client).await
    }

    /// Deletes one's account with all that is in it, and forgets the session.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn delete_me(&self) -> Result<(), Error> {
        self.client.send(Call::delete(Server::Todo, ME)).await?;
        let (_, forgotten) = self.client.session.replace(None).await;
        forgotten
    }
}

/// Makes an account; see [`Users::register`].
#[must_use = "a call does nothing until it is sent"]
#[derive(Debug, Clone)]
pub struct RegisterBuilder {
    client: Client,
    user: CreateUser,
}

impl RegisterBuilder {
    /// The IANA name of the zone that days are reckoned in, e.g. `Europe/Berlin`.
    pub fn timezone(mut self, timezone: impl Into<String>) -> Self {
        self.user.timezone = Some(timezone.into());
        self
    }

    /// The language of messages to this person.
    pub fn language(mut self, language: Language) -> Self {
        self.user.language = Some(language);
        self
    }

    /// Sends.
    ///
    /// # Errors
    ///
    /// 409 where the name is taken, 403 where registration is closed.
    pub async fn send(self) -> Result<User, Error> {
        self.client.send_unsigned(Call::post(Server::Todo, USERS, &self.user)).await?.json()
    }
}
