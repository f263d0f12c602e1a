//! The server against plain calls, as any bot makes them.

mod calls;
mod delivery;
mod people;
mod troubles;

use reqwest::Client;
use serde_json::{Value, json};

use super::*;

/// Calls a method; the status and the whole answer.
async fn call(api: &BotApi, method: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/bot{}/{method}", api.url(), api.token());
    let answer = Client::new().post(url).json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// What a call answers that must succeed.
async fn ok(api: &BotApi, method: &str, body: Value) -> Value {
    let (status, answer) = call(api, method, body).await;
    assert_eq!((status, &answer["ok"]), (200, &json!(true)), "{method}: {answer}");
    answer["result"].clone()
}

/// Telegram's words for a call that must fail.
async fn refused(api: &BotApi, method: &str, body: Value) -> String {
    let (status, answer) = call(api, method, body).await;
    assert_eq!((&json!(status), &json!(false)), (&answer["error_code"], &answer["ok"]), "{method}: {answer}");
    answer["description"].as_str().unwrap().to_owned()
}

/// Somebody who has written to the bot.
fn ann(api: &BotApi) -> Person {
    let ann = api.person(PersonBuilder::new(7, "Ann").username("ann_b"));
    ann.says("/start");
    ann
}
