//! Every route of both servers, called by everybody who must not get through.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    access::{self, SECRET, in_chat, service},
    api::{Api, eventually, id},
    openapi,
};

/// What each caller is answered, in the order of [`Callers::all`]: nobody, a stranger, a script that may read, another
/// service, the bot, a session that is over, a person who is gone. 0: not called, as they may do it.
type Statuses = [u16; 7];

/// The same for everybody: no token is looked at.
const fn open(status: u16) -> Statuses {
    [status; 7]
}

const OWN_LIST: Statuses = [401, 200, 200, 403, 403, 401, 401];
const OWN_ITEM: Statuses = [401, 404, 200, 403, 403, 401, 401];
const CHANGE_ITEM: Statuses = [401, 404, 403, 403, 403, 401, 401];
const CREATE: Statuses = [401, 201, 403, 403, 403, 401, 401];
/// With somebody else's id in the body.
const CREATE_WITH_FOREIGN: Statuses = [401, 422, 403, 403, 403, 401, 401];
const IN_PERSON_LIST: Statuses = [401, 200, 403, 403, 403, 401, 401];
const IN_PERSON_ITEM: Statuses = [401, 404, 403, 403, 403, 401, 401];
/// Ends or deletes what is the caller's own.
const IN_PERSON_DELETE: Statuses = [401, 204, 403, 403, 403, 401, 401];

/// A call in which `{task}` and the like stand for ids of the victim's.
struct Row {
    method: Method,
    path: &'static str,
    body: Value,
    statuses: Statuses,
}

fn rows() -> Vec<Row> {
    let (get, post, put, patch, delete) = (Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    let bot_only = |bot: u16| -> Statuses { [401, 403, 403, 403, bot, 401, 401] };
    let none = Value::Null;
    let title = json!({"title": "taken over"});
    let rows = [
        (&get, "/.well-known/jwks.json", none.clone(), open(200)),
        (&get, "/api/health", none.clone(), open(200)),
        (&get, "/api/ready", none.clone(), open(200)),
        (&post, "/api/users", json!({}), open(422)),
        (&post, "/api/token", json!({}), open(422)),
        (&post, "/api/token/refresh", json!({}), open(422)),
        (&post, "/api/token/verify", json!({}), open(422)),
        (&post, "/api/token/revoke", json!({}), open(422)),
        (&post, "/api/token/service", json!({}), open(422)),
        (&post, "/api/token/telegram", json!({"chat_id": 4711}), bot_only(200)),
        (&get, "/api/users/me", none.clone(), OWN_LIST),
        (&get, "/api/users/me/export", none.clone(), OWN_LIST),
        (&patch, "/api/users/me", json!({"language": "ru"}), IN_PERSON_LIST),
        (&post, "/api/users/me/telegram_link", json!({}), CREATE),
        (&get, "/api/telegram_users", none.clone(), [401, 200, 403, 403, 200, 401, 401]),
        (&get, "/api/telegram_users?chat_id=42", none.clone(), [401, 200, 403, 403, 200, 401, 401]),
        (&get, "/api/telegram_users/{chat}", none.clone(), [401, 404, 403, 403, 200, 401, 401]),
        (&patch, "/api/telegram_users/{chat}", json!({"language": "ru"}), [401, 404, 403, 403, 0, 401, 401]),
        (&delete, "/api/telegram_users/{chat}", none.clone(), [401, 404, 403, 403, 0, 401, 401]),
        (&post, "/api/telegram_users/link", json!({"chat_id": 42, "code": "made-up"}), bot_only(422)),
        (&get, "/api/tokens", none.clone(), IN_PERSON_LIST),
        (&post, "/api/tokens", json!({"name": "a", "scope": "write"}), CREATE),
        (&delete, "/api/tokens/{token}", none.clone(), IN_PERSON_ITEM),
        (&get, "/api/sessions", none.clone(), IN_PERSON_LIST),
        (&delete, "/api/sessions/{session}", none.clone(), IN_PERSON_ITEM),
        (&get, "/api/tasks/{task}/reminders", none.clone(), OWN_ITEM),
        (&get, "/api/reminders", none.clone(), OWN_LIST),
        (&post, "/api/tasks/quick", json!({"text": "a", "dry_run": true}), [401, 200, 403, 403, 403, 401, 401]),
        (&post, "/api/reminders/claim", json!({"channel": "test", "limit": 0}), [401, 403, 403, 422, 422, 401, 401]),
        (&post, "/api/reminders/{reminder}/sent", json!({"lease": "made-up"}), [401, 403, 403, 409, 409, 401, 401]),
        (
            &post,
            "/api/reminders/{reminder}/failed",
            json!({"lease": "made-up", "reason": "a"}),
            [401, 403, 403, 409, 409, 401, 401],
        ),
        (&post, "/api/reminders/settle", json!({}), [401, 403, 403, 200, 200, 401, 401]),
        (&post, "/api/reminders/shown/claim", json!({"limit": 0}), [401, 403, 403, 422, 422, 401, 401]),
        (&post, "/api/reminders/shown/settle", json!({}), [401, 403, 403, 204, 204, 401, 401]),
        (
            &post,
            "/api/reminders/settle",
            json!({"sent": [{"id": "{reminder}", "lease": "made-up"}]}),
            [401, 403, 403, 200, 200, 401, 401],
        ),
        (&post, "/api/reminders/{reminder}/shown", none.clone(), CHANGE_ITEM),
        (&get, "/api/users/me/webhook", none.clone(), [401, 404, 403, 403, 403, 401, 401]),
        (&put, "/api/users/me/webhook", json!({"url": "https://127.0.0.1/"}), [401, 422, 403, 403, 403, 401, 401]),
        (&post, "/api/users/me/webhook/test", none.clone(), [401, 404, 403, 403, 403, 401, 401]),
        (&delete, "/api/users/me/webhook", none.clone(), [401, 404, 403, 403, 403, 401, 401]),
        (&post, "/api/reminders/{reminder}/snooze", json!({"until": "2900-01-01T00:00:00Z"}), CHANGE_ITEM),
        (&get, "/api/changes", none.clone(), OWN_LIST),
        (&get, "/api/events?since=0", none.clone(), OWN_LIST),
        (&post, "/api/undo", json!({"seq": 1_000_000}), CHANGE_ITEM),
        (&get, "/api/tasks", none.clone(), OWN_LIST),
        (&get, "/api/tasks?tags_ids={tag}", none.clone(), OWN_LIST),
        (&get, "/api/tasks?telegram_chat_id=42", none.clone(), OWN_LIST),
        (&post, "/api/tasks", title.clone(), CREATE),
        (&post, "/api/tasks", json!({"title": "a", "tags": ["{tag}"]}), CREATE_WITH_FOREIGN),
        (&get, "/api/tasks/{task}", none.clone(), OWN_ITEM),
        (&put, "/api/tasks/{task}", title.clone(), CHANGE_ITEM),
        (&patch, "/api/tasks/{task}", title, CHANGE_ITEM),
        (&patch, "/api/tasks/{own_task}", json!({"tags": ["{tag}"]}), [401, 422, 403, 403, 403, 401, 401]),
        (&delete, "/api/tasks/{task}", none.clone(), CHANGE_ITEM),
        (&post, "/api/tasks/bulk", json!({"delete": ["{task}"]}), CHANGE_ITEM),
        (&post, "/api/tasks/bulk", json!({"update": [{"id": "{task}", "title": "taken over"}]}), CHANGE_ITEM),
        (&post, "/api/tasks/bulk", json!({"create": [{"title": "a", "tags": ["{tag}"]}]}), CREATE_WITH_FOREIGN),
        (&get, "/api/tags", none.clone(), OWN_LIST),
        (&post, "/api/tags", json!({"name": "a tag"}), CREATE),
        (&get, "/api/tags/{tag}", none.clone(), OWN_ITEM),
        (&put, "/api/tags/{tag}", json!({"name": "taken over"}), CHANGE_ITEM),
        (&patch, "/api/tags/{tag}", json!({"name": "taken over"}), CHANGE_ITEM),
        (&delete, "/api/tags/{tag}", none.clone(), CHANGE_ITEM),
        (&get, "/api/comments", none.clone(), OWN_LIST),
        (&get, "/api/comments?task_id={task}", none.clone(), OWN_LIST),
        (&get, "/api/comments?telegram_chat_id=42", none.clone(), OWN_LIST),
        (&post, "/api/comments", json!({"task_id": "{task}", "content": "taken over"}), CHANGE_ITEM),
        (&post, "/api/comments", json!({"task_id": "{own_task}", "content": "my own"}), CREATE),
        (&get, "/api/comments/{comment}", none.clone(), OWN_ITEM),
        (&patch, "/api/comments/{comment}", json!({"content": "taken over"}), CHANGE_ITEM),
        (&delete, "/api/comments/{comment}", none.clone(), CHANGE_ITEM),
        // Last: the stranger is gone by then.
        (&delete, "/api/sessions", none.clone(), IN_PERSON_DELETE),
        (&delete, "/api/users/me", none, IN_PERSON_DELETE),
    ];
    rows.map(|(method, path, body, statuses)| Row { method: method.clone(), path, body, statuses }).into()
}

/// Everybody who calls.
struct Callers {
    all: [(&'static str, Api); 7],
}

impl Callers {
    async fn new(stack: &Stack, victim: &Api) -> Self {
        let nobody = Api::anonymous(stack);
        let reader = victim.post("/api/tokens", json!({"name": "reader", "scope": "read"})).await.is(201);
        let gone = Api::person(stack, "gone").await;
        gone.delete("/api/users/me").await.is(204);
        let over = nobody.with_token(nobody.sign_in("victim").await["access"].as_str().unwrap());
        let sessions = over.get("/api/sessions").await.is(200);
        let current = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
        over.delete(&format!("/api/sessions/{}", current["id"].as_str().unwrap())).await.is(204);
        for ended in [&gone, &over] {
            for path in ["/api/tasks", "/api/comments"] {
                // The other replica hears of it.
                eventually("it is over", async || ended.get(path).await.status == 401).await;
            }
        }
        let all = [
            ("nobody", nobody.clone()),
            ("a stranger", Api::person(stack, "stranger").await),
            ("a script that may read", nobody.with_token(reader["token"].as_str().unwrap())),
            ("another service", service(stack, "comments", &format!("{SECRET}2")).await),
            ("the bot", service(stack, "bot", SECRET).await),
            ("a session that is over", over),
            ("a person who is gone", gone),
        ];
        Self { all }
    }

    fn stranger(&self) -> &Api {
        &self.all[1].1
    }
}

/// All that is the victim's, as far as anybody but the victim's own use could change it.
async fn belongings(victim: &Api) -> Vec<Value> {
    let mut found = Vec::new();
    for path in ["/api/users/me", "/api/tasks", "/api/tags", "/api/comments", "/api/reminders", "/api/telegram_users"] {
        found.push(victim.get(path).await.is(200));
    }
    for path in ["/api/sessions", "/api/tokens"] {
        let mut items = victim.get(path).await.is(200);
        for item in items.as_array_mut().unwrap() {
            item.as_object_mut().unwrap().remove("last_used_at");
        }
        found.push(items);
    }
    found
}

#[rstest]
#[tokio::test]
async fn nobody_gets_through_who_must_not(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = access::start(backend);
    let victim = Api::person(&stack, "victim").await;
    // A chat of the victim's, so that there is one to steal.
    in_chat(&stack, 42).await;
    let code = victim.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    let bot = service(&stack, "bot", SECRET).await;
    let chat = bot.post("/api/telegram_users/link", json!({"chat_id": 42, "code": code})).await.is(200);
    let tag = victim.tag("victim's tag").await;
    let task = json!({"title": "victim's task", "tags": [tag], "remind_time": "2900-01-01T00:00:00Z"});
    let task = id(&victim.post("/api/tasks", task).await.is(201));
    let reminder = victim.get("/api/reminders").await.items()[0]["id"].clone();
    let comment = victim.comment(task, "victim's comment").await;
    let token = victim.post("/api/tokens", json!({"name": "victim's token", "scope": "write"})).await.is(201);
    let session = victim.get("/api/sessions").await.is(200)[0]["id"].clone();

    let callers = Callers::new(&stack, &victim).await;
    let own_task = callers.stranger().task("stranger's").await;
    let ids = [
        ("{task}", json!(task)),
        ("{own_task}", json!(own_task)),
        ("{tag}", json!(tag)),
        ("{comment}", json!(comment)),
        ("{chat}", chat["id"].clone()),
        ("{token}", token["id"].clone()),
        ("{session}", session),
        ("{reminder}", reminder),
    ];
    let before = belongings(&victim).await;
    for Row { method, path, body, statuses } in rows() {
        let bare = |value: &Value| value.as_str().map_or(value.to_string(), ToOwned::to_owned);
        let path = ids.iter().fold(path.to_owned(), |path, (name, id)| path.replace(name, &bare(id)));
        let body =
            ids.iter().fold(body.to_string(), |body, (name, id)| body.replace(&format!("\"{name}\""), &bare(id)));
        for ((name, caller), expected) in callers.all.iter().zip(statuses) {
            if expected == 0 {
                continue;
            }
            // Some calls sign the stranger out.
            let signed_in = if *name == "a stranger" { Some(caller.sign_in("stranger").await) } else { None };
            let caller = signed_in.map_or(caller.clone(), |pair| caller.with_token(pair["access"].as_str().unwrap()));
            let call = caller.call(method.clone(), &path);
            let call =
                if body == "null" { call } else { call.header("content-type", "application/json").body(body.clone()) };
            let answer = call.await;
            assert_eq!(answer.status, expected, "{name}: {method} {path} {body}: {}", answer.text);
            let sees = *name != "a script that may read" && *name != "the bot";
            assert!(!sees || !answer.text.contains("victim's"), "{name}: {method} {path}: {}", answer.text);
        }
        assert_eq!(belongings(&victim).await, before, "after {method} {path}");
    }
}

#[tokio::test]
async fn every_route_has_a_row() {
    let stack = Stack::start(Sqlite);
    let documents = openapi::documents(&Api::anonymous(&stack)).await;
    let rows = rows();
    for document in &documents {
        for (template, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                let operation = &document["paths"][template][method];
                let has_row = rows.iter().any(|row| {
                    row.method.as_str().eq_ignore_ascii_case(method)
                        && openapi::operation(document, &row.method, row.path).is_some_and(|found| found == operation)
                });
                assert!(has_row, "{method} {template} is in no row of the table: who may call it?");
            }
        }
    }
}
