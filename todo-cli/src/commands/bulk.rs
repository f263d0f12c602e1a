//! What calls about many tasks have in common.

use todo_sdk::model::FieldErrors;

/// Which of the `count` new tasks the server refuses, and why.
pub(super) fn refused(error: &todo_sdk::Error, count: usize) -> Option<(usize, FieldErrors)> {
    let problem = error.problem().filter(|problem| problem.status == 422)?;
    let mut first = None;
    let mut faults = FieldErrors::new();
    for (field, errors) in &problem.errors {
        let Some((index, field)) = field.strip_prefix("create[").and_then(|field| field.split_once(']')) else {
            continue;
        };
        let Some(index) = index.parse::<usize>().ok().filter(|index| *index < count) else { continue };
        if *first.get_or_insert(index) == index {
            faults.insert(field.trim_start_matches('.').to_owned(), errors.clone());
        }
    }
    Some((first?, faults))
}
