//! Flags as their letters, `DE`.
//!
//! Terminals count a flag as one column, two or four, so that what stands behind one ends up elsewhere than we think and is
//! not drawn over. Letters are counted alike everywhere. This is about drawing alone: the text stays as it was written.

use ratatui::buffer::Buffer;

/// REGIONAL INDICATOR SYMBOL LETTER A; B to Z follow.
const A: u32 = 0x1F1E6;

pub(super) fn spell(buffer: &mut Buffer) {
    let columns = usize::from(buffer.area.width);
    for at in 0..buffer.content.len() {
        let letters: Vec<char> = buffer.content[at].symbol().chars().map_while(letter).collect();
        let [first, rest @ ..] = letters.as_slice() else { continue };
        let style = buffer.content[at].style();
        buffer.content[at].set_char(*first);
        if let (Some(second), false) = (rest.first(), (at + 1) % columns == 0) {
            buffer.content[at + 1].set_char(*second).set_style(style);
        }
    }
}

fn letter(c: char) -> Option<char> {
    let at = u8::try_from(u32::from(c).checked_sub(A)?).ok().filter(|at| *at < 26)?;
    Some(char::from(b'A' + at))
}

#[cfg(test)]
mod tests {
    use ratatui::{layout::Rect, style::Style};

    use super::*;

    #[test]
    fn flags_take_the_columns_that_they_are_counted_as() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 2));
        buffer.set_string(0, 0, "a🇩🇪🇫🇷 x🇬", Style::new());
        buffer.set_string(10, 1, "🇩🇪", Style::new());
        spell(&mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["aDEFR xG    ", "          DE"]));
    }
}
