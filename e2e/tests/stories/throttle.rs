//! How often somebody may call.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::json;

use crate::api::{Api, PASSWORD};

#[rstest]
#[tokio::test]
async fn guessing_is_slowed_and_locks_nobody_out(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let proxy = ("TODO_SERVER_TRUSTED_PROXIES", "127.0.0.0/8");
    let stack = Stack::start_with(backend, &[("TODO_SERVER_THROTTLE_ANON", "10/hour"), proxy]);
    let nobody = Api::anonymous(&stack);
    let try_password = async |from: &str, password: &str| {
        let body = json!({"username": "ann", "password": password});
        nobody.post("/api/token", body).header("x-forwarded-for", from).await
    };
    let user = json!({"username": "ann", "password": PASSWORD});
    nobody.post("/api/users", user).header("x-forwarded-for", "192.0.2.1").await.is(201);
    try_password("192.0.2.1", PASSWORD).await.is(200);

    // Many addresses guess at one name.
    let mut statuses = Vec::new();
    for guess in 0..15 {
        statuses.push(try_password(&format!("198.51.100.{guess}"), "wrong horse").await.status);
    }
    assert_eq!((statuses[0], statuses[14]), (401, 429), "{statuses:?}");
    let refused = try_password("198.51.100.77", PASSWORD).await;
    refused.problem(429, "too_many_requests");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&wait), "{wait}");
    // Its owner still signs in from where they did before.
    let signed_in = try_password("192.0.2.1", PASSWORD).await;
    signed_in.is(200);
    assert!(signed_in.header("ratelimit").unwrap().contains("r="), "{:?}", signed_in.headers);

    // One address guesses at many names.
    let guess = async |number: u8| {
        let body = json!({"username": format!("user{number}"), "password": "wrong horse"});
        nobody.post("/api/token", body).header("x-forwarded-for", "203.0.113.9").await.status
    };
    let mut statuses = Vec::new();
    for number in 0..15 {
        statuses.push(guess(number).await);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), 10, "{statuses:?}");
}

#[rstest]
#[tokio::test]
async fn an_address_is_only_believed_from_a_trusted_proxy(#[values(Sqlite)] backend: Backend) {
    let stack = Stack::start_with(backend, &[("TODO_SERVER_THROTTLE_ANON", "5/hour")]);
    let nobody = Api::anonymous(&stack);
    let mut statuses = Vec::new();
    for number in 0..8 {
        let body = json!({"username": format!("user{number}"), "password": "wrong horse"});
        let call = nobody.post("/api/token", body).header("x-forwarded-for", &format!("192.0.2.{number}"));
        statuses.push(call.header("forwarded", &format!("for=192.0.2.{number}")).await.status);
    }
    assert_eq!(statuses, [401, 401, 401, 401, 401, 429, 429, 429]);
}

#[rstest]
#[tokio::test]
async fn people_and_their_scripts_have_a_rate(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start_with(backend, &[("TODO_SERVER_THROTTLE_USER", "60/hour")]);
    let ann = Api::person(&stack, "ann").await;
    let bob = Api::person(&stack, "bob").await;
    let made = ann.post("/api/tokens", json!({"name": "wild", "scope": "read"})).await.is(201);
    let script = ann.with_token(made["token"].as_str().unwrap());
    let count = async |api: &Api| {
        let mut answered = 0;
        for call in 0..70 {
            let path = if call % 2 == 0 { "/api/tasks" } else { "/api/comments" };
            let answer = api.get(path).await;
            if answer.status == 429 {
                answer.problem(429, "too_many_requests");
                break;
            }
            answer.is(200);
            answered += 1;
        }
        answered
    };
    // A server and its replicas share one count where there is Redis; without it each counts for itself.
    let servers = if backend == Cluster { 1 } else { 2 };
    assert_eq!(count(&script).await, 30 * servers, "a script has half of what its owner has");
    let left = count(&ann).await;
    assert!((25 * servers..=30 * servers).contains(&left), "the other half is the owner's: {left}");
    assert!(count(&bob).await >= 58, "and others have their own");
}
