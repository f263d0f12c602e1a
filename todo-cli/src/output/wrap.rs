//! Text in lines that are no wider than they should be.

use unicode_width::UnicodeWidthStr;

/// What is read easily; wider terminals leave the rest empty.
const WIDTH_MAX: usize = 80;
/// Narrower than this, words would stand one below the other.
const WIDTH_MIN: usize = 30;

/// How many columns and rows the terminal has; `None` where it does not tell, or says none, as some do that nobody looks at.
pub(crate) fn terminal_size() -> Option<(u16, u16)> {
    crossterm::terminal::size().ok().filter(|(columns, rows)| *columns > 0 && *rows > 0)
}

/// How wide text for people is here.
pub(crate) fn width() -> usize {
    let told = terminal_size().map_or(WIDTH_MAX, |(columns, _)| usize::from(columns));
    told.clamp(WIDTH_MIN, WIDTH_MAX)
}

/// The lines of `text`. Those that begin with a space, such as examples, stay as they are.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with(' ') || line.width() <= width {
            lines.push(line.to_owned());
        } else {
            lines.extend(words(line, width));
        }
    }
    lines
}

fn words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn long_lines_break_between_words_and_examples_do_not() {
        let text = "one two three\n    an example that stays\n\nдва слова";
        let wrapped = wrap(text, 9);
        assert_eq!(wrapped, ["one two", "three", "    an example that stays", "", "два слова"]);
        assert_eq!(wrap("overlong-word x", 5), ["overlong-word", "x"]);
    }
}
