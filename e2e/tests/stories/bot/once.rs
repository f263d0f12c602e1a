//! What is pressed again, since its answer was lost, is done once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Request, State},
    http::{Method, StatusCode, header::HOST},
    response::{IntoResponse, Response},
};
use e2e::servers::Backend::{self, Cluster, Sqlite};
use rstest::rstest;
use serde_json::json;

use super::{
    Lang::{self, En, Ru},
    World, press, says,
};
use crate::api::Api;

/// What is changed by a call whose answer may be lost.
const LOST: [&str; 4] = ["/api/tasks", "/api/undo", "/api/comments", "/api/telegram_users/link"];

/// Stands before `todo-server` and hands on what is asked; answers to what changes something may be lost.
#[derive(Clone)]
struct Line {
    backend: String,
    client: reqwest::Client,
    loses: Arc<AtomicBool>,
}

impl Line {
    /// A line to that server, and its address.
    async fn to(backend: &str) -> (Self, String) {
        let line = Self { backend: backend.to_owned(), client: reqwest::Client::new(), loses: Arc::default() };
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(hand_on).with_state(line.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (line, url)
    }

    fn lose_answers(&self, loses: bool) {
        self.loses.store(loses, Ordering::SeqCst);
    }
}

async fn hand_on(State(line): State<Line>, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    head.headers.remove(HOST);
    let changes = head.method != Method::GET && LOST.iter().any(|at| head.uri.path().starts_with(at));
    let url = format!("{}{}", line.backend, head.uri);
    let answer = line.client.request(head.method, url).headers(head.headers).body(body).send().await;
    let Ok(answer) = answer else { return StatusCode::BAD_GATEWAY.into_response() };
    if changes && line.loses.load(Ordering::SeqCst) {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.bytes().await.unwrap_or_else(|_| Bytes::new())).into_response()
}

async fn start(backend: Backend) -> (World, Line) {
    let mut world = World::without_bot(backend).await;
    let (line, url) = Line::to(&world.stack.todo_url()).await;
    let bot = world.bot().setting("TODO_SERVER_URL", url).started();
    world.bots.push(bot);
    (world, line)
}

const DOWN: (&str, &str) = ("can't reach the server", "Сервер сейчас недоступен");

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_becomes_one_task(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
    #[values(false, true)] by_the_other_button: bool,
) {
    let (world, line) = start(backend).await;
    let ann = world.guest(7, lang).await;
    ann.says("Milk p1");
    let offer = ann.next().await;
    let (add, raw) = (lang.of("✅ Add", "✅ Добавить"), lang.of("As I wrote it", "Как написано"));
    line.lose_answers(true);
    ann.presses(offer.id, add);
    let toast = ann.toast().await;
    assert!(toast.text.contains(lang.of(DOWN.0, DOWN.1)), "{toast:?}");
    line.lose_answers(false);
    ann.presses(offer.id, if by_the_other_button { raw } else { add });
    let made = ann.edited(offer.id).await;
    says(&made, "Milk\n");
    let tasks = world.person_at_servers(&ann).await.get("/api/tasks").await.items();
    assert_eq!((tasks.len(), &tasks[0]["title"]), (1, &json!("Milk")), "{tasks:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_becomes_one_task(#[values(Sqlite, Cluster)] backend: Backend) {
    let (world, line) = start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("/new Milk");
    let question = ann.next().await;
    says(&question, "Milk\n\nIs there more to say?");
    press(&ann, question.id, &["Skip ›"; 3]).await;
    line.lose_answers(true);
    ann.presses(question.id, "✅ Save");
    let toast = ann.toast().await;
    assert!(toast.text.contains(DOWN.0), "{toast:?}");
    line.lose_answers(false);
    ann.presses(question.id, "✅ Save");
    says(&ann.edited(question.id).await, "Saved");
    assert_eq!(world.person_at_servers(&ann).await.get("/api/tasks").await.items().len(), 1);
}

/// A second tap would do it again otherwise.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_brought_back_stays(#[values(Sqlite, Cluster)] backend: Backend) {
    let (world, line) = start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    servers.task("Milk").await;
    ann.says("/tasks");
    let id = ann.next().await.id;
    press(&ann, id, &["Milk", "🗑 Delete", "🗑 Yes, delete"]).await;
    line.lose_answers(true);
    ann.presses(id, "↩ Undo");
    let toast = ann.toast().await;
    assert!(toast.text.contains(DOWN.0), "{toast:?}");
    line.lose_answers(false);
    ann.presses(id, "↩ Undo");
    says(&ann.edited(id).await, "Milk");
    assert_eq!(servers.get("/api/tasks").await.items().len(), 1);
}

/// Undoing once more would do it again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_stays_taken_back(#[values(Sqlite, Cluster)] backend: Backend) {
    let (world, line) = start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let path = format!("/api/tasks/{}", servers.task("Milk").await);
    servers.delete(&path).await.is(204);
    line.lose_answers(true);
    ann.says("/undo");
    says(&ann.next().await, DOWN.0);
    line.lose_answers(false);
    ann.says("/undo");
    says(&ann.next().await, "Taken back: deleting “Milk”");
    ann.next().await;
    servers.get(&path).await.is(200);

    // Not where something was done in between: that is what is meant now.
    line.lose_answers(true);
    ann.says("/undo");
    says(&ann.next().await, DOWN.0);
    line.lose_answers(false);
    ann.says("/tasks");
    says(&ann.next().await, "Nothing here");
    servers.task("Bread").await;
    ann.says("/undo");
    says(&ann.next().await, "Taken back: adding “Bread”");
}

/// Whoever deletes can take it back, whichever answer was lost.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_can_be_brought_back(#[values(Sqlite, Cluster)] backend: Backend) {
    let (world, line) = start(backend).await;
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let path = format!("/api/tasks/{}", servers.task("Milk").await);
    ann.says("/tasks");
    let id = ann.next().await.id;
    press(&ann, id, &["Milk", "🗑 Delete"]).await;
    line.lose_answers(true);
    ann.presses(id, "🗑 Yes, delete");
    let toast = ann.toast().await;
    assert!(toast.text.contains(DOWN.0), "{toast:?}");
    line.lose_answers(false);
    servers.get(&path).await.is(404);
    ann.presses(id, "🗑 Yes, delete");
    says(&ann.edited(id).await, "Deleted: Milk");
    ann.presses(id, "↩ Undo");
    says(&ann.edited(id).await, "Milk");
    servers.get(&path).await.is(200);
}

/// Telegram tells an update of a group twice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_declined_once(#[values(Sqlite, Cluster)] backend: Backend) {
    let world = World::start(backend).await;
    let ann = world.guest(7, En).await;
    let group = world.api.group("Family", &ann);
    let in_group = ann.in_group(&group);
    world.api.idle().await;
    let before = world.api.calls_of("sendMessage").len();
    world.api.deliver_twice(1);
    in_group.says("/tasks");
    says(&in_group.next().await, "private chats only");
    world.api.idle().await;
    assert_eq!(world.api.calls_of("sendMessage").len(), before + 1);
}

/// The code is used up by then.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_was_joined_is_said_to_be(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let (world, line) = start(backend).await;
    let account = Api::person(&world.stack, "ann").await;
    account.task("from the terminal").await;
    let ann = world.guest(7, lang).await;
    let link = account.post("/api/users/me/telegram_link", json!({})).await.is(201);
    let link = format!("/link {}", link["code"].as_str().unwrap());
    line.lose_answers(true);
    ann.says(&link);
    ann.next().await;
    line.lose_answers(false);
    ann.says(&link);
    says(
        &ann.next().await,
        lang.of("This chat is already joined with ann.", "Этот чат уже соединён с учётной записью ann."),
    );
    ann.says("/tasks");
    says(&ann.next().await, "from the terminal");
}

/// It becomes what was shown, wherever the person is by then.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_of_the_zone_that_it_was_made_in(#[values(Sqlite, Cluster)] backend: Backend) {
    let (world, line) = start(backend).await;
    let ann = world.guest(7, En).await;
    ann.says("Milk 1 jan 2900 9:00");
    let offer = ann.next().await;
    line.lose_answers(true);
    ann.presses(offer.id, "✅ Add");
    let toast = ann.toast().await;
    assert!(toast.text.contains(DOWN.0), "{toast:?}");
    line.lose_answers(false);
    ann.says("/timezone Asia/Kathmandu");
    says(&ann.next().await, "Asia/Kathmandu");
    ann.presses(offer.id, "✅ Add");
    says(&ann.edited(offer.id).await, "Milk\n");
    let tasks = world.person_at_servers(&ann).await.get("/api/tasks").await.items();
    assert_eq!((tasks.len(), &tasks[0]["due"]), (1, &json!("2900-01-01T09:00:00Z")), "{tasks:?}");
}

/// They may have been made, and are typed again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_comment_is_made_once(#[values(Sqlite, Cluster)] backend: Backend) {
    let mut world = World::without_bot(backend).await;
    let (line, url) = Line::to(&world.stack.comments_url()).await;
    let bot = world.bot().setting("COMMENTS_SERVER_URL", url).started();
    world.bots.push(bot);
    let ann = world.guest(7, En).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Milk").await;
    ann.says("/tasks");
    let id = ann.next().await.id;
    press(&ann, id, &["Milk"]).await;
    let told = async |text: &str, answer: &str| {
        ann.replies(id, text);
        says(&ann.next().await, answer);
    };
    line.lose_answers(true);
    told("two litres", "Comments can't be reached").await;
    line.lose_answers(false);
    told("two litres", "Comment added").await;
    // Who says it again after that means it, and so does who says something else.
    told("two litres", "Comment added").await;
    line.lose_answers(true);
    told("and bread", "Comments can't be reached").await;
    line.lose_answers(false);
    told("and butter", "Comment added").await;
    let comments = servers.get(&format!("/api/comments?task_id={task}")).await.items();
    let said: Vec<_> = comments.iter().map(|comment| comment["content"].as_str().unwrap()).collect();
    assert_eq!(said, ["two litres", "two litres", "and bread", "and butter"]);
}
