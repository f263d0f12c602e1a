//! Webhooks: <https://core.telegram.org/bots/api#setwebhook>. As a server run with `--local`, this one also delivers to
//! plain HTTP on any port.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use reqwest::{Client, Url, header::CONTENT_TYPE};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    journal::Call,
    params::Params,
    refusal::{Answer, Refusal},
    shared::Shared,
};

/// How many deliveries run at once unless the bot says otherwise, and the most it may ask for.
const CONNECTIONS: i64 = 40;
const MOST_CONNECTIONS: i64 = 100_000;
/// The most letters of a secret.
const SECRET: usize = 256;
/// How long the bot may take over one update.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Where updates are delivered.
#[derive(Debug, Clone)]
pub(crate) struct Webhook {
    /// Tells it from the ones before.
    id: u64,
    url: Url,
    secret: Option<String>,
    connections: usize,
    last_error: Option<(i64, String)>,
}

pub(crate) fn set(shared: &Arc<Shared>, params: &Params) -> Answer {
    let url = params.text("url").unwrap_or_default();
    if url.is_empty() {
        return Ok(delete(shared, params));
    }
    let url = Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or_else(|| Refusal::bad_request("invalid webhook URL specified"))?;
    let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
    check_secret(secret.as_deref().unwrap_or_default())?;
    let connections = params.integer("max_connections").unwrap_or(CONNECTIONS).clamp(1, MOST_CONNECTIONS);
    let allowed = params.json("allowed_updates")?;
    {
        let updates = &mut shared.world().updates;
        drop_pending(updates, params);
        updates.allow(allowed);
        updates.poll += 1;
        updates.ended_by = "terminated by setWebhook request";
        let connections = usize::try_from(connections).unwrap_or(1);
        let webhook = Webhook { id: updates.poll, url, secret, connections, last_error: None };
        updates.webhook = Some(webhook.clone());
        tokio::spawn(deliver_all(Arc::clone(shared), webhook));
    }
    shared.queue_changed();
    Ok(json!(true))
}

fn check_secret(secret: &str) -> Result<(), Refusal> {
    if secret.len() > SECRET {
        return Err(Refusal::bad_request("secret token is too long"));
    }
    if secret.bytes().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, b'_' | b'-')) {
        Ok(())
    } else {
        Err(Refusal::bad_request("secret token contains unallowed characters"))
    }
}

pub(crate) fn delete(shared: &Shared, params: &Params) -> Value {
    {
        let updates = &mut shared.world().updates;
        drop_pending(updates, params);
        updates.webhook = None;
    }
    shared.queue_changed();
    json!(true)
}

fn drop_pending(updates: &mut super::updates::Updates, params: &Params) {
    if params.flag("drop_pending_updates") {
        updates.clear();
    }
}

pub(crate) fn info(shared: &Shared) -> Value {
    let updates = &shared.world().updates;
    let mut info = json!({"url": "", "has_custom_certificate": false, "pending_update_count": updates.len()});
    if let Some(allowed) = updates.allowed() {
        info["allowed_updates"] = json!(allowed);
    }
    if let Some(webhook) = &updates.webhook {
        info["url"] = json!(webhook.url.as_str());
        info["max_connections"] = json!(webhook.connections);
        if let Some((date, message)) = &webhook.last_error {
            info["last_error_date"] = json!(date);
            info["last_error_message"] = json!(message);
        }
    }
    info
}

/// Updates by chat: one of each chat is under way at a time.
#[derive(Debug, Default)]
struct Lanes {
    /// The last update that was taken over.
    last: i64,
    waiting: HashMap<i64, VecDeque<i64>>,
    /// Chats with something to deliver and nothing under way.
    ready: VecDeque<i64>,
}

impl Lanes {
    fn add(&mut self, updates: Vec<(i64, i64)>) {
        for (id, chat) in updates {
            self.last = id;
            let lane = self.waiting.entry(chat).or_default();
            if lane.is_empty() {
                self.ready.push_back(chat);
            }
            lane.push_back(id);
        }
    }

    fn next(&mut self) -> Option<(i64, i64)> {
        let chat = self.ready.pop_front()?;
        Some((chat, *self.waiting.get(&chat)?.front()?))
    }

    /// The first of a chat is done for now; `again` if it has to go out once more.
    fn done(&mut self, chat: i64, again: bool) {
        let Some(lane) = self.waiting.get_mut(&chat) else { return };
        if !again {
            lane.pop_front();
        }
        if lane.is_empty() {
            self.waiting.remove(&chat);
        } else {
            self.ready.push_back(chat);
        }
    }
}

/// Delivers until another webhook, or none, is set.
async fn deliver_all(shared: Arc<Shared>, webhook: Webhook) {
    let client = Client::builder().timeout(ANSWER_LIMIT).build().unwrap_or_default();
    let mut queued = shared.queued.subscribe();
    let mut lanes = Lanes::default();
    let mut running: JoinSet<i64> = JoinSet::new();
    while is_current(&shared, &webhook) {
        queued.borrow_and_update();
        let new = shared.world().updates.after(lanes.last);
        lanes.add(new);
        while running.len() < webhook.connections {
            let Some((chat, id)) = lanes.next() else { break };
            let (shared, webhook, client) = (Arc::clone(&shared), webhook.clone(), client.clone());
            running.spawn(async move {
                deliver(&shared, &webhook, &client, id).await;
                chat
            });
        }
        tokio::select! {
            _ = queued.changed() => {}
            Some(Ok(chat)) = running.join_next() => {
                let id = lanes.waiting.get(&chat).and_then(|lane| lane.front()).copied();
                let again = id.is_some_and(|id| shared.world().updates.get(id).is_some());
                lanes.done(chat, again);
            }
        }
    }
}

fn is_current(shared: &Shared, webhook: &Webhook) -> bool {
    shared.world().updates.webhook.as_ref().is_some_and(|current| current.id == webhook.id)
}

/// Tries until the bot has taken it, or it is dropped.
async fn deliver(shared: &Shared, webhook: &Webhook, client: &Client, id: i64) {
    let mut pause = shared.world().options.webhook_retry;
    loop {
        let body = {
            let mut world = shared.world();
            let Some(body) = world.updates.get(id).map(Value::to_string) else { return };
            world.journal.handed(id, Instant::now());
            body
        };
        match post(webhook, client, body).await {
            Ok(answer) => {
                let mut world = shared.world();
                world.updates.done(id);
                world.journal.calls.extend(unsupported(&answer));
                break;
            }
            Err(error) => {
                let mut world = shared.world();
                let now = world.now();
                if let Some(webhook) = &mut world.updates.webhook {
                    webhook.last_error = Some((now, error));
                }
            }
        }
        shared.changed();
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    shared.changed();
}

/// Answers what the bot said.
async fn post(webhook: &Webhook, client: &Client, body: String) -> Result<String, String> {
    let mut request = client.post(webhook.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
    if let Some(secret) = &webhook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let answer = request.send().await.map_err(|error| {
        let why = if error.is_connect() { "Connection refused" } else { "Read timeout expired" };
        why.to_owned()
    })?;
    let status = answer.status();
    if !status.is_success() {
        return Err(format!("Wrong response from the webhook: {status}"));
    }
    Ok(answer.text().await.unwrap_or_default())
}

/// Telegram would take a method from the answer's body; a bot that leans on it has to see that nothing came of it.
fn unsupported(answer: &str) -> Option<Call> {
    let body: Value = serde_json::from_str(answer).ok()?;
    let method = body.get("method")?.as_str()?.to_owned();
    let refusal = Refusal::unsupported("a method in the answer to a webhook");
    let chat = body["chat_id"].as_i64();
    Some(Call { at: Instant::now(), method, chat, body, status: refusal.code, error: Some(refusal.description) })
}
