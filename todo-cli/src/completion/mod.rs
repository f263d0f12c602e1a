//! Completion in shells: the shell calls this program by itself, with [`VARIABLE`] set, and is answered from the tasks and
//! tags as they are at that moment.
//!
//! Whatever goes wrong there is nobody to be told: it answers nothing then.

mod bash;
mod fetch;
mod rules;
mod shells;
mod words;

use std::{ffi::OsString, panic::AssertUnwindSafe, sync::OnceLock};

use clap::CommandFactory;
use clap_complete::env::{CompleteEnv, Shells};

use crate::{cli::Cli, error::Error};
use bash::Bash;

/// Names the shell that wants to know how a line may go on. Not clap's `COMPLETE`, which other programs hear too.
const VARIABLE: &str = "TODO_COMPLETE";
const SHELLS: Shells<'static> = Shells(&[&Bash, &shells::ZSH, &shells::FISH, &shells::POWERSHELL, &shells::ELVISH]);

/// What was typed so far.
struct Line {
    shell: String,
    words: Vec<OsString>,
    /// Which of the words is being typed; it may be one behind the last.
    index: usize,
}

static LINE: OnceLock<Line> = OnceLock::new();

/// Answers a shell that asks, and tells whether one did. Everything else passes by after a look at one variable.
pub(crate) fn answer() -> bool {
    let Some(shell) = std::env::var(VARIABLE).ok().filter(|shell| !shell.is_empty()) else { return false };
    // A word on the screen would land in the middle of what is being typed.
    std::panic::set_hook(Box::new(|_| {}));
    let arguments: Vec<OsString> = std::env::args_os().collect();
    LINE.get_or_init(|| Line::read(shell, &arguments));
    let folder = std::env::current_dir().ok();
    let env = CompleteEnv::with_factory(rules::command).var(VARIABLE).shells(SHELLS);
    // What is wrong stays untold, see above.
    let _ = std::panic::catch_unwind(AssertUnwindSafe(|| env.try_complete(arguments, folder.as_deref()).is_ok()));
    true
}

/// The script that a shell needs to ask.
pub(crate) fn script(shell: &str) -> Result<String, Error> {
    let completer = SHELLS.completer(shell).ok_or_else(|| Error::usage(format!("there is no shell {shell}")))?;
    let mut script = Vec::new();
    let name = Cli::command().get_name().to_owned();
    completer.write_registration(VARIABLE, &name, &name, &own_path(), &mut script).map_err(Error::Output)?;
    Ok(String::from_utf8_lossy(&script).trim().to_owned() + "\n")
}

/// How a shell calls this program: by name where that is how it was called, else by its path.
fn own_path() -> String {
    let called = std::env::args().next().unwrap_or_default();
    if !called.contains(std::path::MAIN_SEPARATOR) {
        return "todo".to_owned();
    }
    std::env::current_exe().map_or(called, |path| path.display().to_string())
}

impl Line {
    fn read(shell: String, arguments: &[OsString]) -> Self {
        let (words, index) = if shell == "bash" {
            let words = bash::line().words.into_iter().map(OsString::from).collect::<Vec<_>>();
            let last = words.len().saturating_sub(1);
            (words, last)
        } else {
            let words: Vec<OsString> =
                arguments.iter().skip_while(|argument| *argument != "--").skip(1).cloned().collect();
            let told = std::env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
            let last = words.len().saturating_sub(1);
            (words, told.unwrap_or(last))
        };
        Self { shell, words, index }
    }

    /// The line that is being completed, if one is.
    fn current() -> Option<&'static Self> {
        LINE.get()
    }

    /// The word that is being typed.
    fn word(&self) -> &str {
        self.words.get(self.index).and_then(|word| word.to_str()).unwrap_or_default()
    }

    /// The value of this option, where it stands on the line already.
    fn option(&self, name: &str) -> Option<String> {
        let words: Vec<&str> = self.words.iter().filter_map(|word| word.to_str()).collect();
        words.iter().enumerate().filter(|(index, _)| *index != self.index).find_map(|(index, word)| {
            match word.strip_prefix(name)? {
                "" if index + 1 != self.index => words.get(index + 1).map(|value| (*value).to_owned()),
                rest => rest.strip_prefix('=').map(str::to_owned),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[&str]) -> Line {
        let index = words.len() - 1;
        Line { shell: "fish".to_owned(), words: words.iter().map(OsString::from).collect(), index }
    }

    #[test]
    fn options_on_the_line_are_heeded() {
        let line = line(&["todo", "--server=http://a:1", "--profile", "work", "done", "--server", ""]);
        assert_eq!(line.option("--server").as_deref(), Some("http://a:1"));
        assert_eq!(line.option("--profile").as_deref(), Some("work"));
        assert_eq!(line.option("--comments-server"), None);
        assert_eq!(line.word(), "");
    }

    #[test]
    fn every_shell_has_a_script_that_calls_us() {
        for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
            let script = script(shell).unwrap();
            assert!(script.contains(VARIABLE) && script.contains("todo"), "{shell}: {script}");
        }
        assert!(script("tcsh").is_err());
    }
}
