//! What is remembered from one run to the next.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::scope::{Sort, View};

/// Where one was, and how one likes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct State {
    pub(crate) view: View,
    sorts: BTreeMap<String, Sort>,
    pub(crate) sidebar: bool,
    /// `dark` or `light`, where that was switched here.
    pub(crate) theme: Option<String>,
}

impl Default for State {
    fn default() -> Self {
        Self { view: View::All, sorts: BTreeMap::new(), sidebar: true, theme: None }
    }
}

impl State {
    pub(crate) fn sort(&self, view: View) -> Sort {
        self.sorts.get(&name(view)).copied().unwrap_or_else(|| Sort::default_of(view))
    }

    pub(crate) fn set_sort(&mut self, view: View, sort: Sort) {
        self.sorts.insert(name(view), sort);
    }
}

fn name(view: View) -> String {
    match view {
        View::Tag(tag) => format!("tag {tag}"),
        view => format!("{view:?}").to_lowercase(),
    }
}
