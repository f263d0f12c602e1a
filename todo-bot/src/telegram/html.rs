//! Text from people in Telegram's HTML ([Bot API](https://core.telegram.org/bots/api#html-style)).

/// Takes the meaning from `<`, `>`, `&` and `"`.
#[must_use]
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// How Telegram counts the length of a text.
#[cfg(test)]
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The beginning of a text, of at most `max` UTF-16 code units, cut between words where that is near; and whether there is
/// more.
#[must_use]
pub(crate) fn cut(text: &str, max: usize) -> (&str, bool) {
    let mut length = 0;
    let end = text.char_indices().find_map(|(at, letter)| {
        length += letter.len_utf16();
        (length > max).then_some(at)
    });
    let Some(end) = end else { return (text, false) };
    let space = text[..end].rfind(char::is_whitespace).filter(|space| *space > end / 2);
    (text[..space.unwrap_or(end)].trim_end(), true)
}

/// A text in parts of at most `max` UTF-16 code units.
#[must_use]
pub(crate) fn parts(text: &str, max: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (part, _) = cut(rest, max.max(2));
        parts.push(part);
        rest = rest[part.len()..].trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_people_write_is_markup() {
        assert_eq!(escape("<b>&</b> ](x) _*\""), "&lt;b&gt;&amp;&lt;/b&gt; ](x) _*&quot;");
    }

    #[test]
    fn a_text_is_cut_between_words_and_never_within_a_letter() {
        assert_eq!(cut("one two three", 9), ("one two", true));
        assert_eq!(cut("one two", 7), ("one two", false));
        let emoji = "👍".repeat(100);
        assert_eq!(cut(&emoji, 5), ("👍👍", true));
    }

    #[test]
    fn the_parts_hold_everything() {
        let text = "word ".repeat(2000);
        let parts = parts(&text, 3500);
        assert!(parts.iter().all(|part| units(part) <= 3500));
        assert_eq!(parts.join(" "), text.trim());
        assert_eq!(super::parts(&"ж".repeat(8000), 3500).concat(), "ж".repeat(8000));
    }
}
