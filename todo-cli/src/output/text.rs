//! Text from people is data: nothing in it may steer the terminal.

use std::borrow::Cow;

/// One line that shows every control character instead of sending it.
///
/// C0 controls become their pictures (`␛`), what has none becomes its code (`<U+202E>`).
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hazard) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0'..='\x1f' => safe.extend(char::from_u32(0x2400 + u32::from(c))),
            '\x7f' => safe.push('\u{2421}'),
            c if is_hazard(c) => safe.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// The lines of a longer text, each of them safe. Line breaks and tabs are kept as such: they come out as lines and
/// spaces of ours.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n", "\n").split('\n').map(|part| line(&part.replace('\t', "    ")).into_owned()).collect()
}

/// JSON that is just as harmless on a terminal: the same value, with the hazards as `\u` escapes.
///
/// serde escapes C0 controls already. Outside of strings JSON is plain ASCII, so replacing is safe.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let hazard = |c: char| is_hazard(c) && c != '\n';
    if !text.contains(hazard) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hazard(c) {
            safe.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

/// Controls (C0, DEL, C1), line and paragraph separators, and what reorders or hides the text around it: bidi marks,
/// embeddings, overrides and isolates. All lie in the basic plane.
fn is_hazard(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061C}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}')
}

#[cfg(test)]
mod tests {
    use super::{json, line, lines};

    #[test]
    fn escape_sequences_are_shown_not_sent() {
        assert_eq!(line("\x1b[31mred\x1b[0m"), "␛[31mred␛[0m");
        assert_eq!(line("\x1b]0;title\x07"), "␛]0;title␇");
        assert_eq!(line("\u{9b}2J"), "<U+009B>2J");
        assert_eq!(line("a\rb\nc\td\0\x7f"), "a␍b␊c␉d␀␡");
    }

    #[test]
    fn nothing_reorders_or_hides_what_is_around_it() {
        assert_eq!(line("pay \u{202e}001\u{202c}"), "pay <U+202E>001<U+202C>");
        assert_eq!(line("a\u{2067}b\u{2028}c"), "a<U+2067>b<U+2028>c");
    }

    #[test]
    fn people_keep_their_letters_and_emoji() {
        for text in ["Позвонить в банк", "👩‍👩‍👧 семья", "naïve café", "日本語", "مرحبا"]
        {
            assert_eq!(line(text), text);
        }
    }

    #[test]
    fn long_text_keeps_its_lines() {
        assert_eq!(lines("one\r\n\ttwo\x1b\n"), ["one", "    two␛", ""]);
    }

    #[test]
    fn json_stays_the_same_value() {
        let text = "\u{9b}2J \u{202e}x\x7f";
        let encoded = serde_json::to_string(text).unwrap();
        let safe = json(&encoded);
        assert_eq!(safe, r#""\u009b2J \u202ex\u007f""#);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }
}
