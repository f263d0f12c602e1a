//! What is broken: two replicas of each server, PostgreSQL and Redis.

use std::io;

use e2e::{
    Stack,
    balancer::Balancer,
    services::{Postgres, Redis},
};

use crate::client::Doors;

/// All of it, on services of its own, so that they can be killed.
pub(crate) struct Cluster {
    // The servers stop first.
    pub(crate) stack: Stack,
    /// In front of Redis.
    pub(crate) redis_line: Balancer,
    pub(crate) redis: Redis,
    pub(crate) postgres: Postgres,
}

impl Cluster {
    pub(crate) fn start() -> io::Result<Self> {
        let postgres = Postgres::start()?;
        let redis = Redis::start()?;
        let redis_line = Balancer::start(vec![redis.address()])?;
        let redis_url = format!("redis://{}/", redis_line.address());
        let stack = Stack::on(&postgres.create_database("todo")?, Some(&redis_url), &[]);
        Ok(Self { stack, redis_line, redis, postgres })
    }

    /// Through the balancers.
    pub(crate) fn doors(&self) -> Doors {
        Doors { todo: self.stack.todo_url(), comments: self.stack.comments_url() }
    }

    /// Past the balancers.
    pub(crate) fn replica(&self, number: usize) -> Doors {
        Doors { todo: self.stack.todo[number].url(), comments: self.stack.comments[number].url() }
    }
}
