//! Which record is which, from run to run.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::formats::{Format, Record, Remark};

/// Gives each record a key that it has in each run, whatever stands before and behind it and whenever it is read: of what it
/// was read from, and of how many equal ones came before.
pub(super) struct Identities {
    format: Format,
    /// Makes the keys of this run differ from all others.
    salt: String,
    /// How often each came, by the beginning of its hash.
    counts: HashMap<u64, u32>,
}

impl Identities {
    pub(super) fn new(format: Format, salt: String) -> Self {
        Self { format, salt, counts: HashMap::new() }
    }

    pub(super) fn key(&mut self, record: &Record) -> String {
        let begin = |bytes: [u8; 32]| bytes.into_iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(byte));
        let count = self.counts.entry(begin(hash(&[&record.source]))).or_default();
        *count += 1;
        named(&[self.format.as_str(), &self.salt, &record.source, &count.to_string()])
    }
}

/// The keys of a task's comments: a comment that was written since is another one.
pub(super) fn remarks<'r>(task: &str, remarks: &'r [Remark]) -> impl Iterator<Item = (String, &'r Remark)> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    remarks.iter().map(move |remark| {
        let count = counts.entry(&remark.text).or_default();
        *count += 1;
        (named(&[task, &remark.text, &count.to_string()]), remark)
    })
}

fn named(parts: &[&str]) -> String {
    let hash = hash(parts);
    // Half of it is enough to never meet another one.
    let hash: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("import-{hash}")
}

fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(lines: &[&str], salt: &str) -> Vec<String> {
        let mut identities = Identities::new(Format::Text, salt.to_owned());
        lines.iter().map(|line| identities.key(&Record { source: (*line).to_owned(), ..Record::default() })).collect()
    }

    #[test]
    fn a_record_stays_itself_wherever_it_stands() {
        let (before, after) = (keys(&["a", "b", "a"], ""), keys(&["new", "a", "a", "b", "a"], ""));
        assert_ne!(before[0], before[2], "equal ones are counted");
        assert_eq!([&before[0], &before[2], &before[1]], [&after[1], &after[2], &after[3]]);
        assert!(!before.contains(&after[0]) && !before.contains(&after[4]), "the third is new");
        assert_ne!(before, keys(&["a", "b", "a"], "again"));
    }

    #[test]
    fn a_comment_is_known_by_its_text() {
        let remark = |text: &str| Remark { text: text.to_owned(), posted: None };
        let keys = |texts: &[&str]| -> Vec<String> {
            let all: Vec<Remark> = texts.iter().map(|text| remark(text)).collect();
            remarks("task", &all).map(|(key, _)| key).collect()
        };
        let (before, after) = (keys(&["one", "one"]), keys(&["zero", "one", "one"]));
        assert_ne!(before[0], before[1]);
        assert_eq!(before, after[1..]);
    }
}
