//! A task is deleted through one replica and commented on at once through another, whose cache knows it.

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    client::{Call, Client, Complaint, Doors},
    load::{Plan, late_comment},
};

const ROUNDS: usize = 200;
/// Rounds that go on at the same time, each with a person of its own.
const AT_ONCE: usize = 8;

/// Goes all the rounds; `replicas` are the ways to each pair of servers. Answers what must not happen.
pub(crate) async fn rounds(plan: &Plan, replicas: [Doors; 2]) -> Vec<Complaint> {
    let mut lanes = JoinSet::new();
    for lane in 0..AT_ONCE {
        let token = &plan.people[lane % plan.people.len()];
        let clients = replicas.each_ref().map(|doors| Client::new(&plan.http, doors).with_token(token));
        lanes.spawn(go(clients, ROUNDS / AT_ONCE));
    }
    lanes.join_all().await.into_iter().flatten().collect()
}

async fn go([mut here, mut there]: [Client; 2], rounds: usize) -> Vec<Complaint> {
    for round in 0..rounds {
        // Now one replica deletes, now the other.
        let (near, far) = if round % 2 == 0 { (&mut here, &mut there) } else { (&mut there, &mut here) };
        if delete_and_comment(near, far).await.is_none() {
            near.complain("a round with a deleted task did not come to its end", round.to_string());
        }
    }
    [here.complaints, there.complaints].concat()
}

async fn delete_and_comment(near: &mut Client, far: &mut Client) -> Option<()> {
    let task = near.call(Call::post("/api/tasks", json!({"title": "soon gone"}))).await?.body["id"].as_i64()?;
    // These warm the caches.
    for client in [&mut *near, &mut *far] {
        client.call(Call::post("/api/comments", json!({"task_id": task, "content": "in time"}))).await?;
    }
    near.call(Call::delete(format!("/api/tasks/{task}"))).await?;
    far.call(late_comment(task)).await.map(|_| ())
}
