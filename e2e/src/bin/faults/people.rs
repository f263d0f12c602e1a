//! People for one scenario, so that all that is theirs was made in it.

use std::{io, sync::Arc};

use serde_json::json;
use tokio::task::JoinSet;

use crate::client::{Call, Client, Doors};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Signs up as many people as asked for and answers a token of each.
pub(crate) async fn sign_up(
    http: &reqwest::Client,
    doors: &Doors,
    name: &str,
    count: usize,
) -> io::Result<Arc<[String]>> {
    let mut joining = JoinSet::new();
    for number in 0..count {
        let (client, name) = (Client::new(http, doors), nth(name, number));
        joining.spawn(join(client, name));
    }
    joining.join_all().await.into_iter().collect()
}

/// The name of one of them.
pub(crate) fn nth(name: &str, number: usize) -> String {
    format!("{name}-{number}")
}

async fn join(mut client: Client, name: String) -> io::Result<String> {
    let credentials = json!({"username": name, "password": PASSWORD});
    let registered = client.call(Call::post("/api/users", credentials.clone())).await;
    let signed_in = match registered {
        Some(_) => client.call(Call::post("/api/token", credentials).expect(200)).await,
        None => None,
    };
    let pair = signed_in.map(|answer| answer.body).unwrap_or_default();
    let why = || io::Error::other(format!("{name} could not sign up: {:?}", client.complaints));
    pair["access"].as_str().map(ToOwned::to_owned).ok_or_else(why)
}
