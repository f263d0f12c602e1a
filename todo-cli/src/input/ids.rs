//! Ids of tasks: from the arguments, and from a pipe.

use serde_json::Value;
use todo_sdk::model::Id;

use super::{fields::id_arg, stdin};
use crate::error::Error;

/// Longer words are cut where an error shows them.
const SHOWN: usize = 40;
/// Fields that tasks don't have, but other things of ours with a numeric id: comments, reminders, tags and tokens.
const FOREIGN: [&str; 2] = ["task_id", "name"];

/// An id, or `-` for those on standard input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IdArg {
    One(Id),
    Stdin,
}

/// For clap: the number of a task, or `-`.
pub(crate) fn id_or_stdin_arg(text: &str) -> Result<IdArg, String> {
    if text == "-" { Ok(IdArg::Stdin) } else { id_arg(text).map(IdArg::One) }
}

/// Whether any of them come from standard input.
pub(crate) fn from_stdin(named: &[IdArg]) -> bool {
    named.contains(&IdArg::Stdin)
}

/// The ids that are named, with those on standard input in place of `-`. All of it is read before any is answered.
///
/// # Errors
///
/// What can't be read, and where it stands.
pub(crate) fn resolve(named: &[IdArg]) -> Result<Vec<Id>, Error> {
    if named.iter().filter(|arg| **arg == IdArg::Stdin).count() > 1 {
        return Err(Error::usage("`-` is standard input, which can be read only once"));
    }
    let mut ids = Vec::with_capacity(named.len());
    for arg in named {
        match arg {
            IdArg::One(id) => ids.push(*id),
            IdArg::Stdin => ids.extend(parse(&stdin::text()?).map_err(Error::usage)?),
        }
    }
    Ok(ids)
}

/// Ids with white space between, or JSON: task objects or ids, in arrays or one behind the other.
fn parse(text: &str) -> Result<Vec<Id>, String> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        Some('[' | '{') => of_json(text),
        _ => of_words(text),
    }
}

fn of_words(text: &str) -> Result<Vec<Id>, String> {
    let mut ids = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let words = line.split_whitespace();
        // Else the priority in a line of fields would be taken for an id.
        if line.trim().contains('\t') {
            return Err(wrong(number, "several fields and not ids alone"));
        }
        for word in words {
            let id = id_arg(word).map_err(|_| wrong(number, &format!("\"{}\" and no id", shortened(word))))?;
            ids.push(id);
        }
    }
    Ok(ids)
}

fn of_json(text: &str) -> Result<Vec<Id>, String> {
    let mut ids = Vec::new();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let (mut line, mut counted) = (1, 0);
    while let Some(value) = values.next() {
        let value = value.map_err(|error| wrong(error.line(), &format!("no JSON ({error})")))?;
        // What lies between is white space: the value begins on the line of its first sign.
        let begin = counted + text[counted..].len() - text[counted..].trim_start().len();
        line += newlines(&text[counted..begin]);
        match &value {
            Value::Array(entries) => {
                for (entry, number) in entries.iter().zip(1..) {
                    let id = of_entry(entry).map_err(|what| wrong(line, &format!("{what} as entry {number}")))?;
                    ids.push(id);
                }
            }
            other => ids.push(of_entry(other).map_err(|what| wrong(line, what))?),
        }
        let end = values.byte_offset();
        line += newlines(&text[begin..end]);
        counted = end;
    }
    Ok(ids)
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

/// The id of a task object, or an id.
fn of_entry(value: &Value) -> Result<Id, &'static str> {
    match value {
        Value::Number(number) => number.as_i64().ok_or("a number that is no id"),
        Value::Object(fields) if FOREIGN.iter().any(|name| fields.contains_key(*name)) => {
            Err("an object that is no task")
        }
        Value::Object(fields) => fields.get("id").and_then(Value::as_i64).ok_or("an object without the id of a task"),
        _ => Err("neither a task nor an id"),
    }
}

fn wrong(line: usize, what: &str) -> String {
    format!(
        "line {line} of standard input has {what}; `todo list --quiet` and `todo list --json` print what can be read, and \
         nothing was done"
    )
}

fn shortened(word: &str) -> String {
    let short: String = word.chars().take(SHOWN).collect();
    if short.len() < word.len() { format!("{short}…") } else { short }
}

#[cfg(test)]
mod tests {
    use super::{IdArg, id_or_stdin_arg, parse, resolve};

    #[test]
    fn a_dash_is_standard_input() {
        assert_eq!(id_or_stdin_arg("-"), Ok(IdArg::Stdin));
        assert_eq!(id_or_stdin_arg("12"), Ok(IdArg::One(12)));
        assert!(id_or_stdin_arg("--").is_err() && id_or_stdin_arg("x").is_err());
        assert!(resolve(&[IdArg::Stdin, IdArg::One(1), IdArg::Stdin]).is_err(), "it can't be read twice");
    }

    #[test]
    fn ids_have_white_space_between() {
        assert_eq!(parse("1\n2\n3\n"), Ok(vec![1, 2, 3]));
        assert_eq!(parse("\u{feff}  1 2\r\n\r\n\t3  "), Ok(vec![1, 2, 3]));
        for nothing in ["", "\n", " \t\r\n "] {
            assert_eq!(parse(nothing), Ok(vec![]), "{nothing:?}");
        }
    }

    #[test]
    fn json_is_read_in_every_form_that_is_printed() {
        let task = r#"{"id":7,"title":"a {\"id\": 9}\n","tags":[1,2]}"#;
        assert_eq!(parse(task), Ok(vec![7]));
        assert_eq!(parse(&format!("{task}\n{task}\n")), Ok(vec![7, 7]), "an object a line");
        assert_eq!(parse(&format!("[{task},\n {{\"id\": 8}}]\n")), Ok(vec![7, 8]));
        assert_eq!(parse("[1, 2]\n[3]"), Ok(vec![1, 2, 3]));
        assert_eq!(parse("\n[]\n"), Ok(vec![]));
    }

    #[test]
    fn what_is_no_id_is_named_with_its_line() {
        for (text, part) in [
            ("1\n2 x3\n", "line 2 of standard input has \"x3\" and no id"),
            ("1\n\n2.5", "line 3 of standard input has \"2.5\""),
            ("99999999999999999999", "line 1"),
            ("1\topen\t4\t\tBuy milk\t", "line 1 of standard input has several fields"),
            ("12\t4\n", "several fields"),
            ("{\"id\":1}\n\n{\"id\":\n", "line 4 of standard input has no JSON"),
            ("{\"id\":1}\n{\"title\":\"a\"}", "line 2 of standard input has an object without"),
            ("{\"id\":1}\n  {\"id\":2,\"task_id\":1}", "line 2 of standard input has an object that is no task"),
            (
                "{\"id\":1,\n\"title\":\"\"}\n[{\"id\":1},\n{\"id\":1.5}]",
                "line 3 of standard input has an object without",
            ),
            ("[{\"id\":1},{\"id\":2,\"name\":\"home\"}]", "no task as entry 2"),
            ("[1, null]", "neither a task nor an id as entry 2"),
            ("{\"id\":1} x", "no JSON"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(part), "{text:?}: {error}");
        }
        assert!(parse(&"x".repeat(9999)).unwrap_err().len() < 300, "and not all of a long one");
    }
}
