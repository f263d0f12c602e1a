//! What is sent, and where to.

use serde_json::{Value, json};
use todo_sdk::{
    Client,
    model::{CreateTask, UpdateUser},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::support::{Script, Step::Answer, header, pair, task};

fn comment() -> Value {
    json!({"id": 5, "task_id": 1, "content": "x", "posted_date": "2026-11-01T10:00:00Z", "version": 1})
}

fn user() -> Value {
    json!({"id": 7, "username": "ann", "timezone": "UTC", "language": null,
        "date_joined": "2026-11-01T10:00:00Z", "version": 1})
}

fn bodies(script: &Script) -> Vec<String> {
    script.seen().iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect()
}

#[tokio::test]
async fn a_request_says_who_asks_for_what() {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(ResponseTemplate::new(201).set_body_json(task(1))).mount(&server).await;
    let builder = Client::builder(format!("{}/todo/", server.uri())).client_name("todo-cli/0.1.0");
    let client = builder.session(pair("a")).build().unwrap();
    client.tasks().create("one").send().await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let sent = |name: &str| requests[0].headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    assert_eq!(requests[0].url.path(), "/todo/api/tasks");
    assert_eq!(sent("authorization"), "Bearer a-access");
    assert_eq!(sent("user-agent"), "todo-cli/0.1.0");
    assert_eq!(sent("content-type"), "application/json");
    assert_eq!(sent("accept"), "application/json");
    assert_eq!(sent("x-request-id").len(), 36);
}

#[tokio::test]
async fn each_server_gets_its_own_calls() {
    let script = Script::of([Answer(200, comment()), Answer(200, task(1)), Answer(200, json!({"keys": []}))]);
    let builder = script.builder().session(pair("a")).comments_server("http://comments.test:8001/c");
    let client = builder.build().unwrap();
    client.comments().get(5).await.unwrap();
    client.tasks().get(1).await.unwrap();
    client.tokens().jwks().await.unwrap();
    let urls: Vec<String> = script.seen().iter().map(|request| request.uri().to_string()).collect();
    assert_eq!(
        urls,
        [
            "http://comments.test:8001/c/api/comments/5",
            "http://todo.test/api/tasks/1",
            "http://todo.test/.well-known/jwks.json",
        ]
    );
}

#[tokio::test]
async fn changes_send_what_changes_and_the_version() {
    let tag = json!({"id": 3, "name": "house", "version": 2});
    let script = Script::of([
        Answer(200, task(1)),
        Answer(200, task(1)),
        Answer(204, Value::Null),
        Answer(200, tag),
        Answer(200, comment()),
        Answer(200, user()),
    ]);
    let client = script.client();
    client.tasks().update(1).completed(true).clear_due().tags([]).if_match(3).send().await.unwrap();
    let whole = CreateTask { title: "whole".to_owned(), ..CreateTask::default() };
    client.tasks().replace(1, &whole).if_match(4).await.unwrap();
    client.tasks().delete(1).if_match(5).await.unwrap();
    client.tags().rename(3, "house").await.unwrap();
    client.comments().edit(5, "x").send().await.unwrap();
    client.users().update_me(&UpdateUser { language: Some(None), ..UpdateUser::default() }).await.unwrap();

    assert_eq!(
        script.paths(),
        [
            "PATCH /api/tasks/1",
            "PUT /api/tasks/1",
            "DELETE /api/tasks/1",
            "PATCH /api/tags/3",
            "PATCH /api/comments/5",
            "PATCH /api/users/me",
        ]
    );
    assert_eq!(
        bodies(&script),
        [
            r#"{"completed":true,"due":null,"tags":[]}"#,
            r#"{"title":"whole"}"#,
            "",
            r#"{"name":"house"}"#,
            r#"{"content":"x"}"#,
            r#"{"language":null}"#,
        ]
    );
    let versions: Vec<String> = script.seen().iter().map(|request| header(request, "if-match").to_owned()).collect();
    assert_eq!(versions, ["\"3\"", "\"4\"", "\"5\"", "", "", ""]);
}

#[tokio::test]
async fn calls_about_tokens_and_new_accounts_carry_no_token() {
    let tokens = || Answer(200, json!({"access": "x", "refresh": "y"}));
    let script =
        Script::of([tokens(), tokens(), Answer(200, json!({})), Answer(204, Value::Null), Answer(201, user())]);
    let client = script.client();
    client.tokens().issue("ann", "pass word").await.unwrap();
    client.tokens().refresh("r").await.unwrap();
    assert!(client.tokens().verify("t").await.unwrap());
    client.tokens().revoke("r").await.unwrap();
    client.users().register("ann", "pass word").timezone("Europe/Berlin").send().await.unwrap();

    assert!(script.seen().iter().all(|request| !request.headers().contains_key("authorization")));
    assert_eq!(client.session(), Some(pair("old")));
    assert_eq!(
        bodies(&script),
        [
            r#"{"username":"ann","password":"pass word"}"#,
            r#"{"refresh":"r"}"#,
            r#"{"token":"t"}"#,
            r#"{"refresh":"r"}"#,
            r#"{"username":"ann","password":"pass word","timezone":"Europe/Berlin"}"#,
        ]
    );
}

#[tokio::test]
async fn a_deleted_account_is_signed_out() {
    let script = Script::of([Answer(204, Value::Null)]);
    let client = script.client();
    client.users().delete_me().await.unwrap();
    assert_eq!(client.session(), None);
}

#[tokio::test]
async fn tokens_stay_out_of_debug_output() {
    let script = Script::of([]);
    let client = script.client();
    let shown =
        format!("{client:?} {:?} {:?}", client.tasks().create("x"), script.builder().access_token("old-access"));
    assert!(!shown.contains("old-access"), "{shown}");
}
