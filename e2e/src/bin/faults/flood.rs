//! Many who sign in at the same time, which costs the servers more than anything else.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    client::{Call, Client, Complaint, Outcome},
    load::Plan,
    people::{PASSWORD, nth},
};

/// Tries a second, however long each takes.
const RATE: u32 = 200;

/// What became of the tries.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    pub(crate) statuses: BTreeMap<u16, usize>,
    pub(crate) complaints: Vec<Complaint>,
}

/// Signs in for so long; every other one with a wrong password.
pub(crate) async fn sign_in(plan: &Plan, name: &str, length: Duration) -> Flood {
    let (mut tries, begun) = (JoinSet::new(), Instant::now());
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / RATE);
    let mut count = 0;
    while begun.elapsed() < length {
        ticks.tick().await;
        let mut client = Client::new(&plan.http, &plan.doors);
        let right = count % 2 == 0;
        let password = if right { PASSWORD } else { "wrong horse battery" };
        let credentials = json!({"username": nth(name, count % plan.people.len()), "password": password});
        let call = Call::post("/api/token", credentials).expect(if right { 200 } else { 401 });
        tries.spawn(async move {
            client.call(call).await;
            client
        });
        count += 1;
    }
    let mut flood = Flood::default();
    for client in tries.join_all().await {
        for attempt in &client.attempts {
            let status = match attempt.outcome {
                Outcome::Done(status) | Outcome::Wrong(status) => status,
                Outcome::Unavailable => 503,
                Outcome::Cut => 0,
            };
            *flood.statuses.entry(status).or_default() += 1;
        }
        // To be told to come back later is what a flood deserves.
        flood.complaints.extend(client.complaints.into_iter().filter(|complaint| !complaint.what.contains(" 429 ")));
    }
    flood
}
