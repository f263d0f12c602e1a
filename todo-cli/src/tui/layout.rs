//! Where things are on the screen: for drawing, and for finding out what was clicked.

use ratatui::layout::{Constraint, Layout, Rect};

use super::model::{Focus, Model, scope::View};

/// From this width on the sidebar is beside the list.
pub(crate) const WIDE: u16 = 70;
/// From this width on the details are beside the list.
const VERY_WIDE: u16 = 116;
/// From this height on the details are below the list.
const TALL: u16 = 20;
const SIDEBAR: u16 = 19;

/// The parts of the screen; those that are `None` don't show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) sidebar: Option<Rect>,
    /// With its heading.
    pub(crate) list: Option<Rect>,
    pub(crate) detail: Option<Rect>,
    /// The details are beside the list, not below.
    pub(crate) beside: bool,
    /// A calendar or statistics instead of a list.
    pub(crate) page: Option<Rect>,
    pub(crate) status: Rect,
}

impl Parts {
    pub(crate) fn of(model: &Model) -> Self {
        let (width, height) = model.size;
        let [body, status] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(1)]).areas(Rect::new(0, 0, width, height));
        let mut parts = Self { sidebar: None, list: None, detail: None, beside: false, page: None, status };
        let mut main = body;
        if width >= WIDE && (model.state.sidebar || model.focus == Focus::Sidebar) {
            let [sidebar, rest] = Layout::horizontal([Constraint::Length(SIDEBAR), Constraint::Min(0)]).areas(body);
            parts.sidebar = Some(sidebar);
            main = rest;
        } else if model.focus == Focus::Sidebar {
            parts.sidebar = Some(body);
            return parts;
        }
        if matches!(model.view(), View::Calendar | View::Statistics) {
            parts.page = Some(main);
            return parts;
        }
        parts.split(main, model, width >= VERY_WIDE, height >= TALL);
        parts
    }

    fn split(&mut self, main: Rect, model: &Model, very_wide: bool, tall: bool) {
        let in_detail = model.focus == Focus::Detail;
        if very_wide {
            let detail = (main.width * 2 / 5).clamp(42, 76);
            let areas = Layout::horizontal([Constraint::Min(0), Constraint::Length(detail)]).areas::<2>(main);
            (self.list, self.detail, self.beside) = (Some(areas[0]), Some(areas[1]), true);
        } else if tall {
            let share = if in_detail { main.height * 2 / 3 } else { main.height * 2 / 5 };
            let areas = Layout::vertical([Constraint::Min(0), Constraint::Length(share)]).areas::<2>(main);
            (self.list, self.detail) = (Some(areas[0]), Some(areas[1]));
        } else if in_detail {
            self.detail = Some(main);
        } else {
            self.list = Some(main);
        }
    }

    /// Rows of tasks that fit.
    pub(crate) fn list_height(&self) -> usize {
        self.list.map_or(1, |list| usize::from(list.height.saturating_sub(HEADING)).max(1))
    }
}

/// Lines above the rows of the list.
pub(crate) const HEADING: u16 = 1;

/// A box of this size in the middle of `area`, or as much of it as there is room for.
pub(crate) fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}
