//! `/api/reminders/shown`: messages that show reminders, and are kept true to their tasks.

use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::{
    Client, Error,
    deliver::pause_after,
    request::{Call, Server},
};
use crate::model::{ChangedMessage, ClaimShown, SettleShown, ShownReminder};

/// How long a claim waits for the next message, in seconds.
const WAIT: u32 = 20;
/// How many messages are changed at the same time.
const AT_ONCE: usize = 16;

/// What became of a message that was to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amended {
    /// It says how the task stands.
    Yes,
    /// Not this time: it is to come again.
    NotYet,
    /// It can't be changed any more, as when it was deleted.
    Never,
}

/// The calls about messages that show reminders. Internal services only; see
/// [`Reminders::shown_messages`](super::Reminders::shown_messages).
#[derive(Debug, Clone)]
pub struct ShownReminders {
    pub(super) client: Client,
}

impl ShownReminders {
    /// Leases messages that no longer say how their tasks stand.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn claim(&self, claim: &ClaimShown) -> Result<Vec<ShownReminder>, Error> {
        self.client.send(Call::post(Server::Todo, "api/reminders/shown/claim", claim)).await?.json()
    }

    /// Tells which were changed, and which can't be any more.
    ///
    /// # Errors
    ///
    /// See [`Error`].
    pub async fn settle(&self, settle: &SettleShown) -> Result<(), Error> {
        self.client.send(Call::post(Server::Todo, "api/reminders/shown/settle", settle)).await.map(drop)
    }

    /// Keeps messages true for as long as it is polled: calls `change` for each that is not, several at a time. It goes on
    /// through outages; what was not changed then comes again.
    ///
    /// ```no_run
    /// # async fn run(bot: todo_sdk::Client) -> Result<(), todo_sdk::Error> {
    /// use todo_sdk::{client::Amended, model::ShownReminder};
    ///
    /// let rewrite = |message: ShownReminder| async move {
    ///     println!("message {} now says {:?}", message.message_id, message.task.map(|task| task.title));
    ///     Amended::Yes
    /// };
    /// bot.reminders().shown_messages().keep(rewrite).await
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Only where going on is no use, as when the service's secret is refused.
    pub async fn keep<F, S>(&self, change: F) -> Result<(), Error>
    where
        F: Fn(ShownReminder) -> S + Sync,
        S: Future<Output = Amended> + Send,
    {
        let claim = ClaimShown { wait_seconds: WAIT, ..ClaimShown::default() };
        let mut failures = 0;
        loop {
            let kept = match self.claim(&claim).await {
                Ok(claimed) => self.change(claimed, &change).await,
                Err(error) => Err(error),
            };
            match kept {
                Ok(()) => failures = 0,
                Err(error) if error.passes() => {
                    failures += 1;
                    tracing::debug!(%error, "cannot keep messages true");
                    sleep(pause_after(failures)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn change<F, S>(&self, claimed: Vec<ShownReminder>, change: &F) -> Result<(), Error>
    where
        F: Fn(ShownReminder) -> S + Sync,
        S: Future<Output = Amended> + Send,
    {
        if claimed.is_empty() {
            return Ok(());
        }
        let change_one = |message: ShownReminder| async move {
            let settled = ChangedMessage { id: message.id, shown: message.shown.clone(), seq: message.seq };
            (settled, change(message).await)
        };
        let done: Vec<_> = stream::iter(claimed).map(change_one).buffer_unordered(AT_ONCE).collect().await;
        let mut settle = SettleShown::default();
        for (message, changed) in done {
            match changed {
                Amended::Yes => settle.changed.push(message),
                Amended::NotYet => {}
                Amended::Never => settle.gone.push(message.id),
            }
        }
        self.settle(&settle).await
    }
}
