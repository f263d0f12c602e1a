//! Search as one types: fuzzy over what is known, a few thousand tasks at a time, and through the server.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use todo_sdk::model::Id;
use tui_input::Input;

use super::store::{Index, Store};

/// Tasks looked at in one go: a few milliseconds, so that keys are never late.
const STEP: usize = 5_000;

/// The best of what was found.
const SHOWN: usize = 1_000;

/// A search, and what it has found so far.
pub(crate) struct Search {
    pub(crate) input: Input,
    /// The letters go here.
    pub(crate) typing: bool,
    /// How far the tasks have been looked through; `None` when it is over.
    progress: Option<usize>,
    found: Vec<(u32, Index)>,
    /// What the server found in texts and comments.
    pub(crate) by_server: HashSet<Id>,
    /// When the server is asked too: once the letters rest.
    pub(crate) ask_at: Option<DateTime<Utc>>,
    matcher: Matcher,
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search").field("text", &self.text()).finish_non_exhaustive()
    }
}

impl Default for Search {
    fn default() -> Self {
        Self {
            input: Input::default(),
            typing: false,
            progress: None,
            found: Vec::new(),
            by_server: HashSet::new(),
            ask_at: None,
            matcher: Matcher::new(Config::DEFAULT),
        }
    }
}

impl Search {
    pub(crate) fn text(&self) -> &str {
        self.input.value().trim()
    }

    pub(crate) fn is_on(&self) -> bool {
        !self.text().is_empty()
    }

    /// Begins anew; whether there is something to look for.
    pub(crate) fn restart(&mut self) -> bool {
        self.found.clear();
        self.by_server.clear();
        self.progress = self.is_on().then_some(0);
        self.progress.is_some()
    }

    pub(crate) fn is_running(&self) -> bool {
        self.progress.is_some()
    }

    /// Looks through the next few tasks; whether there are more.
    pub(crate) fn step(&mut self, store: &Store) -> bool {
        let Some(from) = self.progress else { return false };
        let pattern = Pattern::parse(self.text(), CaseMatching::Ignore, Normalization::Smart);
        let to = from.saturating_add(STEP).min(store.end());
        let mut letters = Vec::new();
        for index in from..to {
            let Some((index, slot)) = Index::try_from(index).ok().and_then(|index| Some((index, store.slot(index)?)))
            else {
                continue;
            };
            let title = Utf32Str::new(&slot.task.title, &mut letters);
            if let Some(score) = pattern.score(title, &mut self.matcher) {
                self.found.push((score, index));
            }
        }
        self.progress = (to < store.end()).then_some(to);
        self.progress.is_some()
    }

    /// What was found, the likeliest first: open before done, then by how well the title matches, then what the server
    /// found elsewhere than in titles.
    pub(crate) fn rows(&self, store: &Store) -> Vec<Index> {
        // Letters that are strewn all over a title are not what was meant.
        let best = self.found.iter().map(|(score, _)| *score).max().unwrap_or_default();
        let titles = self.found.iter().filter(|(score, _)| score * 2 > best).copied();
        let known: HashSet<Index> =
            if self.by_server.is_empty() { HashSet::new() } else { titles.clone().map(|(_, index)| index).collect() };
        let elsewhere = self.by_server.iter().filter_map(|id| store.index_of(*id)).filter(|i| !known.contains(i));
        let all = titles.chain(elsewhere.map(|index| (0, index)));
        let mut rows: Vec<_> = all
            .filter_map(|(score, index)| {
                let slot = store.slot(index)?;
                Some(((slot.task.completed, std::cmp::Reverse(score), slot.moment, slot.task.id), index))
            })
            .collect();
        // Nobody reads further than this, and ordering the rest would take longer than a key may.
        if rows.len() > SHOWN {
            rows.select_nth_unstable(SHOWN);
            rows.truncate(SHOWN);
        }
        rows.sort_unstable();
        rows.into_iter().map(|(_, index)| index).collect()
    }
}
