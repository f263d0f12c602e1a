//! What replicas share through Redis, and what they do without it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta};
use server_kit::{Error, cache::TaskCache, redis::Redis, throttle::Throttle};
use tokio::sync::mpsc;
use uuid::Uuid;

/// One replica's connection to the Redis of the tests.
fn replica() -> Redis {
    let url = std::env::var("TEST_REDIS_URL").expect("TEST_REDIS_URL is not set; run the tests with ./dev test");
    Redis::open(&url.parse().unwrap()).unwrap()
}

/// A Redis that accepts connections and never says a word.
fn hung() -> (TcpListener, Redis) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    (listener, Redis::open(&url.parse().unwrap()).unwrap())
}

/// An id that no other test uses.
fn some_id() -> i64 {
    i64::try_from(Uuid::new_v4().as_u128() >> 66).unwrap()
}

#[tokio::test]
async fn a_task_forgotten_by_one_replica_is_forgotten_by_all() {
    let (one, other) = (TaskCache::new(Some(replica())), TaskCache::new(Some(replica())));
    let task = some_id();
    assert_eq!(other.owner(task).await, None);
    one.put(task, 7).await;
    assert_eq!(other.owner(task).await, Some(7));
    one.forget(&[task, some_id()]).await;
    assert_eq!(other.owner(task).await, None);
}

#[tokio::test]
async fn replicas_count_together() {
    let replicas = [replica(), replica()];
    let throttles =
        replicas.map(|redis| Throttle::new("10/minute".parse().unwrap(), "600/minute".parse().unwrap(), Some(redis)));
    let (user, now) = (some_id(), DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    let from = Some(std::net::Ipv6Addr::from_bits(Uuid::new_v4().as_u128()).into());
    let mut passed = 0;
    for call in 0..40 {
        passed += u32::from(throttles[call % 2].address(from, now).await.is_ok());
    }
    assert_eq!(passed, 10);
    assert!(throttles[0].address(from, now + TimeDelta::seconds(6)).await.is_ok(), "one comes back every six seconds");

    // Of large rates each replica takes shares in advance, and no call of the bucket is lost to that.
    let mut passed = 0;
    for call in 0..1000 {
        passed += u32::from(throttles[call % 2].user(user, now).await.is_ok());
    }
    assert_eq!(passed, 600);
    let refused = throttles[0].user(user, now).await;
    assert!(matches!(refused, Err(Error::TooMany { wait }) if wait == Duration::from_millis(100)), "{refused:?}");
}

#[tokio::test]
async fn who_signed_in_somewhere_is_known_to_every_replica() {
    let replicas = [replica(), replica()];
    let [one, other] =
        replicas.map(|redis| Throttle::new("1/minute".parse().unwrap(), "1/minute".parse().unwrap(), Some(redis)));
    let (name, now) = (Uuid::new_v4().to_string(), DateTime::UNIX_EPOCH);
    let home = Some([192, 0, 2, 1].into());
    one.signed_in(&name, home).await;
    for _ in 0..3 {
        assert!(other.name(&name, home, now).await.is_ok());
    }
    let stranger = Some([198, 51, 100, 1].into());
    assert!(other.name(&name, stranger, now).await.is_ok());
    assert!(one.name(&name, stranger, now).await.is_err());
}

#[tokio::test]
async fn messages_reach_those_who_listen() {
    let channel = format!("test:{}", Uuid::new_v4());
    let (heard, mut messages) = mpsc::unbounded_channel();
    let listener = replica();
    let listening = {
        let channel = channel.clone();
        tokio::spawn(async move { listener.listen(&channel, |message| heard.send(message).unwrap()).await })
    };
    assert_eq!(messages.recv().await, Some(None), "something may have been missed before");
    replica().publish(&channel, "hello").await;
    assert_eq!(messages.recv().await, Some(Some("hello".to_owned())));
    listening.abort();
}

#[tokio::test]
async fn a_redis_that_hangs_costs_one_short_wait() {
    let (_listener, redis) = hung();
    let cache = TaskCache::new(Some(redis.clone()));
    let begin = Instant::now();
    for task in 0..1000 {
        assert_eq!(cache.owner(task).await, None);
    }
    println!("1000 look-ups in a hung redis took {:?}", begin.elapsed());
    // A thousand waits would be over a hundred seconds; nextest would end this test first.

    let throttle = Throttle::new("1/minute".parse().unwrap(), "2/minute".parse().unwrap(), Some(redis));
    let now = DateTime::UNIX_EPOCH;
    assert!(throttle.user(1, now).await.is_ok());
    assert!(throttle.user(1, now).await.is_ok());
    assert!(throttle.user(1, now).await.is_err(), "each replica counts for itself");
}
