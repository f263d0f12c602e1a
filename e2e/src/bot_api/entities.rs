//! What stands in a text beside its letters: <https://core.telegram.org/bots/api#messageentity>.

use std::collections::HashMap;

use linkify::{LinkFinder, LinkKind};
use serde_json::{Value, json};

/// A part of a text that means something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// Telegram's name of it, such as `bold` or `bot_command`.
    pub kind: String,
    /// Where it begins, in UTF-16 code units.
    pub offset: usize,
    /// Its length in UTF-16 code units.
    pub length: usize,
    /// The address of a `text_link`, the language of a `pre`, the person's id of a `text_mention`, the id of a
    /// `custom_emoji`.
    pub value: Option<String>,
}

impl Entity {
    /// As the Bot API writes it; `people` are those that a `text_mention` may name.
    pub(crate) fn wire(&self, people: &HashMap<i64, super::message::User>) -> Option<Value> {
        let mut wire = json!({"type": self.kind, "offset": self.offset, "length": self.length});
        let value = self.value.as_deref();
        match (self.kind.as_str(), value) {
            ("text_link", Some(url)) => wire["url"] = json!(url),
            ("pre", Some(language)) => wire["language"] = json!(language),
            ("custom_emoji", Some(id)) => wire["custom_emoji_id"] = json!(id),
            // Telegram forgets mentions of people whom the bot has never met.
            ("text_mention", Some(id)) => wire["user"] = people.get(&id.parse().ok()?)?.wire(),
            _ => {}
        }
        Some(wire)
    }

    fn from_wire(wire: &Value) -> Option<Self> {
        let number = |name: &str| usize::try_from(wire[name].as_u64()?).ok();
        let text = |name: &str| wire[name].as_str().map(ToOwned::to_owned);
        let user = || wire["user"]["id"].as_i64().map(|id| id.to_string());
        let value = text("url").or_else(|| text("language")).or_else(|| text("custom_emoji_id")).or_else(user);
        Some(Self { kind: text("type")?, offset: number("offset")?, length: number("length")?, value })
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.offset < other.offset + other.length && other.offset < self.offset + self.length
    }
}

/// The length of a text as Telegram counts it.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Reads a list of entities that a bot sends instead of markup.
pub(crate) fn from_wire(list: &Value) -> Vec<Entity> {
    list.as_array().into_iter().flatten().filter_map(Entity::from_wire).collect()
}

/// Adds the commands, mentions, hash tags and addresses that Telegram finds in any text by itself.
pub(crate) fn with_found(text: &str, mut entities: Vec<Entity>) -> Vec<Entity> {
    let literal = |entity: &&Entity| matches!(entity.kind.as_str(), "code" | "pre" | "text_link" | "text_mention");
    let taken: Vec<Entity> = entities.iter().filter(literal).cloned().collect();
    let found = find(text).into_iter().filter(|entity| !taken.iter().any(|taken| taken.overlaps(entity)));
    entities.extend(found);
    entities.sort_by_key(|entity| (entity.offset, std::cmp::Reverse(entity.length)));
    entities
}

fn find(text: &str) -> Vec<Entity> {
    let mut found = links(text);
    for (begin, sign) in text.char_indices() {
        let before = text[..begin].chars().next_back();
        let kind = match sign {
            '/' => "bot_command",
            '@' => "mention",
            '#' => "hashtag",
            _ => continue,
        };
        // In the middle of a word they are ordinary signs.
        if before.is_some_and(|before| is_word(before) || matches!(before, '/' | '<' | '>' | '@')) {
            continue;
        }
        let Some(length) = tail_length(kind, &text[begin + 1..]) else { continue };
        let entity = entity(kind, text, begin, begin + 1 + length);
        if !found.iter().any(|other| other.overlaps(&entity)) {
            found.push(entity);
        }
    }
    found
}

fn links(text: &str) -> Vec<Entity> {
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false).url_can_be_iri(true);
    let links = finder.links(text).filter(|link| *link.kind() == LinkKind::Email || is_address(link.as_str()));
    links
        .map(|link| {
            let kind = if *link.kind() == LinkKind::Email { "email" } else { "url" };
            entity(kind, text, link.start(), link.end())
        })
        .collect()
}

/// Without a scheme, only well-known ends make an address: `main.rs` and `10.30` are none.
fn is_address(text: &str) -> bool {
    const ENDS: [&str; 14] =
        ["com", "org", "net", "io", "ru", "dev", "app", "me", "info", "eu", "de", "uk", "рф", "by"];
    match text.split_once("://") {
        Some((scheme, _)) => matches!(scheme.to_lowercase().as_str(), "http" | "https" | "ftp" | "tg"),
        None => {
            let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
            host.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end.to_lowercase().as_str()))
        }
    }
}

fn entity(kind: &str, text: &str, begin: usize, end: usize) -> Entity {
    let (offset, length) = (utf16_len(&text[..begin]), utf16_len(&text[begin..end]));
    Entity { kind: kind.to_owned(), offset, length, value: None }
}

fn is_word(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_'
}

/// How many bytes of what follows the sign belong to it.
fn tail_length(kind: &str, rest: &str) -> Option<usize> {
    let name = |text: &str| text.bytes().take_while(|sign| sign.is_ascii_alphanumeric() || *sign == b'_').count();
    let length = match kind {
        "hashtag" => rest.chars().take_while(|sign| is_word(*sign)).map(char::len_utf8).sum(),
        _ => name(rest),
    };
    let after = |length: usize| rest[length..].chars().next();
    match kind {
        "hashtag" => {
            let numbers_only = rest[..length].chars().all(|sign| sign.is_ascii_digit());
            (length > 0 && !numbers_only).then_some(length)
        }
        "mention" => ((4..=32).contains(&length) && !after(length).is_some_and(is_word)).then_some(length),
        _ => {
            if !(1..=64).contains(&length) {
                return None;
            }
            let bot = rest[length..].strip_prefix('@').map_or(0, name);
            let length = if (3..=32).contains(&bot) { length + 1 + bot } else { length };
            (!after(length).is_some_and(|after| is_word(after) || after == '/')).then_some(length)
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::command("/start abc", "bot_command:/start")]
    #[case::addressed("say /list@todo_bot now", "bot_command:/list@todo_bot")]
    #[case::two("/a /b", "bot_command:/a bot_command:/b")]
    #[case::path("home/user /usr/bin a/b", "")]
    #[case::mention("ask @anna_b!", "mention:@anna_b")]
    #[case::short_mention("ask @ann", "")]
    #[case::hashtag("#дом #1 #2b", "hashtag:#дом hashtag:#2b")]
    #[case::url("see https://example.com/a?b=c.", "url:https://example.com/a?b=c")]
    #[case::bare("see example.com and main.rs at 10.30", "url:example.com")]
    #[case::email("write to ann@example.com", "email:ann@example.com")]
    #[case::after_emoji("🏠 /done", "bot_command:/done")]
    #[case::cyrillic("/задача", "")]
    fn telegram_finds(#[case] text: &str, #[case] expected: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        let shown = |entity: &Entity| {
            let part = String::from_utf16_lossy(&units[entity.offset..entity.offset + entity.length]);
            format!("{}:{part}", entity.kind)
        };
        let found: Vec<String> = with_found(text, vec![]).iter().map(shown).collect();
        assert_eq!(found.join(" "), expected);
    }
}
