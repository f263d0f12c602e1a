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
        tags.sort_by_cached_key(|(name, id)| (natural(name), *id));
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

/// A key by which `week 2` goes before `week 10`.
fn natural(name: &str) -> Vec<(String, u128)> {
    let name = name.to_lowercase();
    let mut key = Vec::new();
    let mut rest = name.as_str();
    while !rest.is_empty() {
        let begin = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let length = rest[begin..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - begin);
        let number = &rest[begin..begin + length];
        key.push((rest[..begin].to_owned(), number.parse().unwrap_or(u128::MAX)));
        rest = &rest[begin + length..];
    }
    key
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = ["week 10", "Home", "week 2", "10", "9", "week"];
        names.sort_by_cached_key(|name| natural(name));
        assert_eq!(names, ["9", "10", "Home", "week", "week 2", "week 10"]);
    }
}
