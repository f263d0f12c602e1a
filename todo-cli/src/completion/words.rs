//! A line of a shell, taken apart as bash does it.

/// How the word that is being typed was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    None,
    Single,
    Double,
}

/// The words up to the cursor; the last one is being typed, and may be empty.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Split {
    /// Without quotes and backslashes.
    pub(super) words: Vec<String>,
    /// The last word as it was typed.
    pub(super) raw: String,
    /// Whether a quote is open at the cursor.
    pub(super) quote: Quote,
}

/// Takes a line apart. Substitutions are not carried out: `$x` stays as it is.
pub(super) fn split(line: &str) -> Split {
    let mut words = Vec::new();
    let (mut word, mut raw, mut quote) = (String::new(), String::new(), Quote::None);
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        if quote == Quote::None && c.is_ascii_whitespace() {
            if !raw.is_empty() {
                words.push(std::mem::take(&mut word));
                raw.clear();
            }
            continue;
        }
        raw.push(c);
        match (quote, c) {
            (Quote::None, '\'') => quote = Quote::Single,
            (Quote::None, '"') => quote = Quote::Double,
            (Quote::Single, '\'') | (Quote::Double, '"') => quote = Quote::None,
            (Quote::None, '\\') => extend(&mut word, &mut raw, rest.next()),
            (Quote::Double, '\\') if rest.peek().is_some_and(|next| "\\\"$`".contains(*next)) => {
                extend(&mut word, &mut raw, rest.next());
            }
            (_, c) => word.push(c),
        }
    }
    words.push(word);
    Split { words, raw, quote }
}

fn extend(word: &mut String, raw: &mut String, next: Option<char>) {
    word.extend(next);
    raw.extend(next);
}

/// `value` so that the shell reads it as one word with nothing in it to carry out, behind what opened the word.
/// `None` where it can't be written so.
pub(super) fn quoted(value: &str, quote: Quote) -> Option<String> {
    let hidden = |signs: &'static str| {
        let escaped = |c: char| if signs.contains(c) { vec!['\\', c] } else { vec![c] };
        Some(value.chars().flat_map(escaped).collect())
    };
    match quote {
        Quote::None => hidden(" \\\"'`$&|;<>()[]{}*?!#~^"),
        Quote::Double => hidden("\\\"`$"),
        Quote::Single => (!value.contains('\'')).then(|| value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_apart_as_the_shell_does() {
        for (line, words, raw, quote) in [
            ("todo done ", &["todo", "done", ""][..], "", Quote::None),
            ("todo done 1", &["todo", "done", "1"], "1", Quote::None),
            ("todo list --tag=ho", &["todo", "list", "--tag=ho"], "--tag=ho", Quote::None),
            (r"todo list -t two\ wo", &["todo", "list", "-t", "two wo"], r"two\ wo", Quote::None),
            (r#"todo add "a b" 'c'd @h"#, &["todo", "add", "a b", "cd", "@h"], "@h", Quote::None),
            (r#"todo list -t "two w"#, &["todo", "list", "-t", "two w"], "\"two w", Quote::Double),
            ("todo list -t 'it", &["todo", "list", "-t", "it"], "'it", Quote::Single),
            ("todo add ''", &["todo", "add", ""], "''", Quote::None),
            ("", &[""], "", Quote::None),
        ] {
            let split = split(line);
            assert_eq!(
                (split.words.as_slice(), split.raw.as_str(), split.quote),
                (&*owned(words), raw, quote),
                "{line}"
            );
        }
    }

    fn owned(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn what_is_quoted_is_read_as_it_was() {
        for value in
            ["home", "two words", "$(reboot)", "a'b", "`x`", "a;b|c", "*", "~", "#1", "50%", "дом", r"back\slash"]
        {
            for (quote, opened) in [(Quote::None, ""), (Quote::Double, "\""), (Quote::Single, "'")] {
                if let Some(text) = quoted(value, quote) {
                    assert_eq!(split(&format!("{opened}{text}")).words, [value], "{opened}{text}");
                }
            }
        }
        assert_eq!(quoted("a'b", Quote::Single), None);
        assert_eq!(quoted("$(x)", Quote::None).as_deref(), Some(r"\$\(x\)"));
    }
}
