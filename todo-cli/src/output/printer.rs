//! The policy of output, in one place.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use super::{Table, Tone, text};
use crate::{
    cli::{ColorWhen, Global},
    error::Error,
};

/// Writes to standard output in the form that was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    /// Standard output is a terminal.
    pub(crate) terminal: bool,
    /// Colours on standard output.
    pub(crate) color: bool,
    /// Colours on standard error.
    pub(crate) color_errors: bool,
}

impl Printer {
    pub(crate) fn new(global: &Global) -> Self {
        let wanted = |auto: ColorChoice| match global.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => auto != ColorChoice::Never,
        };
        Self {
            json: global.json,
            quiet: global.quiet,
            terminal: io::stdout().is_terminal(),
            color: wanted(AutoStream::choice(&io::stdout())),
            color_errors: wanted(AutoStream::choice(&io::stderr())),
        }
    }

    /// A printer for errors in arguments that could not be read.
    pub(crate) fn for_usage_errors(json: bool) -> Self {
        let color_errors = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self { json, quiet: false, terminal: io::stdout().is_terminal(), color: false, color_errors }
    }

    /// A list: as an array, as ids, or as a table. `empty` is said where somebody looks at nothing.
    pub(crate) fn list<T: Serialize, I: Display>(
        &self,
        items: &[T],
        id: impl Fn(&T) -> I,
        table: impl FnOnce() -> Table,
        empty: &str,
    ) -> Result<(), Error> {
        if self.json {
            return self.json(&items);
        }
        if self.quiet {
            let ids: String = items.iter().map(|item| format!("{}\n", id(item))).collect();
            return write(&ids);
        }
        if items.is_empty() {
            return if self.terminal { self.line(&Tone::Dim.paint(empty, self.color)) } else { Ok(()) };
        }
        write(&table().render(self))
    }

    /// One thing that was made, changed or shown: as an object, as its id, or in words.
    pub(crate) fn item<T: Serialize>(
        &self,
        item: &T,
        id: impl Display,
        words: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        if self.json {
            self.json(item)
        } else if self.quiet {
            self.line(&id.to_string())
        } else {
            self.line(&words())
        }
    }

    /// Things that were made or that come as a stream: each as an object, as its id or in words, on a line of its own.
    pub(crate) fn rows<T: Serialize, I: Display>(
        &self,
        items: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> I,
        words: impl Fn(&T) -> String,
    ) -> Result<(), Error> {
        let mut lines = String::new();
        for item in items {
            if self.json {
                lines += &encoded(&item)?;
            } else if self.quiet {
                lines += &id(&item).to_string();
            } else {
                lines += &words(&item);
            }
            lines.push('\n');
        }
        // At once: a write for each would be most of the work.
        write(&lines)
    }

    /// Text for people only, e.g. a question's answer; nothing with `--json` or `--quiet`.
    pub(crate) fn note(&self, text: &str) -> Result<(), Error> {
        if self.json || self.quiet { Ok(()) } else { self.line(text) }
    }

    /// JSON: on several lines where somebody looks at it.
    pub(crate) fn json<T: Serialize>(&self, value: &T) -> Result<(), Error> {
        let encoded = if self.terminal { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
        let encoded = encoded.map_err(|error| Error::Output(error.into()))?;
        self.line(&text::json(&encoded))
    }

    /// JSON on one line, wherever it goes: for output that goes on.
    pub(crate) fn json_line<T: Serialize>(&self, value: &T) -> Result<(), Error> {
        self.line(&encoded(value)?)
    }

    /// A word to whoever looks on; nothing with `--json` or `--quiet`.
    pub(crate) fn warn(&self, message: &str) {
        if !self.json && !self.quiet {
            let message = text::line(message);
            // Nobody is left to be told where this fails.
            let _ = writeln!(io::stderr(), "{} {message}", Tone::Dim.paint("note:", self.color_errors));
        }
    }

    /// One line, or several, of text that is safe already.
    pub(crate) fn line(&self, text: &str) -> Result<(), Error> {
        write(&format!("{text}\n"))
    }

    /// `text` in this tone, where colours are wanted.
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        tone.paint(text, self.color)
    }
}

fn encoded<T: Serialize>(value: &T) -> Result<String, Error> {
    let encoded = serde_json::to_string(value).map_err(|error| Error::Output(error.into()))?;
    Ok(text::json(&encoded).into_owned())
}

fn write(text: &str) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(Error::Output)
}
