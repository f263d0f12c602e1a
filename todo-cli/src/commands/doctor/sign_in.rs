//! Whether both servers take who is signed in, and for how long.

use std::time::Duration;

use chrono::{DateTime, Local, Utc};
use todo_sdk::{Client, client::ClientBuilder, model::Due};

use super::Check;
use crate::{
    connect::{Caller, Connection, is_implicit},
    credentials::{Credentials, Secret},
    error::{Error, exit},
    output::{report::sign_in_hint, when},
    profile::{Place, Server},
};

/// The longest that a call may take.
const PATIENCE: Duration = Duration::from_secs(10);
const NAME: &str = "sign-in";

pub(super) async fn checks(place: &Place) -> Vec<Check> {
    // A look must not make a database.
    if place.server == Server::Local && !place.data_dir.join("todo.db").is_file() {
        return Vec::new();
    }
    let patient = |builder: ClientBuilder| builder.timeout(PATIENCE).retries(0);
    let connection = match Connection::open_with(place, Caller::SignedIn, patient).await {
        Ok(connection) => connection,
        Err(error) => return vec![failed(&error, place)],
    };
    let checks = ask(place, &connection.client).await;
    connection.close().await;
    checks
}

async fn ask(place: &Place, client: &Client) -> Vec<Check> {
    let user = match client.users().me().await {
        Ok(user) => user,
        Err(error) => return vec![failed(&error.into(), place)],
    };
    let how = match how(place, client).await {
        Ok(how) => how,
        Err(error) => return vec![failed(&error, place)],
    };
    let mut checks = vec![Check::ok(NAME, format!("{}, {how}", user.username))];
    if let Err(error) = client.comments().list().limit(1).send().await {
        let detail = format!("comments-server does not take it: {}", Error::from(error).chain());
        let mend = "both servers must belong together: comments-server checks tokens at its TODO_SERVER_URL";
        checks.push(Check::failed(NAME, detail, mend));
    }
    checks
}

/// How somebody is signed in, and until when.
async fn how(place: &Place, client: &Client) -> Result<String, Error> {
    if is_implicit(place)? {
        return Ok("without signing in, as whoever may read the database".to_owned());
    }
    if place.token.is_some() {
        return Ok(of_token("TODO_TOKEN"));
    }
    match Credentials::of(place).load()? {
        Some(Secret::Pair(_)) => {
            let sessions = client.sessions().list().await?;
            let current = sessions.iter().find(|session| session.current);
            Ok(current.map_or_else(|| "signed in".to_owned(), |session| until(session.expires_at)))
        }
        Some(Secret::Token { .. }) => Ok(of_token(NAME)),
        None => Ok("signed in".to_owned()),
    }
}

fn of_token(from: &str) -> String {
    let from = if from == NAME { "a token that was handed in".to_owned() } else { format!("the token in {from}") };
    format!("by {from}, which is valid; `todo token list` tells its owner when it ends")
}

fn until(at: DateTime<Utc>) -> String {
    format!("signed in until {}; each use makes it longer", when::absolute(Due::At(at), &Local::now()))
}

fn failed(error: &Error, place: &Place) -> Check {
    let mend = match error.exit_code() {
        exit::NOT_ALLOWED => sign_in_hint(Some(place)),
        exit::OUT_OF_REACH => "try again in a moment".to_owned(),
        _ if place.server == Server::Local => {
            "if another program holds the database, end it; a newer `todo` may be needed".to_owned()
        }
        _ => sign_in_hint(Some(place)),
    };
    Check::failed(NAME, error.chain(), mend)
}
