//! The bot's words, in the languages that the service speaks: `locales/`, in [Fluent](https://projectfluent.org).

use std::{borrow::Cow, collections::HashMap};

use chrono::Locale;
use fluent_templates::{LanguageIdentifier, Loader, fluent_bundle::FluentValue, langid};
use todo_sdk::model::Language;

use crate::telegram::html::escape;

mod messages {
    #![allow(missing_docs, reason = "made by a macro")]
    fluent_templates::static_loader! {
        pub(crate) static MESSAGES = {
            locales: "./locales",
            fallback_language: "en",
            // Telegram shows the marks that would isolate what people wrote.
            customise: |bundle| bundle.set_use_isolating(false),
        };
    }
}

const EN: LanguageIdentifier = langid!("en");
const RU: LanguageIdentifier = langid!("ru");

/// The words of one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words(pub(crate) Language);

/// What stands in the place of a variable.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    /// What somebody wrote.
    Text(String),
    /// A number, which decides between plural forms.
    Number(i64),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl Words {
    /// What Telegram knows of somebody's language.
    #[must_use]
    pub(crate) fn guess(code: Option<&str>) -> Language {
        match code.map(|code| code.split('-').next().unwrap_or_default()) {
            Some("ru" | "uk" | "be" | "kk") => Language::Ru,
            _ => Language::En,
        }
    }

    fn id(self) -> LanguageIdentifier {
        match self.0 {
            Language::Ru => RU,
            _ => EN,
        }
    }

    /// How dates are written.
    #[must_use]
    pub(crate) fn locale(self) -> Locale {
        match self.0 {
            Language::Ru => Locale::ru_RU,
            _ => Locale::en_GB,
        }
    }

    /// A text without variables, for a message, a button or a note.
    #[must_use]
    pub(crate) fn say(self, key: &str) -> String {
        messages::MESSAGES.lookup(&self.id(), key)
    }

    /// HTML for a message; what people wrote is escaped.
    #[must_use]
    pub(crate) fn html<const N: usize>(self, key: &str, args: [(&'static str, Arg); N]) -> String {
        self.with(key, args, |text| escape(&text))
    }

    /// Plain text for a button or a note.
    #[must_use]
    pub(crate) fn plain<const N: usize>(self, key: &str, args: [(&'static str, Arg); N]) -> String {
        self.with(key, args, |text| text)
    }

    fn with<const N: usize>(
        self,
        key: &str,
        args: [(&'static str, Arg); N],
        text: impl Fn(String) -> String,
    ) -> String {
        let args: HashMap<Cow<'static, str>, FluentValue<'_>> = args
            .into_iter()
            .map(|(name, arg)| {
                let value = match arg {
                    Arg::Text(arg) => FluentValue::from(text(arg)),
                    Arg::Number(number) => FluentValue::from(number),
                };
                (Cow::Borrowed(name), value)
            })
            .collect();
        messages::MESSAGES.lookup_with_args(&self.id(), key, &args)
    }
}

#[cfg(test)]
mod tests;
