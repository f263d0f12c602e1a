//! What the model wants done, by the SDK, beside the drawing. Each effect comes back as messages.

mod bulk;
mod load;
mod send;
mod undo;

use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc::Sender};

use chrono::Utc;
use futures_util::StreamExt;
use todo_sdk::{Client, model::Id, outbox::Stopped};
use tokio::{runtime::Handle, task::JoinHandle, time::sleep};

use super::{
    hand_over::waiting,
    msg::{Effect, Failure, Msg},
    snapshot::Files,
};
use crate::{
    connect::{Caller, Connection},
    context::Context,
    error::{Error, exit},
    offline::{Offline, changes},
    output::Printer,
    profile::{Place, Server},
};

/// How long to wait before the server is tried again.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(3);

/// Does what the model wants.
pub(crate) struct Effects {
    messages: Sender<Msg>,
    runtime: Handle,
    session: Arc<Session>,
    signing_in: Option<JoinHandle<()>>,
    following: Option<JoinHandle<()>>,
    loading: Option<JoinHandle<()>>,
}

/// What all effects share.
pub(crate) struct Session {
    messages: Sender<Msg>,
    printer: Printer,
    place: Place,
    files: Files,
    connection: OnceLock<Connection>,
    /// In the place of the connection's, once somebody has signed in anew.
    renewed: Mutex<Option<Client>>,
    /// What the last undo or redo reverts.
    decided: Mutex<Option<(u64, Vec<undo::Target>)>>,
    /// Of this run: no other has its keys.
    key: String,
}

impl Session {
    fn tell(&self, msg: Msg) {
        // Nobody listens any more when the program ends.
        let _ = self.messages.send(msg);
    }

    fn client(&self) -> Result<Client, Error> {
        if let Some(client) = self.renewed.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            return Ok(client.clone());
        }
        let connection = self.connection.get().ok_or_else(|| Error::TimedOut("not connected yet".to_owned()))?;
        Ok(connection.client.clone())
    }

    fn context(&self) -> Result<Context, Error> {
        Ok(Context::new(self.client()?, self.printer, self.place.clone()))
    }

    fn key_of(&self, number: u64) -> String {
        format!("{}-{number}", self.key)
    }

    async fn connect(&self) {
        loop {
            match self.try_connect().await {
                Ok(user) => return self.tell(Msg::Connected { user }),
                Err(error) if is_passing(&error) => {
                    self.tell(Msg::NotLoaded(error.chain()));
                    sleep(PAUSE).await;
                }
                Err(error) => return self.tell(Msg::Fatal(Box::new(error))),
            }
        }
    }

    async fn try_connect(&self) -> Result<Id, Error> {
        if self.connection.get().is_none() {
            let connection = Connection::open(&self.place, Caller::SignedIn).await?;
            let _ = self.connection.set(connection);
        }
        let user = self.client()?.users().me().await?.id;
        self.send_waiting().await?;
        Ok(user)
    }

    /// Comes back when somebody has signed in again.
    async fn sign_in(&self) {
        loop {
            sleep(PAUSE).await;
            if let Ok(user) = self.try_sign_in().await {
                return self.tell(Msg::Connected { user });
            }
        }
    }

    /// With what is kept of the session by now.
    async fn try_sign_in(&self) -> Result<Id, Error> {
        if self.place.server != Server::Local {
            let client = Connection::open(&self.place, Caller::SignedIn).await?.client;
            client.users().me().await?;
            *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Some(client);
        }
        self.try_connect().await
    }

    /// What commands could not send goes before what is done here.
    async fn send_waiting(&self) -> Result<(), Error> {
        let offline = if self.place.queue { Offline::of(&self.place)? } else { None };
        let Some(offline) = offline else { return Ok(()) };
        let replay = offline.replay(&self.client()?).await?;
        if !replay.aside.is_empty() {
            let refused = format!("The server did not take {}: see `todo status`", changes(replay.aside.len()));
            self.tell(Msg::Trouble(refused));
        }
        self.tell(Msg::Earlier(waiting(&offline.outbox)?));
        match replay.stopped {
            // It is tried again soon.
            Some(Stopped::Call(error)) => Some(error.into()).filter(is_passing).map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    async fn follow(&self, seq: i64) -> Result<(), Error> {
        let mut events = self.client()?.events().since(seq).stream();
        while let Some(event) = events.next().await {
            self.tell(Msg::Live(Box::new(event?)));
        }
        Ok(())
    }
}

/// Whether the same may well succeed later.
fn is_passing(error: &Error) -> bool {
    error.exit_code() == exit::OUT_OF_REACH || error.answered().is_some_and(|problem| problem.status == 429)
}

/// Whether nobody is signed in any more.
fn is_signed_out(error: &Error) -> bool {
    let unknown = matches!(error.root(), Error::NotSignedIn(_) | Error::Api(todo_sdk::Error::NotSignedIn));
    unknown || error.answered().is_some_and(|problem| problem.status == 401)
}

/// What an error means for a write.
fn failure(error: &Error) -> Failure {
    match error {
        error if is_passing(error) => Failure::Away(error.chain()),
        error if is_signed_out(error) => Failure::SignedOut,
        error if error.answered().is_some_and(|problem| problem.status == 404) => Failure::Gone(error.chain()),
        error => Failure::Refused(error.chain()),
    }
}

impl Effects {
    pub(crate) fn new(messages: Sender<Msg>, runtime: Handle, printer: Printer, place: Place) -> Self {
        let session = Session {
            messages: messages.clone(),
            printer,
            files: Files::of(&place),
            place,
            connection: OnceLock::new(),
            renewed: Mutex::default(),
            decided: Mutex::default(),
            key: format!("tui-{}-{}", std::process::id(), Utc::now().timestamp_micros()),
        };
        let session = Arc::new(session);
        Self { messages, runtime, session, signing_in: None, following: None, loading: None }
    }

    /// What the write of this number is sent under.
    pub(crate) fn key(&self, number: u64) -> String {
        self.session.key_of(number)
    }

    /// Begins.
    pub(crate) fn connect(&self) {
        let session = Arc::clone(&self.session);
        self.runtime.spawn(async move { session.connect().await });
    }

    fn spawn<F>(&self, act: impl FnOnce(Arc<Session>) -> F) -> JoinHandle<()>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.runtime.spawn(act(Arc::clone(&self.session)))
    }

    /// Does one; those that are the terminal's business come back.
    pub(crate) fn run(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::SignIn => {
                let signing_in = self.spawn(async |session| session.sign_in().await);
                if let Some(before) = self.signing_in.replace(signing_in) {
                    before.abort();
                }
            }
            Effect::Load => {
                let loading = self.spawn(async |session| session.load().await);
                if let Some(before) = self.loading.replace(loading) {
                    before.abort();
                }
            }
            Effect::Follow { seq } => {
                let following = self.spawn(async move |session| match session.follow(seq).await {
                    Err(error) if is_signed_out(&error) => session.tell(Msg::SignedOut),
                    Err(error) => session.tell(Msg::Fatal(Box::new(error))),
                    Ok(()) => {}
                });
                if let Some(before) = self.following.replace(following) {
                    before.abort();
                }
            }
            Effect::Send(write) => {
                self.spawn(async move |session| {
                    let result = session.send(&write).await;
                    session.tell(Msg::Wrote { number: write.number, result });
                });
            }
            Effect::LoadDetails(id) => {
                self.spawn(async move |session| session.details(id).await);
            }
            Effect::LoadReminders => {
                self.spawn(async |session| session.reminders().await);
            }
            Effect::Find(text) => {
                self.spawn(async move |session| session.find(text).await);
            }
            Effect::Later(msg) => {
                let _ = self.messages.send(*msg);
            }
            Effect::Remember(state) => {
                self.spawn(async move |session| {
                    if let Err(error) = session.files.save_state(&state) {
                        session.tell(Msg::Trouble(format!("cannot remember where you are: {error}")));
                    }
                });
            }
            Effect::Edit(_) | Effect::Suspend | Effect::Redraw | Effect::Quit => return Some(effect),
        }
        None
    }

    /// Ends what goes on, and what runs inside this process.
    pub(crate) async fn close(mut self) {
        for task in [self.signing_in.take(), self.following.take(), self.loading.take()].into_iter().flatten() {
            task.abort();
            let _ = task.await;
        }
        if let Some(session) = Arc::into_inner(self.session)
            && let Some(connection) = session.connection.into_inner()
        {
            connection.close().await;
        }
    }
}
