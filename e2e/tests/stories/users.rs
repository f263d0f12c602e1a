//! Accounts.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, PASSWORD};

#[rstest]
#[tokio::test]
async fn an_account_is_made_changed_and_deleted(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let body = json!({"username": "Änn.1", "password": PASSWORD, "timezone": "Europe/Berlin", "language": "ru"});
    let answer = nobody.post("/api/users", body).await;
    let user = answer.is(201);
    assert_eq!((&user["username"], &user["timezone"]), (&json!("Änn.1"), &json!("Europe/Berlin")));
    assert_eq!((&user["language"], &user["version"]), (&json!("ru"), &json!(1)));
    assert!(!answer.text.contains(PASSWORD) && !answer.text.contains("hash"), "{}", answer.text);

    let pair = nobody.sign_in("änn.1").await;
    let ann = nobody.with_token(pair["access"].as_str().unwrap());
    let answer = ann.get("/api/users/me").await;
    assert_eq!(answer.is(200), user);
    let etag = answer.header("etag").unwrap().to_owned();
    ann.get("/api/users/me").header("if-none-match", &etag).await.is(304);

    let changed =
        ann.patch("/api/users/me", json!({"timezone": "Asia/Tokyo", "language": null})).header("if-match", &etag).await;
    let changed = changed.is(200);
    assert_eq!((&changed["timezone"], &changed["language"]), (&json!("Asia/Tokyo"), &Value::Null));
    assert_eq!((&changed["username"], &changed["version"]), (&user["username"], &json!(2)));
    ann.patch("/api/users/me", json!({"language": "en"})).header("if-match", &etag).await.problem(412, "version_moved");
    ann.patch("/api/users/me", json!({"timezone": "Mars/Olympus"})).await.faults("timezone", "unknown_zone");
    ann.patch("/api/users/me", json!({"username": "bob"})).await.faults("username", "unknown_field");
    ann.patch("/api/users/me", json!({"language": "tlh"})).await.faults("language", "invalid");

    ann.delete("/api/users/me").header("if-match", &etag).await.problem(412, "version_moved");
    ann.delete("/api/users/me").await.is(204);
    ann.get("/api/users/me").await.problem(401, "session_ended");
}

#[rstest]
#[tokio::test]
async fn a_name_belongs_to_one_whatever_the_case(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    nobody.register("Жанна").await;
    for username in ["Жанна", "жанна", "ЖАННА"] {
        let body = json!({"username": username, "password": PASSWORD});
        nobody.post("/api/users", body).await.problem(409, "username_taken");
    }
    nobody.register("Жаннa").await; // The last letter is a Latin one.
}

#[rstest]
#[tokio::test]
async fn registration_names_every_fault(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let register = async |username: &str, password: &str| {
        nobody.post("/api/users", json!({"username": username, "password": password})).await
    };
    register("", PASSWORD).await.faults("username", "blank");
    register(&"a".repeat(151), PASSWORD).await.faults("username", "too_long");
    register("a b", PASSWORD).await.faults("username", "invalid");
    register("a\0", PASSWORD).await.faults("username", "nul_character");
    register("a\u{1b}[31m", PASSWORD).await.faults("username", "invalid");
    register("ann", "1234567").await.faults("password", "too_short");
    register("ann", &"a".repeat(257)).await.faults("password", "too_long");
    let both = register("", "").await;
    both.faults("username", "blank");
    both.faults("password", "too_short");
    assert!(!register("ann", "secret!").await.text.contains("secret!"), "a password is never repeated");
    let body = json!({"username": "ann", "password": PASSWORD, "timezone": "Nowhere"});
    nobody.post("/api/users", body).await.faults("timezone", "unknown_zone");
    register("ann", &"ж".repeat(256)).await.faults("password", "too_common");
    let longest: String = "сова ест мёд, ".chars().cycle().take(256).collect();
    register(&"ж".repeat(150), &longest).await.is(201);
}

#[rstest]
#[tokio::test]
async fn a_new_password_ends_every_session(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let ann = Api::person(&stack, "ann").await;
    let elsewhere = nobody.sign_in("ann").await;
    let new = json!({"password": "battery staple", "current_password": PASSWORD});

    let none = json!({"password": "battery staple"});
    ann.patch("/api/users/me", none).await.faults("current_password", "wrong");
    let wrong = json!({"password": "battery staple", "current_password": "wrong horse"});
    ann.patch("/api/users/me", wrong).await.faults("current_password", "wrong");
    ann.get("/api/tasks").await.is(200);

    ann.patch("/api/users/me", new).await.is(200);
    nobody.with_token(elsewhere["access"].as_str().unwrap()).get("/api/tasks").await.problem(401, "session_ended");
    nobody.post("/api/token", json!({"username": "ann", "password": PASSWORD})).await.problem(401, "wrong_credentials");
    nobody.post("/api/token", json!({"username": "ann", "password": "battery staple"})).await.is(200);
}
