//! Lists.

use futures_util::TryStreamExt;
use serde_json::{Value, json};
use todo_sdk::{Client, model::Due};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{method, path, query_param, query_param_is_missing},
};

use super::support::{pair, task};

/// A server with these pages of tasks; each links to the next at `origin`.
async fn serve(pages: &[&[i64]], origin: Option<&str>) -> MockServer {
    let server = MockServer::start().await;
    let origin = origin.map_or_else(|| server.uri(), ToOwned::to_owned);
    for (number, ids) in pages.iter().enumerate() {
        let body = Value::Array(ids.iter().map(|id| task(*id)).collect());
        let mut response = ResponseTemplate::new(200).set_body_json(body);
        if number + 1 < pages.len() {
            let next = format!("<{origin}/api/tasks?limit=2&cursor=p%2B{}>; rel=\"next\"", number + 1);
            response = response.insert_header("link", next.as_str());
        }
        let mock = Mock::given(method("GET")).and(path("/api/tasks"));
        let mock = match number {
            0 => mock.and(query_param_is_missing("cursor")),
            _ => mock.and(query_param("cursor", format!("p+{number}"))),
        };
        mock.respond_with(response).expect(..=1).mount(&server).await;
    }
    server
}

fn client(server: &MockServer) -> Client {
    Client::builder(server.uri()).session(pair("a")).retries(0).build().expect("a client")
}

#[tokio::test]
async fn a_page_names_the_next() {
    let server = serve(&[&[1, 2], &[3]], None).await;
    let tasks = client(&server).tasks();
    let first = tasks.list().limit(2).send().await.unwrap();
    assert_eq!(first.items.iter().map(|task| task.id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(first.next.as_deref(), Some("p+1"));
    let last = tasks.list().limit(2).cursor(first.next.unwrap()).send().await.unwrap();
    assert_eq!((last.items[0].id, last.next), (3, None));
}

#[tokio::test]
async fn a_stream_goes_through_all_pages() {
    let server = serve(&[&[1, 2], &[], &[3, 4], &[5]], None).await;
    let stream = client(&server).tasks().list().limit(2).completed(false).stream();
    let ids: Vec<i64> = stream.map_ok(|task| task.id).try_collect().await.unwrap();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| request.url.query().unwrap().starts_with("completed=false&limit=2")));
}

#[tokio::test]
async fn pages_are_fetched_when_they_are_needed() {
    let server = serve(&[&[1, 2], &[3]], None).await;
    let mut stream = std::pin::pin!(client(&server).tasks().list().stream());
    stream.try_next().await.unwrap();
    stream.try_next().await.unwrap();
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_link_to_elsewhere_is_not_followed() {
    let stranger = MockServer::start().await;
    let server = serve(&[&[1], &[2]], Some(&stranger.uri())).await;
    let tasks: Vec<_> = client(&server).tasks().list().stream().try_collect().await.unwrap();
    assert_eq!(tasks.len(), 2);
    assert!(stranger.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_server_that_goes_round_in_circles_is_left() {
    let server = MockServer::start().await;
    let page = ResponseTemplate::new(200).set_body_json([task(1)]);
    let page = page.insert_header("link", "</api/tasks?cursor=again>; rel=\"next\"");
    Mock::given(path("/api/tasks")).respond_with(page).expect(2).mount(&server).await;
    let tasks: Vec<_> = client(&server).tasks().list().stream().try_collect().await.unwrap();
    assert_eq!(tasks.len(), 2);
}

#[tokio::test]
async fn an_error_ends_a_stream() {
    let server = serve(&[&[1], &[]], None).await;
    let refuse = Mock::given(query_param("cursor", "p+1")).respond_with(ResponseTemplate::new(422));
    refuse.with_priority(1).mount(&server).await;
    let mut stream = std::pin::pin!(client(&server).tasks().list().stream());
    assert_eq!(stream.try_next().await.unwrap().unwrap().id, 1);
    assert_eq!(stream.try_next().await.unwrap_err().status(), Some(422));
    assert!(stream.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn filters_arrive_as_they_were_meant() {
    let server = MockServer::start().await;
    let empty = ResponseTemplate::new(200).set_body_json(json!([]));
    Mock::given(method("GET")).respond_with(empty).mount(&server).await;
    let client = client(&server);
    let day: Due = "2026-12-01".parse().unwrap();
    let moment: Due = "2026-12-01T18:30:00Z".parse().unwrap();
    let tasks = client.tasks().list().completed(true).tags([1, 2]).q("a&b=ж +").priority([1, 3]);
    tasks.due_after(day).due_before(moment).remind_before(day).ordering("priority,-due").send().await.unwrap();
    client.tags().list().q("ho").limit(5).send().await.unwrap();
    client.comments().list().task_id(7).posted_after(day).posted_before(moment).send().await.unwrap();

    let requests = server.received_requests().await.unwrap();
    let query = |index: usize| -> Vec<String> {
        requests[index].url.query_pairs().map(|(name, value)| format!("{name}={value}")).collect()
    };
    assert_eq!(
        query(0),
        [
            "completed=true",
            "tags_ids=1,2",
            "q=a&b=ж +",
            "priority=1,3",
            "due_before=2026-12-01T18:30:00Z",
            "due_after=2026-12-01",
            "remind_before=2026-12-01",
            "ordering=priority,-due",
        ]
    );
    assert_eq!(query(1), ["q=ho", "limit=5"]);
    assert_eq!(query(2), ["task_id=7", "posted_after=2026-12-01", "posted_before=2026-12-01T18:30:00Z"]);
}
