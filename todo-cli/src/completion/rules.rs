//! Which arguments are completed by what: one table, apart from the definitions, so that other commands carry nothing of it.

use std::ffi::OsStr;

use clap::{Arg, Command, CommandFactory};
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::{
    Line,
    fetch::{self, Which, candidate},
};
use crate::{
    cli::Cli,
    commands::topics,
    config_file,
    profile::{self, Env, process_env},
};

/// Values that begin with what was typed.
type Source = fn(&str) -> Vec<CompletionCandidate>;

/// By the name of an argument, for the commands of that path; `""` is for all.
const RULES: [(&str, &str, Source); 34] = [
    ("", "tags", fetch::tags),
    ("", "untags", fetch::tags),
    ("tag rename", "tag", fetch::tags),
    ("tag rm", "tags", fetch::tags),
    ("add", "text", fetch::tags_in_text),
    ("done", "ids", open),
    ("remind", "id", open),
    ("snooze", "ids", open),
    ("wait", "id", open),
    ("reopen", "ids", done),
    ("show", "ids", all),
    ("edit", "ids", all),
    ("rm", "ids", all),
    ("reminders", "id", all),
    ("comment list", "task", all),
    ("comment add", "task", all),
    ("comment edit", "comment", fetch::comments),
    ("comment rm", "comments", fetch::comments),
    ("token rm", "ids", fetch::tokens),
    ("session rm", "ids", fetch::sessions),
    ("", "profile", fetch::profiles),
    ("", "server", servers),
    ("", "due", fetch::moments),
    ("", "due_before", fetch::moments),
    ("", "due_after", fetch::moments),
    ("", "remind", reminders),
    ("remind", "at", reminders),
    ("snooze", "until", pauses),
    ("", "nag", pauses),
    ("", "repeat", repeats),
    ("", "priority", priorities),
    ("register", "timezone", zones),
    ("help", "words", words),
    ("config set", "key", keys),
];

fn open(begin: &str) -> Vec<CompletionCandidate> {
    fetch::tasks(Which::Open, begin)
}

fn done(begin: &str) -> Vec<CompletionCandidate> {
    fetch::tasks(Which::Done, begin)
}

fn all(begin: &str) -> Vec<CompletionCandidate> {
    fetch::tasks(Which::All, begin)
}

fn of(begin: &str, words: &[(&str, &str)]) -> Vec<CompletionCandidate> {
    words.iter().filter_map(|(word, help)| candidate(word, begin, help)).collect()
}

fn servers(begin: &str) -> Vec<CompletionCandidate> {
    of(begin, &[("local", "the database on this machine"), ("http://127.0.0.1:8000", "as `todo up` serves")])
}

fn reminders(begin: &str) -> Vec<CompletionCandidate> {
    of(begin, &[("at due", "when it is due"), ("30m before", "before it is due"), ("1d before", ""), ("+2h", "")])
}

fn pauses(begin: &str) -> Vec<CompletionCandidate> {
    of(begin, &[("10m", ""), ("30m", ""), ("1h", ""), ("3h", ""), ("1d", "")])
}

fn repeats(begin: &str) -> Vec<CompletionCandidate> {
    let words = [("daily", ""), ("weekdays", "Monday to Friday"), ("weekly", ""), ("monthly", ""), ("yearly", "")];
    of(begin, &words)
}

fn priorities(begin: &str) -> Vec<CompletionCandidate> {
    of(begin, &[("1", "highest"), ("2", ""), ("3", ""), ("4", "none")])
}

fn zones(begin: &str) -> Vec<CompletionCandidate> {
    chrono_tz::TZ_VARIANTS.iter().filter_map(|zone| candidate(zone.name(), begin, "")).collect()
}

/// What `todo help` tells of: below a command its commands, else commands and topics.
fn words(begin: &str) -> Vec<CompletionCandidate> {
    let root = Cli::command();
    let before = Line::current().map(|line| line.words.get(2..line.index).unwrap_or_default()).unwrap_or_default();
    let below = before.iter().try_fold(&root, |command, word| command.find_subcommand(word));
    let Some(command) = below else { return Vec::new() };
    let about = |command: &Command| command.get_about().map(ToString::to_string).unwrap_or_default();
    let commands = command.get_subcommands().map(|command| (command.get_name().to_owned(), about(command)));
    let topics = topics::TOPICS.iter().filter(|_| before.is_empty());
    let topics = topics.map(|topic| (topic.name.to_owned(), topic.about.to_owned()));
    commands.chain(topics).filter_map(|(name, help)| candidate(&name, begin, &help)).collect()
}

fn keys(begin: &str) -> Vec<CompletionCandidate> {
    let profiles = profile::profiles(Env::new(&process_env)).unwrap_or_default();
    let named = |key: &str| match key.strip_prefix("profiles.NAME.") {
        Some(rest) => profiles.iter().map(|(name, _)| format!("profiles.{name}.{rest}")).collect(),
        // Other names are up to whoever types.
        None if key.contains(|c: char| c.is_ascii_uppercase()) => Vec::new(),
        None => vec![key.to_owned()],
    };
    let keys = config_file::KEYS.iter().flat_map(|key| named(key.name).into_iter().map(|name| (name, key.about)));
    keys.filter_map(|(name, about)| candidate(&name, begin, about)).collect()
}

fn source_of(path: &str, argument: &Arg) -> Option<Source> {
    let name = argument.get_id().as_str();
    let rule = |of: &str| RULES.iter().find(|(rule, argument, _)| *rule == of && *argument == name);
    // What is true for all is so for options alone: names of positional ones mean something else each time.
    rule(path).or_else(|| rule("").filter(|_| !argument.is_positional())).map(|(_, _, source)| *source)
}

/// The command line with what completes it.
pub(super) fn command() -> Command {
    let quiet = Line::current().is_some_and(|line| !line.word().starts_with('-'));
    with_sources(Cli::command(), "", quiet)
}

/// `quiet` leaves options out where there is something else: whoever wants one types its dash.
fn with_sources(command: Command, path: &str, quiet: bool) -> Command {
    // A command that has nothing but options shows them.
    let has_others = command.has_subcommands() || command.get_positionals().next().is_some();
    let hides = quiet && has_others;
    let command = command.mut_args(|argument| {
        let source = source_of(path, &argument);
        let hidden = argument.is_hide_set() || (hides && !argument.is_positional());
        let argument = argument.hide(hidden);
        match source {
            Some(source) => argument.add(ArgValueCompleter::new(move |begin: &OsStr| match begin.to_str() {
                Some(begin) => source(begin),
                None => Vec::new(),
            })),
            None => argument,
        }
    });
    // These are made later, and can't be hidden.
    let command = if hides { command.disable_help_flag(true).disable_version_flag(true) } else { command };
    command.mut_subcommands(|command| {
        let path = format!("{path} {}", command.get_name()).trim_start().to_owned();
        with_sources(command, &path, quiet)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(command: &Command, path: &str, found: &mut Vec<(String, String)>) {
        found.extend(command.get_arguments().map(|argument| (path.to_owned(), argument.get_id().to_string())));
        for command in command.get_subcommands() {
            arguments(command, format!("{path} {}", command.get_name()).trim_start(), found);
        }
    }

    #[test]
    fn every_rule_names_an_argument_that_is_there() {
        let mut found = Vec::new();
        arguments(&Cli::command(), "", &mut found);
        for (path, name, _) in RULES {
            let there = found.iter().any(|(of, argument)| (path.is_empty() || of == path) && argument == name);
            assert!(there, "no argument {name} of `{path}`");
        }
    }

    #[test]
    fn the_command_line_stays_sound() {
        command().debug_assert();
    }
}
