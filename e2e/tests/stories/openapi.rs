//! The servers' own documents: complete, and readable without the internet.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Answer, Api};

/// Both servers' documents.
pub(crate) async fn documents(nobody: &Api) -> [Value; 2] {
    [nobody.get("/api/openapi.json").await.is(200), nobody.get_comments_server("/api/openapi.json").await.is(200)]
}

/// The operation behind an address, if the document has it.
pub(crate) fn operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<&'d Value> {
    let path = path.split('?').next().unwrap_or_default();
    let fits = |template: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len()
            && template.iter().zip(path).all(|(part, own)| part.starts_with('{') || *part == own)
    };
    // `/api/tasks/bulk` fits `/api/tasks/{id}` too: the one without parameters is meant.
    let mut templates: Vec<&String> = document["paths"].as_object()?.keys().filter(|template| fits(template)).collect();
    templates.sort_by_key(|template| template.matches('{').count());
    templates.into_iter().find_map(|template| document["paths"][template].get(method.as_str().to_lowercase()))
}

#[track_caller]
fn check_documented(documents: &[Value; 2], method: &Method, path: &str, answer: &Answer) {
    let document = &documents[usize::from(path.starts_with("/api/comments"))];
    let operation = operation(document, method, path).unwrap_or_else(|| panic!("{method} {path} is not documented"));
    let response = &operation["responses"][answer.status.to_string()];
    assert!(
        response.is_object(),
        "{method} {path} answered {}, which is not documented: {}",
        answer.status,
        answer.text
    );
    if answer.status >= 400 {
        assert!(response["content"]["application/problem+json"].is_object(), "{method} {path} {}", answer.status);
    }
}

/// Calls that between them answer every kind of status, in their order.
fn probes() -> Vec<(Method, &'static str, Value)> {
    let (get, post, put, patch, delete) = (Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE);
    let user = json!({"username": "bob", "password": crate::api::PASSWORD});
    let mut probes = vec![
        (post.clone(), "/api/users", user.clone()),
        (post.clone(), "/api/users", user.clone()),
        (post.clone(), "/api/token", user),
        (post.clone(), "/api/token", json!({"username": "bob", "password": "wrong horse"})),
        (post.clone(), "/api/token/refresh", json!({"refresh": "x"})),
        (post.clone(), "/api/token/verify", json!({"token": "x"})),
        (post.clone(), "/api/token/revoke", json!({"refresh": "x"})),
        (get.clone(), "/.well-known/jwks.json", Value::Null),
        (get.clone(), "/api/health", Value::Null),
        (get.clone(), "/api/ready", Value::Null),
        (get.clone(), "/api/users/me", Value::Null),
        (patch.clone(), "/api/users/me", json!({"language": "en"})),
        (patch.clone(), "/api/users/me", json!({"password": "battery staple", "current_password": "wrong horse"})),
        (post.clone(), "/api/tasks/bulk", json!({"create": [{"title": "a"}]})),
        (post.clone(), "/api/tasks/bulk", json!({"delete": [99]})),
        (post.clone(), "/api/tasks/bulk", json!({"update": [{"id": 1, "version": 9}]})),
    ];
    let resources = [
        ("/api/tasks", "/api/tasks/1", "/api/tasks/99", json!({"title": "a"})),
        ("/api/tags", "/api/tags/1", "/api/tags/99", json!({"name": "a"})),
        ("/api/comments", "/api/comments/1", "/api/comments/99", json!({"content": "a"})),
    ];
    for (list, one, none, body) in resources {
        let mut whole = body.clone();
        if list == "/api/comments" {
            whole["task_id"] = json!(1);
        }
        probes.extend([
            (post.clone(), list, whole.clone()),
            (post.clone(), list, whole.clone()),
            (post.clone(), list, json!({})),
            (get.clone(), list, Value::Null),
            (get.clone(), one, Value::Null),
            (get.clone(), none, Value::Null),
            (patch.clone(), one, body.clone()),
            (patch.clone(), none, body.clone()),
            (patch.clone(), one, json!({"nope": 1})),
            (delete.clone(), none, Value::Null),
        ]);
        if list != "/api/comments" {
            probes.extend([(put.clone(), one, body.clone()), (put.clone(), none, body), (put.clone(), one, json!({}))]);
        }
    }
    // Comments first: they go with their task.
    for one in ["/api/comments/1", "/api/tags/1", "/api/tasks/1", "/api/users/me"] {
        probes.push((delete.clone(), one, Value::Null));
    }
    probes
}

/// The same call with every fault that a header or a body can have.
fn faulty(api: &Api, method: &Method, path: &str, body: &Value) -> Vec<crate::api::Call> {
    let call = || api.call(method.clone(), path);
    let mut calls = vec![call().json(body).header("if-match", "\"99\"").header("if-none-match", "*")];
    if !body.is_null() {
        calls.extend([
            call().header("content-type", "application/json").body("{"),
            call().body("{}"),
            call().header("content-type", "application/json").body("a".repeat(2 << 20)),
        ]);
    }
    calls
}

#[rstest]
#[tokio::test]
async fn every_status_that_is_answered_is_documented(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let nobody = Api::anonymous(&stack);
    let ann = Api::person(&stack, "ann").await;
    let documents = documents(&nobody).await;
    for (method, path, body) in probes() {
        check_documented(&documents, &method, path, &nobody.call(method.clone(), path).json(&body).await);
        for call in faulty(&ann, &method, path, &body) {
            check_documented(&documents, &method, path, &call.await);
        }
        if method == Method::GET {
            check_documented(&documents, &method, path, &ann.get(&format!("{path}?limit=0")).await);
        }
        let call = ann.call(method.clone(), path);
        let call = if body.is_null() { call } else { call.json(&body) };
        check_documented(&documents, &method, path, &call.await);
    }
}

#[tokio::test]
async fn documents_are_openapi_3_1_and_complete() {
    let stack = Stack::start(Sqlite);
    for document in documents(&Api::anonymous(&stack)).await {
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1."), "{}", document["openapi"]);
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let what = format!("{method} {path}");
                assert!(operation["responses"].as_object().is_some_and(|responses| !responses.is_empty()), "{what}");
                assert!(operation["summary"].is_string(), "{what} has no summary");
                assert!(operation["operationId"].is_string(), "{what} has no operationId");
            }
        }
        check_references(&document, &document);
    }
}

/// Every `$ref` leads somewhere.
fn check_references(document: &Value, value: &Value) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("$ref") {
                assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target} leads nowhere");
            }
            fields.values().for_each(|value| check_references(document, value));
        }
        Value::Array(items) => items.iter().for_each(|value| check_references(document, value)),
        _ => {}
    }
}

/// The addresses in a page's `src` and `href`.
fn links(page: &str) -> Vec<&str> {
    let attributes = ["src=\"", "href=\""].map(|attribute| page.split(attribute).skip(1));
    attributes.into_iter().flatten().filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn pages_need_nothing_from_elsewhere() {
    let stack = Stack::start(Sqlite);
    let nobody = Api::anonymous(&stack);
    let pages = [(false, "/api/swagger"), (false, "/api/redoc"), (true, "/api/docs"), (true, "/api/redoc")];
    for (comments, path) in pages {
        let get = |path: &str| if comments { nobody.get_comments_server(path) } else { nobody.get(path) };
        let mut page = get(path).await;
        let mut base = path.to_owned();
        if let Some(target) = page.header("location") {
            base = target.to_owned();
            page = get(&base).await;
        }
        assert_eq!(page.status, 200, "{base}");
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{base}");
        let links = links(&page.text);
        assert!(!links.is_empty(), "{base} loads nothing: {}", page.text);
        for link in links {
            assert!(!link.contains("//"), "{base} loads {link}");
            let folder = &base[..=base.rfind('/').unwrap()];
            let target = if link.starts_with('/') {
                link.to_owned()
            } else {
                format!("{folder}{}", link.trim_start_matches("./"))
            };
            assert_eq!(get(&target).await.status, 200, "{base} loads {link}");
        }
    }
}
