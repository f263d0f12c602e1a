//! Reminders at people's own addresses.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::{Mock, MockServer, Request, ResponseTemplate, matchers::method};

use crate::{
    access::{SECRET, in_chat, service},
    api::{Api, eventually, id},
    delivery::claim_on,
    reminders::{in_seconds, ledger},
};

/// Answers each post as `answer` says, and keeps what came.
async fn hook(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST")).respond_with(answer).mount(&server).await;
    server
}

fn header<'r>(request: &'r Request, name: &str) -> &'r str {
    request.headers[name].to_str().unwrap()
}

/// As the receiver checks it: HMAC-SHA256 over id, time and body.
fn check_signature(request: &Request, secret: &str) {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let key = jsonwebtoken::EncodingKey::from_secret(&key);
    let signed =
        [header(request, "webhook-id").as_bytes(), header(request, "webhook-timestamp").as_bytes(), &request.body];
    let signature = jsonwebtoken::crypto::sign(&signed.join(&b"."[..]), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(header(request, "webhook-signature"), format!("v1,{}", STANDARD.encode(signature)));
}

fn start_with_webhooks(backend: Backend) -> Stack {
    let services = format!("bot:{SECRET},comments:{SECRET}2");
    Stack::start_with(
        backend,
        &[("TODO_SERVER_SERVICES", &services), ("TODO_SERVER_WEBHOOK_NETWORKS", "127.0.0.0/8,::1/128")],
    )
}

#[rstest]
#[tokio::test]
async fn reminders_are_posted_signed(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = start_with_webhooks(backend);
    let ann = Api::person(&stack, "ann").await;
    let receiver = hook(ResponseTemplate::new(204)).await;
    let path = "/api/users/me/webhook";
    // What is to come goes there as well.
    let task = id(&ann.post("/api/tasks", json!({"title": "Позвонить", "remind_time": in_seconds(1)})).await.is(201));
    let set = ann.put(path, json!({"url": format!("{}/hook?a=b", receiver.uri())})).await.is(200);
    let secret = set["secret"].as_str().unwrap();
    assert!(ann.get(path).await.is(200).get("secret").is_none(), "it is shown once");
    assert_eq!(ann.post(&format!("{path}/test"), json!({})).await.is(200), json!({"delivered": true, "reason": null}));
    eventually("it is posted", async || ledger(&ann, task).await == ["sent"]).await;
    let requests = receiver.received_requests().await.unwrap();
    let reminders: Vec<(&Request, Value)> = requests
        .iter()
        .map(|request| (request, serde_json::from_slice::<Value>(&request.body).unwrap()))
        .filter(|(_, body)| body["type"] == "reminder.due")
        .collect();
    assert_eq!((requests.len(), reminders.len()), (2, 1), "the test and the reminder");
    let (request, body) = &reminders[0];
    check_signature(request, secret);
    assert_eq!((&body["data"]["task"]["title"], &body["data"]["lease"]), (&json!("Позвонить"), &Value::Null));
    assert_eq!(request.url.query(), Some("a=b"));
    let rows = ann.get(&format!("/api/tasks/{task}/reminders")).await.items();
    assert_eq!((rows.len(), &rows[0]["channel"], &rows[0]["attempts"]), (1, &json!("webhook"), &json!(1)));
    ann.delete(path).await.is(204);
    ann.get(path).await.problem(404, "not_found");
}

#[rstest]
#[tokio::test]
async fn an_address_that_fails_is_tried_again_and_one_that_is_gone_is_not(
    #[values(Sqlite, Postgres)] backend: Backend,
) {
    let stack = start_with_webhooks(backend);
    let path = "/api/users/me/webhook";
    let remind = async |person: &Api| {
        id(&person.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-1)})).await.is(201))
    };
    let busy = hook(ResponseTemplate::new(503).insert_header("retry-after", "1")).await;
    let ann = Api::person(&stack, "ann").await;
    ann.put(path, json!({"url": busy.uri()})).await.is(200);
    let task = remind(&ann).await;
    let row = async || ann.get(&format!("/api/tasks/{task}/reminders")).await.items().remove(0);
    eventually("it is tried again", async || row().await["attempts"].as_i64() >= Some(2)).await;
    assert!(row().await["reason"].as_str().unwrap().contains("503"));

    let gone = hook(ResponseTemplate::new(410)).await;
    let bob = Api::person(&stack, "bob").await;
    bob.put(path, json!({"url": gone.uri()})).await.is(200);
    let task = remind(&bob).await;
    eventually("it is switched off", async || bob.get(path).await.is(200)["disabled_at"].is_string()).await;
    assert_eq!(ledger(&bob, task).await, ["dead", "queued"]);
    // Set anew, it gets what waited.
    let receiver = hook(ResponseTemplate::new(200)).await;
    bob.put(path, json!({"url": receiver.uri()})).await.is(200);
    eventually("it is posted", async || ledger(&bob, task).await == ["dead", "sent"]).await;

    let cid = Api::person(&stack, "cid").await;
    for (url, code) in
        [("https://10.0.0.1/", "private_address"), ("http://example.com@10.0.0.1/", "no_tls"), ("soon", "no_url")]
    {
        cid.put(path, json!({"url": url})).await.faults("url", code);
    }
    // A redirect is not followed.
    let redirect = hook(ResponseTemplate::new(302).insert_header("location", gone.uri())).await;
    cid.put(path, json!({"url": redirect.uri()})).await.is(200);
    let tested = cid.post(&format!("{path}/test"), json!({})).await.is(200);
    assert!(!tested["delivered"].as_bool().unwrap() && tested["reason"].as_str().unwrap().contains("302"), "{tested}");
}

#[rstest]
#[tokio::test]
async fn each_channel_of_a_person_s_tells(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = start_with_webhooks(backend);
    let bob = in_chat(&stack, 42).await;
    let bot = service(&stack, "bot", SECRET).await;
    let receiver = hook(ResponseTemplate::new(200)).await;
    bob.put("/api/users/me/webhook", json!({"url": receiver.uri()})).await.is(200);
    let task = id(&bob.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-1)})).await.is(201));
    let claimed = claim_on(&bot, "telegram").await;
    assert_eq!(claimed.len(), 1);
    bot.post(&format!("/api/reminders/{}/sent", claimed[0]["id"]), json!({"lease": claimed[0]["lease"]})).await.is(200);
    eventually("both have told it", async || ledger(&bob, task).await == ["sent", "sent"]).await;
    // One that is taken away gives what it had to the other one, once.
    let later = id(&bob.post("/api/tasks", json!({"title": "two", "remind_time": in_seconds(3600)})).await.is(201));
    assert_eq!(ledger(&bob, later).await, ["queued", "queued"]);
    bob.delete("/api/users/me/webhook").await.is(204);
    let rows = bob.get(&format!("/api/tasks/{later}/reminders")).await.items();
    assert_eq!((rows.len(), &rows[0]["channel"]), (1, &json!("telegram")));
}

/// An address that takes each post and never answers.
async fn silent() -> (tokio::net::TcpListener, String) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

#[rstest]
#[tokio::test]
async fn a_slow_address_keeps_nobody_else_waiting(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = start_with_webhooks(backend);
    let path = "/api/users/me/webhook";
    let (listener, url) = silent().await;
    let ann = Api::person(&stack, "ann").await;
    ann.put(path, json!({"url": url})).await.is(200);
    let many: Vec<Value> =
        (0..300).map(|number| json!({"title": format!("{number}"), "remind_time": in_seconds(-60)})).collect();
    ann.post("/api/tasks/bulk", json!({"create": many})).await.is(200);
    // They are at it.
    let held = listener.accept().await.unwrap();
    let receiver = hook(ResponseTemplate::new(204)).await;
    let bob = Api::person(&stack, "bob").await;
    bob.put(path, json!({"url": receiver.uri()})).await.is(200);
    let task = id(&bob.post("/api/tasks", json!({"title": "one", "remind_time": in_seconds(-1)})).await.is(201));
    let told = eventually("bob's is posted", async || ledger(&bob, task).await == ["sent"]);
    tokio::time::timeout(Duration::from_secs(8), told).await.expect("before the first of ann's gives up");
    drop(held);
}
