//! Who may do what: named tokens, sessions, internal services, chats.

use e2e::{
    Stack,
    servers::{
        Backend::{self, Cluster, Postgres, Sqlite},
        SIGNING_KEY,
    },
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, PASSWORD, eventually, id};

pub(crate) const SECRET: &str = "q3T0n8sVxYw1ZrKc5uLhJmPdGfBaE2i7";

pub(crate) fn start(backend: Backend) -> Stack {
    let services = format!("bot:{SECRET},comments:{SECRET}2");
    Stack::start_with(backend, &[("TODO_SERVER_SERVICES", &services), ("TODO_SERVER_BOT_NAME", "todo_bot")])
}

/// A service that has proven its name.
pub(crate) async fn service(stack: &Stack, name: &str, secret: &str) -> Api {
    let nobody = Api::anonymous(stack);
    let answer = nobody.post("/api/token/service", json!({"service": name, "secret": secret})).await.is(200);
    nobody.with_token(answer["access"].as_str().unwrap())
}

/// A person as the bot acts for them.
pub(crate) async fn in_chat(stack: &Stack, chat: i64) -> Api {
    let bot = service(stack, "bot", SECRET).await;
    let pair = bot.post("/api/token/telegram", json!({"chat_id": chat, "first_name": "Боб"})).await.is(200);
    bot.with_token(pair["access"].as_str().unwrap())
}

#[rstest]
#[tokio::test]
async fn named_tokens_open_what_they_say(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("one").await;
    let make = async |body: Value| ann.post("/api/tokens", body).await.is(201);
    let reader = make(json!({"name": "backup", "scope": "read"})).await;
    let writer = make(json!({"name": "cron", "scope": "write", "expires_at": "2900-01-01T00:00:00Z"})).await;
    let read = ann.with_token(reader["token"].as_str().unwrap());
    let write = ann.with_token(writer["token"].as_str().unwrap());
    assert!(read.token().starts_with("todo_pat_"), "scanners recognise one");

    assert_eq!(read.get("/api/tasks").await.items().len(), 1);
    read.get("/api/comments").await.is(200);
    read.post("/api/tasks", json!({"title": "two"})).await.problem(403, "read_only_token");
    read.post("/api/comments", json!({"task_id": task, "content": "a"})).await.problem(403, "read_only_token");
    write.task("two").await;
    write.comment(task, "from a script").await;
    // What only a person may do.
    write.get("/api/tokens").await.problem(403, "sign_in_required");
    write.get("/api/sessions").await.problem(403, "sign_in_required");
    write.post("/api/tokens", json!({"name": "more", "scope": "write"})).await.problem(403, "sign_in_required");
    write.delete("/api/users/me").await.problem(403, "sign_in_required");
    write.patch("/api/users/me", json!({"timezone": "UTC"})).await.problem(403, "sign_in_required");

    let listed = ann.get("/api/tokens").await.is(200);
    assert_eq!((listed[0]["name"].as_str(), listed[1]["name"].as_str()), (Some("backup"), Some("cron")));
    assert!(listed[0].get("token").is_none(), "it is shown once");
    eventually("its use is noted", async || ann.get("/api/tokens").await.is(200)[1]["last_used_at"].is_string()).await;

    ann.post("/api/tokens", json!({"name": " ", "scope": "read"})).await.faults("name", "blank");
    ann.post("/api/tokens", json!({"name": "a", "scope": "read", "expires_at": "2020-01-01T00:00:00Z"}))
        .await
        .faults("expires_at", "past");
    ann.delete(&format!("/api/tokens/{}", id(&writer))).await.is(204);
    for path in ["/api/tasks", "/api/comments"] {
        eventually("it is revoked", async || write.get(path).await.status == 401).await;
    }
    ann.patch("/api/users/me", json!({"password": "a new secret", "current_password": PASSWORD})).await.is(200);
    eventually("a new password ends them", async || read.get("/api/tasks").await.status == 401).await;
    ann.with_token("todo_pat_made_up").get("/api/tasks").await.problem(401, "invalid_token");
}

#[rstest]
#[tokio::test]
async fn sessions_are_listed_and_ended(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = start(backend);
    let ann = Api::person(&stack, "ann").await;
    let elsewhere = ann.with_token(ann.sign_in("ann").await["access"].as_str().unwrap());
    let bob = Api::person(&stack, "bob").await;

    let listed = ann.get("/api/sessions").await.is(200);
    let sessions = listed.as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["current"] == false).unwrap()["id"].as_str().unwrap();
    bob.delete(&format!("/api/sessions/{other}")).await.problem(404, "not_found");
    ann.delete(&format!("/api/sessions/{other}")).await.is(204);
    ann.delete(&format!("/api/sessions/{other}")).await.problem(404, "not_found");
    eventually("it is over", async || elsewhere.get("/api/tasks").await.status == 401).await;
    ann.get("/api/tasks").await.is(200);
    ann.delete("/api/sessions").await.is(204);
    for path in ["/api/tasks", "/api/comments"] {
        eventually("all are over", async || ann.get(path).await.status == 401).await;
    }
}

#[rstest]
#[tokio::test]
async fn services_prove_their_names(#[values(Sqlite, Postgres)] backend: Backend) {
    let stack = start(backend);
    let nobody = Api::anonymous(&stack);
    for (name, secret) in [("bot", "wrong"), ("comments", SECRET), ("nobody", SECRET), ("", "")] {
        let body = json!({"service": name, "secret": secret});
        nobody.post("/api/token/service", body).await.problem(401, "wrong_credentials");
    }
    let comments = service(&stack, "comments", &format!("{SECRET}2")).await;
    comments.post("/api/token/telegram", json!({"chat_id": 1})).await.problem(403, "service_not_allowed");
    let bot = service(&stack, "bot", SECRET).await;
    // A service is no person.
    for path in ["/api/tasks", "/api/users/me", "/api/comments"] {
        bot.get(path).await.problem(403, "person_required");
    }
    // A forged Host opens nothing.
    nobody.post("/api/token/telegram", json!({"chat_id": 1})).header("host", "bot").await.is(401);
    let ann = Api::person(&stack, "ann").await;
    ann.post("/api/token/telegram", json!({"chat_id": 1})).await.problem(403, "service_not_allowed");

    let bob = in_chat(&stack, 42).await;
    bob.task("from a chat").await;
    assert_eq!(in_chat(&stack, 42).await.get("/api/tasks").await.items().len(), 1, "the same account every time");
    assert!(in_chat(&stack, 43).await.get("/api/tasks").await.items().is_empty());

    let chats = bot.get("/api/telegram_users?chat_id=42").await.items();
    assert_eq!((chats.len(), &chats[0]["first_name"]), (1, &json!("Боб")));
    assert_eq!(bot.get("/api/telegram_users").await.items().len(), 2);
    assert_eq!(bob.get("/api/telegram_users").await.items().len(), 1, "one's own");
    let other = id(&bot.get("/api/telegram_users?chat_id=43").await.items()[0]);
    bob.get(&format!("/api/telegram_users/{other}")).await.problem(404, "not_found");
    bob.delete(&format!("/api/telegram_users/{other}")).await.problem(404, "not_found");
    let changed = bot.patch(&format!("/api/telegram_users/{other}"), json!({"language": "ru"})).await.is(200);
    assert_eq!(changed["language"], "ru");
}

#[rstest]
#[tokio::test]
async fn a_chat_joins_an_account(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = start(backend);
    let ann = Api::person(&stack, "ann").await;
    let bot = service(&stack, "bot", SECRET).await;
    let chat = in_chat(&stack, 42).await;
    let (home, work) = (ann.tag("Home").await, ann.tag("work").await);
    let own = id(&ann.post("/api/tasks", json!({"title": "own", "tags": [work]})).await.is(201));
    let (same, new) = (chat.tag("home").await, chat.tag("travel").await);
    let moved = id(&chat
        .post("/api/tasks", json!({"title": "from the chat", "tags": [same, new], "due": "2026-12-01"}))
        .await
        .is(201));
    let comment = chat.comment(moved, "a word").await;

    let offered = ann.post("/api/users/me/telegram_link", json!({})).await.is(201);
    let code = offered["code"].as_str().unwrap();
    assert_eq!(offered["url"], format!("https://t.me/todo_bot?start={code}"));
    let link = |code: &str| bot.post("/api/telegram_users/link", json!({"chat_id": 42, "code": code}));
    link("made-up").await.faults("code", "unknown_code");
    ann.post("/api/telegram_users/link", json!({"chat_id": 42, "code": code})).await.is(403);
    assert_eq!(link(code).await.is(200)["chat_id"], 42);
    link(code).await.faults("code", "unknown_code");

    eventually("the chat's own account is gone", async || chat.get("/api/tasks").await.status == 401).await;
    let task = ann.get(&format!("/api/tasks/{moved}")).await.is(200);
    assert_eq!(task["tags"], json!([home, new]), "tags of one name are one");
    ann.get(&format!("/api/tasks/{own}")).await.is(200);
    assert_eq!(ann.get(&format!("/api/comments/{comment}")).await.is(200)["content"], "a word");
    assert_eq!(ann.get("/api/tags").await.items().len(), 3);
    let id_of_chat = id(&ann.get("/api/telegram_users").await.items()[0]);
    assert_eq!(task["telegram_user"], id_of_chat);
    // The bot acts for the joined account from now on.
    let again = in_chat(&stack, 42).await;
    assert_eq!(again.get("/api/tasks").await.items().len(), 2);
    again.comment(own, "through the chat").await;

    ann.delete(&format!("/api/telegram_users/{id_of_chat}")).await.is(204);
    assert!(in_chat(&stack, 42).await.get("/api/tasks").await.items().is_empty(), "unlinked, it begins anew");
    ann.get(&format!("/api/tasks/{moved}")).await.is(200);

    // A chat whose account has a password is somebody's own.
    let bob = in_chat(&stack, 77).await;
    bob.patch("/api/users/me", json!({"password": "a new secret"})).await.is(200);
    let code = ann.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    bot.post("/api/telegram_users/link", json!({"chat_id": 77, "code": code})).await.problem(409, "chat_taken");
}

/// Another key, for servers that have several.
const NEXT_KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIBAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4v
-----END PRIVATE KEY-----
";

#[rstest]
#[tokio::test]
async fn a_new_signing_key_signs_nobody_out(#[values(Sqlite, Postgres)] backend: Backend) {
    let mut stack = start(backend);
    let ann = Api::person(&stack, "ann").await;
    let old = ann.sign_in("ann").await;
    let set_keys = |stack: &mut Stack, keys: String| {
        for server in &mut stack.todo {
            assert!(server.terminate().success());
            server.set("TODO_SERVER_SIGNING_KEY", keys.clone());
            server.start();
        }
    };
    let kids = async |api: &Api| -> Vec<String> {
        let jwks = api.get("/.well-known/jwks.json").await.is(200);
        jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
    };
    let first = kids(&ann).await;
    set_keys(&mut stack, format!("{NEXT_KEY}{SIGNING_KEY}"));
    // Connections to the old processes are gone.
    let ann = Api::anonymous(&stack).with_token(ann.token());
    let both = kids(&ann).await;
    assert_eq!((both.len(), &both[1]), (2, &first[0]), "the new one signs, the old one is believed");
    ann.get("/api/tasks").await.is(200);
    let new = ann.post("/api/token/refresh", json!({"refresh": old["refresh"]})).await.is(200);
    let renewed = ann.with_token(new["access"].as_str().unwrap());
    for path in ["/api/tasks", "/api/comments"] {
        // The comments-server has to hear of the new key, which it asks for when it sees one.
        eventually("the new key is known", async || renewed.get(path).await.status == 200).await;
    }
    set_keys(&mut stack, NEXT_KEY.to_owned());
    let ann = Api::anonymous(&stack).with_token(ann.token());
    let renewed = ann.with_token(renewed.token());
    assert_eq!(kids(&ann).await, both[..1]);
    ann.get("/api/tasks").await.problem(401, "invalid_token");
    renewed.get("/api/tasks").await.is(200);
}
