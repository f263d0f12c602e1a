//! What an error tells.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use http::Response;
use todo_sdk::{Client, Error, client::Body};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{any, path},
};

use super::support::{Function, pair};

async fn serve(response: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(response).mount(&server).await;
    server
}

fn client(url: &str) -> Client {
    Client::builder(url).session(pair("a")).retries(0).build().expect("a client")
}

async fn failure(response: ResponseTemplate) -> Error {
    let server = serve(response).await;
    client(&server.uri()).tasks().get(1).await.expect_err("an error")
}

#[tokio::test]
async fn a_problem_is_told_in_full() {
    let body = r#"{"type": "about:blank", "title": "Invalid fields", "status": 422, "code": "invalid_fields",
        "detail": "some fields are invalid", "request_id": "abc",
        "errors": {"title": [{"code": "blank", "message": "must contain at least one visible character"}]}}"#;
    let error = failure(ResponseTemplate::new(422).set_body_raw(body, "application/problem+json")).await;
    assert_eq!(error.status(), Some(422));
    assert_eq!(error.code(), Some("invalid_fields"));
    assert_eq!(error.request_id(), Some("abc"));
    assert_eq!(error.field_errors().unwrap()["title"][0].code, "blank");
    assert_eq!(error.to_string(), "title must contain at least one visible character");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_told_in_a_sentence() {
    let page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1><hr>nginx</body></html>";
    let error = failure(ResponseTemplate::new(502).set_body_raw(page, "text/html")).await;
    assert_eq!((error.status(), error.code()), (Some(502), Some(Error::UNEXPECTED_ANSWER)));
    let text = error.to_string();
    assert!(text.contains("502 Bad Gateway") && !text.contains('<'), "{text}");
    // The id that was sent is what a log may have.
    assert_eq!(error.request_id().map(str::len), Some(36));
}

#[tokio::test]
async fn an_empty_refusal_is_told_too() {
    let error = failure(ResponseTemplate::new(403)).await;
    assert!(error.to_string().ends_with("answered 403 Forbidden and nothing else"), "{error}");
}

#[tokio::test]
async fn another_server_is_recognised() {
    let error = failure(ResponseTemplate::new(200).set_body_raw("<h1>It works!</h1>", "text/html")).await;
    assert!(matches!(error, Error::Decode { .. }));
    assert!(error.to_string().contains("is it a todo-server?"), "{error}");
    assert!(error.to_string().contains("It works!"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let stranger = serve(ResponseTemplate::new(200)).await;
    let target = format!("{}/api/tasks/1", stranger.uri());
    for status in [301, 302, 303, 307, 308] {
        let server = serve(ResponseTemplate::new(status).insert_header("location", target.as_str())).await;
        let error = client(&server.uri()).tasks().get(1).await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert!(error.to_string().contains(&target), "{error}");
    }
    assert!(stranger.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_is_not_there_is_out_of_reach() {
    // Nothing listens on a port that was just given back.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = client(&format!("http://{address}")).tasks().get(1).await.unwrap_err();
    assert!(matches!(&error, Error::OutOfReach { source, .. } if !source.was_sent()), "{error:?}");
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let endless = |_| async {
        let chunk = Bytes::from_static(&[b' '; 64 * 1024]);
        let body: Body = Box::pin(stream::repeat_with(move || Ok(chunk.clone())));
        Response::new(body)
    };
    let builder = Client::builder("http://todo.test").transport(Arc::new(Function(endless)));
    let error = builder.session(pair("a")).build().unwrap().tasks().get(1).await.unwrap_err();
    assert!(error.to_string().contains("more than 64 MiB"), "{error}");
}

#[tokio::test]
async fn whether_a_token_is_good_is_no_error() {
    let server = MockServer::start().await;
    let mount = async |status| {
        let verify = Mock::given(path("/api/token/verify")).respond_with(ResponseTemplate::new(status));
        verify.up_to_n_times(1).mount(&server).await;
    };
    let tokens = client(&server.uri()).tokens();
    for (status, good) in [(200, true), (401, false)] {
        mount(status).await;
        assert_eq!(tokens.verify("x").await.unwrap(), good);
    }
    mount(500).await;
    assert_eq!(tokens.verify("x").await.unwrap_err().status(), Some(500));
}

#[test]
fn what_cannot_be_sent_is_refused_at_once() {
    for error in [
        Client::builder("http://h").access_token("a\nb").build().unwrap_err(),
        Client::builder("http://h").client_name("дело").build().unwrap_err(),
    ] {
        assert!(matches!(error, Error::Unsendable { .. }), "{error:?}");
    }
    let error = Client::builder("h:8000").build().unwrap_err();
    assert!(error.to_string().contains("has to begin with http://"), "{error}");
    assert!(Client::builder("http://h").comments_server("ftp://h").build().is_err());
}
