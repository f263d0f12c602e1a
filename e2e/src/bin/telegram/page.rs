//! The page and what it calls.

use std::{
    convert::Infallible,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path as UrlPath, State},
    http::{StatusCode, header},
    response::{
        Html, IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
    routing::{get, post},
};
use e2e::{
    bot_api::{BotApi, Calls, Fault, Person, PersonBuilder},
    servers::Server,
};
use futures_util::{Stream, stream};
use serde_json::{Value, json};

use crate::view;

/// Changes that come closer together are told as one.
const GATHER: Duration = Duration::from_millis(30);
/// Who is there at the first start: id, name, language.
const FIRST_PEOPLE: [(i64, &str, &str); 2] = [(1001, "Ann", "en"), (1002, "Иван", "ru")];

/// What the page shows, and can do.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) api: Arc<BotApi>,
    bot: OnceLock<Arc<Mutex<Server>>>,
    people: PathBuf,
}

impl Page {
    /// With the people of the run before, if there was one.
    pub(crate) fn open(api: Arc<BotApi>, home: &Path) -> io::Result<Self> {
        let page = Self { api, bot: OnceLock::new(), people: home.join("people.json") };
        let first = || json!(FIRST_PEOPLE);
        let people: Value = match fs::read_to_string(&page.people) {
            Ok(text) => serde_json::from_str(&text).map_err(|error| {
                io::Error::other(format!("{} is damaged, remove it: {error}", page.people.display()))
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => first(),
            Err(error) => return Err(error),
        };
        for person in people.as_array().into_iter().flatten() {
            let text = |index: usize| person[index].as_str().unwrap_or_default();
            page.add(person[0].as_i64().unwrap_or_default(), text(1), text(2))?;
        }
        Ok(page)
    }

    /// Whose end is to be shown.
    pub(crate) fn watch(&self, bot: Arc<Mutex<Server>>) {
        let _ = self.bot.set(bot);
    }

    /// Why the bot says nothing, if it has ended.
    pub(crate) fn bot_has_ended(&self) -> Option<String> {
        let mut bot = self.bot.get()?.lock().unwrap_or_else(PoisonError::into_inner);
        let status = bot.ended()?;
        let said = bot.said();
        let last = said.lines().last().unwrap_or_default().to_owned();
        Some(format!("The bot has stopped ({status}): {last} — see {}", bot.log().display()))
    }

    fn add(&self, id: i64, name: &str, language: &str) -> io::Result<Person> {
        let username = format!("user{id}");
        let person = self.api.person(PersonBuilder::new(id, name).language(language).username(&username));
        let all: Vec<Value> =
            self.api.people().iter().map(|person| json!([person.id(), person.name(), person.language()])).collect();
        fs::write(&self.people, json!(all).to_string())?;
        Ok(person)
    }

    fn person(&self, id: &Value) -> Option<Person> {
        let id = id.as_i64()?;
        self.api.people().into_iter().find(|person| person.id() == id)
    }
}

type Shared = State<Arc<Page>>;

/// A refusal that the page shows.
type Refused = (StatusCode, &'static str);

pub(crate) fn router(page: Page) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/page/state/{person}", get(state))
        .route("/page/events", get(events))
        .route("/page/act", post(act))
        .route("/page/people", post(add_person))
        .route("/page/trouble", post(trouble))
        .route("/page/file/{person}/{message}", get(file))
        .with_state(Arc::new(page))
}

/// Nothing from elsewhere, so that whatever people write stays text.
async fn index() -> impl IntoResponse {
    let policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; \
                  img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(include_str!("page.html")))
}

async fn state(State(page): Shared, UrlPath(person): UrlPath<i64>) -> Json<Value> {
    Json(view::state(&page, person))
}

/// Rings when there is something new to fetch.
async fn events(State(page): Shared) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let rings = stream::unfold(page.api.changes(), |mut changes| async move {
        changes.changed().await.ok()?;
        tokio::time::sleep(GATHER).await;
        changes.borrow_and_update();
        Some((Ok(Event::default().data("changed")), changes))
    });
    Sse::new(rings).keep_alive(KeepAlive::default())
}

async fn act(State(page): Shared, Json(act): Json<Value>) -> Result<StatusCode, Refused> {
    let person = page.person(&act["person"]).ok_or((StatusCode::NOT_FOUND, "There is nobody of that number."))?;
    let what = act["do"].as_str().unwrap_or_default();
    match what {
        "block" => person.blocks_bot(),
        "unblock" => person.unblocks_bot(),
        _ if person.has_blocked_bot() => return Err((StatusCode::CONFLICT, "Unblock the bot first.")),
        _ => write(&person, what, &act)?,
    }
    Ok(StatusCode::NO_CONTENT)
}

fn write(person: &Person, what: &str, act: &Value) -> Result<(), Refused> {
    let text = act["text"].as_str().unwrap_or_default().trim();
    let message = act["message"].as_i64().unwrap_or_default();
    let shown = person.message(message).filter(|shown| !shown.deleted);
    let is_own = shown.as_ref().is_some_and(|shown| !shown.from_bot);
    let number = |name: &str| act[name].as_f64().unwrap_or_default();
    match what {
        "say" if !text.is_empty() => person.says(text),
        "tap" if person.reply_keyboard().iter().flatten().any(|button| button == text) => person.taps(text),
        "reply" if shown.is_some() && !text.is_empty() => person.replies(message, text),
        "edit" if is_own && !text.is_empty() => {
            person.edits(message, text);
            message
        }
        "delete" if shown.is_some() => {
            person.deletes(message);
            message
        }
        "press" if shown.is_some() => {
            person.presses_data(message, act["data"].as_str().unwrap_or_default());
            message
        }
        "location" => person.shares_location(number("latitude"), number("longitude")),
        "contact" => person.shares_contact("+15550100"),
        "photo" => person.sends_photo(),
        "sticker" => person.sends_sticker(),
        "voice" => person.sends_voice(),
        _ => return Err((StatusCode::UNPROCESSABLE_ENTITY, "That can't be done here any more.")),
    };
    Ok(())
}

async fn add_person(State(page): Shared, Json(wanted): Json<Value>) -> Result<Json<Value>, Refused> {
    let name = wanted["name"].as_str().map(str::trim).filter(|name| !name.is_empty());
    let name = name.ok_or((StatusCode::UNPROCESSABLE_ENTITY, "A person needs a name."))?;
    let language = wanted["language"].as_str().filter(|language| language.len() == 2).unwrap_or("en");
    let id = page.api.people().last().map_or(1001, |last| last.id() + 1);
    let person = page.add(id, name, language);
    let person = person.map_err(|_| (StatusCode::INTERNAL_SERVER_ERROR, "The person could not be written down."))?;
    Ok(Json(json!({"id": person.id()})))
}

/// What a bot has to live with.
async fn trouble(State(page): Shared, Json(wanted): Json<Value>) -> Result<StatusCode, Refused> {
    let api = &page.api;
    match wanted["do"].as_str().unwrap_or_default() {
        "too_many" => api.fail(Fault::TooMany(5), Calls::next(1).of("sendMessage")),
        "error" => api.fail(Fault::Status(500), Calls::next(1)),
        "slow" => api.slow(Duration::from_secs(2)),
        "outage" => api.refuse_connections(),
        "recover" => api.recover(),
        _ => return Err((StatusCode::UNPROCESSABLE_ENTITY, "There is no such trouble.")),
    }
    Ok(StatusCode::NO_CONTENT)
}

async fn file(State(page): Shared, UrlPath((person, message)): UrlPath<(i64, i64)>) -> Response {
    let person = page.person(&json!(person));
    let document = person.and_then(|person| person.message(message)).and_then(|shown| shown.document);
    match document {
        // The page's link names the file.
        Some(document) => {
            let headers =
                [(header::CONTENT_TYPE, "application/octet-stream"), (header::CONTENT_DISPOSITION, "attachment")];
            (headers, document.bytes).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use e2e::{bot_api::Options, private_dir};
    use tower::ServiceExt;

    use super::*;

    async fn page(home: &Path) -> Page {
        let api = BotApi::with(Options::default()).await.unwrap();
        Page::open(Arc::new(api), home).unwrap()
    }

    async fn call(router: &Router, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = match body {
            Some(body) => {
                Request::post(path).header("content-type", "application/json").body(Body::from(body.to_string()))
            }
            None => Request::get(path).body(Body::empty()),
        };
        let answer = router.clone().oneshot(request.unwrap()).await.unwrap();
        let status = answer.status();
        let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    #[tokio::test]
    async fn people_can_do_on_the_page_what_they_can_do_in_telegram() {
        let home = private_dir("page-").unwrap();
        let router = router(page(home.path()).await);
        let act = async |what: &str, more: Value| {
            let mut body = json!({"person": 1001, "do": what});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            call(&router, "/page/act", Some(body)).await.0
        };
        assert_eq!(act("say", json!({"text": "<b>hi</b> /list"})).await, StatusCode::NO_CONTENT);
        let (_, state) = call(&router, "/page/state/1001", None).await;
        let message = &state["chat"]["messages"][0];
        assert_eq!((&message["text"], &message["bot"]), (&json!("<b>hi</b> /list"), &json!(false)));
        let id = &message["id"];
        for (what, more, expected) in [
            ("edit", json!({"message": id, "text": "hello"}), StatusCode::NO_CONTENT),
            ("reply", json!({"message": id, "text": "again"}), StatusCode::NO_CONTENT),
            ("press", json!({"message": id, "data": "old"}), StatusCode::NO_CONTENT),
            ("location", json!({"latitude": 52.5, "longitude": 13.4}), StatusCode::NO_CONTENT),
            ("delete", json!({"message": id}), StatusCode::NO_CONTENT),
            ("edit", json!({"message": id, "text": "late"}), StatusCode::UNPROCESSABLE_ENTITY),
            ("tap", json!({"text": "no such button"}), StatusCode::UNPROCESSABLE_ENTITY),
            ("say", json!({"text": " "}), StatusCode::UNPROCESSABLE_ENTITY),
            ("block", json!({}), StatusCode::NO_CONTENT),
            ("say", json!({"text": "x"}), StatusCode::CONFLICT),
            ("unblock", json!({}), StatusCode::NO_CONTENT),
            ("say", json!({"person": 5, "text": "x"}), StatusCode::NOT_FOUND),
        ] {
            assert_eq!(act(what, more.clone()).await, expected, "{what} {more}");
        }
        let (_, state) = call(&router, "/page/state/1001", None).await;
        let messages = state["chat"]["messages"].as_array().unwrap();
        let texts: Vec<&str> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
        assert_eq!(texts, ["again", ""]);
    }

    #[tokio::test]
    async fn people_are_there_again_at_the_next_start() {
        let home = private_dir("page-").unwrap();
        let router_before = router(page(home.path()).await);
        let zoe = json!({"name": " Zoë ", "language": "de"});
        assert_eq!(call(&router_before, "/page/people", Some(zoe)).await.1, json!({"id": 1003}));
        let nobody = call(&router_before, "/page/people", Some(json!({"name": " "}))).await;
        assert_eq!(nobody.0, StatusCode::UNPROCESSABLE_ENTITY);
        let router_after = router(page(home.path()).await);
        let (_, state) = call(&router_after, "/page/state/0", None).await;
        let names: Vec<&str> =
            state["people"].as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["Ann", "Иван", "Zoë"]);

        fs::write(home.path().join("people.json"), "{").unwrap();
        let api = Arc::new(BotApi::with(Options::default()).await.unwrap());
        assert!(Page::open(api, home.path()).unwrap_err().to_string().contains("is damaged, remove it"));
    }
}
