//! The limits of the contract, checked the same way by servers and clients.
//!
//! ```
//! use todo_sdk::model::{CreateTag, validate::Validate};
//!
//! let errors = CreateTag { name: " ".into() }.validate().unwrap_err();
//! assert_eq!(errors["name"][0].code, "blank");
//! ```

use super::{FieldError, FieldErrors};

/// Something with limits.
pub trait Validate {
    /// Adds every fault to `faults`.
    fn check(&self, faults: &mut Faults);

    /// # Errors
    ///
    /// All faults, by field.
    fn validate(&self) -> Result<(), FieldErrors> {
        let mut faults = Faults::default();
        self.check(&mut faults);
        faults.into_result()
    }
}

/// Collects faults by field.
#[derive(Debug, Default)]
pub struct Faults {
    errors: FieldErrors,
    prefix: String,
}

impl Faults {
    /// Notes a fault of `field`.
    pub fn add(&mut self, field: &str, code: &str, message: impl Into<String>) {
        let error = FieldError { code: code.to_owned(), message: message.into() };
        self.errors.entry(format!("{}{field}", self.prefix)).or_default().push(error);
    }

    /// Runs `check` with every field name behind `prefix`, e.g. `create[3].`.
    pub fn within(&mut self, prefix: &str, check: impl FnOnce(&mut Self)) {
        let length = self.prefix.len();
        self.prefix.push_str(prefix);
        check(self);
        self.prefix.truncate(length);
    }

    /// # Errors
    ///
    /// The faults, if there is one.
    pub fn into_result(self) -> Result<(), FieldErrors> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }

    /// A number from `least` to `most`.
    pub fn range(&mut self, field: &str, number: u32, least: u32, most: u32) {
        if !(least..=most).contains(&number) {
            self.add(field, "out_of_range", format!("is {number}, must be between {least} and {most}"));
        }
    }

    /// Text that may be empty, of at most `max` characters (Unicode scalar values).
    pub fn text(&mut self, field: &str, text: &str, max: usize) {
        if text.contains('\0') {
            self.add(field, "nul_character", "must not contain the NUL character");
        }
        let length = text.chars().count();
        if length > max {
            self.add(field, "too_long", format!("has {length} characters, at most {max} are allowed"));
        }
    }

    /// Text of 1 to `max` characters with something visible in it.
    pub fn visible(&mut self, field: &str, text: &str, max: usize) {
        self.text(field, text, max);
        if !text.chars().any(is_visible) {
            self.add(field, "blank", "must contain at least one visible character");
        }
    }
}

/// Whether a reader sees anything: not white space, a control character, or one of the invisible
/// format characters that people paste in without knowing.
fn is_visible(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || matches!(
            c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}'
        ))
}

#[cfg(test)]
mod tests {
    use super::Faults;

    fn faults_of(text: &str, max: usize) -> Vec<String> {
        let mut faults = Faults::default();
        faults.visible("title", text, max);
        match faults.into_result() {
            Ok(()) => Vec::new(),
            Err(errors) => errors["title"].iter().map(|error| error.code.clone()).collect(),
        }
    }

    #[test]
    fn limits_count_characters_not_bytes() {
        assert!(faults_of(&"ж".repeat(100), 100).is_empty());
        assert_eq!(faults_of(&"ж".repeat(101), 100), ["too_long"]);
    }

    #[test]
    fn what_nobody_can_see_is_blank() {
        for text in ["", " ", "\u{200B}\u{FEFF}", "\t\n", "\u{3164}"] {
            assert_eq!(faults_of(text, 100), ["blank"], "{text:?}");
        }
        assert!(faults_of("👍", 100).is_empty());
    }

    #[test]
    fn nul_is_refused() {
        assert_eq!(faults_of("a\0b", 100), ["nul_character"]);
    }
}
