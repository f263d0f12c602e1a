//! The mouse.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};

use super::*;
use crate::tui::model::{Focus, scope::View};

fn mouse(person: &mut Person, kind: MouseEventKind, column: u16, row: u16) {
    person.hears(Msg::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn click(person: &mut Person, column: u16, row: u16) {
    mouse(person, MouseEventKind::Down(MouseButton::Left), column, row);
}

#[test]
fn clicks_select_open_complete_and_go() {
    let mut person = Person::with_tasks(80, 24);
    click(&mut person, 30, 3);
    assert_eq!(person.selected(), "Call the bank");
    click(&mut person, 30, 3);
    assert_eq!(person.model.focus, Focus::Detail, "twice opens");
    person.presses("esc");
    click(&mut person, 20, 1);
    person.sees("Done: “Pay the rent”");
    click(&mut person, 2, 1);
    assert_eq!(person.model.view(), View::Today);
    click(&mut person, 2, 7);
    assert_eq!(person.model.view(), View::Calendar);
}

#[test]
fn the_wheel_scrolls_and_nothing_breaks_anywhere() {
    let mut person = Person::with_tasks(80, 24);
    mouse(&mut person, MouseEventKind::ScrollDown, 30, 3);
    assert_eq!(person.model.list.cursor, 3);
    for keys in ["4", "6", "7", "?", "esc", ":", "esc", "o", "esc", "e", "esc"] {
        person.presses(keys);
        for (x, y) in [(0, 0), (79, 23), (40, 12), (20, 2), (30, 22), (500, 500)] {
            mouse(&mut person, MouseEventKind::ScrollUp, x, y);
            click(&mut person, x, y);
            person.screen();
        }
    }
}
