//! What is printed.

use comfy_table::{CellAlignment, Table, presets};

use crate::baseline::Baseline;

/// Below the slips.
pub(crate) const ADVICE: &str = "\
Look at what changed: `valgrind --tool=callgrind target/debug/instructions walk` and callgrind_annotate tell which functions
take them. Where it is meant, `./dev instructions --store` writes new figures into e2e/instructions.toml; commit them.";

pub(crate) fn table(counted: &[(String, u64)], baseline: &Baseline) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(["path", "instructions a call", "stored", "ratio"]);
    table.add_rows(counted.iter().map(|(path, counted)| {
        let stored = baseline.figure(path);
        let ratio = stored.map(|stored| format!("{:.2}", *counted as f64 / stored as f64));
        let stored = stored.map(|stored| thousands(stored, ','));
        [path.clone(), thousands(*counted, ','), stored.unwrap_or_default(), ratio.unwrap_or_default()]
    }));
    table.column_iter_mut().skip(1).for_each(|column| column.set_cell_alignment(CellAlignment::Right));
    table
}

/// A number with something between its thousands.
pub(crate) fn thousands(number: u64, between: char) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        let texts = [0, 999, 1000, 1_234_567].map(|number| thousands(number, '_'));
        assert_eq!(texts, ["0", "999", "1_000", "1_234_567"]);
    }
}
