//! What may stand in `config.toml`, and how it is changed with the comments in it kept.

use std::ops::Range;

use toml_edit::{Array, Document, DocumentMut, Item, Table, TableLike, value};

use crate::{input::suggest::did_you_mean, tui};

/// A setting in the file. A part of the name in capitals stands for any name.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Switch,
    /// One text, or an array of them.
    Texts,
}

/// Every setting there is.
pub(crate) const KEYS: [Key; 8] = [
    Key { name: "default_profile", about: "the profile where none is named", kind: Kind::Text },
    Key { name: "profiles.NAME.server", about: "URL of its todo-server, or local", kind: Kind::Text },
    Key { name: "profiles.NAME.comments_server", about: "URL of its comments-server", kind: Kind::Text },
    Key { name: "queue", about: "false: changes fail while the server is away", kind: Kind::Switch },
    Key { name: "tui.theme", about: "auto, dark or light", kind: Kind::Text },
    Key { name: "tui.mouse", about: "true or false", kind: Kind::Switch },
    Key { name: "tui.keys.ACTION", about: "keys of an action, spaces between", kind: Kind::Texts },
    Key { name: "tui.colors.NAME", about: "a colour such as #7aa2f7", kind: Kind::Text },
];

/// What is wrong in the file, and where.
#[derive(Debug)]
struct Fault {
    at: Range<usize>,
    message: String,
    /// It can't be used, rather than being of no use.
    grave: bool,
}

/// Reads the file.
///
/// # Errors
///
/// What is wrong, with its line and column: no TOML, or a value of another kind than it must be.
pub(crate) fn parse(text: &str) -> Result<DocumentMut, String> {
    let document = Document::parse(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    match faults(&document).into_iter().find(|fault| fault.grave) {
        Some(fault) => Err(fault.in_words(text)),
        None => Ok(document.into_mut()),
    }
}

/// Names in the file that mean nothing, each with its line and column, and what the terminal interface would refuse.
/// A file that can't be read has none.
pub(crate) fn doubts(text: &str) -> Vec<String> {
    let Ok(document) = Document::parse(text) else { return Vec::new() };
    let unknown: Vec<String> = faults(&document).iter().map(|fault| fault.in_words(text)).collect();
    let refused = if unknown.is_empty() { tui::check(text).err() } else { None };
    unknown.into_iter().chain(refused).collect()
}

/// The settings in the file with their values, in the order of the file.
pub(crate) fn values(document: &DocumentMut) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect(document.as_table(), "", &mut found);
    found
}

fn collect(table: &dyn TableLike, path: &str, found: &mut Vec<(String, String)>) {
    for (name, item) in table.iter() {
        let path = joined(path, name);
        match (item.as_table_like(), item.as_value()) {
            (Some(table), _) => collect(table, &path, found),
            (None, Some(value)) => {
                let shown = value.as_str().map_or_else(|| value.to_string().trim().to_owned(), str::to_owned);
                found.push((path, shown));
            }
            (None, None) => {}
        }
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

impl Fault {
    fn in_words(&self, text: &str) -> String {
        let before = text.get(..self.at.start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("line {line}, column {column}: {}", self.message)
    }
}

fn faults<S>(document: &Document<S>) -> Vec<Fault> {
    let mut faults = Vec::new();
    inspect(document.as_table(), "", &mut faults);
    faults
}

fn inspect(table: &dyn TableLike, path: &str, faults: &mut Vec<Fault>) {
    for (name, item) in table.iter() {
        let full = joined(path, name);
        let key = table.get_key_value(name).and_then(|(key, _)| key.span());
        let at = item.span().or_else(|| key.clone()).unwrap_or_default();
        match (key_of(&full), is_branch(&full)) {
            (Some(key), _) => {
                if let Some(wanted) = wanted(key.kind, item) {
                    faults.push(Fault { at, message: format!("{full} must be {wanted}"), grave: true });
                }
            }
            (None, true) => match item.as_table_like() {
                Some(table) => inspect(table, &full, faults),
                None => faults.push(Fault { at, message: format!("{full} must be a table"), grave: true }),
            },
            (None, false) => {
                let at = key.unwrap_or(at);
                faults.push(Fault { at, message: unknown(&full, path), grave: false });
            }
        }
    }
}

/// What it should be instead.
fn wanted(kind: Kind, item: &Item) -> Option<&'static str> {
    let texts = || item.as_array().is_some_and(|array| array.iter().all(toml_edit::Value::is_str));
    match kind {
        Kind::Text => (!item.is_str()).then_some("text in quotes"),
        Kind::Switch => (!item.is_bool()).then_some("true or false"),
        Kind::Texts => (!item.is_str() && !texts()).then_some("text in quotes, or an array of such"),
    }
}

fn unknown(full: &str, path: &str) -> String {
    let beside = KEYS.iter().filter_map(|key| {
        let pattern: Vec<&str> = key.name.split('.').collect();
        let depth = if path.is_empty() { 0 } else { path.split('.').count() };
        let above: Vec<&str> = path.split('.').take(depth).collect();
        (pattern.len() > depth && matches(&pattern[..depth], &above)).then(|| pattern[depth])
    });
    let name = full.rsplit('.').next().unwrap_or_default();
    let guess = did_you_mean(name, beside).map(|name| format!("; did you mean {}?", joined(path, name)));
    format!("there is no setting {full}{}", guess.unwrap_or_default())
}

fn matches(pattern: &[&str], parts: &[&str]) -> bool {
    let same = |(wanted, part): (&&str, &&str)| wanted.chars().all(|c| c.is_ascii_uppercase()) || wanted == part;
    pattern.len() == parts.len() && pattern.iter().zip(parts).all(same)
}

/// The setting of that name.
fn key_of(name: &str) -> Option<&'static Key> {
    let parts: Vec<&str> = name.split('.').collect();
    KEYS.iter().find(|key| matches(&key.name.split('.').collect::<Vec<_>>(), &parts))
}

/// Whether settings have names that go on from here.
fn is_branch(name: &str) -> bool {
    let parts: Vec<&str> = name.split('.').collect();
    KEYS.iter().any(|key| {
        let pattern: Vec<&str> = key.name.split('.').collect();
        pattern.len() > parts.len() && matches(&pattern[..parts.len()], &parts)
    })
}

/// Sets a value and keeps everything else as it is, comments too.
///
/// # Errors
///
/// What is wrong with the name or the value.
pub(crate) fn set(document: &mut DocumentMut, name: &str, text: &str) -> Result<(), String> {
    let key = key_of(name).ok_or_else(|| {
        let guess = did_you_mean(name, KEYS.iter().map(|key| key.name));
        let next =
            guess.map_or_else(|| "`todo help settings` names them".to_owned(), |name| format!("did you mean {name}?"));
        format!("there is no setting {name}; {next}")
    })?;
    let item = match key.kind {
        Kind::Text => value(text),
        Kind::Switch => value(text.parse::<bool>().map_err(|_| format!("{name} must be true or false"))?),
        Kind::Texts if text.trim().contains(' ') => value(text.split_whitespace().collect::<Array>()),
        Kind::Texts => value(text.trim()),
    };
    let mut table: &mut dyn TableLike = document.as_table_mut();
    let (parents, last) = name.rsplit_once('.').unwrap_or(("", name));
    for part in parents.split('.').filter(|part| !part.is_empty()) {
        let mut made = Table::new();
        made.set_implicit(true);
        let below = table.entry(part).or_insert(Item::Table(made)).as_table_like_mut();
        table = below.ok_or_else(|| format!("{part} must be a table"))?;
    }
    put(table, last, item);
    Ok(())
}

/// Puts a value into a table and keeps the comments above and behind the one that was there.
pub(crate) fn put(table: &mut dyn TableLike, name: &str, mut item: Item) {
    let Some(old) = table.get_mut(name) else {
        table.insert(name, item);
        return;
    };
    if let (Some(old), Some(new)) = (old.as_value(), item.as_value_mut()) {
        *new.decor_mut() = old.decor().clone();
    }
    *old = item;
}

/// Takes a value out, and tells whether there was one. A profile that is left with nothing goes too.
pub(crate) fn unset(document: &mut DocumentMut, name: &str) -> bool {
    fn remove(table: &mut dyn TableLike, name: &str) -> bool {
        let Some((first, rest)) = name.split_once('.') else { return table.remove(name).is_some() };
        let Some(below) = table.get_mut(first).and_then(Item::as_table_like_mut) else { return false };
        let removed = remove(below, rest);
        if removed && below.is_empty() {
            table.remove(first);
        }
        removed
    }
    remove(document.as_table_mut(), name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        for (text, said) in [
            ("default_profile = ", "line 1, column 19"),
            ("# x\ndefault_profile = 3", "line 2, column 19: default_profile must be text in quotes"),
            ("[profiles.work]\nserver = true", "line 2, column 10: profiles.work.server must be text in quotes"),
            ("profiles = 1", "line 1, column 12: profiles must be a table"),
            ("[tui]\nmouse = \"no\"", "line 2, column 9: tui.mouse must be true or false"),
            ("[tui.keys]\ndone = [1]", "line 2, column 8: tui.keys.done must be text in quotes, or an array of such"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn names_that_mean_nothing_are_doubts() {
        let text = "defalt_profile = \"x\"\n\n[profiles.work]\n  sever = \"http://x\"\n[other]\nx = 1\n";
        assert!(parse(text).is_ok());
        assert_eq!(
            doubts(text),
            [
                "line 1, column 1: there is no setting defalt_profile; did you mean default_profile?",
                "line 4, column 3: there is no setting profiles.work.sever; did you mean profiles.work.server?",
                "line 5, column 2: there is no setting other",
            ]
        );
        assert!(doubts("[tui.keys]\nflea = \"x\"")[0].contains("flea"));
        assert!(doubts("[tui]\ntheme = \"blue\"")[0].contains("tui.theme"));
        assert_eq!(doubts("default_profile = \"w\"\n[tui]\ntheme = \"light\"\nmouse = false\n"), Vec::<String>::new());
    }

    #[test]
    fn a_change_keeps_what_people_wrote() {
        let text = "# mine\ndefault_profile = \"a\" # really\n\n[profiles.a]\nserver = \"http://a:1\"\n";
        let mut document = parse(text).unwrap();
        set(&mut document, "default_profile", "b").unwrap();
        set(&mut document, "tui.mouse", "false").unwrap();
        set(&mut document, "tui.keys.done", "x ctrl-x").unwrap();
        set(&mut document, "profiles.b.server", "local").unwrap();
        assert!(unset(&mut document, "profiles.a.server"));
        assert!(!unset(&mut document, "profiles.a.server"));
        let changed = document.to_string();
        assert!(changed.starts_with("# mine\ndefault_profile = \"b\" # really\n"), "{changed}");
        let values = values(&parse(&changed).unwrap());
        let value = |name: &str| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(value("tui.mouse"), Some("false"));
        assert_eq!(value("tui.keys.done"), Some("[\"x\", \"ctrl-x\"]"));
        assert_eq!((value("profiles.b.server"), value("profiles.a.server")), (Some("local"), None));
        for (name, text) in [("tui.mouse", "maybe"), ("tui", "x"), ("profiles.a", "x"), ("colour", "x")] {
            assert!(set(&mut document, name, text).is_err(), "{name}");
        }
    }
}
