use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::*;

/// The messages of a language: for each name, the variables in it.
fn messages(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language);
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let mut name = String::new();
        for line in text.lines() {
            if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                name = key.to_owned();
                assert!(messages.insert(name.clone(), BTreeSet::new()).is_none(), "{language}: {name} stands twice");
            }
            for variable in line.split("$").skip(1) {
                let end = variable.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(variable.len());
                messages.get_mut(&name).unwrap().insert(variable[..end].to_owned());
            }
        }
    }
    messages
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else {
            text.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn no_message_lacks_a_language_or_a_variable() {
    let (en, ru) = (messages("en"), messages("ru"));
    let names = |messages: &BTreeMap<String, _>| messages.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&en), names(&ru));
    for (name, variables) in &en {
        assert_eq!(variables, &ru[name], "variables of {name}");
    }
}

/// Constants that are said to machines.
const NO_MESSAGES: [&str; 4] = ["done", "json", "telegram", "x-telegram-bot-api-secret-token"];

#[test]
fn every_message_is_said_and_every_word_is_a_message() {
    let mut source = String::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source);
    let said: BTreeSet<String> = [".say(\"", ".html(\"", ".plain(\"", "&str = \""]
        .iter()
        .flat_map(|call| source.split(call).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()))
        .collect();
    let is_name = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let said: BTreeSet<String> =
        said.into_iter().filter(|word| is_name(word) && !NO_MESSAGES.contains(&word.as_str())).collect();
    let known: BTreeSet<String> = messages("en").into_keys().collect();
    let commands: BTreeSet<String> = crate::input::MENU.iter().map(|name| format!("menu-{name}")).collect();
    let unknown: Vec<_> = said.difference(&known).collect();
    assert!(unknown.is_empty(), "no such messages: {unknown:?}");
    let unused: Vec<_> = known.difference(&said).filter(|name| !commands.contains(*name)).collect();
    assert!(unused.is_empty(), "never said: {unused:?}");
}

#[test]
fn numbers_take_their_forms() {
    let ru = Words(Language::Ru);
    let forms: Vec<String> =
        [1, 3, 5, 21].into_iter().map(|n: i64| ru.plain("late-minutes", [("n", n.into())])).collect();
    assert_eq!(forms, ["на 1 минуту", "на 3 минуты", "на 5 минут", "на 21 минуту"]);
    assert_eq!(Words(Language::En).plain("late-minutes", [("n", 1_i64.into())]), "1 minute");
}

#[test]
fn what_people_wrote_stays_what_they_wrote() {
    let shown = Words(Language::En).html("title-changed", [("title", "<b>&</b>".into())]);
    assert!(shown.contains("&lt;b&gt;&amp;&lt;/b&gt;"), "{shown}");
    assert!(!shown.contains('\u{2068}'), "no marks of isolation");
}
