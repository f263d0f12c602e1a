//! The list: its rows, the cursor, and what is marked.

use std::collections::BTreeSet;

use todo_sdk::model::Id;

use super::{
    scope::{Scope, Sort, compare},
    store::{Index, Slot, Store},
};

/// Rows with a cursor that stays on its task, whatever happens around it.
#[derive(Debug, Default)]
pub(crate) struct List {
    pub(crate) rows: Vec<Index>,
    /// Below the number of rows, unless there are none.
    pub(crate) cursor: usize,
    /// The task under the cursor.
    pub(crate) selected: Option<Id>,
    /// The first row on the screen.
    pub(crate) top: usize,
    /// The task that was under the cursor when several went at once: where they come back, so does the cursor.
    pub(crate) left: Option<Id>,
    /// Tasks to do something with at once.
    pub(crate) marked: BTreeSet<Id>,
}

impl List {
    /// Shows other rows, and finds the task that was under the cursor again.
    pub(crate) fn replace(&mut self, rows: Vec<Index>, store: &Store) {
        self.rows = rows;
        let index = self.selected.and_then(|id| store.index_of(id));
        let kept = index.and_then(|index| self.rows.iter().position(|row| *row == index));
        self.go_to(kept.unwrap_or(self.cursor), store);
    }

    pub(crate) fn go_to(&mut self, row: usize, store: &Store) {
        self.cursor = row.min(self.rows.len().saturating_sub(1));
        let slot = self.rows.get(self.cursor).and_then(|index| store.slot(*index));
        self.selected = slot.map(|slot| slot.task.id);
    }

    pub(crate) fn go_by(&mut self, rows: isize, store: &Store) {
        self.go_to(self.cursor.saturating_add_signed(rows), store);
    }

    /// Puts the cursor on this task, if it is shown.
    pub(crate) fn go_to_task(&mut self, id: Id, store: &Store) -> bool {
        let row = store.index_of(id).and_then(|index| self.rows.iter().position(|row| *row == index));
        row.inspect(|row| self.go_to(*row, store)).is_some()
    }

    /// Scrolls as little as needed for the cursor to be among `height` rows.
    pub(crate) fn scroll(&mut self, height: usize) {
        let height = height.max(1);
        self.top = self.top.clamp((self.cursor + 1).saturating_sub(height), self.cursor);
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    /// Takes the row of a task out. `slot` is the task as it was sorted.
    pub(crate) fn remove(&mut self, index: Index, slot: &Slot, sort: Sort, store: &Store) {
        let near = self.rows.binary_search_by(|row| match store.slot(*row) {
            _ if *row == index => std::cmp::Ordering::Equal,
            Some(other) => compare(sort, other, slot),
            None => std::cmp::Ordering::Less,
        });
        // The task itself may have moved on: then its row is not where it would be sorted.
        let found = near.ok().filter(|row| self.rows[*row] == index);
        let Some(row) = found.or_else(|| self.rows.iter().position(|row| *row == index)) else { return };
        self.rows.remove(row);
        if row < self.cursor {
            self.cursor -= 1;
        }
    }

    /// Puts the row of a task in its place.
    pub(crate) fn insert(&mut self, index: Index, scope: &Scope<'_>, sort: Sort, store: &Store) {
        let Some(slot) = store.slot(index).filter(|slot| scope.shows(slot)) else { return };
        let order = |row: &Index| store.slot(*row).map_or(std::cmp::Ordering::Less, |other| compare(sort, other, slot));
        let row = self.rows.binary_search_by(order).unwrap_or_else(|row| row);
        self.rows.insert(row, index);
        if row <= self.cursor && self.rows.len() > 1 {
            self.cursor += 1;
        }
    }

    /// The cursor follows its task after rows came and went; where the task is gone, it stays where it was.
    pub(crate) fn settle(&mut self, store: &Store) {
        let here = self.rows.get(self.cursor).and_then(|index| store.slot(*index)).map(|slot| slot.task.id);
        if here == self.selected && here.is_some() {
            return;
        }
        if !self.selected.is_some_and(|id| self.go_to_task(id, store)) {
            self.go_to(self.cursor, store);
        }
    }
}
