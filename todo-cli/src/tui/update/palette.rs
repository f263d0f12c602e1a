//! The palette: every action by its name.

use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::{keys, navigate};
use crate::tui::{
    keys::{Action, Binding, Context},
    model::{Model, overlay::Overlay, scope::View},
    msg::Effect,
};

/// What the palette offers for what was typed: an action, or a view.
pub(crate) fn palette_items(model: &Model) -> Vec<(String, String, PaletteChoice)> {
    let Overlay::Palette(chooser) = &model.overlay else { return Vec::new() };
    let context = underlying(model);
    let mut items: Vec<(String, String, PaletteChoice)> = Vec::new();
    for (binding, keys) in model.keymap.all() {
        let main = binding.contexts.contains(&Context::List) || binding.contexts.contains(&context);
        if main && !is_motion(binding) && binding.action != Action::Palette {
            let key = keys.first().map(ToString::to_string).unwrap_or_default();
            items.push((binding.text.to_owned(), key, PaletteChoice::Action(binding.action)));
        }
    }
    for view in model.views().into_iter().filter(|view| matches!(view, View::Tag(_))) {
        items.push((format!("Go to {}", model.view_label(view)), String::new(), PaletteChoice::View(view)));
    }
    let typed = chooser.input.value().trim();
    if typed.is_empty() { items } else { fuzzy(items, typed, |item| item.0.clone()) }
}

/// A line of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PaletteChoice {
    Action(Action),
    View(View),
}

fn is_motion(binding: &Binding) -> bool {
    matches!(
        binding.action,
        Action::Down | Action::Up | Action::Left | Action::Right | Action::PageDown | Action::PageUp | Action::Open
    )
}

/// The context below the palette.
fn underlying(model: &Model) -> Context {
    match model.view() {
        View::Calendar => Context::Calendar,
        View::Statistics => Context::Statistics,
        _ => Context::List,
    }
}

pub(super) fn run(model: &mut Model) -> Vec<Effect> {
    let Overlay::Palette(chooser) = &model.overlay else { return Vec::new() };
    let chosen = palette_items(model).into_iter().nth(chooser.cursor);
    model.overlay = Overlay::None;
    match chosen {
        Some((_, _, PaletteChoice::Action(action))) => {
            let context = underlying(model);
            keys::perform(model, context, action)
        }
        Some((_, _, PaletteChoice::View(view))) => navigate::go(model, view),
        None => Vec::new(),
    }
}

/// Those that fit, the best first.
pub(super) fn fuzzy<T>(items: Vec<T>, typed: &str, label: impl Fn(&T) -> String) -> Vec<T> {
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let mut scored: Vec<(u32, T)> = items
        .into_iter()
        .filter_map(|item| {
            let score = pattern.score(Utf32Str::new(&label(&item), &mut letters), &mut matcher)?;
            Some((score, item))
        })
        .collect();
    scored.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    // Letters that are strewn all over a line are not what was meant.
    let best = scored.first().map_or(0, |(score, _)| *score);
    scored.retain(|(score, _)| score * 2 > best);
    scored.into_iter().map(|(_, item)| item).collect()
}
