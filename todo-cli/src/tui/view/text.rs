//! Text that fits: measured as terminals do, cut between letters, harmless.

use std::borrow::Cow;

use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(crate) use crate::output::text::{line as safe, lines as safe_lines};

/// Columns that a text takes.
pub(crate) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// As much of the text as fits, with an ellipsis where something is missing.
pub(crate) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let mut cut = String::new();
    let mut taken = 0;
    for letter in text.graphemes(true) {
        let columns_of_letter = width(letter);
        if taken + columns_of_letter + 1 > columns {
            break;
        }
        taken += columns_of_letter;
        cut.push_str(letter);
    }
    if columns > 0 {
        cut.push('…');
    }
    Cow::Owned(cut)
}

/// The text in exactly this many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let space = columns.saturating_sub(width(&text));
    format!("{text}{:space$}", "")
}

/// The text in exactly this many columns, at their right end.
pub(crate) fn pad_left(text: &str, columns: usize) -> String {
    let text = fit(text, columns);
    let space = columns.saturating_sub(width(&text));
    format!("{:space$}{text}", "")
}

/// A longer text in lines of this many columns, broken between words where that is possible.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    safe_lines(text).iter().flat_map(|line| wrap_line(line, columns)).collect()
}

fn wrap_line(line: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let (mut taken, mut start) = (0, 0);
    for (end, _) in linebreaks(line) {
        let word = &line[start..end];
        start = end;
        // The space behind a word may hang over the end of its line, where nobody sees it.
        if taken > 0 && taken + width(word.trim_end()) > columns {
            lines.push(String::new());
            taken = 0;
        }
        for letter in word.graphemes(true) {
            let wide = width(letter);
            if taken > 0 && taken + wide > columns {
                if letter.trim().is_empty() {
                    continue;
                }
                lines.push(String::new());
                taken = 0;
            }
            if let Some(last) = lines.last_mut() {
                last.push_str(letter);
            }
            taken += wide;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(fit("Buy milk", 8), "Buy milk");
        assert_eq!(fit("Buy milk", 6), "Buy m…");
        assert_eq!(fit("日本語", 4), "日…");
        assert_eq!(fit("👩‍👩‍👧 семья", 4), "👩‍👩‍👧 …");
        assert_eq!(fit("abc", 0), "");
        assert_eq!((pad("日", 4), pad_left("ab", 4)), ("日  ".into(), "  ab".into()));
    }

    #[test]
    fn long_texts_break_between_words() {
        assert_eq!(wrap("one two three\nfour", 8), ["one two ", "three", "four"]);
        assert_eq!(wrap("the card.", 8), ["the ", "card."]);
        assert_eq!(wrap("abc de", 3), ["abc", "de"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
