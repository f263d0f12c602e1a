//! What the logs tell, and what they never tell.

use e2e::{
    Stack, private_dir,
    servers::{Backend::Cluster, Server, command},
};
use serde_json::{Value, json};

use crate::{
    access::{SECRET, in_chat, service},
    api::{Api, PASSWORD, eventually},
};

#[tokio::test]
async fn no_secret_is_ever_logged() {
    let services = format!("bot:{SECRET}");
    let trace = [("RUST_LOG", "trace"), ("LOG_FORMAT", "json"), ("TODO_SERVER_SERVICES", &*services)];
    let stack = Stack::start_with(Cluster, &trace);
    let nobody = Api::anonymous(&stack);
    nobody.register("ann").await;
    nobody.post("/api/token", json!({"username": "ann", "password": "a wrong secret"})).await.is(401);
    let pair = nobody.sign_in("ann").await;
    let refreshed = nobody.post("/api/token/refresh", json!({"refresh": pair["refresh"]})).await.is(200);
    let ann = nobody.with_token(refreshed["access"].as_str().unwrap());
    let task = ann.task("one").await;
    ann.comment(task, "two").await;
    let named = ann.post("/api/tokens", json!({"name": "script", "scope": "write"})).await.is(201)["token"].clone();
    ann.with_token(named.as_str().unwrap()).comment(task, "from a script").await;
    let bot = service(&stack, "bot", SECRET).await;
    let chat = in_chat(&stack, 42).await;
    let offered = ann.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    bot.post("/api/telegram_users/link", json!({"chat_id": 42, "code": offered})).await.is(200);
    nobody.post("/api/token/service", json!({"service": "bot", "secret": "a wrong service secret"})).await.is(401);
    nobody.with_token("todo_pat_made_up_by_somebody").get("/api/tasks").await.is(401);
    let change = json!({"password": "a new secret", "current_password": PASSWORD});
    ann.patch("/api/users/me", change).await.is(200);
    nobody.post("/api/token/verify", json!({"token": pair["access"]})).await.is(401);

    let logs: String = stack.todo.iter().chain(&stack.comments).map(Server::said).collect();
    assert!(logs.contains("/api/token/refresh"), "the logs tell of these calls");
    let mut secrets =
        vec![PASSWORD.to_owned(), "a wrong secret".to_owned(), "a new secret".to_owned(), "$argon2".to_owned()];
    for token in [&pair["access"], &pair["refresh"], &refreshed["access"], &refreshed["refresh"]] {
        // The signature is what makes it one.
        secrets.push(token.as_str().unwrap().rsplit('.').next().unwrap().to_owned());
    }
    for token in [bot.token(), chat.token()] {
        secrets.push(token.rsplit('.').next().unwrap().to_owned());
    }
    for secret in [named.as_str().unwrap(), offered.as_str().unwrap(), SECRET, "a wrong service secret", "made_up_by"] {
        secrets.push(secret.to_owned());
    }
    secrets.push("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp".to_owned());
    for secret in secrets {
        let line = logs.lines().find(|line| line.contains(&secret));
        assert!(line.is_none(), "{secret} is in the log: {line:?}");
    }
}

#[tokio::test]
async fn a_request_has_one_name_on_its_way_through_the_servers() {
    let stack = Stack::start_with(Cluster, &[("LOG_FORMAT", "json")]);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("one").await;
    let answer =
        ann.post("/api/comments", json!({"task_id": task, "content": "two"})).header("x-request-id", "story-1").await;
    assert_eq!(answer.header("x-request-id"), Some("story-1"));
    let of_request = |log: &str| {
        let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["span"]["id"] == "story-1").count()
    };
    assert_eq!(of_request(&stack.comments[0].said()), 1);
}

#[tokio::test]
async fn no_password_of_a_database_is_ever_logged() {
    let home = private_dir("logs-").unwrap();
    let server = Server::todo(home.path())
        .setting("RUST_LOG", "trace")
        .setting("DATABASE_URL", "postgres://ann:topsecret@127.0.0.1:9/todo")
        .setting("REDIS_URL", "redis://ann:topsecret@127.0.0.1:9")
        .spawned();
    eventually("it waits", async || server.said().contains("waiting for the database")).await;
    assert!(!server.said().contains("topsecret"), "{}", server.said());
    let refused = command("todo-server", home.path())
        .env("DATABASE_URL", "postgresql:/ann:topsecret@127.0.0.1")
        .env("REDIS_URL", "topsecret")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!said.contains("topsecret"), "{said}");
}
