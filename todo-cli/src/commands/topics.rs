//! `help`: about commands, as clap tells it, and about what concerns several of them.

use std::ffi::OsString;

use clap::{CommandFactory, error::ErrorKind};

use crate::{
    cli::{Cli, DATE_HELP, EXIT_HELP, HelpArgs, QUICK_HELP, SERVER_HELP, SETTINGS_HELP},
    error::Error,
    input::suggest::did_you_mean,
    output::{Printer, Tone, wrap},
};

/// A subject that no single command has to itself.
#[derive(Debug)]
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Paragraphs, one behind the other. What commands say too is in one place, theirs.
    parts: &'static [&'static str],
}

pub(crate) const TOPICS: [Topic; 8] = [
    Topic {
        name: "quick-add",
        about: "a task in one line",
        parts: &[QUICK_HELP, include_str!("topics/quick-add.txt")],
    },
    Topic {
        name: "dates",
        about: "how dates and repetitions are written",
        parts: &[DATE_HELP, include_str!("topics/dates.txt")],
    },
    Topic { name: "formats", about: "import and export", parts: &[include_str!("topics/formats.txt")] },
    Topic {
        name: "scripts",
        about: "todo in scripts: JSON, pipes, tokens",
        parts: &[include_str!("topics/scripts.txt")],
    },
    Topic {
        name: "exit-codes",
        about: "what each exit code means",
        parts: &[EXIT_HELP, include_str!("topics/exit-codes.txt")],
    },
    Topic {
        name: "settings",
        about: "where settings come from, and which there are",
        parts: &[SETTINGS_HELP, include_str!("topics/settings.txt")],
    },
    Topic {
        name: "servers",
        about: "on this machine, or on a server",
        parts: &[SERVER_HELP, include_str!("topics/servers.txt")],
    },
    Topic { name: "offline", about: "while the server is away", parts: &[include_str!("topics/offline.txt")] },
];

impl Topic {
    fn text(&self) -> String {
        self.parts.iter().map(|part| part.trim_end()).collect::<Vec<_>>().join("\n\n")
    }
}

/// What `todo help settings` tells, for the help of `todo config`.
pub(crate) fn settings() -> String {
    TOPICS.iter().filter(|topic| topic.name == "settings").map(Topic::text).collect()
}

/// The topics, for the end of the help.
pub(crate) fn list() -> String {
    let lines: Vec<String> = TOPICS.iter().map(|topic| format!("  {:12} {}", topic.name, topic.about)).collect();
    format!("Topics, as in `todo help dates`:\n{}", lines.join("\n"))
}

/// What `todo tag help rename` asks for: a `help` of our own takes clap's from the commands below others.
pub(crate) fn asked_below(error: &clap::Error, words: impl Iterator<Item = OsString>) -> Option<HelpArgs> {
    let words: Vec<String> = words.filter_map(|word| word.into_string().ok()).collect();
    let at = words.iter().position(|word| word == "help").filter(|at| *at > 0)?;
    let unknown = error.kind() == ErrorKind::InvalidSubcommand;
    let others = words.into_iter().enumerate().filter(|(index, word)| *index != at && !word.starts_with('-'));
    unknown.then(|| HelpArgs { words: others.map(|(_, word)| word).collect() })
}

pub(crate) fn help(args: &HelpArgs, printer: &Printer) -> Result<(), Error> {
    let mut root = Cli::command();
    root.build();
    let below = args.words.iter().try_fold(&mut root, |command, word| command.find_subcommand_mut(word));
    if let Some(command) = below {
        let text = command.render_long_help();
        let text = if printer.color { text.ansi().to_string() } else { text.to_string() };
        return printer.line(text.trim_end());
    }
    let [name] = args.words.as_slice() else { return Err(unknown(&args.words.join(" "))) };
    let topic = TOPICS.iter().find(|topic| topic.name == name.to_lowercase()).ok_or_else(|| unknown(name))?;
    let heading = printer.paint(Tone::Strong, &format!("{}: {}", topic.name, topic.about));
    printer.line(&format!("{heading}\n\n{}", wrap::wrap(&topic.text(), wrap::width()).join("\n")))
}

fn unknown(name: &str) -> Error {
    let root = Cli::command();
    let commands = root.get_subcommands().flat_map(|command| command.get_name_and_visible_aliases());
    let topics = TOPICS.iter().map(|topic| topic.name);
    let guess = did_you_mean(name, commands.chain(topics));
    let next = guess.map_or_else(|| "`todo help` lists them".to_owned(), |guess| format!("did you mean \"{guess}\"?"));
    Error::usage(format!("there is no command or topic \"{name}\"; {next}"))
}

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn no_line_of_a_topic_is_wider_than_a_terminal() {
        for topic in &TOPICS {
            let lines = wrap::wrap(&topic.text(), 80);
            let wide: Vec<&String> = lines.iter().filter(|line| line.width() > 80).collect();
            assert!(wide.is_empty() && lines.len() > 5, "{}: {wide:?}", topic.name);
        }
    }

    #[test]
    fn no_topic_has_the_name_of_another_command() {
        let root = Cli::command();
        let same: Vec<&str> =
            TOPICS.iter().map(|topic| topic.name).filter(|name| root.find_subcommand(name).is_some()).collect();
        assert_eq!(same, Vec::<&str>::new());
    }
}
