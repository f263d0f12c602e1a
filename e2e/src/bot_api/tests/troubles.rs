use std::time::Duration;

use super::*;

async fn send(api: &BotApi, text: &str) -> reqwest::Result<reqwest::Response> {
    let url = format!("{}/bot{}/sendMessage", api.url(), api.token());
    reqwest::Client::new().post(url).json(&json!({"chat_id": 7, "text": text})).send().await
}

#[tokio::test]
async fn calls_go_wrong_on_demand() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    api.fail(Fault::TooMany(3), Calls::next(1).of("sendMessage").in_chat(7));
    let (status, answer) = call(&api, "sendMessage", json!({"chat_id": 7, "text": "x"})).await;
    let expected = json!({
        "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    });
    assert_eq!((status, answer), (429, expected));
    api.fail(Fault::Status(500), Calls::next(1));
    assert_eq!(refused(&api, "sendMessage", json!({"chat_id": 7, "text": "x"})).await, "Internal Server Error");
    api.fail(Fault::Status(502), Calls::next(1));
    let answer = send(&api, "x").await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().starts_with("<html>")), (502, true));
    api.fail(Fault::Blocked, Calls::next(1));
    assert_eq!(send(&api, "x").await.unwrap().status(), 403);
    api.fail(Fault::Cut, Calls::next(1));
    assert!(send(&api, "x").await.is_err());
    assert_eq!(ann.chat().len(), 1, "nothing was carried out");
    api.fail(Fault::LoseAnswer, Calls::next(1));
    assert!(send(&api, "lost").await.is_err());
    assert_eq!(ann.next().await.text, "lost");
    api.fail(Fault::Slow(Duration::from_millis(20)), Calls::next(1));
    let begun = std::time::Instant::now();
    send(&api, "slow").await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(20));
    let statuses: Vec<u16> = api.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [429, 500, 502, 403, 0, 200, 200]);
}

#[tokio::test]
async fn calls_hang_until_they_are_let_go() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    api.fail(Fault::Hang, Calls::next(1));
    let (hung, ()) = tokio::join!(send(&api, "hung"), async {
        while api.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        send(&api, "not hung").await.unwrap();
        api.release();
    });
    assert!(hung.is_err());
    assert_eq!(ann.next().await.text, "not hung");
}

#[tokio::test]
async fn outages_begin_and_end() {
    let api = BotApi::start().await;
    let _ann = ann(&api);
    api.answer_bad_gateway();
    assert_eq!(send(&api, "x").await.unwrap().status(), 502);
    api.recover();
    assert_eq!(send(&api, "x").await.unwrap().status(), 200);
    api.refuse_connections();
    // The port closes soon, not at once.
    while send(&api, "x").await.is_ok() {
        tokio::task::yield_now().await;
    }
    api.recover();
    while send(&api, "x").await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_poll_under_way_learns_of_an_outage() {
    let api = BotApi::start().await;
    let url = format!("{}/bot{}/getUpdates?timeout=50", api.url(), api.token());
    let (polled, ()) = tokio::join!(reqwest::get(url), async {
        while api.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        api.answer_bad_gateway();
    });
    assert_eq!(polled.unwrap().status(), 502);
}

#[tokio::test]
async fn limits_are_kept_if_asked_for() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let group = api.group("Family", &ann);
    let text = json!({"chat_id": group.id(), "text": "x"});
    api.limit(Some(Rates { group_minute: 1, ..Rates::default() }));
    ok(&api, "sendMessage", text.clone()).await;
    let (status, answer) = call(&api, "sendMessage", text.clone()).await;
    let wait = answer["parameters"]["retry_after"].as_u64().unwrap();
    assert!(status == 429 && (1..=60).contains(&wait), "{answer}");
    assert_eq!(
        (api.busiest_second(None), api.busiest_second(Some(group.id()))),
        (1, 1),
        "what is refused does not count"
    );
    api.limit(None);
    ok(&api, "sendMessage", text).await;
}

#[tokio::test]
#[should_panic(expected = "Ann waited 0 s in vain for a message with \"never\"\n--- chat 7 (Open) ---\n#1 Ann: /start")]
async fn a_test_that_waits_in_vain_shows_the_chat() {
    let options = Options { patience: Duration::ZERO, ..Options::default() };
    let api = BotApi::with(options).await.unwrap();
    ann(&api).sees("never").await;
}
