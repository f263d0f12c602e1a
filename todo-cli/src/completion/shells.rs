//! The other shells, with clap's scripts. What is answered is ours, as clap falls back to options where nothing else is
//! found: with the server away that would look as if there were no tasks.

use std::{ffi::OsString, io, path::Path};

use clap::Command;
use clap_complete::{
    CompletionCandidate, engine,
    env::{Elvish, EnvCompleter, Fish, Powershell, Zsh},
};

pub(super) struct Other(&'static dyn EnvCompleter);

pub(super) const ZSH: Other = Other(&Zsh);
pub(super) const FISH: Other = Other(&Fish);
pub(super) const POWERSHELL: Other = Other(&Powershell);
pub(super) const ELVISH: Other = Other(&Elvish);

/// How the word at `index` may go on.
pub(super) fn candidates(
    command: &mut Command,
    mut words: Vec<OsString>,
    index: usize,
    folder: Option<&Path>,
) -> io::Result<Vec<CompletionCandidate>> {
    if words.len() == index {
        words.push(OsString::new());
    }
    let mut candidates = engine::complete(command, words, index, folder)?;
    candidates.retain(|candidate| !candidate.is_hide_set());
    Ok(candidates)
}

impl EnvCompleter for Other {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn is(&self, name: &str) -> bool {
        self.0.is(name)
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn io::Write,
    ) -> io::Result<()> {
        self.0.write_registration(var, name, bin, completer, buf)
    }

    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn io::Write,
    ) -> io::Result<()> {
        let index = super::Line::current().map_or(args.len().saturating_sub(1), |line| line.index);
        for candidate in candidates(cmd, args, index, current_dir)? {
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let help = help.lines().next().unwrap_or_default();
            writeln!(buf, "{}", self.line(&candidate.get_value().to_string_lossy(), help))?;
        }
        Ok(())
    }
}

impl Other {
    /// A value and its description, as the script of this shell takes them apart.
    fn line(&self, value: &str, help: &str) -> String {
        match (self.name(), help) {
            ("zsh", "") => value.replace('\\', "\\\\").replace(':', "\\:"),
            ("zsh", help) => format!("{}:{}", self.line(value, ""), help.replace('\\', "\\\\")),
            ("elvish", _) | (_, "") => value.to_owned(),
            (_, help) => format!("{value}\t{help}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_and_descriptions_stay_apart() {
        assert_eq!(ZSH.line("a:b", "c:d"), "a\\:b:c:d");
        assert_eq!(ZSH.line(r"a\b", ""), r"a\\b");
        assert_eq!(FISH.line("a:b", "c d"), "a:b\tc d");
        assert_eq!(ELVISH.line("a", "b"), "a");
    }
}
