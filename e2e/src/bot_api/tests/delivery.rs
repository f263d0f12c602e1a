use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};

use super::*;

async fn poll(api: &BotApi, body: Value) -> Vec<(i64, String)> {
    let list = ok(api, "getUpdates", body).await;
    let text = |update: &Value| update["message"]["text"].as_str().unwrap_or_default().to_owned();
    list.as_array().unwrap().iter().map(|update| (update["update_id"].as_i64().unwrap(), text(update))).collect()
}

fn texts(updates: &[(i64, String)]) -> Vec<&str> {
    updates.iter().map(|(_, text)| text.as_str()).collect()
}

#[tokio::test]
async fn updates_stay_until_they_are_confirmed() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    ann.says("one");
    ann.says("two");
    let all = poll(&api, json!({})).await;
    assert_eq!(texts(&all), ["/start", "one", "two"]);
    assert_eq!(poll(&api, json!({})).await, all);
    assert_eq!(texts(&poll(&api, json!({"offset": all[1].0, "limit": 1})).await), ["one"]);
    assert_eq!(texts(&poll(&api, json!({"offset": -1})).await), ["two"]);
    assert_eq!(api.pending(), 1);
    assert!(poll(&api, json!({"offset": all[2].0 + 1})).await.is_empty());
    api.idle().await;
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_update() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let first = poll(&api, json!({})).await[0].0;
    let (updates, ()) = tokio::join!(poll(&api, json!({"offset": first + 1, "timeout": 50})), async {
        while api.pending() > 0 {
            tokio::task::yield_now().await;
        }
        ann.says("now");
    });
    assert_eq!(texts(&updates), ["now"]);
}

#[tokio::test]
async fn a_second_poller_ends_the_first() {
    let api = BotApi::start().await;
    let long = json!({"timeout": 50});
    let (first, second) = tokio::join!(refused(&api, "getUpdates", long.clone()), async {
        while api.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        poll(&api, json!({"timeout": 0})).await
    });
    assert_eq!(
        first,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
    );
    assert!(second.is_empty());
    let (first, _) = tokio::join!(refused(&api, "getUpdates", long), async {
        while api.calls().len() < 3 {
            tokio::task::yield_now().await;
        }
        ok(&api, "setWebhook", json!({"url": "http://127.0.0.1:1/"})).await
    });
    assert_eq!(first, "Conflict: terminated by setWebhook request");
}

/// The secret that came with an update, and its text.
type Got = (Option<String>, String);

/// What a bot with a webhook has got; it refuses the first `refuse` of them.
#[derive(Clone, Default)]
struct Hook {
    got: Arc<Mutex<Vec<Got>>>,
    refuse: Arc<Mutex<usize>>,
}

impl Hook {
    async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(Self::take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    async fn take(State(hook): State<Self>, headers: HeaderMap, body: String) -> (StatusCode, String) {
        let mut refuse = hook.refuse.lock().unwrap();
        if *refuse > 0 {
            *refuse -= 1;
            return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
        }
        let update: Value = serde_json::from_str(&body).unwrap();
        let secret = headers.get("x-telegram-bot-api-secret-token").map(|value| value.to_str().unwrap().to_owned());
        hook.got.lock().unwrap().push((secret, update["message"]["text"].as_str().unwrap().to_owned()));
        (StatusCode::OK, json!({"method": "sendMessage", "chat_id": 7, "text": "x"}).to_string())
    }
}

#[tokio::test]
async fn a_webhook_gets_updates_in_order_with_its_secret_until_it_takes_them() {
    let options = Options { webhook_retry: Duration::from_millis(1), ..Options::default() };
    let api = BotApi::with(options).await.unwrap();
    let ann = ann(&api);
    let hook = Hook::default();
    *hook.refuse.lock().unwrap() = 3;
    let url = hook.start().await;
    let set = json!({"url": url, "secret_token": "s3cret_-", "drop_pending_updates": true, "max_connections": 4});
    ok(&api, "setWebhook", set).await;
    let conflict = refused(&api, "getUpdates", json!({})).await;
    assert_eq!(
        conflict,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    let said: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    said.iter().for_each(|text| {
        ann.says(text);
    });
    api.idle().await;
    let got = hook.got.lock().unwrap().clone();
    assert_eq!(got.iter().map(|(_, text)| text).collect::<Vec<_>>(), said.iter().collect::<Vec<_>>());
    assert!(got.iter().all(|(secret, _)| secret.as_deref() == Some("s3cret_-")));
    let info = ok(&api, "getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(url), &json!(0)));
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 500 Internal Server Error");
    assert_eq!(ann.chat().len(), 21, "methods in answers are not carried out");
    assert_eq!(api.calls_of("sendMessage")[0].status, 501);
    ok(&api, "deleteWebhook", json!({})).await;
    ann.says("polled");
    assert_eq!(texts(&poll(&api, json!({})).await), ["polled"]);
}

#[tokio::test]
async fn a_webhook_has_to_be_sound() {
    let api = BotApi::start().await;
    let set = |url: &str, secret: &str| json!({"url": url, "secret_token": secret});
    let wrong = refused(&api, "setWebhook", set("nowhere", "")).await;
    assert_eq!(wrong, "Bad Request: invalid webhook URL specified");
    let wrong = refused(&api, "setWebhook", set("http://127.0.0.1:1/", "a+b")).await;
    assert_eq!(wrong, "Bad Request: secret token contains unallowed characters");
    ok(&api, "setWebhook", json!({"url": ""})).await;
    ok(&api, "getUpdates", json!({})).await;
}

#[tokio::test]
async fn ten_thousand_updates_of_a_thousand_people_are_no_burden() {
    let api = BotApi::start().await;
    let people: Vec<Person> = (1..=1000).map(|id| api.person(PersonBuilder::new(id, "Somebody"))).collect();
    for round in 0..10 {
        people.iter().for_each(|person| {
            person.says(&format!("message {round}"));
        });
    }
    let mut offset = 0;
    let mut taken = 0;
    loop {
        let batch = poll(&api, json!({"offset": offset})).await;
        let Some((last, _)) = batch.last() else { break };
        (offset, taken) = (last + 1, taken + batch.len());
    }
    assert_eq!(taken, 10_000);
    ok(&api, "sendMessage", json!({"chat_id": 1, "text": "x"})).await;
    let handlings = api.handlings();
    assert!(handlings.iter().all(|handling| handling.handed.is_some()));
    let answered: Vec<i64> =
        handlings.iter().filter(|handling| handling.time_to_answer().is_some()).map(|handling| handling.chat).collect();
    assert_eq!(answered, [1; 10]);
}
