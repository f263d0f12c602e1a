//! Comments on tasks.

use e2e::{
    Stack,
    servers::Backend::{self, Cluster, Postgres, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};

use crate::api::{Api, id, ids};

#[rstest]
#[tokio::test]
async fn a_comment_is_made_edited_and_deleted(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let task = ann.task("a").await;
    let made = ann.post("/api/comments", json!({"task_id": task, "content": "ask about the card"})).await;
    let comment = made.is(201);
    let path = format!("/api/comments/{}", comment["id"]);
    assert_eq!(made.header("location"), Some(path.as_str()));
    assert_eq!((&comment["task_id"], &comment["version"]), (&json!(task), &json!(1)));
    assert!(comment["posted_date"].as_str().unwrap().ends_with('Z'), "{comment}");
    let etag = made.header("etag").unwrap();
    assert_eq!(ann.get(&path).await.is(200), comment);
    ann.get(&path).header("if-none-match", etag).await.is(304);

    let edited = ann.patch(&path, json!({"content": "asked"})).header("if-match", etag).await.is(200);
    let expected = json!({"content": "asked", "version": 2, "id": comment["id"], "task_id": task, "posted_date": comment["posted_date"]});
    assert_eq!(edited, expected);
    ann.patch(&path, json!({"content": "late"})).header("if-match", etag).await.problem(412, "version_moved");
    ann.patch(&path, json!({"task_id": task})).await.faults("task_id", "unknown_field");
    ann.delete(&path).header("if-match", etag).await.problem(412, "version_moved");
    ann.delete(&path).await.is(204);
    ann.get(&path).await.problem(404, "not_found");
}

#[rstest]
#[tokio::test]
async fn a_deleted_task_takes_its_comments_along(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (task, other) = (ann.task("a").await, ann.task("b").await);
    // Now the cache knows both tasks.
    let (gone, stays) = (ann.comment(task, "gone").await, ann.comment(other, "stays").await);
    ann.delete(&format!("/api/tasks/{task}")).await.is(204);

    let again = json!({"task_id": task, "content": "too late"});
    ann.post("/api/comments", again.clone()).await.problem(404, "not_found");
    ann.post("/api/comments", again).await.problem(404, "not_found");
    ann.get(&format!("/api/comments/{gone}")).await.problem(404, "not_found");
    ann.patch(&format!("/api/comments/{gone}"), json!({"content": "a"})).await.problem(404, "not_found");
    assert_eq!(ids(&ann.get("/api/comments").await.items()), [stays]);
    assert_eq!(ann.get(&format!("/api/comments?task_id={task}")).await.items(), [] as [Value; 0]);
}

#[rstest]
#[tokio::test]
async fn a_comment_and_the_deletion_of_its_task_race_to_a_clear_end(
    #[values(Sqlite, Postgres, Cluster)] backend: Backend,
) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    for round in 0..20 {
        let task = ann.task("a").await;
        if round % 2 == 0 {
            ann.comment(task, "warms the cache").await;
        }
        let path = format!("/api/tasks/{task}");
        let comment = ann.post("/api/comments", json!({"task_id": task, "content": "now"}));
        let (comment, deleted) = tokio::join!(comment.into_future(), ann.delete(&path).into_future());
        deleted.is(204);
        if comment.status != 201 {
            comment.problem(404, "not_found");
        }
        assert_eq!(ann.get("/api/comments").await.items(), [] as [Value; 0], "no orphan");
    }
}

#[rstest]
#[tokio::test]
async fn comments_are_listed_by_task_text_time_and_page(#[values(Sqlite, Postgres, Cluster)] backend: Backend) {
    let stack = Stack::start(backend);
    let ann = Api::person(&stack, "ann").await;
    let (first, second) = (ann.task("a").await, ann.task("b").await);
    let mut made = Vec::new();
    for (task, content) in [(first, "Молоко"), (second, "50% off"), (first, "молоток"), (second, "a_b")] {
        made.push(ann.post("/api/comments", json!({"task_id": task, "content": content})).await.is(201));
    }
    let pick = |indices: &[usize]| indices.iter().map(|index| id(&made[*index])).collect::<Vec<_>>();
    let time = made[2]["posted_date"].as_str().unwrap();
    let cases = [
        ("/api/comments".to_owned(), pick(&[0, 1, 2, 3])),
        (format!("/api/comments?task_id={first}"), pick(&[0, 2])),
        ("/api/comments?task_id=0".to_owned(), pick(&[])),
        ("/api/comments?q=%D0%9C%D0%9E%D0%9B%D0%9E".to_owned(), pick(&[0, 2])),
        ("/api/comments?q=%25".to_owned(), pick(&[1])),
        ("/api/comments?q=_".to_owned(), pick(&[3])),
        (format!("/api/comments?posted_after={time}"), pick(&[2, 3])),
        (format!("/api/comments?posted_before={time}"), pick(&[0, 1])),
        ("/api/comments?posted_after=2020-01-01&posted_before=9000-01-01".to_owned(), pick(&[0, 1, 2, 3])),
        ("/api/comments?posted_before=2020-01-01".to_owned(), pick(&[])),
    ];
    for (path, expected) in cases {
        assert_eq!(ids(&ann.get(&path).await.items()), expected, "{path}");
        let paged = format!("{path}{}limit=1", if path.contains('?') { '&' } else { '?' });
        assert_eq!(ids(&ann.all(&paged).await), expected, "{paged}");
    }
}
