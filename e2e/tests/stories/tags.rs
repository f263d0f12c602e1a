//! Tags.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, id, ids};

#[rstest]
#[tokio::test]
async fn a_tag_is_made_renamed_and_deleted(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let made = ann.post("/api/tags", json!({"name": "Дом"})).await;
    let tag = made.is(201);
    assert_eq!(tag, json!({"id": tag["id"], "name": "Дом", "version": 1}));
    let path = format!("/api/tags/{}", tag["id"]);
    assert_eq!(made.header("location"), Some(path.as_str()));
    let etag = made.header("etag").unwrap();
    assert_eq!(ann.get(&path).await.is(200), tag);
    ann.get(&path).header("if-none-match", etag).await.is(304);

    let patched = ann.patch(&path, json!({"name": "work"})).header("if-match", etag).await.is(200);
    assert_eq!(patched, json!({"id": tag["id"], "name": "work", "version": 2}));
    ann.patch(&path, json!({"name": "late"})).header("if-match", etag).await.problem(412, "version_moved");
    assert_eq!(ann.patch(&path, json!({})).await.is(200), patched, "nothing asked, nothing changed");
    ann.patch(&path, json!({"name": null})).await.faults("name", "invalid");
    let put = ann.put(&path, json!({"name": "Work"})).await.is(200);
    assert_eq!(put, json!({"id": tag["id"], "name": "Work", "version": 3}));
    ann.put(&path, json!({})).await.faults("name", "required");

    ann.delete(&path).header("if-match", etag).await.problem(412, "version_moved");
    ann.delete(&path).await.is(204);
    ann.get(&path).await.problem(404, "not_found");
    ann.delete(&path).await.problem(404, "not_found");
}

#[rstest]
#[tokio::test]
async fn a_name_is_unique_per_person_whatever_the_case(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let (ann, bob) = (Api::person(&stack, "ann").await, Api::person(&stack, "bob").await);
    ann.tag("Дом").await;
    let other = ann.tag("work").await;
    for name in ["Дом", "дом", "ДОМ"] {
        ann.post("/api/tags", json!({"name": name})).await.problem(409, "tag_exists");
        ann.patch(&format!("/api/tags/{other}"), json!({"name": name})).await.problem(409, "tag_exists");
    }
    bob.tag("дом").await;
    ann.patch(&format!("/api/tags/{other}"), json!({"name": "WORK"})).await.is(200);
}

#[rstest]
#[tokio::test]
async fn a_deleted_tag_leaves_its_tasks(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (home, work) = (ann.tag("home").await, ann.tag("work").await);
    let task = ann.post("/api/tasks", json!({"title": "a", "tags": [work, home, home]})).await.is(201);
    assert_eq!(task["tags"], json!([home, work]), "each once, ascending");
    let bare = ann.task("b").await;

    ann.delete(&format!("/api/tags/{home}")).await.is(204);
    let after = ann.get(&format!("/api/tasks/{}", id(&task))).await.is(200);
    assert_eq!((&after["tags"], &after["version"]), (&json!([work]), &json!(2)));
    assert_eq!(ann.get(&format!("/api/tasks/{bare}")).await.is(200)["version"], 1);
    ann.post("/api/tasks", json!({"title": "c", "tags": [home]})).await.faults("tags", "unknown_tag");
    assert_eq!(ann.get(&format!("/api/tasks?tags_ids={home}")).await.items(), [] as [Value; 0]);
}

#[rstest]
#[tokio::test]
async fn tags_are_listed_by_page_and_by_text(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let mut made = Vec::new();
    for name in ["Покупки", "100%", "under_score", "back\\slash", "покой"] {
        made.push(ann.tag(name).await);
    }
    assert_eq!(ids(&ann.get("/api/tags").await.items()), made);
    assert_eq!(ids(&ann.all("/api/tags?limit=2").await), made);
    for (q, found) in [("ПОК", vec![0, 4]), ("%25", vec![1]), ("_", vec![2]), ("%5C", vec![3]), ("nope", vec![])] {
        let found: Vec<i64> = found.into_iter().map(|index: usize| made[index]).collect();
        assert_eq!(ids(&ann.all(&format!("/api/tags?q={q}&limit=1")).await), found, "{q}");
    }
}
