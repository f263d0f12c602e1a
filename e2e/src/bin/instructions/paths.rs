//! The hot paths.

use std::io;

use chrono_tz::Europe::Berlin;
use http::{Method, StatusCode};
use serde_json::json;
use todo_sdk::quick;

use crate::world::{TASKS, World};

/// What people type, from plain to crowded.
const PHRASES: [&str; 10] = [
    "Buy milk",
    "Call the bank tomorrow 10:00 @home p1 !30m // ask about the card",
    "Write the report next friday @work @\"two words\" p2",
    "Water the plants every monday",
    "in 2 hours check the oven",
    "Pay the rent every! month due:2026-12-01",
    "Позвонить в банк завтра в 10:00 @дом п1",
    "Полить цветы каждый понедельник",
    "2026-12-01 18:30 dinner with \"tomorrow\" people",
    "A longer line without any field in it, as one dictates it on the way home",
];
/// Tasks that are commented on: few, so that the cache knows them.
const COMMENTED: usize = 5;

/// A kind of work. Reads come before writes, so that each finds the same data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Path {
    Read,
    List,
    Search,
    CommentRead,
    Token,
    Quick,
    Create,
    CreateOnce,
    Patch,
    Comment,
    CommentOnce,
}

impl Path {
    pub(crate) const ALL: [Self; 11] = [
        Self::Read,
        Self::List,
        Self::Search,
        Self::CommentRead,
        Self::Token,
        Self::Quick,
        Self::Create,
        Self::CreateOnce,
        Self::Patch,
        Self::Comment,
        Self::CommentOnce,
    ];

    /// As in docs/benchmarks.md, where it stands there.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read a task",
            Self::List => "list 100",
            Self::Search => "search",
            Self::CommentRead => "read a comment",
            Self::Token => "check a token",
            Self::Quick => "quick-add, 10 lines",
            Self::Create => "create",
            Self::CreateOnce => "create, with key",
            Self::Patch => "patch",
            Self::Comment => "comment",
            Self::CommentOnce => "comment, with key",
        }
    }

    /// Does it once, for the time of that number.
    pub(crate) async fn go(self, world: &World, nth: usize) -> io::Result<()> {
        let task = world.tasks[nth * 7 % TASKS];
        match self {
            Self::Read => world.get(&format!("/api/tasks/{task}")).await,
            Self::List => world.get("/api/tasks?limit=100").await,
            Self::Search => world.get(&format!("/api/tasks?limit=100&q=number%20{}", nth % 10)).await,
            Self::CommentRead => world.get(&format!("/api/comments/{}", world.comments[nth % COMMENTED])).await,
            Self::Token => {
                let body = json!({"token": world.token});
                world.send(Method::POST, "/api/token/verify", &body, None, StatusCode::OK).await
            }
            Self::Quick => {
                for phrase in PHRASES {
                    std::hint::black_box(quick::parse(phrase, world.now, Berlin));
                }
                Ok(())
            }
            Self::Create | Self::CreateOnce => {
                let tags = world.tags_of(nth);
                let body = json!({
                    "title": format!("new task {nth}"), "description": "about the matter of the day", "priority": 2,
                    "due": "2035-05-01T09:00:00Z", "remind_time": "2035-05-01T08:00:00Z", "tags": tags,
                });
                world.send(Method::POST, "/api/tasks", &body, self.key(nth), StatusCode::CREATED).await
            }
            Self::Patch => {
                let body = json!({"title": format!("other title {nth}"), "priority": 1 + nth % 4});
                world.send(Method::PATCH, &format!("/api/tasks/{task}"), &body, None, StatusCode::OK).await
            }
            Self::Comment | Self::CommentOnce => {
                let body = json!({"task_id": world.tasks[nth % COMMENTED], "content": format!("a word on it: {nth}")});
                world.send(Method::POST, "/api/comments", &body, self.key(nth), StatusCode::CREATED).await
            }
        }
    }

    /// The `Idempotency-Key`, as the SDK sends one.
    fn key(self, nth: usize) -> Option<String> {
        matches!(self, Self::CreateOnce | Self::CommentOnce).then(|| format!("{}-{nth}", self.name().replace(' ', "-")))
    }
}
