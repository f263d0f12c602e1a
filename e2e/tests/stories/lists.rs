//! Lists of tasks: filters, orders and pages.

use std::{cmp::Ordering, collections::HashSet};

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, id, ids};

#[rstest]
#[tokio::test]
async fn filters_find_what_they_say(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    ann.patch("/api/users/me", json!({"timezone": "Asia/Tokyo"})).await.is(200);
    let (home, work) = (ann.tag("home").await, ann.tag("work").await);
    let bodies = [
        json!({"title": "Молоко", "tags": [home], "priority": 1, "due": "2026-03-01"}),
        json!({"title": "b", "description": "без молока", "tags": [home, work], "priority": 2, "due": "2026-03-01T10:00:00Z"}),
        json!({"title": "100% done", "completed": true, "due": "2026-03-02T00:00:00+09:00"}),
        json!({"title": "a_b\\c", "tags": [work], "priority": 1, "remind_time": "2026-03-01T09:00:00Z"}),
    ];
    let mut made = Vec::new();
    for body in bodies {
        made.push(id(&ann.post("/api/tasks", body).await.is(201)));
    }
    let cases = [
        (String::new(), vec![0, 1, 2, 3]),
        ("completed=false".into(), vec![0, 1, 3]),
        ("completed=true".into(), vec![2]),
        (format!("tags_ids={home}"), vec![0, 1]),
        (format!("tags_ids={home},{work}"), vec![0, 1, 3]),
        (format!("tags_ids={work}&completed=false&priority=1"), vec![3]),
        (format!("tags_ids={}", i64::MAX), vec![]),
        ("priority=1".into(), vec![0, 3]),
        ("priority=1,2".into(), vec![0, 1, 3]),
        ("q=МОЛОК".into(), vec![0, 1]),
        ("q=0%25".into(), vec![2]),
        ("q=a_b".into(), vec![3]),
        ("q=%5C".into(), vec![3]),
        ("q=%27%20OR%201%3D1%20--".into(), vec![]),
        // A day of Ann's begins at 15:00 UTC of the day before.
        ("due_before=2026-03-01".into(), vec![]),
        ("due_before=2026-03-02".into(), vec![0, 1]),
        ("due_before=2026-03-03".into(), vec![0, 1, 2]),
        ("due_after=2026-03-02".into(), vec![2]),
        ("due_after=2026-03-01T10:00:00Z".into(), vec![0, 1, 2]),
        ("due_after=2026-03-01T10:00:00.000001Z".into(), vec![0, 2]),
        ("due_after=2026-03-01T10:00:00%2B09:00&due_before=2026-03-01T20:00:00%2B09:00".into(), vec![1]),
        ("remind_before=2026-03-01T09:00:00Z".into(), vec![]),
        ("remind_before=2026-03-01T09:00:01Z".into(), vec![3]),
        ("telegram_chat_id=1".into(), vec![]),
    ];
    for (query, expected) in cases {
        let expected: Vec<i64> = expected.into_iter().map(|index: usize| made[index]).collect();
        assert_eq!(ids(&ann.get(&format!("/api/tasks?{query}")).await.items()), expected, "{query}");
        assert_eq!(ids(&ann.all(&format!("/api/tasks?{query}&limit=1")).await), expected, "{query}, page by page");
    }
}

/// Compares by one column; what is null comes last in either direction.
fn compare(a: &Value, b: &Value, column: &str) -> Ordering {
    let (name, descending) = column.strip_prefix('-').map_or((column, false), |name| (name, true));
    let ordering = match (&a[name], &b[name]) {
        (Value::Null, Value::Null) => return Ordering::Equal,
        (Value::Null, _) => return Ordering::Greater,
        (_, Value::Null) => return Ordering::Less,
        (Value::String(a), Value::String(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (a, b) => a.as_i64().cmp(&b.as_i64()),
    };
    if descending { ordering.reverse() } else { ordering }
}

#[rstest]
#[tokio::test]
async fn every_order_pages_over_ties_and_gaps(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let titles = ["b", "a", "B", "я", "Ж", "a b", "a", "_", "👍", "ж"];
    let create: Vec<Value> = (0..30)
        .map(|number: usize| {
            let time = (!number.is_multiple_of(3)).then(|| format!("2026-01-{:02}T00:00:00Z", 1 + number % 7));
            let remind = (!number.is_multiple_of(4)).then(|| format!("2026-02-{:02}T00:00:00Z", 1 + number % 5));
            json!({
                "title": titles[number % titles.len()], "priority": 1 + number % 4, "completed": number.is_multiple_of(5),
                "due": time, "remind_time": remind,
            })
        })
        .collect();
    // Three calls, so that tasks have moments in common and not.
    for create in create.chunks(10) {
        ann.post("/api/tasks/bulk", json!({"create": create})).await.is(200);
    }
    let columns =
        ["id", "title", "priority", "due", "remind_time", "date_created", "date_updated", "completed_at", "completed"];
    let mut orders: Vec<String> =
        columns.iter().flat_map(|column| [(*column).to_owned(), format!("-{column}")]).collect();
    orders
        .extend(["priority,-due", "-completed,due,title", "due,-priority,-id", "-due,-remind_time"].map(str::to_owned));
    for order in orders {
        let whole = ann.get(&format!("/api/tasks?ordering={order}&limit=1000")).await.items();
        let distinct: HashSet<i64> = ids(&whole).into_iter().collect();
        assert_eq!((whole.len(), distinct.len()), (30, 30), "{order}");
        for pair in whole.windows(2) {
            let by = order.split(',').map(|column| compare(&pair[0], &pair[1], column)).find(|by| by.is_ne());
            assert_ne!(by, Some(Ordering::Greater), "{order}: {} before {}", pair[0], pair[1]);
        }
        for limit in [1, 7] {
            let paged = ann.all(&format!("/api/tasks?ordering={order}&limit={limit}")).await;
            assert_eq!(ids(&paged), ids(&whole), "{order} in pages of {limit}");
        }
    }
}
