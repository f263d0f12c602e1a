//! Who people are.

use super::message::User;

/// Who a person is.
#[derive(Debug, Clone)]
pub struct PersonBuilder {
    id: i64,
    first_name: String,
    last_name: Option<String>,
    username: Option<String>,
    language: String,
}

impl PersonBuilder {
    /// Somebody who speaks English.
    #[must_use]
    pub fn new(id: i64, first_name: &str) -> Self {
        let first_name = first_name.to_owned();
        Self { id, first_name, last_name: None, username: None, language: "en".to_owned() }
    }

    /// With a last name.
    #[must_use]
    pub fn last_name(mut self, last_name: &str) -> Self {
        self.last_name = Some(last_name.to_owned());
        self
    }

    /// With a name to be mentioned by, without the `@`.
    #[must_use]
    pub fn username(mut self, username: &str) -> Self {
        self.username = Some(username.to_owned());
        self
    }

    /// Whose client is in this language, such as `ru`.
    #[must_use]
    pub fn language(mut self, code: &str) -> Self {
        code.clone_into(&mut self.language);
        self
    }

    pub(crate) fn user(self) -> User {
        User {
            id: self.id,
            is_bot: false,
            first_name: self.first_name,
            last_name: self.last_name,
            username: self.username,
            language_code: Some(self.language),
        }
    }
}
