//! `doctor`: looks for what may be wrong, and tells what to do about it.

mod files;
mod machine;
mod network;
mod queue;
mod sign_in;

use serde::Serialize;

use crate::{
    cli::Global,
    error::{Error, exit},
    output::{Printer, Tone, text, wrap},
    profile::{self, Env, Place, process_env},
};

/// How it stands with something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Failed,
}

/// Something that was looked at.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Check {
    check: &'static str,
    status: Status,
    /// What was found.
    detail: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Check {
    fn ok(check: &'static str, detail: impl Into<String>) -> Self {
        Self { check, status: Status::Ok, detail: detail.into(), mend: None }
    }

    fn warning(check: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, status: Status::Warning, detail: detail.into(), mend: Some(mend.into()) }
    }

    fn failed(check: &'static str, detail: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, status: Status::Failed, detail: detail.into(), mend: Some(mend.into()) }
    }

    /// As lines of at most `width` columns.
    fn in_words(&self, printer: &Printer, width: usize) -> String {
        let (mark, tone) = match self.status {
            Status::Ok => ("✓", Tone::Good),
            Status::Warning => ("!", Tone::Warn),
            Status::Failed => ("✗", Tone::Alarm),
        };
        let indent = " ".repeat(INDENT);
        let room = width.saturating_sub(INDENT);
        let detail = wrap::wrap(&text::line(&self.detail), room).join(&format!("\n{indent}"));
        let mut words = format!("{} {:16}{detail}", printer.paint(tone, mark), self.check);
        if let Some(mend) = &self.mend {
            let lines = wrap::wrap(&text::line(mend), room.saturating_sub(2));
            words += &format!("\n{indent}→ {}", lines.join(&format!("\n{indent}  ")));
        }
        words
    }
}

/// Columns of the mark and the name.
const INDENT: usize = 18;

pub(super) fn doctor(global: &Global, printer: &Printer) -> Result<(), Error> {
    let env = Env::new(&process_env);
    let place = profile::resolve(global, None, env);
    let mut checks = vec![files::settings(env, place.as_ref())];
    checks.extend(files::permissions(env));
    if let Ok(place) = &place {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Output)?;
        checks.extend(runtime.block_on(of_place(place)));
        checks.extend(queue::checks(&place.data_dir));
        runtime.shutdown_background();
    }
    checks.extend(machine::checks(env, printer));
    print(&checks, printer)?;
    let wrong = checks.iter().any(|check| check.status == Status::Failed);
    if wrong { Err(Error::Reported(exit::FAILED)) } else { Ok(()) }
}

async fn of_place(place: &Place) -> Vec<Check> {
    let mut checks = match &place.server {
        profile::Server::Local => files::database(&place.data_dir),
        profile::Server::Remote { todo, comments } => network::checks(todo, comments).await,
    };
    // Who can't be reached says nothing of tokens.
    if checks.iter().all(|check| check.status != Status::Failed) {
        checks.extend(sign_in::checks(place).await);
    }
    checks
}

fn print(checks: &[Check], printer: &Printer) -> Result<(), Error> {
    if printer.json {
        return printer.json(&checks);
    }
    if printer.quiet {
        let mut wrong = checks.iter().filter(|check| check.status != Status::Ok);
        return wrong.try_for_each(|check| printer.line(check.check));
    }
    let width = wrap::width();
    checks.iter().try_for_each(|check| printer.line(&check.in_words(printer, width)))?;
    let count = |status| checks.iter().filter(|check| check.status == status).count();
    let summary = match (count(Status::Failed), count(Status::Warning)) {
        (0, 0) => "All is well.".to_owned(),
        (0, 1) => "Nothing is wrong; one thing is worth a look.".to_owned(),
        (0, doubts) => format!("Nothing is wrong; {doubts} things are worth a look."),
        (1, _) => "One thing is wrong.".to_owned(),
        (wrong, _) => format!("{wrong} things are wrong."),
    };
    printer.line(&format!("\n{summary}"))
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn lines_fit_and_hang_below_their_begin() {
        let printer = Printer::for_usage_errors(false);
        let printer = Printer { color: false, ..printer };
        let check = Check::failed("sign-in", "word ".repeat(30), "run `todo login` ".repeat(8));
        let words = check.in_words(&printer, 80);
        assert!(words.lines().all(|line| line.width() <= 80), "{words}");
        assert!(words.starts_with("✗ sign-in         word word"), "{words}");
        assert!(words.contains("\n                  → run `todo login`"), "{words}");
    }

    #[test]
    fn as_json_each_check_is_an_object() {
        let checks = [Check::ok("terminal", "80 × 24"), Check::warning("shell", "none", "do this")];
        let json = serde_json::to_value(&checks).unwrap();
        assert_eq!(json[0], serde_json::json!({"check": "terminal", "status": "ok", "detail": "80 × 24"}));
        assert_eq!((&json[1]["status"], &json[1]["mend"]), (&"warning".into(), &"do this".into()));
    }
}
