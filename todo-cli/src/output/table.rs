//! Tables: fitted to the terminal's width there, tab-separated lines elsewhere.

use std::fmt::Write;

use comfy_table::{ColumnConstraint, ContentArrangement, Width, presets};

use super::{Printer, Tone, text};

/// Most of the terminal's width, in percent, for a column behind the text.
const BEHIND_TEXT_MAX: u16 = 30;
/// Where the terminal does not tell.
const WIDTH_DEFAULT: u16 = 80;

/// One field of a row.
pub(crate) struct Cell {
    /// On a terminal; may have several lines.
    shown: String,
    /// In a pipe; the stable form.
    plain: String,
    tone: Tone,
}

impl Cell {
    /// The same everywhere. `text` comes from people.
    pub(crate) fn new(text: &str) -> Self {
        Self::both(text, text)
    }

    /// Different for people and for programs.
    pub(crate) fn both(shown: &str, plain: &str) -> Self {
        Self { shown: text::line(shown).into_owned(), plain: text::line(plain).into_owned(), tone: Tone::Plain }
    }

    /// Longer text, whose lines are kept on a terminal.
    pub(crate) fn lines(text: &str) -> Self {
        Self { shown: text::lines(text).join("\n"), plain: text::line(text).into_owned(), tone: Tone::Plain }
    }

    pub(crate) fn tone(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }
}

/// Rows under headings. Columns with an empty heading are shown too; `hidden` ones only exist in pipes.
pub(crate) struct Table {
    pub(crate) headings: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The column with the long text.
    pub(crate) text_column: usize,
    /// Columns that people don't need to see, e.g. one that says the same in every row.
    pub(crate) hidden: Vec<usize>,
}

impl Table {
    pub(crate) fn render(&self, printer: &Printer) -> String {
        if printer.terminal { self.fitted(printer.color) } else { self.tab_separated(printer.color) }
    }

    fn tab_separated(&self, color: bool) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let fields: Vec<String> = row.iter().map(|cell| cell.tone.paint(&cell.plain, color)).collect();
            // Writing to a String can't fail.
            let _ = writeln!(text, "{}", fields.join("\t"));
        }
        text
    }

    fn fitted(&self, color: bool) -> String {
        let mut table = bare_table();
        if color {
            table.enforce_styling();
        }
        let heading = |name: &&str| Tone::Dim.apply(comfy_table::Cell::new(*name));
        table.set_header(self.headings.iter().map(heading).collect::<Vec<_>>());
        for row in &self.rows {
            table.add_row(
                row.iter().map(|cell| cell.tone.apply(comfy_table::Cell::new(&cell.shown))).collect::<Vec<_>>(),
            );
        }
        self.constrain(&mut table);
        table.trim_fmt() + "\n"
    }

    /// The text column takes what the others leave; those keep their content's width, up to a share.
    fn constrain(&self, table: &mut comfy_table::Table) {
        let last = self.headings.len().saturating_sub(1);
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { 2 }));
            if self.hidden.contains(&index) {
                column.set_constraint(ColumnConstraint::Hidden);
            } else if index > self.text_column {
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Percentage(BEHIND_TEXT_MAX)));
            } else if index < self.text_column {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
    }
}

/// A table without lines that is as wide as the terminal.
fn bare_table() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    let width = table.width().filter(|width| *width > 0).unwrap_or(WIDTH_DEFAULT);
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.force_no_tty();
    table
}

/// Longer text, two columns in: its lines are kept, and wrapped on a terminal.
pub(super) fn paragraph(text: &str, printer: &Printer) -> String {
    let lines = text::lines(text);
    if !printer.terminal {
        return lines.iter().map(|line| format!("  {line}\n")).collect();
    }
    let mut table = bare_table();
    table.add_row([lines.join("\n")]);
    if let Some(column) = table.column_mut(0) {
        column.set_padding((2, 0));
    }
    table.trim_fmt() + "\n"
}

#[cfg(test)]
mod tests {
    use super::{Cell, Table, Tone};

    #[test]
    fn in_a_pipe_each_row_is_one_line_of_fields() {
        let row = vec![Cell::new("1"), Cell::both("tomorrow", "2026-12-01").tone(Tone::Alarm), Cell::lines("a\tb\nc")];
        let table = Table { headings: vec!["ID", "Due", "Title"], rows: vec![row], text_column: 2, hidden: vec![0] };
        assert_eq!(table.tab_separated(false), "1\t2026-12-01\ta␉b␊c\n");
        assert_eq!(table.tab_separated(true), "1\t\u{1b}[31m2026-12-01\u{1b}[0m\ta␉b␊c\n");
    }
}
