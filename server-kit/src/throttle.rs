//! How often somebody may call, counted over all replicas through Redis where there is one.
//!
//! Each key is a leaky bucket after the [generic cell rate algorithm](https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm):
//! its whole state is the time at which it would be empty. A replica takes shares of a bucket in Redis in advance, so
//! that few calls wait for it, and gives back what it did not use; while Redis is away each replica counts for itself.

mod rate;

use std::{
    mem,
    net::IpAddr,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use http::{HeaderName, HeaderValue};
use moka::sync::Cache;
use redis::Script;
use sha2::{Digest, Sha256};
use todo_sdk::model::Id;

pub use rate::Rate;

use crate::{Error, address, redis::Redis};

/// Buckets kept in the process. An empty bucket need not be kept, so little is lost when the oldest give way.
const BUCKETS: u64 = 100_000;
/// The part of a bucket that a replica takes in advance at most, and of its period for which it may use it.
const SHARE: u32 = 60;

/// How long an address from which somebody signed in counts as that person's.
const KNOWN: Duration = Duration::from_secs(30 * 24 * 3600);

/// What is left to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The rate that applies.
    pub rate: Rate,
    /// Calls that may follow at once.
    pub remaining: u32,
}

impl Allowance {
    /// `RateLimit` and `RateLimit-Policy`, after the
    /// [IETF draft](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
    pub(crate) fn headers(self) -> [(HeaderName, HeaderValue); 2] {
        let Self { rate, remaining } = self;
        let window = rate.period().as_secs();
        let limit = format!("\"default\";r={remaining}");
        let policy = format!("\"default\";q={};w={window}", rate.count());
        let value = |text: String| HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static(""));
        [
            (HeaderName::from_static("ratelimit"), value(limit)),
            (HeaderName::from_static("ratelimit-policy"), value(policy)),
        ]
    }
}

tokio::task_local! {
    /// What the request of this task has left.
    pub(crate) static LEFT: Mutex<Option<Allowance>>;
}

/// What the request of this task has left, if it was counted.
pub(crate) fn left() -> Option<Allowance> {
    LEFT.try_with(|left| *left.lock().unwrap_or_else(PoisonError::into_inner)).ok().flatten()
}

/// Both rates, and the buckets. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Throttle {
    anon: Rate,
    user: Rate,
    buckets: Cache<String, Arc<Mutex<Bucket>>>,
    known: Cache<String, ()>,
    redis: Option<Redis>,
}

/// Microseconds since 1970 throughout.
#[derive(Debug, Default)]
struct Bucket {
    /// When it will be empty, as far as this process counts.
    empty_at: i64,
    /// How many calls were taken from Redis at once the last time.
    size: u32,
    /// Those of them that are left, and until when they may be used.
    share: u32,
    share_until: i64,
    /// Calls to give back.
    unused: u32,
    /// Calls that Redis had left then.
    remaining: u32,
}

/// What is asked of Redis.
struct Wish {
    calls: u32,
    unused: u32,
}

/// What Redis gave.
struct Taken {
    calls: u32,
    remaining: u32,
}

impl Throttle {
    /// Rates for calls with credentials and for signed-in people.
    #[must_use]
    pub fn new(anon: Rate, user: Rate, redis: Option<Redis>) -> Self {
        let longest = anon.period().max(user.period());
        let buckets = Cache::builder().max_capacity(BUCKETS).time_to_idle(longest * 2).build();
        let known = Cache::builder().max_capacity(BUCKETS).time_to_live(KNOWN).build();
        Self { anon, user, buckets, known, redis }
    }

    /// Counts a call of a signed-in person.
    ///
    /// # Errors
    ///
    /// 429.
    pub async fn user(&self, user: Id, now: DateTime<Utc>) -> Result<(), Error> {
        self.take(format!("user:{user}"), self.user, now).await
    }

    /// Counts a call by a named token: it has half of what its owner has, so that a script that runs wild leaves the other
    /// half to everything else of theirs.
    ///
    /// # Errors
    ///
    /// 429.
    pub async fn token(&self, token: &str, now: DateTime<Utc>) -> Result<(), Error> {
        self.take(token.to_owned(), self.user.half(), now).await
    }

    /// Counts a call that tries or makes credentials, from an address.
    ///
    /// # Errors
    ///
    /// 429.
    pub async fn address(&self, from: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Error> {
        // Whoever has no address is in this process.
        let Some(from) = from else { return Ok(()) };
        self.take(format!("address:{}", address::network(from)), self.anon, now).await
    }

    /// Counts an attempt to sign in under a name, wherever from. Where its owner has signed in before it does not count,
    /// so that nobody can lock somebody out by guessing.
    ///
    /// # Errors
    ///
    /// 429.
    pub async fn name(&self, name: &str, from: Option<IpAddr>, now: DateTime<Utc>) -> Result<(), Error> {
        let Some(from) = from else { return Ok(()) };
        let known = known_key(name, from);
        let is_known = match &self.redis {
            Some(redis) => redis.ask(redis::cmd("EXISTS").arg(&known)).await.unwrap_or(false),
            None => self.known.contains_key(&known),
        };
        if is_known { Ok(()) } else { self.take(format!("name:{}", digest(name)), self.anon, now).await }
    }

    /// Somebody has signed in from there.
    pub async fn signed_in(&self, name: &str, from: Option<IpAddr>) {
        let Some(from) = from else { return };
        let known = known_key(name, from);
        match &self.redis {
            Some(redis) => {
                let _: Option<()> = redis.ask(redis::cmd("SET").arg(known).arg(1).arg("EX").arg(KNOWN.as_secs())).await;
            }
            None => self.known.insert(known, ()),
        }
    }

    async fn take(&self, key: String, rate: Rate, now: DateTime<Utc>) -> Result<(), Error> {
        let remaining = self.count(&key, rate, now.timestamp_micros()).await.map_err(|wait| Error::TooMany { wait })?;
        let tell = |left: &Mutex<Option<Allowance>>| {
            let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
            if left.is_none_or(|left| remaining < left.remaining) {
                *left = Some(Allowance { rate, remaining });
            }
        };
        // Outside of a request there is nobody to tell.
        let _ = LEFT.try_with(tell);
        Ok(())
    }

    /// What remains after one more call, or how long to wait for it.
    async fn count(&self, key: &str, rate: Rate, now: i64) -> Result<u32, Duration> {
        let bucket = self.buckets.get_with_by_ref(key, Arc::default);
        if let Some(redis) = &self.redis {
            if let Some(remaining) = lock(&bucket).use_share(now) {
                return Ok(remaining);
            }
            let wish = lock(&bucket).wish(rate);
            // Boxed: most calls don't come here.
            if let Some(taken) = Box::pin(ask(redis, key, rate, now, wish)).await {
                return Ok(lock(&bucket).keep_share(&taken?, rate, now));
            }
        }
        lock(&bucket).take(rate, now)
    }
}

/// Names are spelled in any case, and are as long as people like.
fn digest(name: &str) -> String {
    Sha256::digest(name.to_lowercase()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn known_key(name: &str, from: IpAddr) -> String {
    format!("todo:known:{}:{}", digest(name), address::network(from))
}

fn lock(bucket: &Mutex<Bucket>) -> MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Bucket {
    fn use_share(&mut self, now: i64) -> Option<u32> {
        if now > self.share_until {
            self.unused = self.unused.saturating_add(mem::take(&mut self.share));
        }
        self.share = self.share.checked_sub(1)?;
        Some(self.remaining.saturating_add(self.share))
    }

    /// Twice what was used of the last share, so that little lies idle at replicas that are seldom called.
    fn wish(&mut self, rate: Rate) -> Wish {
        let unused = mem::take(&mut self.unused);
        self.size = self.size.saturating_sub(unused).saturating_mul(2).clamp(1, (rate.count() / SHARE).max(1));
        Wish { calls: self.size, unused }
    }

    fn keep_share(&mut self, taken: &Taken, rate: Rate, now: i64) -> u32 {
        self.share = self.share.saturating_add(taken.calls.saturating_sub(1));
        self.share_until = now + micros(rate.period() / SHARE);
        self.remaining = taken.remaining;
        self.remaining.saturating_add(self.share)
    }

    /// What remains, or how long to wait.
    fn take(&mut self, rate: Rate, now: i64) -> Result<u32, Duration> {
        let full = micros(rate.period());
        if self.empty_at > now + full {
            // No bucket holds more: the clock was set back. (In Redis the key ends by itself.)
            self.empty_at = now;
        }
        let empty_at = self.empty_at.max(now) + rate.interval();
        if empty_at - now > full {
            return Err(Duration::from_micros((empty_at - now - full).unsigned_abs()));
        }
        self.empty_at = empty_at;
        Ok(remaining(rate, full - (empty_at - now)))
    }
}

/// Calls that fit into the room of a bucket.
fn remaining(rate: Rate, room: i64) -> u32 {
    u32::try_from(room / rate.interval()).unwrap_or(0)
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// The bucket's arithmetic once more, where all replicas see one bucket: puts unused calls back and takes several as long
/// as the bucket is half empty, else one. Answers how many it took and the room that is left, or is missing.
static TAKE: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        r"
local now, interval, full, calls = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local empty_at = math.max(tonumber(redis.call('GET', KEYS[1]) or now) - interval * tonumber(ARGV[5]), now)
if empty_at + interval * calls - now > full / 2 then calls = 1 end
empty_at = empty_at + interval * calls
local room = full - (empty_at - now)
if room < 0 then return {0, room} end
redis.call('SET', KEYS[1], string.format('%.0f', empty_at), 'PX', math.ceil((empty_at - now) / 1000))
return {calls, room}
",
    )
});

/// What Redis gives, or how long to wait; `None` if it does not answer.
async fn ask(redis: &Redis, key: &str, rate: Rate, now: i64, wish: Wish) -> Option<Result<Taken, Duration>> {
    let mut call = TAKE.key(format!("todo:rate:{key}"));
    call.arg(now).arg(rate.interval()).arg(micros(rate.period())).arg(wish.calls).arg(wish.unused);
    let (calls, room): (u32, i64) = redis.run(&call).await?;
    Some(match calls {
        0 => Err(Duration::from_micros(room.unsigned_abs())),
        calls => Ok(Taken { calls, remaining: remaining(rate, room) }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Rate {
        text.parse().unwrap()
    }

    #[test]
    fn a_bucket_takes_its_count_at_once_and_then_one_an_interval() {
        let (mut bucket, rate) = (Bucket::default(), rate("15/minute"));
        let remaining: Vec<u32> = (0..15).map(|_| bucket.take(rate, 1_000).unwrap()).collect();
        assert_eq!(remaining, (0..15).rev().collect::<Vec<_>>());
        assert_eq!(bucket.take(rate, 1_000), Err(Duration::from_secs(4)));
        assert_eq!(bucket.take(rate, 1_001_000), Err(Duration::from_secs(3)));
        assert_eq!(bucket.take(rate, 4_001_000), Ok(0));
        assert_eq!(bucket.take(rate, 4_001_000), Err(Duration::from_secs(4)));
        // Long after, everything is back, and not more.
        assert_eq!(bucket.take(rate, 3_600_000_000), Ok(14));
        // Nobody waits for an hour because the clock was set back by one.
        assert_eq!(bucket.take(rate, 1_000), Ok(14));
    }

    #[test]
    fn a_replica_takes_more_the_more_it_uses_and_gives_the_rest_back() {
        let (mut bucket, rate) = (Bucket::default(), rate("6000/minute"));
        let mut call = |now: i64| match bucket.use_share(now) {
            Some(_) => None,
            None => {
                let wish = bucket.wish(rate);
                bucket.keep_share(&Taken { calls: wish.calls, remaining: 0 }, rate, now);
                Some((wish.calls, wish.unused))
            }
        };
        let asked: Vec<_> = (0..500).filter_map(|_| call(0)).collect();
        assert_eq!(asked[..8], [(1, 0), (2, 0), (4, 0), (8, 0), (16, 0), (32, 0), (64, 0), (100, 0)]);
        assert_eq!(asked.len(), 11);
        // 527 calls were taken, 500 made.
        assert_eq!(call(2_000_000), Some((100, 27)));
        assert_eq!(call(4_000_000), Some((2, 99)));
        assert_eq!(call(4_000_001), None);
        assert_eq!(call(4_000_002), Some((4, 0)));
    }

    #[tokio::test]
    async fn people_and_addresses_have_buckets_of_their_own() {
        let throttle = Throttle::new(rate("2/minute"), rate("1/second"), None);
        let now = DateTime::UNIX_EPOCH;
        let home: Option<IpAddr> = Some([192, 0, 2, 1].into());
        let away: Option<IpAddr> = Some([192, 0, 2, 2].into());
        assert!(throttle.user(1, now).await.is_ok());
        assert!(matches!(throttle.user(1, now).await, Err(Error::TooMany { wait }) if wait == Duration::from_secs(1)));
        assert!(throttle.user(2, now).await.is_ok());
        let throttle = Throttle::new(rate("2/minute"), rate("2/second"), None);
        assert!(throttle.token("token:1", now).await.is_ok());
        assert!(throttle.token("token:1", now).await.is_err(), "half of what the owner has");
        assert!(throttle.token("token:2", now).await.is_ok());
        let throttle = Throttle::new(rate("2/minute"), rate("1/second"), None);
        for _ in 0..2 {
            assert!(throttle.address(home, now).await.is_ok());
        }
        assert!(throttle.address(home, now).await.is_err());
        assert!(throttle.address(away, now).await.is_ok());
        assert!(throttle.address(None, now).await.is_ok());
    }

    #[tokio::test]
    async fn guessing_locks_nobody_out_from_where_they_signed_in() {
        let throttle = Throttle::new(rate("2/minute"), Rate::USER, None);
        let now = DateTime::UNIX_EPOCH;
        let home: Option<IpAddr> = Some([192, 0, 2, 1].into());
        throttle.signed_in("Ann", home).await;
        let guess = async |address: u8| throttle.name("ann", Some([198, 51, 100, address].into()), now).await;
        assert!(guess(1).await.is_ok());
        assert!(guess(2).await.is_ok());
        assert!(guess(3).await.is_err(), "a name has one bucket, whoever tries it");
        assert!(throttle.name("ANN", home, now).await.is_ok());
    }
}
