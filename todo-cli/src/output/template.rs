//! Templates for a line: `{id:>5} {title:30} {due}`.

use std::{iter::Peekable, str::Chars, str::FromStr};

use clap::ValueEnum;
use todo_sdk::model::Task;
use unicode_width::UnicodeWidthStr;

use super::{fields::Field, view::TagNames};
use crate::input::suggest::did_you_mean;

/// The most columns that a field is filled up to.
const WIDTH_MAX: usize = 1000;

/// What is printed for each task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// From whoever wrote the template: it is printed as it is.
    Text(String),
    Field(Slot),
}

/// Where a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    field: Field,
    /// At least so many columns.
    width: usize,
    /// With the spaces in front.
    right: bool,
}

impl Template {
    pub(crate) fn render(&self, task: &Task, tags: &TagNames) -> String {
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Field(slot) => slot.fill(&slot.field.text(task, tags)),
        };
        self.parts.iter().map(part).collect()
    }

    pub(crate) fn has(&self, field: Field) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Field(slot) if slot.field == field))
    }

    fn push(&mut self, c: char) {
        match self.parts.last_mut() {
            Some(Part::Text(text)) => text.push(c),
            _ => self.parts.push(Part::Text(c.to_string())),
        }
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut template = Self { parts: Vec::new() };
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            match sign {
                '{' | '}' if signs.next_if_eq(&sign).is_some() => template.push(sign),
                '{' => template.parts.push(Part::Field(inside(&mut signs)?.parse()?)),
                '}' => return Err("a `}` without `{`; write `}}` for the sign itself".to_owned()),
                '\\' => template.push(escaped(signs.next())?),
                other => template.push(other),
            }
        }
        Ok(template)
    }
}

fn inside(signs: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    let mut text = String::new();
    for sign in signs {
        match sign {
            '}' => return Ok(text),
            other => text.push(other),
        }
    }
    Err(format!("`{{{text}` has no `}}`; write `{{{{` for the sign itself"))
}

fn escaped(sign: Option<char>) -> Result<char, String> {
    match sign {
        Some('n') => Ok('\n'),
        Some('t') => Ok('\t'),
        Some('\\') => Ok('\\'),
        Some(other) => Err(format!("there is no `\\{other}`, only `\\n`, `\\t` and `\\\\`")),
        None => Err("a `\\` at the end; write `\\\\` for the sign itself".to_owned()),
    }
}

impl FromStr for Slot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, width) = text.split_once(':').map_or((text, None), |(name, width)| (name, Some(width)));
        let field = Field::from_str(name.trim(), false).map_err(|_| unknown(name.trim()))?;
        let right = width.is_some_and(|width| width.starts_with('>'));
        let width = width.map(|width| width.strip_prefix('>').unwrap_or(width).parse().ok());
        match width {
            None => Ok(Self { field, width: 0, right }),
            Some(Some(width)) if (1..=WIDTH_MAX).contains(&width) => Ok(Self { field, width, right }),
            Some(_) => {
                Err(format!("`{{{text}}}` has no width: `{{{name}:20}}` is, or `{{{name}:>20}}`, up to {WIDTH_MAX}"))
            }
        }
    }
}

impl Slot {
    fn fill(self, text: &str) -> String {
        let spaces = " ".repeat(self.width.saturating_sub(text.width()));
        if self.right { spaces + text } else { text.to_owned() + &spaces }
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = Field::value_variants().iter().map(|field| field.as_str()).collect();
    let guess = did_you_mean(name, names.iter().copied()).map(|name| format!("; did you mean \"{name}\"?"));
    format!("there is no field \"{name}\"{} Fields: {}", guess.unwrap_or_else(|| ".".to_owned()), names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{
        super::fields::tests::{tags, task},
        *,
    };

    fn rendered(template: &str) -> String {
        template.parse::<Template>().unwrap().render(&task(), &tags())
    }

    #[test]
    fn fields_stand_where_they_are_named() {
        assert_eq!(rendered("{id} {due} p{priority} {tags}"), "12 2026-12-01 p2 home,two␉words");
        assert_eq!(rendered("{title}"), "Buy␉milk␛[31m", "what people wrote stays harmless");
        assert_eq!(rendered("{nag_seconds}"), "");
        assert_eq!(rendered("- [ ] { title }\\t#{id}\\n  {description}"), "- [ ] Buy␉milk␛[31m\t#12\n  two␊lines");
    }

    #[test]
    fn signs_of_the_language_can_be_printed() {
        assert_eq!(rendered("{{id}} {{{id}}} \\\\n"), "{id} {12} \\n");
        assert_eq!(rendered(""), "");
        assert_eq!(rendered("\u{1b}[1m{id}\u{1b}[0m"), "\u{1b}[1m12\u{1b}[0m", "colours of one's own");
    }

    #[test]
    fn fields_are_filled_up_by_columns_and_never_cut() {
        assert_eq!(rendered("[{id:5}] [{id:>5}] [{id:1}]"), "[12   ] [   12] [12]");
        let wide = Slot { field: Field::Title, width: 7, right: false };
        assert_eq!(wide.fill("日本語"), "日本語 ", "which take two columns each");
    }

    #[test]
    fn mistakes_are_named() {
        for (template, part) in [
            ("{titel}", "there is no field \"titel\"; did you mean \"title\"? Fields: id, state, title, "),
            ("{}", "there is no field \"\". Fields: id"),
            ("{id", "`{id` has no `}`"),
            ("id}", "without `{`"),
            ("{id:}", "has no width"),
            ("{id:0}", "has no width"),
            ("{id:1001}", "up to 1000"),
            ("{id:-3}", "has no width"),
            ("a\\x", "there is no `\\x`"),
            ("a\\", "at the end"),
        ] {
            let error = template.parse::<Template>().unwrap_err();
            assert!(error.contains(part), "{template}: {error}");
        }
    }
}
