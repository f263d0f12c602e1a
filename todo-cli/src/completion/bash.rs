//! bash. clap's own script hands over words that bash has cut at `=`, `:` and `@`, inserts values as they are, so that a
//! tag could be carried out as a command, and shows no descriptions. This one hands over the line.

use std::{ffi::OsString, io, path::Path};

use clap_complete::{CompletionCandidate, env::EnvCompleter};

use super::shells::candidates;
use super::words::{Split, quoted, split};

/// Descriptions are cut to this many characters: bash puts them into columns.
const DESCRIPTION_MAX: usize = 50;
/// `COMP_TYPE` where each press of the key inserts the next value.
const MENU: &str = "37";

const SCRIPT: &str = r#"_todo_complete() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        COMPREPLY+=("$line")
    done < <(
        VAR=bash _TODO_LINE="${COMP_LINE:0:COMP_POINT}" _TODO_WORD="$2" _TODO_TYPE="$COMP_TYPE" \
            COMPLETER -- todo 2>/dev/null
    )
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
if [[ ${BASH_VERSINFO[0]} -gt 4 || ${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4 ]]; then
    complete -o nosort -F _todo_complete BIN
else
    complete -F _todo_complete BIN
fi"#;

pub(super) struct Bash;

/// The line up to the cursor, as the script hands it over.
pub(super) fn line() -> Split {
    split(&std::env::var("_TODO_LINE").unwrap_or_default())
}

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        var: &str,
        _name: &str,
        bin: &str,
        completer: &str,
        buf: &mut dyn io::Write,
    ) -> io::Result<()> {
        let completer = format!("'{}'", completer.replace('\'', r"'\''"));
        let script = SCRIPT.replace("VAR=", &format!("{var}=")).replace("BIN", bin);
        writeln!(buf, "{}", script.replace("COMPLETER", &completer))
    }

    fn write_complete(
        &self,
        cmd: &mut clap::Command,
        _args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn io::Write,
    ) -> io::Result<()> {
        let variable = |name: &str| std::env::var(name).unwrap_or_default();
        let line = line();
        let words = line.words.iter().map(OsString::from).collect();
        let candidates = candidates(cmd, words, line.words.len() - 1, current_dir)?;
        let replies = replies(&line, &variable("_TODO_WORD"), variable("_TODO_TYPE") != MENU, &candidates);
        replies.iter().try_for_each(|reply| writeln!(buf, "{reply}"))
    }
}

/// What bash inserts in the place of `word`, which is the end of what was typed. Several get their descriptions: bash
/// inserts only what they have in common, and that ends before the descriptions begin.
fn replies(line: &Split, word: &str, described: bool, candidates: &[CompletionCandidate]) -> Vec<String> {
    let kept = line.raw.strip_suffix(word).unwrap_or_default();
    // A quote that stays on the line has been dealt with.
    let kept = kept.trim_start_matches(['"', '\'']);
    let inserted = |candidate: &CompletionCandidate| {
        let value = quoted(candidate.get_value().to_str()?, line.quote)?;
        let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
        Some((value.strip_prefix(kept).unwrap_or(&value).to_owned(), help))
    };
    let texts: Vec<(String, String)> = candidates.iter().filter_map(inserted).collect();
    let several = described && texts.len() > 1;
    let width = texts.iter().map(|(value, _)| value.chars().count()).max().unwrap_or_default();
    let reply = |(value, help): (String, String)| match help.lines().next() {
        Some(help) if several => format!("{value:width$}  ({})", cut(help)),
        _ => value,
    };
    texts.into_iter().map(reply).collect()
}

fn cut(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION_MAX {
        return text.to_owned();
    }
    let begin: String = text.chars().take(DESCRIPTION_MAX - 1).collect();
    format!("{}…", begin.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(values: &[(&str, &str)]) -> Vec<CompletionCandidate> {
        let candidate = |(value, help): &(&str, &str)| {
            CompletionCandidate::new(*value).help((!help.is_empty()).then(|| (*help).to_owned().into()))
        };
        values.iter().map(candidate).collect()
    }

    #[test]
    fn several_are_described_and_one_is_inserted() {
        let tasks = candidates(&[("1", "Buy milk"), ("12", "Call")]);
        let replies_to = |line: &str, word, described, tasks: &[_]| replies(&split(line), word, described, tasks);
        assert_eq!(replies_to("todo done ", "", true, &tasks), ["1   (Buy milk)", "12  (Call)"]);
        assert_eq!(replies_to("todo done ", "", false, &tasks), ["1", "12"]);
        assert_eq!(replies_to("todo done 12", "12", true, &tasks[1..]), ["12"]);
        let long = candidates(&[("1", &"x".repeat(100)), ("2", "")]);
        assert_eq!(replies_to("todo done ", "", true, &long)[0], format!("1  ({}…)", "x".repeat(49)));
    }

    #[test]
    fn only_the_word_that_bash_sees_is_replaced() {
        let tag = candidates(&[("--tag=two words", "")]);
        assert_eq!(replies(&split("todo list --tag=tw"), "tw", true, &tag), [r"two\ words"]);
        let tag = candidates(&[("two words", "")]);
        assert_eq!(replies(&split("todo list -t \"tw"), "tw", true, &tag), ["two words"]);
        assert_eq!(replies(&split("todo list -t \"tw"), "\"tw", true, &tag), ["two words"]);
        let harm = candidates(&[("$(reboot)", "")]);
        assert_eq!(replies(&split("todo list -t "), "", true, &harm), [r"\$\(reboot\)"]);
    }
}
