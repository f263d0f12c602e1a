//! What waits for a server: whether it can be read and added to, and how much there is.

use std::{
    fs,
    path::{Path, PathBuf},
};

use todo_sdk::outbox::{Error, Outbox};

use super::{
    Check,
    files::{may_write, quoted},
};
use crate::offline::{changes, parted};

const NAME: &str = "queue";

/// The queues of all accounts on this machine. Where none was ever needed, there is nothing to say.
pub(super) fn checks(data: &Path) -> Vec<Check> {
    let folder = data.join("outbox");
    if !folder.is_dir() {
        return Vec::new();
    }
    if !may_write(&folder) {
        let detail = format!("{} can't be written to: no change can be queued", folder.display());
        return vec![Check::failed(NAME, detail, format!("chmod u+rwx {}", quoted(&folder)))];
    }
    let entries = fs::read_dir(&folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let checks: Vec<Check> = paths.into_iter().flat_map(of_queue).collect();
    if checks.is_empty() { vec![Check::ok(NAME, "nothing waits")] } else { checks }
}

fn of_queue(path: PathBuf) -> Vec<Check> {
    let outbox = Outbox::open(path);
    let path = outbox.path();
    let entries = match outbox.entries() {
        Ok(entries) => entries,
        Err(error) => {
            let mend = match error {
                Error::Malformed { .. } => format!("begin a new queue: mv {0} {0}.old", quoted(path)),
                _ => format!("look at who owns {0} and {0}.lock, and at their modes", quoted(path)),
            };
            return vec![Check::failed(NAME, error.to_string(), mend)];
        }
    };
    let mut checks = Vec::new();
    let (waiting, aside) = parted(&entries);
    let detail = format!("{} to send, {} set aside, in {}", changes(waiting.len()), aside.len(), path.display());
    match (waiting.len(), aside.len()) {
        (0, 0) => {}
        (_, 0) => checks.push(Check::ok(NAME, detail)),
        _ => checks.push(Check::warning(NAME, detail, "`todo status` shows them, and what can be done")),
    }
    let beside = outbox.unreadable_path();
    if let Ok(lines) = fs::read(&beside) {
        let count = lines.iter().filter(|byte| **byte == b'\n').count();
        let lines = if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
        let detail = format!("{lines} of the queue could not be read, kept in {}", beside.display());
        let mend = format!("do again what is missing, then rm {}", quoted(&beside));
        checks.push(Check::warning(NAME, detail, mend));
    }
    checks
}

#[cfg(test)]
mod tests {
    use todo_sdk::outbox::Operation;

    use super::{super::Status, *};

    fn looked_at(data: &Path) -> Vec<(Status, String)> {
        checks(data).into_iter().map(|check| (check.status, check.detail)).collect()
    }

    #[test]
    fn what_waits_is_counted_and_what_is_wrong_is_told_with_what_to_do() {
        let data = tempfile::tempdir().unwrap();
        assert!(looked_at(data.path()).is_empty());
        let folder = data.path().join("outbox");
        fs::create_dir(&folder).unwrap();
        assert_eq!(looked_at(data.path()), [(Status::Ok, "nothing waits".to_owned())]);
        let path = folder.join("a.jsonl");
        Outbox::open(&path).queue(Operation::complete(1, true)).unwrap();
        let found = looked_at(data.path());
        assert!(
            found.len() == 1 && found[0].0 == Status::Ok && found[0].1.starts_with("1 change to send"),
            "{found:?}"
        );
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}garbage\n")).unwrap();
        for _ in 0..2 {
            let found = looked_at(data.path());
            assert_eq!([found[0].0, found[1].0], [Status::Ok, Status::Warning], "{found:?}");
            assert!(found[1].1.contains("a.jsonl.bad"), "{found:?}");
        }
        fs::write(&path, "garbage\n").unwrap();
        assert_eq!(looked_at(data.path())[0].0, Status::Failed);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(looked_at(data.path())[0].0, Status::Failed, "a folder is no queue");
    }
}
