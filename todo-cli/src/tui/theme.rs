//! How things look: by what they are, on dark and light, with as many colours as the terminal has.

use std::collections::HashMap;

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Colors {
    None,
    Sixteen,
    TwoHundred,
    True,
}

impl Colors {
    /// As the environment says; `wanted` is `--color`'s word on whether there are to be any.
    pub(crate) fn of_terminal(wanted: bool, env: impl Fn(&str) -> Option<String>) -> Self {
        let term = env("TERM").unwrap_or_default();
        let truecolor = env("COLORTERM").is_some_and(|value| matches!(value.as_str(), "truecolor" | "24bit"));
        match () {
            // Those have none, whatever they make of the codes.
            () if !wanted || term == "dumb" || term.starts_with("vt1") || term.starts_with("vt2") => Self::None,
            () if truecolor || term.contains("direct") => Self::True,
            () if term.contains("256color") => Self::TwoHundred,
            () => Self::Sixteen,
        }
    }
}

/// The style of each kind of thing. Text and background are the terminal's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Theme {
    pub(crate) light: bool,
    pub(crate) colors: Colors,
    pub(crate) text: Style,
    pub(crate) dim: Style,
    pub(crate) strong: Style,
    pub(crate) accent: Style,
    pub(crate) line: Style,
    /// The row under the cursor, where keys go there.
    pub(crate) cursor: Style,
    /// The row under the cursor, where they go elsewhere.
    pub(crate) cursor_away: Style,
    pub(crate) chip: Style,
    pub(crate) alarm: Style,
    pub(crate) warn: Style,
    pub(crate) calm: Style,
    pub(crate) good: Style,
    pub(crate) tag: Style,
}

/// A colour for each number of them.
#[derive(Clone, Copy)]
struct Tint(u32, u8, Color);

impl Theme {
    pub(crate) fn new(light: bool, colors: Colors) -> Self {
        if colors == Colors::None {
            return Self::without_colors(light);
        }
        let pick = |dark: Tint, bright: Tint| color(if light { bright } else { dark }, colors);
        let fg = |dark, bright| Style::new().fg(pick(dark, bright));
        let base = |hex, index, name| Tint(hex, index, name);
        let dim = fg(base(0x8a_91_9e, 245, Color::DarkGray), base(0x6b_72_80, 242, Color::DarkGray));
        let line = fg(base(0x3b_42_4f, 238, Color::DarkGray), base(0xd0_d5_dd, 252, Color::Gray));
        // Sixteen colours have no quiet background that is sure to leave every text readable.
        let back = |dark, bright| match colors {
            Colors::Sixteen => Style::new().fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED),
            _ => Style::new().bg(pick(dark, bright)),
        };
        let away = match colors {
            Colors::Sixteen => Style::new().add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            _ => back(base(0x24_2a_35, 235, Color::Reset), base(0xec_ef_f3, 255, Color::Reset)),
        };
        let chip = match colors {
            Colors::Sixteen => Style::new().add_modifier(Modifier::UNDERLINED),
            _ => back(base(0x2b_33_42, 236, Color::Reset), base(0xe4_e8_ee, 254, Color::Reset)),
        };
        Self {
            light,
            colors,
            text: Style::new(),
            dim,
            strong: Style::new().add_modifier(Modifier::BOLD),
            accent: fg(base(0x7a_a2_f7, 111, Color::Cyan), base(0x25_63_eb, 26, Color::Blue)),
            line,
            cursor: back(base(0x2f_3b_54, 237, Color::Reset), base(0xdb_e6_fd, 189, Color::Reset)),
            cursor_away: away,
            chip,
            alarm: fg(base(0xf7_76_8e, 204, Color::Red), base(0xc9_24_3f, 161, Color::Red)),
            warn: fg(base(0xe0_af_68, 179, Color::Yellow), base(0xa1_60_07, 130, Color::Magenta)),
            calm: fg(base(0x7d_cf_ff, 117, Color::Cyan), base(0x0e_74_90, 30, Color::Blue)),
            good: fg(base(0x9e_ce_6a, 149, Color::Green), base(0x3f_7d_20, 28, Color::Green)),
            tag: fg(base(0xbb_9a_f7, 141, Color::Magenta), base(0x7c_3a_ed, 92, Color::Magenta)),
        }
    }

    fn without_colors(light: bool) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        Self {
            light,
            colors: Colors::None,
            text: plain,
            dim,
            strong: bold,
            accent: bold,
            line: dim,
            cursor: plain.add_modifier(Modifier::REVERSED),
            cursor_away: plain.add_modifier(Modifier::UNDERLINED),
            chip: plain.add_modifier(Modifier::UNDERLINED),
            alarm: bold,
            warn: plain,
            calm: plain,
            good: plain,
            tag: dim,
        }
    }

    /// With other colours for some kinds of things.
    ///
    /// # Errors
    ///
    /// What is wrong with them, in a line.
    pub(crate) fn with(mut self, colors: &HashMap<String, String>) -> Result<Self, String> {
        for (name, text) in colors {
            let color: Color = text.parse().map_err(|_| format!("\"{text}\" is no colour"))?;
            let any = self.colors != Colors::None;
            let (style, back) = self.style_mut(name).ok_or_else(|| format!("there is no \"{name}\""))?;
            if any {
                *style = if back { style.bg(color) } else { style.fg(color) };
            }
        }
        Ok(self)
    }

    /// A style by the name it has in the config file, and whether its colour is the one behind the text.
    fn style_mut(&mut self, name: &str) -> Option<(&mut Style, bool)> {
        Some(match name {
            "text" => (&mut self.text, false),
            "dim" => (&mut self.dim, false),
            "accent" => (&mut self.accent, false),
            "line" => (&mut self.line, false),
            "alarm" => (&mut self.alarm, false),
            "warn" => (&mut self.warn, false),
            "calm" => (&mut self.calm, false),
            "good" => (&mut self.good, false),
            "tag" => (&mut self.tag, false),
            "cursor" => (&mut self.cursor, true),
            "chip" => (&mut self.chip, true),
            _ => return None,
        })
    }

    /// The other one of dark and light.
    pub(crate) fn switched(&self) -> Self {
        Self::new(!self.light, self.colors)
    }

    pub(crate) fn name(&self) -> &'static str {
        if self.light { "light" } else { "dark" }
    }
}

fn color(Tint(hex, index, name): Tint, colors: Colors) -> Color {
    match colors {
        Colors::None => Color::Reset,
        Colors::Sixteen => name,
        Colors::TwoHundred => Color::Indexed(index),
        Colors::True => Color::from_u32(hex),
    }
}

/// Whether the background is light, as far as terminals tell without being asked (`COLORFGBG`).
pub(crate) fn is_light(env: impl Fn(&str) -> Option<String>) -> bool {
    let background = env("COLORFGBG").and_then(|value| value.rsplit(';').next().map(str::to_owned));
    matches!(background.as_deref(), Some("7" | "15"))
}
