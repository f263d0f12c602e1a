use super::*;

const LOG: &str = "\
2026-01-01 10:00:00.000 UTC [7] LOG:  statement: BEGIN
2026-01-01 10:00:00.000 UTC [7] LOG:  execute sqlx_s_1: INSERT INTO tasks (user_id, title)
\tVALUES ($1, $2) RETURNING id
2026-01-01 10:00:00.000 UTC [7] DETAIL:  parameters: $1 = '1000000', $2 = 'it''s \"so\":null'
2026-01-01 10:00:00.000 UTC [7] LOG:  execute sqlx_s_2: UPDATE users SET seq = seq + $2 WHERE id = $1 RETURNING seq
2026-01-01 10:00:00.000 UTC [7] DETAIL:  parameters: $1 = '1000000', $2 = '2'
2026-01-01 10:00:00.000 UTC [7] LOG:  execute sqlx_s_3: INSERT INTO changes VALUES ($1, $2, $3, $4)
2026-01-01 10:00:00.000 UTC [7] DETAIL:  parameters: $1 = '1000000', $2 = '600000001', $3 = '10001000', $4 = NULL
2026-01-01 10:00:00.000 UTC [7] LOG:  statement: COMMIT
";

fn recording() -> Recording {
    let known = BTreeMap::from([("1000000".to_owned(), ":user")]);
    let marks = Marks { known, made: Some("10001000".to_owned()), last_seq: 600_000_002 };
    Recording { statements: statements(LOG), marks }
}

#[test]
fn statements_are_read_from_the_log() {
    let found = statements(LOG);
    assert_eq!(found.len(), 5);
    assert_eq!(found[1].sql, "INSERT INTO tasks (user_id, title) VALUES ($1, $2) RETURNING id");
    assert_eq!(found[1].values[1].as_deref(), Some("it's \"so\":null"));
    assert_eq!(found[3].values[3], None);
}

#[test]
fn a_script_carries_what_is_new_from_statement_to_statement() {
    let script = recording().script().unwrap().text;
    let user = "CAST(:user AS BIGINT)";
    let expected = [
        "BEGIN;".to_owned(),
        format!(r#"INSERT INTO tasks (user_id, title) VALUES ({user}, E'it''s "so"\x3anull') RETURNING id \gset"#),
        format!(r"UPDATE users SET seq = seq + '2' WHERE id = {user} RETURNING seq \gset"),
        format!("INSERT INTO changes VALUES ({user}, (CAST(:seq AS BIGINT) - 1), CAST(:id AS BIGINT), NULL);"),
        "COMMIT;\n".to_owned(),
    ];
    assert_eq!(script, expected.join("\n"));
}

#[test]
fn what_no_statement_returned_is_refused() {
    let mut recording = recording();
    recording.statements.remove(2);
    assert!(recording.script().is_err());
}

#[test]
fn what_is_read_by_stays_a_parameter() {
    let log = "x LOG:  execute sqlx_s_1: SELECT id FROM tasks WHERE user_id = $1 AND title LIKE $2 LIMIT $3\n\
               x DETAIL:  parameters: $1 = '1000000', $2 = '%a: b%', $3 = '101'\n";
    let script = Recording { statements: statements(log), ..recording() }.script().unwrap();
    let sql = "SELECT id FROM tasks WHERE user_id = CAST(:user AS BIGINT) AND title LIKE :given1 LIMIT :given2;\n";
    assert_eq!(script.text, sql);
    let given = [("given1", "%a: b%"), ("given2", "101")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(script.given, given);
}
