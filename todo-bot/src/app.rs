//! The bot put together, from its start to its end.

use std::{path::PathBuf, sync::Arc, time::Duration};

use etcetera::BaseStrategy;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use teloxide::{
    ApiError, Bot, RequestError,
    payloads::{SetMyCommandsSetters, SetWebhookSetters},
    requests::Requester,
    types::{BotCommand, Me, UserId},
};
use todo_sdk::{Client, model::Language};
use tokio::{net::TcpListener, sync::watch, time::sleep};
use url::Url;

use crate::{
    error::{StartError, passes},
    i18n::Words,
    input,
    people::People,
    reminders,
    settings::Settings,
    stop,
    store::{Shared, Store},
    telegram::{Gate, Sender},
    updates::{self, Queue, polling, webhook},
    zones::Zones,
};

/// How long the servers may take to answer a person, with all attempts.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a call to the Bot API may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a call for updates may take beyond the time that Telegram waits for one.
const POLL_MARGIN: Duration = Duration::from_secs(10);
/// How long Redis may take: a person waits.
const REDIS_TIMEOUT: Duration = Duration::from_secs(1);
/// How long updates that have begun may take when the program stops.
const GRACE: Duration = Duration::from_secs(10);
/// The longest pause while Telegram is out of reach at the start.
const PAUSE_MAX: Duration = Duration::from_secs(15);

/// All that answers need.
pub(crate) struct App {
    /// The servers, as the service `bot`.
    pub(crate) client: Client,
    /// Telegram.
    pub(crate) sender: Sender,
    /// Who the bot is there.
    pub(crate) me: Me,
    /// Whoever writes.
    pub(crate) people: People,
    /// What was said before.
    pub(crate) store: Store,
    /// Where on earth which zone is.
    pub(crate) zones: Zones,
    /// Whether other bots answer the same chats.
    pub(crate) is_one_of_many: bool,
}

/// Runs until it is asked to stop.
///
/// # Errors
///
/// It can't start, or going on is no use.
pub(crate) async fn run(settings: Settings) -> Result<(), StartError> {
    let token = token(&settings)?;
    let secret = settings.service_secret.clone().ok_or(StartError::NoSecret)?;
    let webhook_secret = webhook_secret(&settings)?;
    let client = Client::builder(&settings.todo_server_url)
        .comments_server(&settings.comments_server_url)
        .client_name(concat!("todo-bot/", env!("CARGO_PKG_VERSION")))
        .service("bot", secret);
    // Somebody waits for the answer; whoever claims reminders waits by design.
    let for_people = client.clone().timeout(ANSWER_TIMEOUT).attempt_timeout(ANSWER_TIMEOUT);
    let for_people = for_people.build().map_err(StartError::Servers)?;
    let client = client.build().map_err(StartError::Servers)?;
    let redis = redis(&settings)?;
    // Before anything is waited for, so that a taken address shows at once.
    let listener = match &settings.webhook_url {
        Some(_) => Some(webhook::listen(settings.webhook_listen).await?),
        None => None,
    };
    let bot = bot(&settings, &token, CALL_TIMEOUT)?;
    let (stopping, stopped) = watch::channel(false);
    tokio::spawn(async move {
        match stop::asked().await {
            Ok(()) => tracing::info!("stopping"),
            Err(error) => tracing::error!(%error, "stopping"),
        }
        stopping.send_replace(true);
    });
    let Some(me) = until(&stopped, who_am_i(&bot)).await.transpose()? else { return Ok(()) };
    let me_id = me.id;
    let shared = redis.map(|redis| Shared::new(redis, me_id));
    let gate = Arc::new(Gate::new(settings.rate, settings.rate_chat, shared.clone()));
    let app = Arc::new(App {
        sender: Sender::new(bot.clone(), gate),
        me,
        people: People::new(for_people),
        client,
        store: Store::new(shared, state_folder(me_id)),
        zones: Zones::default(),
        is_one_of_many: settings.webhook_url.is_some(),
    });
    tracing::info!(name = app.me.username(), "ready");
    let introduce = tokio::spawn({
        let bot = bot.clone();
        async move { introduce(&bot).await }
    });
    let queue = Queue::new(Arc::clone(&app));
    let hook = listener.zip(settings.webhook_url.clone()).zip(webhook_secret);
    let hook = hook.map(|((listener, url), secret)| Hook { listener, url, secret });
    let ended = tokio::select! {
        ended = take_updates(&settings, &token, &bot, &queue, &app.store, hook, stopped.clone()) => ended,
        ended = reminders::deliver(&app) => ended,
        ended = reminders::keep(&app) => ended,
        () = told(stopped.clone()), if settings.webhook_url.is_none() => Ok(()),
    };
    introduce.abort();
    if tokio::time::timeout(GRACE, queue.idle()).await.is_err() {
        tracing::warn!("some updates were not done in time");
    }
    ended
}

/// `future`, unless the program is asked to stop before.
async fn until<T>(stopped: &watch::Receiver<bool>, future: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        done = future => Some(done),
        () = told(stopped.clone()) => None,
    }
}

async fn told(mut stopped: watch::Receiver<bool>) {
    // The sender is dropped only after it has told.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

fn token(settings: &Settings) -> Result<String, StartError> {
    let token = settings.bot_token.as_deref().map(str::trim).filter(|token| !token.is_empty());
    let token = token.ok_or(StartError::NoToken)?;
    let looks_right = token.split_once(':').is_some_and(|(id, key)| {
        let is_key = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty() && key.chars().all(is_key)
    });
    if looks_right { Ok(token.to_owned()) } else { Err(StartError::BadToken) }
}

fn webhook_secret(settings: &Settings) -> Result<Option<String>, StartError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    match &settings.webhook_secret {
        Some(secret) if !(1..=256).contains(&secret.len()) || !secret.chars().all(allowed) => {
            Err(StartError::BadWebhookSecret)
        }
        secret => Ok(secret.clone()),
    }
}

fn bot(settings: &Settings, token: &str, timeout: Duration) -> Result<Bot, StartError> {
    let client = teloxide::net::default_reqwest_settings().timeout(timeout).build();
    let client = client.map_err(|error| StartError::Http(error.to_string()))?;
    Ok(Bot::with_client(token, client).set_api_url(settings.bot_api_url.clone()))
}

/// Where this bot keeps what has to outlive it.
fn state_folder(me: UserId) -> Option<PathBuf> {
    let folder = etcetera::choose_base_strategy().ok()?.state_dir()?;
    Some(folder.join("todo-bot").join(me.0.to_string()))
}

fn redis(settings: &Settings) -> Result<Option<ConnectionManager>, StartError> {
    let Some(url) = &settings.redis_url else { return Ok(None) };
    let client = redis::Client::open(url.as_str()).map_err(StartError::Redis)?;
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(REDIS_TIMEOUT))
        .set_response_timeout(Some(REDIS_TIMEOUT));
    // Connects when it is first used, and again whenever it has to.
    ConnectionManager::new_lazy_with_config(client, config).map(Some).map_err(StartError::Redis)
}

/// Who the bot is: waits for Telegram as long as it takes.
async fn who_am_i(bot: &Bot) -> Result<Me, StartError> {
    let mut failures = 0;
    loop {
        match bot.get_me().await {
            Ok(me) => return Ok(me),
            Err(RequestError::Api(ApiError::InvalidToken)) => return Err(StartError::TokenRefused),
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, "waiting for Telegram");
                sleep((Duration::from_millis(250) * (1 << failures.min(10))).min(PAUSE_MAX)).await;
            }
        }
    }
}

/// Tells Telegram the commands, in both languages. Nothing depends on it.
async fn introduce(bot: &Bot) {
    for (language, code) in [(Language::En, None), (Language::Ru, Some("ru"))] {
        let words = Words(language);
        let commands = input::MENU.map(|name| BotCommand::new(name, words.say(&format!("menu-{name}"))));
        let mut call = bot.set_my_commands(commands);
        if let Some(code) = code {
            call = call.language_code(code.to_owned());
        }
        if let Err(error) = call.await {
            tracing::info!(%error, "cannot tell Telegram the commands");
        }
    }
}

/// Where Telegram posts updates.
struct Hook {
    listener: TcpListener,
    url: Url,
    secret: String,
}

async fn take_updates(
    settings: &Settings,
    token: &str,
    bot: &Bot,
    queue: &Queue,
    store: &Store,
    hook: Option<Hook>,
    stopped: watch::Receiver<bool>,
) -> Result<(), StartError> {
    let Some(Hook { listener, url, secret }) = hook else {
        if let Some(dropped) = until(&stopped, retrying(|| async { bot.delete_webhook().await })).await {
            dropped.map_err(StartError::Webhook)?;
        }
        let poller = self::bot(settings, token, Duration::from_secs(polling::WAIT.into()) + POLL_MARGIN)?;
        return polling::run(&poller, queue, store).await;
    };
    let set =
        || async { bot.set_webhook(url.clone()).secret_token(secret.clone()).allowed_updates(updates::wanted()).await };
    let serve = async {
        let served = webhook::serve(listener, &url, &secret, queue, told(stopped.clone())).await;
        served.map_err(|source| StartError::Listen { address: settings.webhook_listen, source })
    };
    let announce = async {
        match until(&stopped, retrying(set)).await {
            Some(Err(error)) => Err(StartError::Webhook(error)),
            _ => Ok(()),
        }
    };
    tokio::try_join!(serve, announce)?;
    Ok(())
}

/// Calls until Telegram answers.
async fn retrying<T, F>(call: impl Fn() -> F) -> Result<T, RequestError>
where
    F: Future<Output = Result<T, RequestError>>,
{
    let mut failures = 0;
    loop {
        match call().await {
            Err(RequestError::RetryAfter(pause)) => sleep(pause.duration()).await,
            Err(error) if passes(&error) => {
                failures += 1;
                tracing::warn!(%error, "waiting for Telegram");
                sleep((Duration::from_millis(250) * (1 << failures.min(10))).min(PAUSE_MAX)).await;
            }
            answer => return answer,
        }
    }
}
