//! What there is to choose from, asked for in a hurry.

use std::time::Duration;

use chrono::Utc;
use clap_complete::CompletionCandidate;
use futures_util::TryStreamExt;
use todo_sdk::{
    Client,
    model::{LIMIT_MAX, Task},
};

use super::Line;
use crate::{
    cli::Global,
    connect::{Caller, Connection},
    output::{text, when},
    profile::{self, Env, Place, Server, process_env},
};

/// The longest that a call may take: whoever presses a key waits for it.
const CALL_MAX: Duration = Duration::from_millis(700);
/// The longest that all of it may take. A session that has to be refreshed takes two calls more.
const ALL_MAX: Duration = Duration::from_millis(1500);
/// More than this nobody chooses from.
const TASKS_MAX: u32 = 500;

/// Which tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Open,
    Done,
    All,
}

pub(super) fn tasks(which: Which, begin: &str) -> Vec<CompletionCandidate> {
    if !begin.chars().all(|c| c.is_ascii_digit()) {
        return Vec::new();
    }
    let found = ask(async |client| {
        let mut list = client.tasks().list().limit(TASKS_MAX);
        list = match which {
            Which::Open => list.completed(false).ordering("due,priority,id"),
            Which::Done => list.completed(true).ordering("-completed_at,-id"),
            Which::All => list.ordering("completed,due,priority,id"),
        };
        Ok(list.send().await?.items)
    });
    let candidate = |task: Task| candidate(&task.id.to_string(), begin, &title(&task));
    found.into_iter().flatten().filter_map(candidate).collect()
}

fn title(task: &Task) -> String {
    let due = task.due.map(|due| format!(", {}", when::relative(due, &chrono::Local::now())));
    format!("{}{}", task.title, due.unwrap_or_default())
}

pub(super) fn tags(begin: &str) -> Vec<CompletionCandidate> {
    names(begin, "")
}

/// In the text of `todo add`: tags behind their `@`.
pub(super) fn tags_in_text(begin: &str) -> Vec<CompletionCandidate> {
    let mut tags = if begin.starts_with('@') { names(begin, "@") } else { Vec::new() };
    tags.retain(|tag| !tag.get_value().to_string_lossy().contains([' ', '"']));
    tags
}

fn names(begin: &str, before: &str) -> Vec<CompletionCandidate> {
    let found = ask(async |client| client.tags().list().limit(LIMIT_MAX).stream().try_collect::<Vec<_>>().await);
    let named = found.into_iter().flatten().filter_map(|tag| candidate(&format!("{before}{}", tag.name), begin, ""));
    named.collect()
}

pub(super) fn comments(begin: &str) -> Vec<CompletionCandidate> {
    let found = ask(async |client| Ok(client.comments().list().limit(TASKS_MAX).send().await?.items));
    let comments = found.into_iter().flatten();
    comments.filter_map(|comment| candidate(&comment.id.to_string(), begin, &comment.content)).collect()
}

pub(super) fn tokens(begin: &str) -> Vec<CompletionCandidate> {
    let found = ask(async |client| client.named_tokens().list().await);
    found.into_iter().flatten().filter_map(|token| candidate(&token.id.to_string(), begin, &token.name)).collect()
}

pub(super) fn sessions(begin: &str) -> Vec<CompletionCandidate> {
    let found = ask(async |client| client.sessions().list().await);
    found.into_iter().flatten().filter_map(|session| candidate(&session.id, begin, &session.client)).collect()
}

pub(super) fn profiles(begin: &str) -> Vec<CompletionCandidate> {
    let profiles = profile::profiles(Env::new(&process_env)).unwrap_or_default();
    profiles.iter().filter_map(|(name, server)| candidate(name, begin, server)).collect()
}

/// A value that begins as it was typed, whatever the case. Its description is made safe; a value that would not be the
/// same then is left out.
pub(super) fn candidate(value: &str, begin: &str, help: &str) -> Option<CompletionCandidate> {
    let begins = value.to_lowercase().starts_with(&begin.to_lowercase());
    if !begins || text::line(value) != value || !writable(value) {
        return None;
    }
    let help = text::line(help.trim());
    let candidate = CompletionCandidate::new(insertable(value));
    Some(candidate.help((!help.is_empty()).then(|| help.into_owned().into())))
}

/// These shells insert values as they are.
fn insertable(value: &str) -> String {
    let plain = value.chars().all(|c| c.is_alphanumeric() || "@-_.:/+,".contains(c));
    let raw = Line::current().is_some_and(|line| line.shell == "powershell");
    if plain || !raw { value.to_owned() } else { format!("'{}'", value.replace('\'', "''")) }
}

/// A dash in front would be read as an option.
fn writable(value: &str) -> bool {
    !value.starts_with('-')
}

/// Asks the server that the line and the settings name. `None` if anything stands in the way.
fn ask<T>(question: impl AsyncFnOnce(Client) -> Result<T, todo_sdk::Error>) -> Option<T> {
    let place = place()?;
    // A look must not make a database.
    if place.server == Server::Local && !place.data_dir.join("todo.db").is_file() {
        return None;
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let answer = runtime.block_on(async {
        let asked = async {
            let hasty = |builder: todo_sdk::client::ClientBuilder| builder.timeout(CALL_MAX).retries(0);
            let connection = Connection::open_with(&place, Caller::SignedIn, hasty).await.ok()?;
            let answer = question(connection.client.clone()).await.ok();
            connection.close().await;
            answer
        };
        tokio::time::timeout(ALL_MAX, asked).await.ok().flatten()
    });
    runtime.shutdown_background();
    answer
}

fn place() -> Option<Place> {
    let option = |name| Line::current().and_then(|line| line.option(name));
    let global = Global {
        server: option("--server"),
        comments_server: option("--comments-server"),
        profile: option("--profile"),
        ..Global::default()
    };
    profile::resolve(&global, None, Env::new(&process_env)).ok()
}

/// Words that a date can be; the days are those of this machine.
pub(super) fn moments(begin: &str) -> Vec<CompletionCandidate> {
    let today = Utc::now().with_timezone(&crate::zone::machine_tz()).date_naive();
    let day = |days| (today + chrono::TimeDelta::days(days)).format("%a %-d %b").to_string();
    let words = [("today", day(0)), ("tomorrow", day(1)), ("+3d", day(3)), ("+1w", day(7)), ("+2h", String::new())];
    words.iter().filter_map(|(word, help)| candidate(word, begin, help)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(value: &str, begin: &str, help: &str) -> Option<(String, String)> {
        let candidate = candidate(value, begin, help)?;
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        Some((candidate.get_value().to_string_lossy().into_owned(), help))
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(shown("1", "", "\x1b[2Jred\nx"), Some(("1".into(), "␛[2Jred␊x".into())));
        assert_eq!(shown("\x1b[2J", "", ""), None);
        assert_eq!(shown("a\tb", "", ""), None);
        assert_eq!(shown("-rf", "", ""), None);
    }

    #[test]
    fn the_begin_counts_whatever_the_case() {
        assert_eq!(shown("Home", "ho", "").map(|(value, _)| value).as_deref(), Some("Home"));
        assert_eq!(shown("Дом", "до", "").map(|(value, _)| value).as_deref(), Some("Дом"));
        assert_eq!(shown("work", "ho", ""), None);
    }
}
