//! `man`: manual pages of all commands, made of their help.

use std::{fmt::Write, fs, io, path::Path};

use clap::{Arg, Command, CommandFactory, builder::StyledStr};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use super::topics;
use crate::{
    cli::{Cli, ManArgs},
    error::Error,
    output::{Printer, text},
};

/// Text keeps its spaces and its words: half of them are something to type.
const LEFT: &[u8] = b".ad l\n.nh\n";

pub(super) fn man(args: &ManArgs, printer: &Printer) -> Result<(), Error> {
    let mut root = Cli::command();
    root.build();
    match &args.dir {
        None => printer.line(page(root).map_err(Error::Output)?.trim_end()),
        Some(folder) => {
            let failed = |source| Error::File { path: folder.clone(), source };
            fs::create_dir_all(folder).map_err(failed)?;
            let count = write_all(&root, folder).map_err(failed)?;
            let shown = folder.display().to_string();
            printer.note(&format!("Wrote {count} pages to {}.", text::line(&shown)))
        }
    }
}

/// A page for this command, and for all below it.
fn write_all(command: &Command, folder: &Path) -> io::Result<usize> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    fs::write(folder.join(format!("{name}.1")), page(command.clone())?)?;
    let below = command.get_subcommands().filter(|command| command.get_name() != "help" || !is_generated(command));
    below.map(|command| write_all(command, folder)).try_fold(1, |count, written| Ok(count + written?))
}

/// clap's own `help` below commands that have others.
fn is_generated(command: &Command) -> bool {
    command.get_display_name().is_some_and(|name| name != "todo-help")
}

/// The page, section by section: clap_mangen's own synopsis and options repeat on each page what all commands share, and
/// it runs the lines of longer texts together.
fn page(command: Command) -> io::Result<String> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let is_root = name == "todo";
    let after = command.get_after_long_help().or_else(|| command.get_after_help()).map(StyledStr::to_string);
    let about = command.get_long_about().or_else(|| command.get_about()).map(StyledStr::to_string);
    let command = if is_root { command } else { command.mut_args(shared_is_elsewhere) };
    let synopsis = section("SYNOPSIS", |roff| synopsis(roff, command.clone()));
    let has_options = command.get_arguments().any(|argument| !argument.is_hide_set());
    let has_commands = command.has_subcommands();
    let man = Man::new(command).title(name.to_uppercase()).source(concat!("todo ", env!("CARGO_PKG_VERSION")));
    // An empty date would be left out, and what follows it take its place.
    let man = man.manual("todo").date(" ");

    let mut page = Vec::new();
    man.render_title(&mut page)?;
    page.extend_from_slice(LEFT);
    man.render_name_section(&mut page)?;
    synopsis.to_writer(&mut page)?;
    section("DESCRIPTION", |roff| paragraphs(roff, &about.unwrap_or_default())).to_writer(&mut page)?;
    if has_options {
        man.render_options_section(&mut page)?;
    }
    if has_commands {
        man.render_subcommands_section(&mut page)?;
    }
    if let Some(after) = after {
        section("NOTES", |roff| paragraphs(roff, &after)).to_writer(&mut page)?;
    }
    section("SEE ALSO", |roff| see_also(roff, is_root)).to_writer(&mut page)?;
    Ok(in_ascii(&String::from_utf8_lossy(&page)))
}

/// Signs beyond ASCII by their number, which every `man` knows whatever it takes the file to be.
fn in_ascii(page: &str) -> String {
    let mut text = String::with_capacity(page.len());
    for sign in page.chars() {
        if sign.is_ascii() {
            text.push(sign);
        } else {
            // Writing to a String can't fail.
            let _ = write!(text, "\\[u{:04X}]", u32::from(sign));
        }
    }
    text
}

/// What every command understands stands in todo(1).
fn shared_is_elsewhere(argument: Arg) -> Arg {
    let shared = argument.is_global_set() || argument.get_id() == "help";
    let hidden = argument.is_hide_set();
    argument.hide(hidden || shared)
}

fn section(heading: &str, fill: impl FnOnce(&mut Roff)) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    fill(&mut roff);
    roff
}

fn synopsis(roff: &mut Roff, mut command: Command) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name()).to_owned();
    let usage = command.render_usage().to_string();
    for (index, line) in usage.trim_start_matches("Usage:").lines().map(str::trim).enumerate() {
        if index > 0 {
            roff.control("br", []);
        }
        match line.strip_prefix(&name) {
            Some(rest) => roff.text([bold(name.as_str()), roman(rest)]),
            None => roff.text([roman(line)]),
        };
    }
}

/// Paragraphs with blank lines between; lines that begin with spaces are examples and stay as they are.
fn paragraphs(roff: &mut Roff, text: &str) {
    let mut verbatim = false;
    for line in text.lines() {
        let example = line.starts_with("  ") && !line.trim().is_empty();
        if example != verbatim && !line.is_empty() {
            if example {
                roff.control("PP", []);
            }
            roff.control(if example { "nf" } else { "fi" }, []);
            verbatim = example;
        }
        if line.trim().is_empty() {
            roff.control("PP", []);
        } else {
            roff.text([roman(line)]);
        }
    }
    if verbatim {
        roff.control("fi", []);
    }
}

fn see_also(roff: &mut Roff, is_root: bool) {
    if is_root {
        let topics: Vec<&str> = topics::TOPICS.iter().map(|topic| topic.name).collect();
        roff.text([bold("todo help"), roman(format!(" TOPIC tells of: {}.", topics.join(", ")))]);
    } else {
        roff.text([bold("todo"), roman("(1), which has the options that every command understands")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page_of(path: &[&str]) -> String {
        let mut root = Cli::command();
        root.build();
        let command = path.iter().fold(&root, |command, name| command.find_subcommand(name).unwrap());
        page(command.clone()).unwrap()
    }

    #[test]
    fn a_page_has_what_its_command_says() {
        let page = page_of(&["tag", "rename"]);
        for part in [
            ".TH TODO-TAG-RENAME 1",
            "todo\\-tag\\-rename \\- Rename a tag",
            "\\fBtodo tag rename\\fR",
            ".SH \"SEE ALSO\"",
        ] {
            assert!(page.contains(part), "no {part:?} in {page}");
        }
        assert!(!page.contains("no\\-queue"), "what all share stands in todo(1): {page}");
        assert!(page_of(&[]).contains("no\\-queue"));
        let page = page_of(&["add"]);
        assert!(page.is_ascii() && page.contains("\\[u0437]\\[u0430]"), "{page}");
    }

    #[test]
    fn examples_keep_their_lines() {
        let mut roff = Roff::new();
        paragraphs(&mut roff, "Text.\n\n    one\n    two\n\nMore.");
        let text = roff.to_roff();
        assert!(text.contains(".nf\n    one\n    two\n"), "{text}");
        assert!(text.contains(".fi\nMore."), "{text}");
    }
}
