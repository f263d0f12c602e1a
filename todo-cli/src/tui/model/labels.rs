//! What tags and views are called.

use todo_sdk::model::{Id, Task};

use super::{Model, scope::View};

impl Model {
    /// The name of a tag as it is shown.
    pub(crate) fn tag_name(&self, id: Id) -> String {
        self.tags.get(&id).map_or_else(|| format!("#{id}"), |name| crate::output::text::line(name).into_owned())
    }

    pub(crate) fn tag_names(&self, task: &Task) -> Vec<String> {
        task.tags.iter().map(|id| self.tags.get(id).cloned().unwrap_or_else(|| format!("#{id}"))).collect()
    }

    /// Ids of tags by name, whatever the case; those that don't exist yet are left out.
    pub(crate) fn tag_ids(&self, names: &[String]) -> Vec<Id> {
        let wanted: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let known = self.tags.iter().filter(|(_, name)| wanted.contains(&name.to_lowercase()));
        known.map(|(id, _)| *id).collect()
    }

    /// The lines of the sidebar.
    pub(crate) fn views(&self) -> Vec<View> {
        let mut tags: Vec<(&String, Id)> = self.tags.iter().map(|(id, name)| (name, *id)).collect();
        tags.sort_by_key(|(name, id)| (name.to_lowercase(), *id));
        let more = [View::Calendar, View::Statistics];
        View::LISTS.into_iter().chain(more).chain(tags.into_iter().map(|(_, id)| View::Tag(id))).collect()
    }

    pub(crate) fn view_label(&self, view: View) -> String {
        match view {
            View::Today => "Today".to_owned(),
            View::Upcoming => "Upcoming".to_owned(),
            View::Overdue => "Overdue".to_owned(),
            View::All => "All".to_owned(),
            View::Done => "Done".to_owned(),
            View::Calendar => "Calendar".to_owned(),
            View::Statistics => "Statistics".to_owned(),
            View::Tag(id) => format!("@{}", self.tag_name(id)),
        }
    }
}
