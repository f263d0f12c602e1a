//! What is sent again, and what it comes to.

use std::time::Duration;

use serde_json::{Value, json};
use todo_sdk::{Error, model::BulkTasks};
use tokio::time::Instant;

use super::support::{
    Script,
    Step::{self, Answer, Broken, Silent, Unreachable, With},
    header, pair, problem, task,
};

#[tokio::test(start_paused = true)]
async fn a_post_is_sent_again_under_the_same_key() {
    let script =
        Script::of([problem(503, "unavailable"), Broken, Unreachable, Answer(201, task(1)), Answer(201, task(2))]);
    let client = script.client();
    assert_eq!(client.tasks().create("one").send().await.unwrap().id, 1);
    assert_eq!(client.tasks().create("two").send().await.unwrap().id, 2);

    let seen = script.seen();
    let keys: Vec<&str> = seen.iter().map(|request| header(request, "idempotency-key")).collect();
    assert_eq!(keys[0].len(), 36);
    assert!(keys[..4].iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_ne!(keys[4], keys[0]);
    assert!(seen[..4].iter().all(|request| *request.body() == r#"{"title":"one"}"#));
    assert!(seen[..4].iter().all(|request| header(request, "x-request-id") == header(&seen[0], "x-request-id")));
}

#[tokio::test(start_paused = true)]
async fn every_post_has_a_key() {
    let script = Script::of([
        Answer(201, task(1)),
        Answer(200, json!({"created": [], "updated": [], "deleted": []})),
        Answer(201, json!({"id": 1, "name": "home", "version": 1})),
    ]);
    let client = script.client();
    client.tasks().create("one").idempotency_key("mine").send().await.unwrap();
    client.tasks().bulk(&BulkTasks::default()).await.unwrap();
    client.tags().create("home").idempotency_key("mine too").await.unwrap();
    let keys: Vec<String> = script.seen().iter().map(|request| header(request, "idempotency-key").to_owned()).collect();
    assert_eq!((keys[0].as_str(), keys[1].len(), keys[2].as_str()), ("mine", 36, "mine too"));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_pass_is_not_tried_again() {
    for status in [400, 403, 404, 409, 412, 422, 500] {
        let script = Script::of([problem(status, "no")]);
        let error = script.client().tasks().create("one").send().await.unwrap_err();
        assert_eq!(error.status(), Some(status));
        assert_eq!(script.seen().len(), 1, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn retries_end() {
    for (retries, attempts) in [(0, 1), (1, 2), (3, 4)] {
        let script = Script::of((0..attempts).map(|_| Unreachable));
        let client = script.builder().session(pair("a")).retries(retries).build().unwrap();
        let error = client.tasks().get(1).await.unwrap_err();
        assert!(matches!(error, Error::OutOfReach { .. }), "{error:?}");
        assert_eq!(script.seen().len(), attempts);
    }
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for() {
    let script = Script::of([With(429, "retry-after", "7"), Answer(200, task(1))]);
    let begin = Instant::now();
    script.client().tasks().get(1).await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_that_is_too_long_is_handed_on() {
    let script = Script::of([With(429, "retry-after", "3600")]);
    let begin = Instant::now();
    let error = script.client().tasks().get(1).await.unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(429), Some(Duration::from_secs(3600))));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn no_pause_reaches_beyond_the_time_out() {
    let script = Script::of([With(503, "retry-after", "20")]);
    let client = script.builder().session(pair("a")).timeout(Duration::from_secs(10)).build().unwrap();
    let begin = Instant::now();
    assert_eq!(client.tasks().get(1).await.unwrap_err().status(), Some(503));
    assert_eq!(begin.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_without_an_answer_is_given_up_and_repeated() {
    let script = Script::of([Silent, Answer(200, task(1))]);
    assert_eq!(script.client().tasks().get(1).await.unwrap().id, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_ends() {
    let script = Script::of([Silent, Silent, Silent, Silent]);
    let builder = script.builder().session(pair("a")).timeout(Duration::from_secs(60));
    let client = builder.attempt_timeout(Duration::from_secs(25)).build().unwrap();
    let begin = Instant::now();
    let error = client.tasks().get(1).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");
    assert_eq!(begin.elapsed(), Duration::from_secs(60));
}

async fn delete(steps: impl IntoIterator<Item = Step>) -> Result<(), Error> {
    Script::of(steps).client().tasks().delete(1).send().await
}

#[tokio::test(start_paused = true)]
async fn a_delete_that_finds_nothing_after_a_lost_answer_is_done() {
    let gone = || problem(404, "not_found");
    delete([Broken, gone()]).await.unwrap();
    delete([Silent, gone()]).await.unwrap();
    delete([problem(504, "timeout"), Unreachable, gone()]).await.unwrap();
    delete([Answer(204, Value::Null)]).await.unwrap();

    // Here no earlier attempt can have done it.
    assert_eq!(delete([gone()]).await.unwrap_err().status(), Some(404));
    assert_eq!(delete([Unreachable, gone()]).await.unwrap_err().status(), Some(404));
    assert_eq!(delete([With(429, "retry-after", "1"), gone()]).await.unwrap_err().status(), Some(404));
}

async fn complete(steps: impl IntoIterator<Item = Step>) -> Result<(), Error> {
    Script::of(steps).client().tasks().update(1).completed(true).if_match(3).send().await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn a_version_that_moved_after_a_lost_answer_leaves_the_outcome_unknown() {
    let moved = || problem(412, "version_moved");
    let error = complete([Broken, moved()]).await.unwrap_err();
    assert!(matches!(error, Error::OutOfReach { .. }), "{error:?}");
    complete([Broken, Answer(200, task(1))]).await.unwrap();

    // Here it was somebody else.
    assert_eq!(complete([moved()]).await.unwrap_err().code(), Some("version_moved"));
    assert_eq!(complete([Unreachable, moved()]).await.unwrap_err().code(), Some("version_moved"));
}
