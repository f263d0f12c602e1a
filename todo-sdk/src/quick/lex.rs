//! A line as words: what is quoted or escaped is literal.

/// A word, or what is in quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it begins, in characters.
    pub(super) start: usize,
    /// Where it ends, not included.
    pub(super) end: usize,
    /// Without quotes and escapes.
    pub(super) text: String,
    /// In lower case, without the signs of punctuation behind it.
    pub(super) folded: String,
    /// Nothing but text, whatever it looks like.
    pub(super) literal: bool,
    /// Where in `text` a quoted part begins, behind a prefix such as `@`.
    pub(super) quoted_from: Option<usize>,
}

impl Word {
    /// As it stands in a phrase: a date such as `31.12.` keeps the point that makes it one.
    pub(super) fn in_phrase(&self) -> &str {
        let is_date = self.text.strip_suffix('.') == Some(&self.folded)
            && self.folded.split_once('.').is_some_and(|(day, month)| day.len() <= 2 && month.len() == 2)
            && self.folded.bytes().all(|letter| letter == b'.' || letter.is_ascii_digit());
        if is_date { &self.text } else { &self.folded }
    }
}

/// The words of a line, and the description behind `//`, with where that begins and ends.
pub(super) struct Line {
    pub(super) words: Vec<Word>,
    pub(super) description: Option<(usize, usize, String)>,
}

pub(super) fn lex(text: &str) -> Line {
    let letters: Vec<char> = text.chars().collect();
    let mut words = Vec::new();
    let mut unclosed = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if letters[at].is_whitespace() {
            at += 1;
        } else if is_description(&letters, at) {
            let description: String = letters[at + 2..].iter().collect();
            return Line { words, description: Some((at, letters.len(), description.trim().to_owned())) };
        } else {
            let word = word(&letters, at, &mut unclosed);
            at = word.end;
            words.push(word);
        }
    }
    Line { words, description: None }
}

/// `//` alone. An address has letters before it, a network path behind it.
fn is_description(letters: &[char], at: usize) -> bool {
    letters[at..].starts_with(&['/', '/']) && letters.get(at + 2).is_none_or(|next| next.is_whitespace())
}

fn word(letters: &[char], start: usize, unclosed: &mut Vec<char>) -> Word {
    let (mut text, mut literal, mut quoted_from) = (String::new(), false, None);
    let mut at = start;
    while at < letters.len() && !letters[at].is_whitespace() {
        let letter = letters[at];
        if letter == '\\' && escapes(letters, start, at) {
            literal |= at == start;
            text.push(letters[at + 1]);
            at += 2;
        } else if let Some(end) = quote_end(letters, at, unclosed).filter(|_| may_quote(&text, quoted_from)) {
            literal |= at == start;
            quoted_from = Some(text.len());
            text.push_str(&unescaped(&letters[at + 1..end]));
            at = end + 1;
        } else {
            text.push(letter);
            at += 1;
        }
    }
    Word { start, end: at, folded: fold(&text), text, literal, quoted_from }
}

/// At the beginning of a word a sign is escaped whatever it is, later only one that is neither letter nor digit: paths have
/// backslashes too.
fn escapes(letters: &[char], start: usize, at: usize) -> bool {
    letters.get(at + 1).is_some_and(|next| !next.is_whitespace() && (at == start || !next.is_alphanumeric()))
}

/// Quotes stand at the beginning of a word, or behind a prefix such as `@` and `due:`.
fn may_quote(before: &str, quoted: Option<usize>) -> bool {
    quoted.is_none() && (before.is_empty() || before == "@" || before.ends_with(':'))
}

/// Where the quotation that begins here ends. What is not closed once is never closed later, and not looked for again.
fn quote_end(letters: &[char], at: usize, unclosed: &mut Vec<char>) -> Option<usize> {
    let close = match letters[at] {
        '"' => '"',
        '“' => '”',
        '„' => '“',
        '«' => '»',
        _ => return None,
    };
    if unclosed.contains(&close) {
        return None;
    }
    let mut end = at + 1;
    while let Some(letter) = letters.get(end) {
        match letter {
            '\\' => end += 1,
            letter if *letter == close => return Some(end),
            _ => {}
        }
        end += 1;
    }
    unclosed.push(close);
    None
}

fn unescaped(letters: &[char]) -> String {
    let mut text = String::new();
    let mut escaped = false;
    for letter in letters {
        if *letter == '\\' && !escaped {
            escaped = true;
        } else {
            text.push(*letter);
            escaped = false;
        }
    }
    text
}

/// In lower case, with `ё` as `е`, and without the punctuation behind it; a question stays one.
pub(super) fn fold(text: &str) -> String {
    let lower = text.to_lowercase().replace('ё', "е");
    lower.trim_end_matches([',', ';', '.']).to_owned()
}
