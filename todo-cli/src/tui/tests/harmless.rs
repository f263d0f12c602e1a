//! Text from people changes nothing outside of its cells.

use super::*;

#[test]
fn escapes_in_titles_are_shown_not_sent() {
    let evil = "evil \u{1b}[31mred\u{1b}]0;title\u{7}\u{1b}]52;c;aGk=\u{7}\r\n\u{202e}";
    let mut person = Person::new(160, 50);
    person.hears(Msg::Tags(vec![Tag { id: 1, name: evil.to_owned(), version: 1 }]));
    let task = Task { tags: vec![1], description: evil.to_owned(), ..task_named(1, evil) };
    person.hears(Msg::Tasks(vec![task]));
    person.loads();
    for keys in
        ["4", "enter", "e", "esc", "esc", "t", "esc", "f", "esc", "s", "esc", "d", "n", "c", "esc", "x", "u", ":"]
    {
        person.presses(keys);
        let screen = person.screen();
        assert!(!screen.contains(|c: char| c.is_control() && c != '\n'), "after {keys}: {screen:?}");
        assert!(!screen.contains('\u{202e}'), "after {keys}: {screen:?}");
    }
    person.hears(Msg::Trouble(evil.to_owned()));
    assert!(!person.screen().contains('\u{1b}'));
}

#[test]
fn wide_letters_hide_no_border_of_what_lies_over_them() {
    for title in ["日本語".repeat(12), format!("x{}", "日本語".repeat(12))] {
        for keys in ["t", "s", "d", "c", "e", ":", "?", "D"] {
            let mut person = Person::new(80, 24);
            person.hears(Msg::Tasks((1..20).map(|id| task_named(id, &title)).collect()));
            person.loads();
            person.presses(keys);
            let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
            let frame = terminal.draw(|frame| view(&person.model, frame)).unwrap();
            for (wide, next) in frame.buffer.content.iter().zip(&frame.buffer.content[1..]) {
                let hides = crate::tui::view::text::width(wide.symbol()) > 1 && next.symbol() != " ";
                assert!(!hides, "{} lies under {} after {keys}", next.symbol(), wide.symbol());
            }
        }
    }
}

#[test]
fn wide_letters_keep_columns_in_line() {
    let mut person = Person::with_tasks(80, 24);
    person.presses("4");
    let screen = person.screen();
    let rows: Vec<&str> = screen.lines().collect();
    let width = |row: &str| crate::tui::view::text::width(row);
    // The backend's text has a quote at both ends, and a wide letter is followed by nothing.
    let widths: Vec<usize> = rows.iter().map(|row| width(row)).collect();
    assert!(widths.iter().all(|columns| *columns >= 80), "{widths:?}\n{screen}");
}
