//! What the model wants done, by the SDK, beside the drawing. Each effect comes back as messages.

mod load;
mod send;

use std::sync::{Arc, OnceLock, mpsc::Sender};

use chrono::Utc;
use futures_util::StreamExt;
use todo_sdk::{Client, model::Id};
use tokio::{runtime::Handle, task::JoinHandle, time::sleep};

use super::{
    msg::{Effect, Msg},
    snapshot::Files,
};
use crate::{
    connect::{Caller, Connection},
    context::Context,
    error::{Error, exit},
    output::Printer,
    profile::Place,
};

/// How long to wait before the server is tried again.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(3);

/// Does what the model wants.
pub(crate) struct Effects {
    messages: Sender<Msg>,
    runtime: Handle,
    session: Arc<Session>,
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
    /// Of this run: no other has its keys.
    key: String,
}

impl Session {
    fn tell(&self, msg: Msg) {
        // Nobody listens any more when the program ends.
        let _ = self.messages.send(msg);
    }

    fn client(&self) -> Result<&Client, Error> {
        let connection = self.connection.get().ok_or_else(|| Error::TimedOut("not connected yet".to_owned()))?;
        Ok(&connection.client)
    }

    fn context(&self) -> Result<Context, Error> {
        Ok(Context::new(self.client()?.clone(), self.printer, self.place.clone()))
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
        Ok(self.client()?.users().me().await?.id)
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

impl Effects {
    pub(crate) fn new(messages: Sender<Msg>, runtime: Handle, printer: Printer, place: Place) -> Self {
        let session = Session {
            messages: messages.clone(),
            printer,
            files: Files::of(&place),
            place,
            connection: OnceLock::new(),
            key: format!("tui-{}-{}", std::process::id(), Utc::now().timestamp_micros()),
        };
        Self { messages, runtime, session: Arc::new(session), following: None, loading: None }
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
            Effect::Load => {
                let loading = self.spawn(async |session| session.load().await);
                if let Some(before) = self.loading.replace(loading) {
                    before.abort();
                }
            }
            Effect::Follow { seq } => {
                let following = self.spawn(async move |session| {
                    if let Err(error) = session.follow(seq).await {
                        session.tell(Msg::Fatal(Box::new(error)));
                    }
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
        for task in [self.following.take(), self.loading.take()].into_iter().flatten() {
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
