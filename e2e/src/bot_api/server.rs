//! The server as tests hold it.

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use super::{
    builder::PersonBuilder,
    faults::{Calls, Fault, Reach},
    groups::{Channel, Group},
    journal::{Call, Handling, peak},
    limits::Rates,
    options::Options,
    people::Person,
    poll::OTHER_POLL,
    shared::{Shared, ring},
    shown::transcript,
    wire,
    world::World,
};

/// A Bot API server; gone when dropped.
#[derive(Debug)]
pub struct BotApi {
    shared: Arc<Shared>,
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl BotApi {
    /// Starts one on a free port of 127.0.0.1, without limits.
    ///
    /// # Panics
    ///
    /// If the system has no port.
    pub async fn start() -> Self {
        match Self::with(Options::default()).await {
            Ok(api) => api,
            Err(error) => panic!("cannot start a Bot API server: {error}"),
        }
    }

    /// Starts one as the options say.
    ///
    /// # Errors
    ///
    /// If the address can't be had.
    pub async fn with(options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(World::new(options)));
        let serving = wire::serve(Arc::clone(&shared), listener, wire::router(Arc::clone(&shared)));
        let task = tokio::spawn(async move {
            let Err(error) = serving.await;
            eprintln!("the Bot API server has stopped: {error}");
        });
        Ok(Self { shared, address, task })
    }

    /// Where it is reached: what a bot is told instead of `https://api.telegram.org`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the bot calls with.
    #[must_use]
    pub fn token(&self) -> String {
        self.shared.world().options.token.clone()
    }

    /// The bot's name for mentions and links, without the `@`.
    #[must_use]
    pub fn username(&self) -> String {
        self.shared.world().options.username.clone()
    }

    /// Somebody new, who has not yet written to the bot; or somebody known with another name.
    #[must_use]
    pub fn person(&self, person: PersonBuilder) -> Person {
        let id = person.clone().user().id;
        self.shared.world().meet(person);
        self.shared.changed();
        Person::new(&self.shared, id, id)
    }

    /// Everybody, by id.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        let mut ids: Vec<i64> = self.shared.world().people.keys().copied().collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| Person::new(&self.shared, id, id)).collect()
    }

    /// A new group to which this person has added the bot.
    #[must_use]
    pub fn group(&self, title: &str, by: &Person) -> Group {
        Group::new(&self.shared, title, by)
    }

    /// A new channel that the bot looks after.
    #[must_use]
    pub fn channel(&self, title: &str) -> Channel {
        Channel::new(&self.shared, title)
    }

    /// All calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.shared.world().journal.calls.clone()
    }

    /// The calls of one method so far.
    #[must_use]
    pub fn calls_of(&self, method: &str) -> Vec<Call> {
        let named = |call: &&Call| call.method.eq_ignore_ascii_case(method);
        self.shared.world().journal.calls.iter().filter(named).cloned().collect()
    }

    /// The most messages that the bot has sent within any one second, over all chats or in one.
    #[must_use]
    pub fn busiest_second(&self, chat: Option<i64>) -> usize {
        let world = self.shared.world();
        let counts = |call: &&Call| call.sent_message() && (chat.is_none() || call.chat == chat);
        peak(world.journal.calls.iter().filter(counts).map(|call| call.at), Duration::from_secs(1))
    }

    /// How each update fared, in the order in which they happened.
    #[must_use]
    pub fn handlings(&self) -> Vec<Handling> {
        self.shared.world().journal.handlings.clone()
    }

    /// Lets these calls go wrong.
    pub fn fail(&self, fault: Fault, calls: Calls) {
        self.shared.world().faults.add(calls, fault);
    }

    /// Lets calls that hang go: their connections are cut.
    pub fn release(&self) {
        ring(&self.shared.released);
    }

    /// Every call takes so much longer from now on.
    pub fn slow(&self, delay: Duration) {
        self.shared.world().faults.delay = delay;
    }

    /// Nothing listens any more, and every connection is cut.
    pub fn refuse_connections(&self) {
        self.shared.reach.send_replace(Reach::Refused);
    }

    /// Every call, those under way among them, is answered 502 by a proxy.
    pub fn answer_bad_gateway(&self) {
        self.shared.reach.send_replace(Reach::BadGateway);
    }

    /// Ends everything that was to go wrong.
    pub fn recover(&self) {
        self.shared.world().faults.clear();
        self.shared.reach.send_replace(Reach::Up);
        self.release();
    }

    /// Limits what the bot may send from now on, or no longer does.
    pub fn limit(&self, rates: Option<Rates>) {
        self.shared.world().limits.set(rates);
    }

    /// The next so many updates are handed over twice.
    pub fn deliver_twice(&self, count: usize) {
        self.shared.world().updates.repeat(count);
    }

    /// The next so many updates are held back until all of them are there, and handed over in the opposite order.
    pub fn deliver_reversed(&self, count: usize) {
        self.shared.world().updates.reverse(count);
    }

    /// From now on updates have lower numbers, as after a week without any:
    /// <https://core.telegram.org/bots/api#update>.
    ///
    /// # Panics
    ///
    /// If an update waits.
    pub fn count_updates_anew(&self) {
        self.shared.world().updates.count_anew();
    }

    /// What happened last, as the bot is told of it, for tests that tell it again themselves.
    #[must_use]
    pub fn last_update(&self) -> Option<Value> {
        self.shared.world().updates.last()
    }

    /// Ends the poll under way with 409, as another poller would.
    pub fn interrupt_poll(&self) {
        {
            let updates = &mut self.shared.world().updates;
            updates.poll += 1;
            updates.ended_by = OTHER_POLL;
        }
        self.shared.queue_changed();
    }

    /// Puts the server's clock forward: messages and queries grow old.
    pub fn pass(&self, time: Duration) {
        self.shared.world().ahead += time;
    }

    /// How many updates the bot has not taken yet.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.shared.world().updates.len()
    }

    /// Waits until the bot has taken and confirmed every update and no call of it is under way. What a bot does before it
    /// calls, nobody sees: wait for its answer where there is one.
    ///
    /// # Panics
    ///
    /// If that does not come about.
    pub async fn idle(&self) {
        let mut news = self.changes();
        let patience = self.shared.world().options.patience;
        let wait = async {
            loop {
                news.borrow_and_update();
                if self.shared.is_idle() {
                    return;
                }
                // The sender lives in `shared`.
                let _ = news.changed().await;
            }
        };
        if tokio::time::timeout(patience, wait).await.is_err() {
            panic!("the bot has not become idle; {} updates wait", self.pending());
        }
    }

    /// Rings whenever anything changes.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.shared.news.subscribe()
    }

    /// The commands that this person is offered, as the Bot API writes them.
    #[must_use]
    pub fn commands_for(&self, person: &Person) -> Value {
        let language = person.language();
        self.shared.world().profile.commands(person.id(), &language)
    }

    /// What this person reads before the first message.
    #[must_use]
    pub fn description_for(&self, person: &Person) -> String {
        let language = person.language();
        self.shared.world().profile.description(&language).to_owned()
    }

    /// A chat as text, for tests that fail.
    #[must_use]
    pub fn transcript(&self, chat: i64) -> String {
        transcript(self.shared.world().chat(chat))
    }

    /// Since a moment: the longest that a person waited for an answer, of those who got one.
    #[must_use]
    pub fn slowest_answer(&self, since: Instant) -> Option<Duration> {
        let world = self.shared.world();
        let recent = world.journal.handlings.iter().filter(|handling| handling.happened >= since);
        recent.filter_map(Handling::time_to_answer).max()
    }
}

impl Drop for BotApi {
    fn drop(&mut self) {
        // Webhooks end by themselves when they are no longer the current one.
        self.shared.world().updates.webhook = None;
        self.shared.queue_changed();
        self.task.abort();
    }
}
