//! What is hard to wait for and hard to bring about: with a clock and a network of one's own it is neither.

use std::{error::Error, time::Duration};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_util::{Stream, StreamExt};
use http::StatusCode;
use todo_sdk::{
    Client,
    client::Event,
    model::{ClaimReminders, ClaimedReminder, Due, EventKind, ReminderState},
};
use todo_testing::{Fault, PASSWORD, TestServer};

type Outcome = Result<(), Box<dyn Error>>;

/// What the clients asked for and what they saw: `POST /api/tasks 201`.
fn seen(world: &TestServer) -> Vec<String> {
    let status = |status: Option<StatusCode>| status.map_or("-".to_owned(), |status| status.as_str().to_owned());
    world.exchanges().iter().map(|seen| format!("{} {} {}", seen.method, seen.path, status(seen.status))).collect()
}

#[tokio::test]
async fn an_expired_token_is_traded_for_a_new_one_and_an_old_session_is_over() -> Outcome {
    let world = TestServer::start().await?;
    let ann = world.person("ann").await?;
    let first = ann.session().ok_or("signed in")?;
    world.clock().advance(TimeDelta::minutes(14));
    ann.users().me().await?;
    assert_eq!(ann.session(), Some(first.clone()));

    world.clock().advance(TimeDelta::minutes(2));
    world.forget_exchanges();
    ann.users().me().await?;
    assert_ne!(ann.session().ok_or("signed in")?, first);
    assert_eq!(seen(&world), ["GET /api/users/me 401", "POST /api/token/refresh 200", "GET /api/users/me 200"]);

    world.clock().advance(TimeDelta::days(2));
    let error = ann.users().me().await.unwrap_err();
    assert_eq!(error.status(), Some(401), "{error}");
    assert_eq!(ann.session(), None);
    ann.sign_in("ann", PASSWORD).await?;
    ann.users().me().await?;
    Ok(())
}

async fn claim(deliverer: &Client) -> Result<Vec<ClaimedReminder>, todo_sdk::Error> {
    let claim = ClaimReminders { channel: "desk".to_owned(), limit: 10, lease_seconds: 60, wait_seconds: 0 };
    deliverer.reminders().claim(&claim).await
}

#[tokio::test]
async fn a_reminder_falls_due_when_the_clock_is_moved() -> Outcome {
    let world = TestServer::start().await?;
    let (ann, deliverer) = (world.person("ann").await?, world.service("deliverer")?);
    let at = world.clock().now() + TimeDelta::hours(12);
    let task = ann.tasks().create("Renew the passport").remind_time(at).await?;
    world.clock().set(at - TimeDelta::microseconds(1));
    assert!(claim(&deliverer).await?.is_empty());

    world.clock().advance(TimeDelta::seconds(90));
    let claimed = claim(&deliverer).await?;
    assert_eq!((claimed[0].task.title.as_str(), claimed[0].late_by_seconds), ("Renew the passport", 89));
    // Whoever claimed it is gone; when the lease ends the next one has it.
    assert!(claim(&deliverer).await?.is_empty());
    world.clock().advance(TimeDelta::seconds(61));
    let again = claim(&deliverer).await?;
    assert_eq!((again[0].id, again[0].attempt), (claimed[0].id, 2));
    deliverer.reminders().sent(&again[0], Some("m1".to_owned())).await?;
    let ledger = ann.reminders().of_task(task.id).await?;
    assert_eq!((ledger[0].state, ledger[0].sent_at), (ReminderState::Sent, Some(world.clock().now())));
    Ok(())
}

#[tokio::test]
async fn a_claim_that_waits_hears_of_the_moved_clock() -> Outcome {
    let world = TestServer::start().await?;
    let (ann, deliverer) = (world.person("ann").await?, world.service("deliverer")?);
    let at = world.clock().now() + TimeDelta::days(1);
    ann.tasks().create("Renew the passport").remind_time(at).await?;
    let delivered = tokio::sync::Notify::new();
    let deliver = deliverer.reminders();
    let deliver = deliver.deliver("desk", async |_| {
        delivered.notify_one();
        Ok(None)
    });
    tokio::select! {
        error = deliver => error?,
        () = async {
            world.clock().set(at);
            delivered.notified().await;
        } => {}
    }
    Ok(())
}

#[tokio::test]
async fn a_day_ends_when_it_does_where_the_person_lives() -> Outcome {
    // In Tokyo it is 23:30 then.
    let world = TestServer::builder().at("2026-03-02T14:30:00Z".parse()?).start().await?;
    let (ann, bob) = (world.person_in("ann", "Asia/Tokyo").await?, world.person("bob").await?);
    let day = |day| NaiveDate::from_ymd_opt(2026, 3, day).map(Due::Day);
    let today = async |person: &Client| person.tasks().quick("Water the plants today").await.map(|made| made.task);
    assert_eq!(today(&ann).await?.and_then(|task| task.due), day(2));
    let due_before_now = |person: &Client, now: DateTime<Utc>| person.tasks().list().due_before(now);
    assert!(due_before_now(&ann, world.clock().now()).await?.items.is_empty(), "the day is not over");

    world.clock().advance(TimeDelta::hours(1));
    assert_eq!(due_before_now(&ann, world.clock().now()).await?.items.len(), 1);
    assert_eq!(today(&ann).await?.and_then(|task| task.due), day(3));
    assert_eq!(today(&bob).await?.and_then(|task| task.due), day(2));
    Ok(())
}

#[tokio::test]
async fn a_client_stays_away_for_as_long_as_it_is_asked_to() -> Outcome {
    let world = TestServer::start().await?;
    let ann = world.person("ann").await?;
    world.forget_exchanges();
    // Who comes back sooner is refused again, and that would be seen.
    world.fail_next(Fault::TooManyRequests { retry_after: Duration::from_secs(1) });
    ann.tasks().create("Call the bank").await?;
    assert_eq!(seen(&world), ["POST /api/tasks 429", "POST /api/tasks 201"]);

    // Longer than anybody wants to wait: the caller is told.
    world.fail_next(Fault::Unavailable { retry_after: Some(Duration::from_secs(3600)) });
    let error = ann.tasks().list().await.unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(503), Some(Duration::from_secs(3600))));
    Ok(())
}

#[tokio::test]
async fn rates_are_given_back_as_the_clock_moves() -> Outcome {
    let world = TestServer::builder().rate("2/minute").start().await?;
    let ann = world.person("ann").await?;
    let pair = ann.session().ok_or("signed in")?;
    let ann = world.client_builder().session(pair).retries(0).build()?;
    ann.tags().create("one").await?;
    ann.tags().create("two").await?;
    let error = ann.tags().create("three").await.unwrap_err();
    assert_eq!((error.status(), error.retry_after()), (Some(429), Some(Duration::from_secs(30))));
    world.clock().advance(TimeDelta::seconds(30));
    ann.tags().create("three").await?;
    Ok(())
}

#[tokio::test]
async fn whatever_happens_on_the_way_a_task_is_made_once() -> Outcome {
    let world = TestServer::start().await?;
    let ann = world.person("ann").await?;
    let pair = ann.session().ok_or("signed in")?;
    let ann = world.client_builder().session(pair).attempt_timeout(Duration::from_millis(500)).build()?;
    for (number, fault) in [
        Fault::Unreachable,
        Fault::AnswerLost,
        Fault::Unavailable { retry_after: None },
        Fault::Status(StatusCode::BAD_GATEWAY),
        Fault::Slow(Duration::from_secs(3600)),
        Fault::Silent,
    ]
    .into_iter()
    .enumerate()
    {
        world.fail_next(fault.clone());
        ann.tasks().create(format!("task {number}")).await?;
        assert_eq!(ann.tasks().list().await?.items.len(), number + 1, "{fault:?}");
    }
    world.fail_next(Fault::Status(StatusCode::INTERNAL_SERVER_ERROR));
    assert_eq!(ann.tasks().list().await.unwrap_err().status(), Some(500), "it is no use to ask again");
    Ok(())
}

async fn next(
    events: &mut (impl Stream<Item = Result<Event, todo_sdk::Error>> + Unpin),
) -> Result<Event, Box<dyn Error>> {
    Ok(events.next().await.ok_or("events have no end")??)
}

#[tokio::test]
async fn an_outage_is_survived() -> Outcome {
    let world = TestServer::start().await?;
    let ann = world.person("ann").await?;
    let pair = ann.session().ok_or("signed in")?;
    let impatient = world.client_builder().session(pair).retries(0).build()?;
    let mut events = impatient.events().stream();
    assert!(matches!(next(&mut events).await?, Event::Anew));
    ann.tasks().create("one").await?;
    assert!(matches!(next(&mut events).await?, Event::Change(change) if change.seq == 1));

    world.offline();
    assert!(matches!(next(&mut events).await?, Event::Interrupted(error) if error.passes()));
    let error = impatient.tasks().create("two").await.unwrap_err();
    assert!(matches!(error, todo_sdk::Error::OutOfReach { .. }), "{error}");

    world.online();
    ann.tasks().create("three").await?;
    assert!(matches!(next(&mut events).await?, Event::Resumed));
    let Event::Change(change) = next(&mut events).await? else { return Err("no change".into()) };
    assert_eq!((change.seq, change.event), (2, EventKind::TaskCreated));
    assert_eq!(ann.tasks().list().await?.items.len(), 2);

    // An outage that is over before anybody looks breaks off what is open all the same.
    world.forget_exchanges();
    world.offline();
    world.online();
    ann.tasks().create("four").await?;
    while !matches!(next(&mut events).await?, Event::Change(change) if change.seq == 3) {}
    assert!(seen(&world).contains(&"GET /api/events 200".to_owned()));
    Ok(())
}
