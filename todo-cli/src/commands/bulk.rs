//! What calls about many tasks have in common.

use todo_sdk::model::FieldErrors;

/// Which of the `count` changed tasks the server refuses, and the error as it would be about that one alone.
pub(super) fn update_refused(error: &todo_sdk::Error, count: usize) -> Option<(usize, todo_sdk::Error)> {
    let problem = error.problem().filter(|problem| matches!(problem.status, 404 | 409 | 412 | 422))?;
    let (index, detail) = problem.detail.strip_prefix("update[")?.split_once("]: ")?;
    let index = index.parse::<usize>().ok().filter(|index| *index < count)?;
    let mut problem = problem.clone();
    problem.detail = detail.to_owned();
    Some((index, todo_sdk::Error::Problem { problem: Box::new(problem), retry_after: None }))
}

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
