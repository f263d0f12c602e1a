//! What is printed.

use comfy_table::{CellAlignment, Table, presets};

use crate::{
    data::{Data, Engine},
    measure::Line,
    pgbench::Limit,
    record::Recording,
    work::Work,
};

const MEBIBYTE: f64 = 1_048_576.0;
const HEADINGS: [&str; 21] = [
    "engine",
    "tasks",
    "work",
    "clients",
    "req/s",
    "p50 ms",
    "p99 ms",
    "CPU ms server",
    "CPU ms PG",
    "RSS idle",
    "RSS load",
    "errors",
    "own tx/s",
    "own CPU ms",
    "ref tx/s",
    "ref CPU ms",
    "axum req/s",
    "axum CPU ms",
    "CPU/own",
    "CPU/ref",
    "server/axum",
];

/// Everything in one table; its last columns are ratios of ours over the limit.
pub(crate) fn table(lines: &[Line]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(HEADINGS);
    table.add_rows(lines.iter().map(row));
    table.column_iter_mut().skip(3).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// Of two columns or more, the first of which are words.
pub(crate) fn small_table<const N: usize>(headings: [&str; N], rows: Vec<[String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(headings);
    table.add_rows(rows);
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

fn row(line: &Line) -> [String; 21] {
    let limit = |limit: Option<Limit>| match limit {
        Some(Limit { per_second, cpu_ms }) => [format!("{per_second:.0}"), format!("{cpu_ms:.3}")],
        None => [String::new(), String::new()],
    };
    let [own_tx, own_cpu] = limit(line.limits.own);
    let [reference_tx, reference_cpu] = limit(line.limits.reference);
    let [axum_requests, axum_cpu] = limit(line.limits.axum);
    let ratio = |ratio: Option<f64>| ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
    let postgres = line.engine == Engine::Postgres;
    [
        line.engine.name().to_owned(),
        line.data.to_string(),
        name(line.work, line.data),
        line.clients.to_string(),
        format!("{:.0}", line.per_second),
        format!("{:.2}", line.p50_ms),
        format!("{:.2}", line.p99_ms),
        format!("{:.3}", line.server_ms),
        if postgres { format!("{:.3}", line.postgres_ms) } else { String::new() },
        format!("{:.1}", line.idle as f64 / MEBIBYTE),
        format!("{:.1}", line.loaded / MEBIBYTE),
        line.errors.to_string(),
        own_tx,
        own_cpu,
        reference_tx,
        reference_cpu,
        axum_requests,
        axum_cpu,
        ratio(line.over(line.limits.own)),
        ratio(line.over(line.limits.reference)),
        ratio(line.limits.axum.map(|limit| line.server_ms / limit.cpu_ms)),
    ]
}

impl Line {
    /// The processor time of server and PostgreSQL together, over what PostgreSQL alone needs.
    pub(crate) fn over(&self, limit: Option<Limit>) -> Option<f64> {
        limit.map(|limit| (self.server_ms + self.postgres_ms) / limit.cpu_ms)
    }

    /// The same over the least that we know.
    pub(crate) fn over_reference(&self) -> Option<f64> {
        self.over(self.limits.reference.or(self.limits.own))
    }
}

/// A page by its number.
fn name(work: Work, data: Data) -> String {
    match work {
        Work::PageLast => format!("page {}", data.tasks() / 100),
        Work::PageFirst => "page 1".to_owned(),
        _ => work.to_string(),
    }
}

/// While it goes on.
pub(crate) fn short(line: &Line) -> String {
    let over = line.over_reference().map(|ratio| format!(", {ratio:.2} × the limit")).unwrap_or_default();
    format!(
        "{:>16}, {:17} {:>3} clients: {:>7.0}/s, p99 {:>7.2} ms, CPU {:.3} + {:.3} ms, {} errors{over}",
        line.data.to_string(),
        name(line.work, line.data),
        line.clients,
        line.per_second,
        line.p99_ms,
        line.server_ms,
        line.postgres_ms,
        line.errors
    )
}

/// What each request sends to PostgreSQL, as Markdown.
pub(crate) fn statements<'r>(recorded: impl Iterator<Item = (&'r Work, &'r Recording)>) -> String {
    let mut text = String::new();
    for (work, recording) in recorded {
        let lines: Vec<String> = recording.statements.iter().map(|statement| statement.sql.clone()).collect();
        text += &format!("**{work}**: {}\n\n", counted(lines.len()));
        if !lines.is_empty() {
            text += &format!("```sql\n{}\n```\n\n", lines.join(";\n"));
        }
    }
    text
}

fn counted(statements: usize) -> String {
    match statements {
        0 => "no statement".to_owned(),
        1 => "1 statement".to_owned(),
        more => format!("{more} statements"),
    }
}
