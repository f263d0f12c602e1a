//! The faults.

use std::{
    io,
    ops::Range,
    time::{Duration, Instant},
};

use clap::ValueEnum;

use crate::{cluster::Cluster, figures::Allowed, interrupts::Interrupts};

/// How often Redis is flushed.
const FLUSH_PAUSE: Duration = Duration::from_millis(100);
/// How much later each byte of Redis comes.
const REDIS_DELAY: Duration = Duration::from_millis(200);

/// What happens while the clients go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scenario {
    /// Nothing, to compare with
    Calm,
    /// kill -9 of each server in turn, and its restart
    ServersKilled,
    /// pg_ctl stop -m immediate, and start
    PostgresStopped,
    /// SIGSTOP of every PostgreSQL process, and SIGCONT
    PostgresFrozen,
    /// kill -9 of Redis, and its restart
    RedisKilled,
    /// SIGSTOP of Redis, and SIGCONT
    RedisFrozen,
    /// Redis forgets everything ten times a second
    RedisFlushed,
    /// Every byte from and to Redis takes 200 ms longer
    RedisSlow,
    /// A task is deleted through one replica and commented on through another
    TaskDeleted,
    /// 1,000 connections that send half a request to one server
    SlowClients,
    /// 200 sign-ins a second, half of them with a wrong password
    LoginFlood,
}

impl Scenario {
    /// What clients may notice.
    pub(crate) fn allows(self) -> Allowed {
        match self {
            Self::PostgresStopped | Self::PostgresFrozen => Allowed::Unavailable,
            Self::ServersKilled => Allowed::Cuts,
            _ => Allowed::Nothing,
        }
    }

    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Breaks something for a while. Answers when it was broken.
    pub(crate) fn inflict(
        self,
        cluster: &mut Cluster,
        time: &Interrupts,
        length: Duration,
    ) -> io::Result<Vec<Range<Instant>>> {
        let begun = Instant::now();
        match self {
            Self::ServersKilled => return kill_servers(cluster, time, length),
            Self::PostgresStopped => {
                cluster.postgres.stop()?;
                time.pass(length)?;
                cluster.postgres.restart()?;
            }
            Self::PostgresFrozen => {
                cluster.postgres.pause()?;
                time.pass(length)?;
                cluster.postgres.resume()?;
            }
            Self::RedisKilled => {
                cluster.redis.kill_9()?;
                time.pass(length)?;
                cluster.redis.restart()?;
            }
            Self::RedisFrozen => {
                cluster.redis.pause()?;
                time.pass(length)?;
                cluster.redis.resume()?;
            }
            Self::RedisFlushed => {
                while begun.elapsed() < length {
                    cluster.redis.flush()?;
                    time.pass(FLUSH_PAUSE)?;
                }
            }
            Self::RedisSlow => {
                cluster.redis_line.delay(REDIS_DELAY);
                time.pass(length)?;
                cluster.redis_line.delay(Duration::ZERO);
            }
            Self::Calm | Self::TaskDeleted | Self::SlowClients | Self::LoginFlood => time.pass(length)?,
        }
        Ok(vec![begun..Instant::now()])
    }
}

/// All has to be well again soon after a server is gone, and soon after it is back.
fn kill_servers(cluster: &mut Cluster, time: &Interrupts, length: Duration) -> io::Result<Vec<Range<Instant>>> {
    let mut faults = Vec::new();
    let stack = &mut cluster.stack;
    let servers = stack.todo.len() + stack.comments.len();
    let pause = length / (2 * servers as u32);
    for server in stack.todo.iter_mut().chain(&mut stack.comments) {
        let killed = Instant::now();
        server.kill_9();
        time.pass(pause)?;
        server.start();
        faults.extend([killed..killed, killed..Instant::now()]);
        time.pass(pause)?;
    }
    Ok(faults)
}
