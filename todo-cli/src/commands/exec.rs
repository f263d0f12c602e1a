//! `watch --exec`: a command for each change.

use std::{
    ffi::OsString,
    io::{self, Write},
    process::{Command, ExitStatus, Stdio},
};

use todo_sdk::model::{Change, Due, Resource, Task};

use super::unheard;
use crate::{context::Context, error::Error, output::report};

/// All that may be set: what doesn't apply to a change must not be left from elsewhere.
const VARIABLES: [&str; 13] = [
    "TODO_SEQ",
    "TODO_EVENT",
    "TODO_AT",
    "TODO_CLIENT",
    "TODO_TASK_ID",
    "TODO_TITLE",
    "TODO_COMPLETED",
    "TODO_PRIORITY",
    "TODO_DUE",
    "TODO_COMMENT_ID",
    "TODO_REMINDER_ID",
    "TODO_TAG_ID",
    "TODO_TAG",
];

/// A command with its arguments.
pub(super) struct Exec {
    program: OsString,
    arguments: Vec<OsString>,
}

impl Exec {
    pub(super) fn new(words: &[OsString]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        Some(Self { program: program.clone(), arguments: arguments.to_vec() })
    }

    /// Runs it for a change, to its end. That it failed is reported, and no error.
    ///
    /// # Errors
    ///
    /// If it can't be run, or nobody reads standard output any more.
    pub(super) async fn run(&self, ctx: &Context, change: &Change) -> Result<(), Error> {
        let name = self.program.to_string_lossy().into_owned();
        let mut line = serde_json::to_vec(change).map_err(|error| Error::Output(error.into()))?;
        line.push(b'\n');
        let command = self.command(change);
        // Elsewhere, for it may take its time, and the connection lives on.
        let ended = tokio::task::spawn_blocking(move || feed(command, &line)).await;
        let status = ended
            .map_err(io::Error::other)
            .flatten()
            .map_err(|error| Error::Command(format!("cannot run {name} for change {}: {error}", change.seq)))?;
        // What failed because of that is not worth a word.
        if unheard::is_unheard() {
            return Err(unheard::error());
        }
        tracing::info!(seq = change.seq, %status, "ran {name}");
        if !status.success() {
            let failed = Error::Command(format!("{name} failed for change {} ({status})", change.seq));
            report::report(&failed, &ctx.printer, Some(&ctx.place));
        }
        Ok(())
    }

    fn command(&self, change: &Change) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).stdin(Stdio::piped());
        for name in VARIABLES {
            command.env_remove(name);
        }
        // No variable can hold NUL.
        command.envs(variables(change).into_iter().map(|(name, value)| (name, value.replace('\0', "\u{FFFD}"))));
        command
    }
}

/// Runs a command that may read `input` or leave it.
fn feed(mut command: Command, input: &[u8]) -> io::Result<ExitStatus> {
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that reads nothing is as good.
        let _ = stdin.write_all(input);
    }
    child.wait()
}

fn variables(change: &Change) -> Vec<(&'static str, String)> {
    let mut variables = vec![
        ("TODO_SEQ", change.seq.to_string()),
        ("TODO_EVENT", change.event.as_str().to_owned()),
        ("TODO_AT", Due::At(change.at).to_string()),
        ("TODO_CLIENT", change.client.clone()),
    ];
    match &change.resource {
        Resource::Task(task) => variables.extend(of_task(task)),
        Resource::Comment(comment) => variables
            .extend([("TODO_TASK_ID", comment.task_id.to_string()), ("TODO_COMMENT_ID", comment.id.to_string())]),
        Resource::Reminder(reminder) => variables
            .extend([("TODO_TASK_ID", reminder.task_id.to_string()), ("TODO_REMINDER_ID", reminder.id.to_string())]),
        Resource::Tag(tag) => variables.extend([("TODO_TAG_ID", tag.id.to_string()), ("TODO_TAG", tag.name.clone())]),
        _ => {}
    }
    variables
}

fn of_task(task: &Task) -> impl Iterator<Item = (&'static str, String)> {
    let variables = [
        ("TODO_TASK_ID", Some(task.id.to_string())),
        ("TODO_TITLE", Some(task.title.clone())),
        ("TODO_COMPLETED", Some(task.completed.to_string())),
        ("TODO_PRIORITY", Some(task.priority.to_string())),
        ("TODO_DUE", task.due.map(|due| due.to_string())),
    ];
    variables.into_iter().filter_map(|(name, value)| Some((name, value?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Exec, VARIABLES, variables};

    fn change(resource: serde_json::Value) -> todo_sdk::model::Change {
        let change = json!({"seq": 7, "at": "2026-11-01T08:00:00Z", "event": "tag.created", "client": "a\0b", "resource": resource});
        serde_json::from_value(change).unwrap()
    }

    #[test]
    fn only_what_applies_is_set_and_all_else_is_taken_away() {
        let change = change(json!({"id": 3, "name": "$(home)", "version": 1}));
        let set = variables(&change);
        assert!(set.iter().all(|(name, _)| VARIABLES.contains(name)));
        assert_eq!(set[4..], [("TODO_TAG_ID", "3".to_owned()), ("TODO_TAG", "$(home)".to_owned())]);
        let command = Exec::new(&["a".into(), "-b".into()]).unwrap().command(&change);
        let environment: Vec<_> = command.get_envs().collect();
        assert_eq!(environment.len(), VARIABLES.len());
        assert!(environment.contains(&("TODO_TITLE".as_ref(), None)));
        assert!(environment.contains(&("TODO_CLIENT".as_ref(), Some("a\u{FFFD}b".as_ref()))));
        assert!(Exec::new(&[]).is_none());
    }
}
