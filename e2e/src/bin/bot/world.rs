//! Servers, Telegram, the bot between them, and people.

use e2e::{
    Stack,
    bot_api::{BotApi, Options, Person, PersonBuilder},
    private_dir,
    servers::{Backend, Server},
    services::{Postgres, Redis},
};
use tempfile::TempDir;
use todo_sdk::{Client, model::ExchangeChat};

pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SECRET: &str = "q3T0n8sVxYw1ZrKc5uLhJmPdGfBaE2i7";
/// The number of the first person.
const FIRST: i64 = 1000;

pub(crate) struct World {
    pub(crate) api: BotApi,
    pub(crate) bot: Server,
    pub(crate) people: Vec<Person>,
    pub(crate) name: &'static str,
    stack: Stack,
    _services: Option<(Postgres, Redis)>,
    // Last, so that the bot has stopped when its files go.
    _home: TempDir,
}

impl World {
    /// People whom the bot knows, and a bot that is as fast as it can be.
    pub(crate) async fn start(postgres: bool, people: usize) -> Result<Self> {
        let settings = [("TODO_SERVER_SERVICES", format!("bot:{SECRET}"))];
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let services = if postgres { Some((Postgres::start()?, Redis::start()?)) } else { None };
        let stack = match &services {
            Some((postgres, redis)) => Stack::on(&postgres.create_database("todo")?, Some(&redis.url()), &settings),
            None => Stack::start_with(Backend::Sqlite, &settings),
        };
        let patience = std::time::Duration::from_secs(300);
        let api = BotApi::with(Options { patience, ..Options::default() }).await?;
        let home = private_dir("bot-")?;
        let mut bot = Server::bot(home.path())
            .setting("BOT_TOKEN", api.token())
            .setting("BOT_API_URL", api.url())
            .setting("TODO_SERVER_URL", stack.todo_url())
            .setting("COMMENTS_SERVER_URL", stack.comments_url())
            .setting("SERVICE_SECRET", SECRET)
            .setting("RUST_LOG", "warn");
        if let Some((_, redis)) = &services {
            bot = bot.setting("REDIS_URL", redis.url());
        }
        let name = if postgres { "PostgreSQL + Redis, 2 servers" } else { "SQLite, 1 server" };
        let mut world = Self { api, bot, people: Vec::new(), name, stack, _services: services, _home: home };
        world.limit(10_000, 1_000);
        world.bot.start();
        for number in (FIRST..).take(people) {
            let person = world.api.person(PersonBuilder::new(number, "Ann").language("en"));
            person.says("/help");
            world.people.push(person);
        }
        for person in &world.people {
            person.next().await;
        }
        Ok(world)
    }

    /// How many messages a second the bot may send from its next start on.
    pub(crate) fn limit(&mut self, all: u32, chat: u32) {
        self.bot.set("BOT_RATE", all.to_string());
        self.bot.set("BOT_RATE_CHAT", chat.to_string());
    }

    /// The person at the servers.
    pub(crate) fn client(&self, person: &Person) -> Result<Client> {
        let bot = Client::builder(self.stack.todo_url()).service("bot", SECRET).build()?;
        Ok(bot.for_chat(ExchangeChat::of(person.chat_id())))
    }
}
