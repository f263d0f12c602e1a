//! What is printed.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, presets};

use crate::figures::Figures;

const HEADINGS: [&str; 13] = [
    "scenario",
    "requests",
    "done/s",
    "reads/writes",
    "p50 ms",
    "p99 ms",
    "max ms",
    "503",
    "cut",
    "retries",
    "lost",
    "doubled",
    "well after ms",
];

/// The lines of all scenarios, by name.
pub(crate) fn table(lines: &[(String, Figures)]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(HEADINGS);
    table.add_rows(lines.iter().map(|(name, figures)| row(name, figures)));
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

fn row(name: &str, figures: &Figures) -> [String; 13] {
    let millis = |time: Duration| format!("{:.1}", time.as_secs_f64() * 1000.0);
    [
        name.to_owned(),
        figures.requests.to_string(),
        format!("{:.0}", figures.per_second),
        format!("{}/{}", figures.reads, figures.writes),
        millis(figures.p50),
        millis(figures.p99),
        millis(figures.max),
        figures.unavailable.to_string(),
        figures.cut.to_string(),
        figures.retries.to_string(),
        figures.lost.to_string(),
        figures.doubled.to_string(),
        figures.recovery.map_or_else(|| "never".to_owned(), |recovery| recovery.as_millis().to_string()),
    ]
}

/// `200 × 12, 201 × 3`.
pub(crate) fn statuses(figures: &Figures) -> String {
    let counts = figures.statuses.iter().map(|(status, count)| format!("{status} × {count}"));
    counts.collect::<Vec<_>>().join(", ")
}
