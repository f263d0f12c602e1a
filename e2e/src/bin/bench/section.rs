//! Puts what was measured into its place in a Markdown file whose other words are written by people.

use std::{fs, io, path::Path};

/// A place: what lies between `<!-- NAME -->` and `<!-- /NAME -->`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Postgres,
    Sqlite,
    Statements,
    Cli,
    Import,
}

impl Section {
    fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
            Self::Statements => "statements",
            Self::Cli => "cli",
            Self::Import => "import",
        }
    }
}

/// Replaces a section.
///
/// # Errors
///
/// If the file has no such section.
pub(crate) fn write(file: &Path, section: Section, text: &str) -> io::Result<()> {
    let missing = || io::Error::other(format!("{} has no section {}", file.display(), section.name()));
    let replaced = replace(&fs::read_to_string(file)?, section, text).ok_or_else(missing)?;
    fs::write(file, replaced)
}

fn replace(whole: &str, section: Section, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {} -->", section.name()), format!("<!-- /{} -->", section.name()));
    let (before, rest) = whole.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_section_is_replaced() {
        let whole = "a\n<!-- cli -->\nold\n<!-- /cli -->\nb\n";
        let replaced = "a\n<!-- cli -->\n\nnew\n\n<!-- /cli -->\nb\n";
        assert_eq!(replace(whole, Section::Cli, "new\n").as_deref(), Some(replaced));
        assert_eq!(replace(whole, Section::Import, "new"), None);
    }
}
