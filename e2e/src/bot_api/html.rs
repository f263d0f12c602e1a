//! Telegram's HTML, read as its servers read it (`parse_html` in tdlib's `MessageEntity.cpp`): what they refuse is refused
//! here, in the same words.

use super::entities::{Entity, utf16_len};

/// What a message may be marked up with: <https://core.telegram.org/bots/api#html-style>.
const TAGS: [&str; 16] = [
    "a",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "strike",
    "del",
    "u",
    "ins",
    "tg-spoiler",
    "tg-emoji",
    "span",
    "pre",
    "code",
    "blockquote",
];

/// The plain text and what stands in it.
pub(crate) type Parsed = (String, Vec<Entity>);

/// Reads markup.
///
/// # Errors
///
/// Telegram's text for what is wrong with it.
pub(crate) fn parse(html: &str) -> Result<Parsed, String> {
    let mut parser =
        Parser { html: html.as_bytes(), at: 0, text: String::new(), length: 0, open: vec![], found: vec![] };
    parser.run(html)?;
    // A language anywhere else is forgotten.
    parser.found.iter_mut().filter(|entity| entity.kind == "code").for_each(|code| code.value = None);
    parser.found.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    Ok((parser.text, parser.found))
}

struct Open {
    tag: String,
    argument: String,
    /// In UTF-16 code units.
    offset: usize,
    /// In bytes.
    begin: usize,
}

struct Parser<'a> {
    html: &'a [u8],
    at: usize,
    text: String,
    /// Of the text so far, in UTF-16 code units.
    length: usize,
    open: Vec<Open>,
    found: Vec<Entity>,
}

impl Parser<'_> {
    fn run(&mut self, html: &str) -> Result<(), String> {
        while let Some(next) = html.get(self.at..).and_then(|rest| rest.chars().next()) {
            match next {
                '&' if self.reference() => {}
                '<' => self.tag()?,
                other => {
                    self.push(other);
                    self.at += other.len_utf8();
                }
            }
        }
        match self.open.last() {
            Some(open) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag)),
            None => Ok(()),
        }
    }

    fn push(&mut self, sign: char) {
        self.text.push(sign);
        self.length += sign.len_utf16();
    }

    /// Past the end stands a zero, which counts as white space there.
    fn byte(&self) -> u8 {
        self.html.get(self.at).copied().unwrap_or(0)
    }

    fn at_space(&self) -> bool {
        matches!(self.byte(), b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x0b)
    }

    fn skip_spaces(&mut self) {
        while self.byte() != 0 && self.at_space() {
            self.at += 1;
        }
    }

    fn skip_until(&mut self, ends: &[u8]) -> &str {
        let begin = self.at;
        while !self.at_space() && !ends.contains(&self.byte()) {
            self.at += 1;
        }
        std::str::from_utf8(&self.html[begin..self.at]).unwrap_or_default()
    }

    /// Reads a character reference, if one stands here; others are text.
    fn reference(&mut self) -> bool {
        let Some((sign, length)) = decode_reference(&self.html[self.at..]) else { return false };
        self.at += length;
        self.push(sign);
        true
    }

    fn tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        if self.byte() == b'/' {
            self.at += 1;
            self.end_tag(begin)
        } else {
            self.start_tag(begin)
        }
    }

    fn start_tag(&mut self, begin: usize) -> Result<(), String> {
        let tag = self.skip_until(b">").to_lowercase();
        if self.byte() == 0 {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        if !TAGS.contains(&tag.as_str()) {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
        }
        let argument = self.attributes(&tag, begin)?;
        self.at += 1;
        if tag == "span" && argument != "spoiler" {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.open.push(Open { tag, argument, offset: self.length, begin: self.text.len() });
        Ok(())
    }

    /// Answers the one attribute that means something to the tag.
    fn attributes(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        let mut argument = String::new();
        loop {
            self.skip_spaces();
            if self.byte() == b'>' {
                return Ok(argument);
            }
            let name = self.skip_until(b"=>/\"'").to_owned();
            if name.is_empty() {
                return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
            }
            self.skip_spaces();
            let value = match self.byte() {
                0 => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
                b'=' => self.attribute_value(tag, begin)?,
                _ => String::new(),
            };
            match (tag, name.as_str()) {
                ("a", "href") | ("tg-emoji", "emoji-id") => argument = value,
                ("code", "class") => argument = value.strip_prefix("language-").unwrap_or(&argument).to_owned(),
                ("span", "class") => argument = value.strip_prefix("tg-").unwrap_or(&argument).to_owned(),
                ("blockquote", "expandable") => argument = "1".to_owned(),
                _ => {}
            }
        }
    }

    fn attribute_value(&mut self, tag: &str, begin: usize) -> Result<String, String> {
        self.at += 1;
        self.skip_spaces();
        let value = match self.byte() {
            0 => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
            quote @ (b'"' | b'\'') => self.quoted(quote),
            _ => self.name_token()?,
        };
        if self.byte() == 0 { Err(format!("Unclosed start tag at byte offset {begin}")) } else { Ok(value) }
    }

    fn name_token(&mut self) -> Result<String, String> {
        let begin = self.at;
        while self.byte().is_ascii_alphanumeric() || matches!(self.byte(), b'.' | b'-') {
            self.at += 1;
        }
        if !self.at_space() && self.byte() != b'>' {
            return Err(format!("Unexpected end of name token at byte offset {begin}"));
        }
        Ok(String::from_utf8_lossy(&self.html[begin..self.at]).to_lowercase())
    }

    fn quoted(&mut self, quote: u8) -> String {
        self.at += 1;
        let mut value = Vec::new();
        while self.byte() != quote && self.byte() != 0 {
            match decode_reference(&self.html[self.at..]) {
                Some((sign, length)) => {
                    value.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
                    self.at += length;
                }
                None => {
                    value.push(self.byte());
                    self.at += 1;
                }
            }
        }
        self.at += usize::from(self.byte() == quote);
        String::from_utf8_lossy(&value).into_owned()
    }

    fn end_tag(&mut self, begin: usize) -> Result<(), String> {
        let name = self.skip_until(b">").to_lowercase();
        self.skip_spaces();
        let Some(open) = self.open.last() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        if self.byte() != b'>' {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        if !name.is_empty() && name != open.tag {
            let expected = &open.tag;
            return Err(format!(
                "Unmatched end tag at byte offset {begin}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        self.at += 1;
        match self.open.pop() {
            Some(open) if self.length > open.offset => self.close(open),
            _ => Ok(()),
        }
    }

    fn close(&mut self, open: Open) -> Result<(), String> {
        let (kind, value) = match open.tag.as_str() {
            "b" | "strong" => ("bold", None),
            "i" | "em" => ("italic", None),
            "u" | "ins" => ("underline", None),
            "s" | "strike" | "del" => ("strikethrough", None),
            "tg-spoiler" | "span" => ("spoiler", None),
            "blockquote" if open.argument.is_empty() => ("blockquote", None),
            "blockquote" => ("expandable_blockquote", None),
            "tg-emoji" => match open.argument.parse::<i64>() {
                Ok(id) if id != 0 => ("custom_emoji", Some(open.argument)),
                _ => return Err("Invalid custom emoji identifier specified".to_owned()),
            },
            "a" => match self.link(&open) {
                Some(link) => link,
                // Telegram leaves the text and forgets the link.
                None => return Ok(()),
            },
            "code" => ("code", Some(open.argument).filter(|language| !language.is_empty())),
            _ => ("pre", None),
        };
        self.add(Entity { kind: kind.into(), offset: open.offset, length: self.length - open.offset, value });
        Ok(())
    }

    /// `<pre><code class="language-…">` is one thing, either way round.
    fn add(&mut self, entity: Entity) {
        let same = |inner: &&mut Entity| (inner.offset, inner.length) == (entity.offset, entity.length);
        match (entity.kind.as_str(), self.found.last_mut().filter(same)) {
            ("pre", Some(inner)) if inner.kind == "code" && inner.value.is_some() => inner.kind = entity.kind,
            ("code", Some(inner)) if inner.kind == "pre" && entity.value.is_some() => inner.value = entity.value,
            _ => self.found.push(entity),
        }
    }

    fn link(&self, open: &Open) -> Option<(&'static str, Option<String>)> {
        let target = if open.argument.is_empty() { &self.text[open.begin..] } else { open.argument.as_str() };
        if let Some(user) = target.strip_prefix("tg://user?id=") {
            return user.parse::<i64>().ok().map(|id| ("text_mention", Some(id.to_string())));
        }
        checked_url(target).ok().map(|url| ("text_link", Some(url)))
    }
}

/// A link as Telegram takes it: a scheme may be missing, a host with a dot may not.
///
/// # Errors
///
/// Telegram's text for what is wrong with it.
pub(crate) fn checked_url(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
    match scheme.to_lowercase().as_str() {
        "tg" | "ton" | "tonsite" => return Ok(text.to_owned()),
        "http" | "https" => {}
        _ => return Err("Unsupported URL protocol"),
    }
    let url = reqwest::Url::parse(&format!("{scheme}://{rest}")).map_err(|_| "Wrong HTTP URL")?;
    match url.host_str() {
        Some(host) if host.contains('.') || host.starts_with('[') => Ok(url.into()),
        _ => Err("Wrong HTTP URL"),
    }
}

/// A character reference at the beginning, and its length in bytes. Only these four names exist.
fn decode_reference(html: &[u8]) -> Option<(char, usize)> {
    let rest = html.strip_prefix(b"&")?;
    let (code, mut length) = match rest.strip_prefix(b"#") {
        Some(number) => {
            let (digits, radix, prefix) = match number.strip_prefix(b"x") {
                Some(digits) => (digits, 16, 3),
                None => (number, 10, 2),
            };
            let count = digits.iter().take_while(|digit| char::from(**digit).is_digit(radix)).count();
            if prefix + count >= 10 {
                return None;
            }
            let digits = std::str::from_utf8(&digits[..count]).ok()?;
            (u32::from_str_radix(digits, radix).ok().filter(|code| *code != 0)?, prefix + count)
        }
        None => {
            let count = rest.iter().take_while(|sign| sign.is_ascii_alphabetic()).count();
            let sign = match &rest[..count] {
                b"lt" => '<',
                b"gt" => '>',
                b"amp" => '&',
                b"quot" => '"',
                _ => return None,
            };
            (u32::from(sign), 1 + count)
        }
    };
    if html.get(length) == Some(&b';') {
        length += 1;
    }
    Some((char::from_u32(code)?, length))
}

/// Cuts white space off both ends, as Telegram does with every text.
pub(crate) fn trim((text, entities): Parsed) -> Parsed {
    let trimmed = text.trim();
    let cut = utf16_len(&text[..text.len() - text.trim_start().len()]);
    let length = utf16_len(trimmed);
    let entities = entities.into_iter().filter_map(|mut entity| {
        let end = (entity.offset + entity.length).saturating_sub(cut).min(length);
        entity.offset = entity.offset.saturating_sub(cut);
        entity.length = end.checked_sub(entity.offset).filter(|length| *length > 0)?;
        Some(entity)
    });
    (trimmed.to_owned(), entities.collect())
}

#[cfg(test)]
mod tests;
