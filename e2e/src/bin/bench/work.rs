//! What is asked of the servers.

use std::fmt;

use clap::ValueEnum;
use fastrand::Rng;

use crate::{
    data::{COMMENTED, Data, TAGS, TAGS_OF_TASK},
    wrk::NUMBER,
};

/// Tasks that are commented on where the cache shall know them.
const CACHED: i64 = 1000;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Work {
    /// One task with its tags
    Read,
    /// A hundred tasks with their tags
    List,
    /// A search in a person's titles and descriptions
    Search,
    /// One comment
    CommentRead,
    /// Whether a token is good
    Token,
    /// The first hundred of one person's very many tasks
    PageFirst,
    /// The last hundred of them, by the cursor of the page before
    PageLast,
    /// A new task with three tags and a reminder
    Create,
    /// The same with an Idempotency-Key, as the SDK sends it
    CreateOnce,
    /// Another title and priority
    Patch,
    /// A new comment on a task that the cache knows
    Comment,
    /// A new comment on a task that the cache does not know
    CommentCold,
    /// A new comment with an Idempotency-Key, as the SDK sends it
    CommentOnce,
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Todo,
    Comments,
}

/// What a request is about.
pub(crate) struct About<'a> {
    pub(crate) data: Data,
    /// Who asks.
    pub(crate) person: i64,
    /// Which of the person's tasks, and so on.
    pub(crate) number: i64,
    pub(crate) token: &'a str,
    /// Leads to the last page.
    pub(crate) cursor: &'a str,
}

/// An HTTP request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    /// With an `Idempotency-Key`.
    pub(crate) once: bool,
}

impl Work {
    /// Those that make sense with such data, in an order in which none disturbs the next: reads before writes.
    pub(crate) fn all_with(data: Data) -> Vec<Self> {
        let pages = [Self::PageFirst, Self::PageLast];
        match data.people {
            1 => pages.to_vec(),
            _ => Self::value_variants().iter().copied().filter(|work| !pages.contains(work)).collect(),
        }
    }

    pub(crate) fn door(self) -> Door {
        match self {
            Self::Comment | Self::CommentCold | Self::CommentOnce | Self::CommentRead => Door::Comments,
            _ => Door::Todo,
        }
    }

    /// The status of a good answer.
    pub(crate) fn status(self) -> u16 {
        match self {
            Self::Create | Self::CreateOnce | Self::Comment | Self::CommentCold | Self::CommentOnce => 201,
            _ => 200,
        }
    }

    /// What the servers' own statements are measured against, as a script for pgbench: of writes, the least that we know in
    /// one statement; of the list, the plain join and aggregate. Nothing where there is nothing else to write.
    pub(crate) fn reference(self) -> Option<&'static str> {
        match self {
            Self::List => Some(include_str!("sql/list.sql")),
            Self::Create => Some(include_str!("sql/create.sql")),
            Self::CreateOnce => Some(include_str!("sql/create-once.sql")),
            Self::Patch => Some(include_str!("sql/patch.sql")),
            Self::Comment => Some(include_str!("sql/comment.sql")),
            Self::CommentCold => Some(include_str!("sql/comment.sql")),
            Self::CommentOnce => Some(include_str!("sql/comment-once.sql")),
            _ => None,
        }
    }

    /// Who asks in the request of that number, and for which task: people in turn.
    pub(crate) fn whose(self, data: Data, nth: i64, random: &mut Rng) -> (i64, i64) {
        let person = nth % data.active() * data.stride();
        let number = match self {
            Self::CommentCold => nth / data.active() % data.each,
            Self::Comment | Self::CommentOnce => nth / data.active() % (CACHED / data.active()).clamp(1, data.each),
            Self::CommentRead => random.i64(0..(data.each / COMMENTED).max(1)),
            _ => random.i64(0..data.each),
        };
        (person, number)
    }

    pub(crate) fn request(self, about: &About<'_>) -> Request {
        let About { data, person, number, token, cursor } = *about;
        let task = data.task(person, number);
        let get = |path: String| Request { method: "GET", path, body: None, once: false };
        let send = |method, path: &str, body: String| Request {
            method,
            path: path.to_owned(),
            body: Some(body),
            once: matches!(self, Self::CreateOnce | Self::CommentOnce),
        };
        match self {
            Self::Read => get(format!("/api/tasks/{task}")),
            Self::List | Self::PageFirst => get("/api/tasks?limit=100".to_owned()),
            Self::PageLast => get(format!("/api/tasks?limit=100&cursor={cursor}")),
            Self::Search => get(format!("/api/tasks?limit=100&q=number%20{}", number % 10)),
            Self::CommentRead => get(format!("/api/comments/{}", data.comment(person, number))),
            Self::Token => send("POST", "/api/token/verify", format!(r#"{{"token":"{token}"}}"#)),
            Self::Create | Self::CreateOnce => {
                let tags = TAGS_OF_TASK.map(|tag| data.tag(person, number % TAGS + tag));
                let body = format!(
                    r#"{{"title":"task {NUMBER}","description":"about the matter of number {number}","priority":2,"due":"2035-05-01T09:00:00Z","remind_time":"2035-05-01T08:00:00Z","tags":{tags:?}}}"#
                );
                send("POST", "/api/tasks", body)
            }
            Self::Patch => {
                let body = format!(r#"{{"title":"task {NUMBER}","priority":{}}}"#, 1 + number % 4);
                send("PATCH", &format!("/api/tasks/{task}"), body)
            }
            Self::Comment | Self::CommentCold | Self::CommentOnce => {
                send("POST", "/api/comments", format!(r#"{{"task_id":{task},"content":"a word on it: {NUMBER}"}}"#))
            }
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Read => "read a task",
            Self::List => "list 100",
            Self::Search => "search",
            Self::CommentRead => "read a comment",
            Self::Token => "check a token",
            Self::PageFirst => "first page",
            Self::PageLast => "last page",
            Self::Create => "create",
            Self::CreateOnce => "create, with key",
            Self::Patch => "patch",
            Self::Comment => "comment, cached",
            Self::CommentCold => "comment, cold",
            Self::CommentOnce => "comment, with key",
        })
    }
}

impl Request {
    /// As it goes over the wire.
    pub(crate) fn bytes(&self, host: &str, token: &str) -> String {
        let mut text = format!("{} {} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: bench/1\r\n", self.method, self.path);
        let mut header = |line: String| text.extend([line.as_str(), "\r\n"]);
        header(format!("Authorization: Bearer {token}"));
        header("Accept: application/json".to_owned());
        if self.once {
            header(format!("Idempotency-Key: bench-{NUMBER}"));
        }
        if let Some(body) = &self.body {
            header("Content-Type: application/json".to_owned());
            header(format!("Content-Length: {}", body.len()));
        }
        text + "\r\n" + self.body.as_deref().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_those_of_the_contract() {
        let data = Data::of_many(10_000);
        let about = About { data, person: 3, number: 5, token: "abc", cursor: "" };
        let request = Work::CommentOnce.request(&about);
        let text = request.bytes("localhost", about.token);
        let body = format!(r#"{{"task_id":10000503,"content":"a word on it: {NUMBER}"}}"#);
        assert!(text.starts_with("POST /api/comments HTTP/1.1\r\nHost: localhost\r\n"), "{text}");
        assert!(text.contains(&format!("\r\nIdempotency-Key: bench-{NUMBER}\r\n")), "{text}");
        assert!(text.ends_with(&format!("\r\nContent-Length: {}\r\n\r\n{body}", body.len())), "{text}");
    }

    #[test]
    fn a_cold_cache_is_asked_for_another_task_each_time() {
        let (data, mut random) = (Data::of_many(10_000), Rng::with_seed(1));
        let tasks = |work: Work, random: &mut Rng| {
            let all: std::collections::BTreeSet<_> = (0..10_000).map(|nth| work.whose(data, nth, random)).collect();
            all.len()
        };
        assert_eq!(tasks(Work::CommentCold, &mut random), 10_000);
        assert_eq!(tasks(Work::Comment, &mut random), 1000);
    }
}
