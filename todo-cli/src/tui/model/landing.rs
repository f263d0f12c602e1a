//! The server has made a task that was here before: what is about it gets its id.

use todo_sdk::model::{Id, Task};

use super::{
    Model,
    overlay::{About, Confirm, MenuKind, Overlay},
};

impl Model {
    /// The task that was `from` here is `made` there.
    pub(crate) fn land(&mut self, from: Id, made: &Task) {
        self.queue.rename(from, made);
        rename_in(&mut self.overlay, from, made);
        if self.details.id == from {
            self.details.id = made.id;
        }
        let marked = self.list.marked.remove(&from);
        self.remove(from);
        self.put(made.clone());
        if marked && self.store.get(made.id).is_some() {
            self.list.marked.insert(made.id);
        }
    }
}

fn rename_in(overlay: &mut Overlay, from: Id, made: &Task) {
    let rename = |id: &mut Id| {
        if *id == from {
            *id = made.id;
        }
    };
    match overlay {
        Overlay::Form(form) => {
            if let Some(base) = form.base.as_mut().filter(|base| base.id == from) {
                (base.id, base.version) = (made.id, made.version);
            }
        }
        Overlay::Text(writing) => {
            if let About::Comment(id) = &mut writing.about {
                rename(id);
            }
        }
        Overlay::Menu(menu) => {
            if let MenuKind::Priority(ids) | MenuKind::Snooze(ids) | MenuKind::Tags(ids) = &mut menu.kind {
                ids.iter_mut().for_each(rename);
            }
        }
        Overlay::Picker { ids, .. } | Overlay::Confirm(Confirm::Delete(ids)) => ids.iter_mut().for_each(rename),
        Overlay::Confirm(Confirm::Discard(under)) => rename_in(under, from, made),
        Overlay::Help(help) => rename_in(&mut help.under, from, made),
        _ => {}
    }
}
