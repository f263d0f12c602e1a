//! Errors, as people and as programs read them.

use std::io::Write;

use super::{Printer, Tone, text};
use crate::{
    error::Error,
    profile::{DEFAULT_PROFILE, Place, Server},
};

/// Says on standard error what went wrong and what to do next.
pub(crate) fn report(error: &Error, printer: &Printer, place: Option<&Place>) {
    let text = if printer.json { as_json(error, place) } else { as_words(error, printer, place) };
    // Nothing is left to tell the reader of a closed standard error.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn as_json(error: &Error, place: Option<&Place>) -> String {
    let mut problem = error.problem();
    if let Some(hint) = hint(error, place) {
        problem.detail = format!("{}; {hint}", problem.detail);
    }
    let encoded = serde_json::to_string(&problem).unwrap_or_else(|_| "{}".to_owned());
    format!("{}\n", text::json(&encoded))
}

fn as_words(error: &Error, printer: &Printer, place: Option<&Place>) -> String {
    let paint = |tone: Tone, text: &str| tone.paint(text, printer.color_errors);
    let problem = error.answered();
    let about = error.subject().map(|subject| format!("{subject}: ")).unwrap_or_default();
    let mut lines = match problem {
        Some(problem) if !problem.errors.is_empty() => Vec::new(),
        Some(problem) if !problem.detail.is_empty() => vec![format!("{about}{}", problem.detail)],
        _ => vec![error.chain()],
    };
    for (field, faults) in problem.iter().flat_map(|problem| &problem.errors) {
        lines.extend(faults.iter().map(|fault| format!("{about}{} {}", in_words(field), fault.message)));
    }
    let mut shown: String = lines
        .iter()
        .map(|line| format!("{} {}\n", paint(Tone::Alarm, "error:"), text::lines(line).join("\n  ")))
        .collect();
    if let Some(problem) = problem.filter(|problem| problem.status >= 500 && !problem.request_id.is_empty()) {
        shown += &format!("{} {}\n", paint(Tone::Dim, "request:"), text::line(&problem.request_id));
    }
    if let Some(hint) = hint(error, place) {
        shown += &format!("{} {}\n", paint(Tone::Calm, "hint:"), text::line(&hint));
    }
    shown
}

/// What people call a field whose name on the wire tells them little.
fn in_words(field: &str) -> &str {
    match field {
        "remind_time" | "remind_before_seconds" => "the reminder",
        "nag_seconds" => "the pause between reminders",
        "repeat.rrule" | "repeat" => "the repetition",
        "until" => "the time",
        other => other,
    }
}

/// What to do next.
fn hint(error: &Error, place: Option<&Place>) -> Option<String> {
    match error.root() {
        Error::NotSignedIn(_) => Some(sign_in_hint(place)),
        Error::Api(todo_sdk::Error::NotSignedIn) => Some(sign_in_hint(place)),
        Error::Api(todo_sdk::Error::OutOfReach { .. } | todo_sdk::Error::TimedOut { .. }) => Some(
            "is it running, and is the URL right? `todo up` starts a server on this machine, `--server local` works without one"
                .to_owned(),
        ),
        Error::Api(api) if api.status() == Some(401) && api.code() != Some("wrong_credentials") => {
            Some(sign_in_hint(place))
        }
        #[cfg(not(feature = "embedded"))]
        Error::NoServer => Some("run `todo login URL --username NAME`".to_owned()),
        _ => None,
    }
}

pub(crate) fn sign_in_hint(place: Option<&Place>) -> String {
    if place.is_some_and(|place| place.token.is_some()) {
        return "the token in TODO_TOKEN is refused: set a valid one, or unset it and run `todo login`".to_owned();
    }
    let mut command = "todo login".to_owned();
    if let Some(Place { profile, server, .. }) = place {
        if let Server::Remote { todo, .. } = server {
            command = format!("{command} {todo}");
        }
        if profile != DEFAULT_PROFILE {
            command = format!("{command} --profile {profile}");
        }
    }
    format!("run `{command} --username NAME`, or `todo register` for a new account")
}
