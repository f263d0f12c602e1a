//! Who is signed in: refreshing, sharing and ending a session.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::future::join_all;
use http::{Request, Response};
use serde_json::{Value, json};
use todo_sdk::{
    Client, Error,
    client::{Body, SessionStore, StoreError, Transport},
    model::TokenPair,
};
use tokio::sync::{Barrier, Notify, OwnedMutexGuard};

use super::support::{
    Function, Script,
    Step::{Answer, Unreachable},
    answer, header, new_pair, pair, problem, task,
};

const CALLS: usize = 50;

/// Takes `new-access` alone, trades `old-refresh` once, and waits at `gate` before anything is refused.
async fn rotate(request: Request<Bytes>, refreshes: Arc<AtomicUsize>, gate: Arc<Barrier>) -> Response<Body> {
    if request.uri().path() == "/api/token/refresh" {
        // Every other task gets its turn, and its chance to refresh too.
        for _ in 0..CALLS {
            tokio::task::yield_now().await;
        }
        return match refreshes.fetch_add(1, Ordering::SeqCst) {
            0 => answer(200, &json!({"access": "new-access", "refresh": "new-refresh"})),
            _ => answer(401, &Value::Null),
        };
    }
    if header(&request, "authorization") == "Bearer new-access" {
        return answer(200, &task(1));
    }
    gate.wait().await;
    answer(401, &Value::Null)
}

fn rotating(gate: usize) -> (Arc<dyn Transport>, Arc<AtomicUsize>) {
    let (refreshes, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Barrier::new(gate)));
    let counted = Arc::clone(&refreshes);
    let server = Function(move |request| rotate(request, Arc::clone(&counted), Arc::clone(&gate)));
    (Arc::new(server), refreshes)
}

#[tokio::test]
async fn fifty_calls_that_are_refused_together_refresh_once() {
    let (server, refreshes) = rotating(CALLS);
    let client = Client::builder("http://todo.test").transport(server).session(pair("old")).build().unwrap();
    let calls = (0..CALLS).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.tasks().get(1).await })
    });
    for call in join_all(calls).await {
        assert_eq!(call.unwrap().unwrap().id, 1);
    }
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(client.session(), Some(pair("new")));
}

#[tokio::test]
async fn processes_that_share_a_store_refresh_once() {
    let (server, refreshes) = rotating(2);
    let store = Arc::new(Memory::holding("old"));
    let clients = [(); 2].map(|()| {
        let builder = Client::builder("http://todo.test").transport(server.clone()).session_store(store.clone());
        builder.build().unwrap()
    });
    for call in join_all(clients.iter().map(async |client| client.tasks().get(1).await)).await {
        call.unwrap();
    }
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(store.pair(), Some(pair("new")));
    assert_eq!(store.events(), ["lock", "load", "save", "unlock", "lock", "load", "unlock"]);
}

#[tokio::test]
async fn a_refresh_outlives_the_call_that_needed_it() {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let server = {
        let (begun, go) = (begun.clone(), go.clone());
        move |request: Request<Bytes>| {
            let (begun, go) = (begun.clone(), go.clone());
            async move {
                if request.uri().path() == "/api/token/refresh" {
                    begun.notify_one();
                    go.notified().await;
                    return answer(200, &json!({"access": "new-access", "refresh": "new-refresh"}));
                }
                let good = header(&request, "authorization") == "Bearer new-access";
                answer(if good { 200 } else { 401 }, &task(1))
            }
        }
    };
    let store = Arc::new(Memory::holding("old"));
    let builder = Client::builder("http://todo.test").transport(Arc::new(Function(server)));
    let client = builder.session_store(store.clone()).build().unwrap();
    let call = tokio::spawn({
        let client = client.clone();
        async move { client.tasks().get(1).await }
    });
    begun.notified().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    go.notify_one();

    assert_eq!(client.tasks().get(1).await.unwrap().id, 1);
    assert_eq!(store.pair(), Some(pair("new")));
}

#[tokio::test]
async fn what_another_process_has_refreshed_is_taken_over() {
    let script = Script::of([problem(401, "token_expired"), Answer(200, task(1))]);
    let store = Arc::new(Memory::holding("new"));
    let client = script.builder().session(pair("old")).session_store(store).build().unwrap();
    client.tasks().get(1).await.unwrap();
    assert_eq!(script.paths(), ["GET /api/tasks/1", "GET /api/tasks/1"]);
    assert_eq!(header(&script.seen()[1], "authorization"), "Bearer new-access");
}

#[tokio::test]
async fn a_call_keeps_its_key_over_a_refresh() {
    let script = Script::of([problem(401, "token_expired"), new_pair(), Answer(201, task(1))]);
    script.client().tasks().create("one").send().await.unwrap();
    let seen = script.seen();
    assert_eq!(header(&seen[0], "idempotency-key"), header(&seen[2], "idempotency-key"));
    assert_eq!(header(&seen[1], "authorization"), "");
    assert_eq!(seen[1].body(), r#"{"refresh":"old-refresh"}"#);
}

#[tokio::test]
async fn a_session_that_has_ended_is_forgotten() {
    let script = Script::of([problem(401, "token_expired"), problem(401, "session_ended")]);
    let store = Arc::new(Memory::holding("old"));
    let client = script.builder().session_store(store.clone()).build().unwrap();
    assert_eq!(client.tasks().get(1).await.unwrap_err().code(), Some("session_ended"));
    assert_eq!((client.session(), store.pair()), (None, None));
    assert!(matches!(client.tasks().get(1).await, Err(Error::NotSignedIn)));
    assert_eq!(script.seen().len(), 2);
}

#[tokio::test]
async fn a_refresh_that_fails_in_passing_keeps_the_session() {
    let script = Script::of([problem(401, "token_expired"), Unreachable]);
    let client = script.builder().session(pair("old")).retries(0).build().unwrap();
    let error = client.tasks().get(1).await.unwrap_err();
    assert!(matches!(error, Error::OutOfReach { .. }), "{error:?}");
    assert_eq!(client.session(), Some(pair("old")));
}

#[tokio::test]
async fn a_refused_token_is_refreshed_once_only() {
    let script = Script::of([problem(401, "token_expired"), new_pair(), problem(401, "session_ended")]);
    assert_eq!(script.client().tasks().get(1).await.unwrap_err().code(), Some("session_ended"));
    assert_eq!(script.seen().len(), 3);
}

#[tokio::test]
async fn a_fixed_token_is_not_refreshed() {
    let script = Script::of([problem(401, "invalid_token")]);
    let client = script.builder().access_token("todo_pat_1").build().unwrap();
    assert_eq!(client.tasks().get(1).await.unwrap_err().code(), Some("invalid_token"));
    assert_eq!(header(&script.seen()[0], "authorization"), "Bearer todo_pat_1");
    assert_eq!(script.seen().len(), 1);
}

#[tokio::test]
async fn signing_in_and_out_goes_through_the_store() {
    let script = Script::of([new_pair(), Answer(204, Value::Null)]);
    let store = Arc::new(Memory::default());
    let client = script.builder().session_store(store.clone()).build().unwrap();
    assert!(matches!(client.tasks().get(1).await, Err(Error::NotSignedIn)));

    client.sign_in("ann", "correct horse").await.unwrap();
    assert_eq!((client.session(), store.pair()), (Some(pair("new")), Some(pair("new"))));

    client.sign_out().await.unwrap();
    assert_eq!((client.session(), store.pair()), (None, None));
    assert_eq!(script.paths(), ["POST /api/token", "POST /api/token/revoke"]);
    assert_eq!(script.seen()[1].body(), r#"{"refresh":"new-refresh"}"#);
}

#[tokio::test]
async fn signing_out_ends_the_stored_session() {
    let script = Script::of([Answer(204, Value::Null)]);
    let store = Arc::new(Memory::holding("new"));
    script.builder().session_store(store.clone()).build().unwrap().sign_out().await.unwrap();
    assert_eq!(store.pair(), None);
    assert_eq!(script.seen()[0].body(), r#"{"refresh":"new-refresh"}"#);
}

#[tokio::test]
async fn signing_out_forgets_even_if_the_server_cannot_be_told() {
    let script = Script::of([Unreachable]);
    let store = Arc::new(Memory::holding("old"));
    let builder = script.builder().session(pair("old")).session_store(store.clone());
    let client = builder.retries(0).build().unwrap();
    let error = client.sign_out().await.unwrap_err();
    assert!(matches!(error, Error::OutOfReach { .. }), "{error:?}");
    assert_eq!((client.session(), store.pair()), (None, None));
}

#[tokio::test]
async fn signing_out_of_a_session_that_is_over_is_fine() {
    Script::of([problem(401, "session_ended")]).client().sign_out().await.unwrap();
    Script::of([]).builder().build().unwrap().sign_out().await.unwrap();
}

/// A store that writes down what is done to it.
#[derive(Default, Clone)]
struct Memory {
    pair: Arc<Mutex<Option<TokenPair>>>,
    lock: Arc<tokio::sync::Mutex<()>>,
    events: Arc<Mutex<Vec<&'static str>>>,
}

impl Memory {
    fn holding(name: &str) -> Self {
        Self { pair: Arc::new(Mutex::new(Some(pair(name)))), ..Self::default() }
    }

    fn pair(&self) -> Option<TokenPair> {
        self.pair.lock().expect("no panic").clone()
    }

    fn note(&self, event: &'static str) {
        self.events.lock().expect("no panic").push(event);
    }

    /// What was done from the first locking on.
    fn events(&self) -> Vec<&'static str> {
        let events = self.events.lock().expect("no panic");
        events.iter().copied().skip_while(|event| *event != "lock").collect()
    }
}

#[async_trait]
impl SessionStore for Memory {
    async fn load(&self) -> Result<Option<TokenPair>, StoreError> {
        self.note("load");
        Ok(self.pair())
    }

    async fn save(&self, pair: Option<&TokenPair>) -> Result<(), StoreError> {
        self.note("save");
        *self.pair.lock().expect("no panic") = pair.cloned();
        Ok(())
    }

    async fn lock(&self) -> Result<Box<dyn Send>, StoreError> {
        let guard = Arc::clone(&self.lock).lock_owned().await;
        self.note("lock");
        Ok(Box::new(Held { _guard: guard, store: self.clone() }))
    }
}

struct Held {
    _guard: OwnedMutexGuard<()>,
    store: Memory,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.store.note("unlock");
    }
}
