//! What was acknowledged, and whether it is there.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::client::{Call, Client};

/// What the servers said to one client that they had done.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) tasks: Vec<Known>,
    pub(crate) deleted: Vec<i64>,
}

/// A task as it was acknowledged last. Nobody else changes it.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) priority: Option<i64>,
    pub(crate) comments: Vec<String>,
}

impl Known {
    /// Whether this is what was acknowledged.
    pub(crate) fn is(&self, task: &Value) -> bool {
        let priority = self.priority.is_none_or(|priority| task["priority"] == priority);
        task["id"] == self.id && task["title"] == self.title.as_str() && priority
    }
}

/// How what is there differs from what was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Audit {
    pub(crate) lost: Vec<String>,
    pub(crate) doubled: Vec<String>,
}

/// Compares all that one person has with the ledgers of the clients that the person used. `None` if it can't be had.
pub(crate) async fn audit<'a>(client: &mut Client, ledgers: impl Iterator<Item = &'a Ledger>) -> Option<Audit> {
    let tasks = all(client, "/api/tasks?limit=1000").await?;
    let comments = all(client, "/api/comments?limit=1000").await?;
    let mut audit = Audit::default();
    audit.count("task", &tasks, "title");
    audit.count("comment", &comments, "content");
    let tasks: HashMap<i64, &Value> = tasks.iter().filter_map(|task| Some((task["id"].as_i64()?, task))).collect();
    let comments: HashSet<&str> = comments.iter().filter_map(|comment| comment["content"].as_str()).collect();
    for ledger in ledgers {
        audit.compare(ledger, &tasks, &comments);
    }
    Some(audit)
}

/// All items of a list, page by page.
async fn all(client: &mut Client, path: &str) -> Option<Vec<Value>> {
    let mut items = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let answer = client.call(Call::get(path)).await?;
        items.extend(answer.body.as_array().cloned().unwrap_or_default());
        next = answer.next;
    }
    Some(items)
}

impl Audit {
    /// Every text was asked for once.
    fn count(&mut self, what: &str, items: &[Value], field: &str) {
        let mut seen = HashSet::new();
        let twice = items.iter().filter(|item| !seen.insert(&item[field]));
        self.doubled.extend(twice.map(|item| format!("{what} {}: {}", item["id"], item[field])));
    }

    fn compare(&mut self, ledger: &Ledger, tasks: &HashMap<i64, &Value>, comments: &HashSet<&str>) {
        for known in &ledger.tasks {
            if !tasks.get(&known.id).is_some_and(|task| known.is(task)) {
                self.lost.push(format!("{known:?}, found {:?}", tasks.get(&known.id)));
            }
            let gone = known.comments.iter().filter(|content| !comments.contains(content.as_str()));
            self.lost.extend(gone.map(|content| format!("comment {content} on task {}", known.id)));
        }
        let back = ledger.deleted.iter().filter(|task| tasks.contains_key(task));
        self.lost.extend(back.map(|task| format!("the deletion of task {task}")));
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.doubled.extend(other.doubled);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_lost_or_doubled_is_found() {
        let known =
            |id: i64, title: &str| Known { id, title: title.to_owned(), priority: Some(1), comments: Vec::new() };
        let commented = Known { comments: vec!["there".to_owned(), "gone".to_owned()], ..known(1, "a") };
        let ledger = Ledger { tasks: vec![commented, known(2, "b"), known(3, "c")], deleted: vec![4, 5] };
        let tasks = [
            json!({"id": 1, "title": "a", "priority": 1}),
            json!({"id": 2, "title": "b", "priority": 4}),
            json!({"id": 5, "title": "e", "priority": 1}),
            json!({"id": 6, "title": "a", "priority": 1}),
        ];
        let mut audit = Audit::default();
        audit.count("task", &tasks, "title");
        let tasks = tasks.iter().map(|task| (task["id"].as_i64().unwrap(), task)).collect();
        audit.compare(&ledger, &tasks, &HashSet::from(["there"]));
        assert_eq!(audit.doubled, ["task 6: \"a\""]);
        let lost = |text: &str| audit.lost.iter().filter(|lost| lost.contains(text)).count();
        assert_eq!(audit.lost.len(), 4, "{:?}", audit.lost);
        assert_eq!([lost("comment gone"), lost("id: 2"), lost("id: 3"), lost("deletion of task 5")], [1; 4]);
    }
}
