//! What a task may be.

use std::collections::HashSet;

use super::{
    BULK_MAX, BulkTasks, CreateTask, DESCRIPTION_MAX, NAG_MAX, NAG_MIN, PRIORITY_NONE, REMIND_BEFORE_MAX, Repeat,
    TASK_TAGS_MAX, TITLE_MAX, UpdateTask,
};
use crate::model::{
    Id,
    validate::{Faults, Validate},
};

fn check_priority(faults: &mut Faults, priority: i16) {
    if !(1..=PRIORITY_NONE).contains(&priority) {
        faults.add("priority", "out_of_range", format!("is {priority}, must be 1 (highest) to 4 (none)"));
    }
}

fn check_reminder(faults: &mut Faults, before: Option<i64>, nag: Option<i64>) {
    if let Some(before) = before.filter(|before| before.unsigned_abs() > REMIND_BEFORE_MAX.unsigned_abs()) {
        let message = format!("is {before}, must be between -{REMIND_BEFORE_MAX} and {REMIND_BEFORE_MAX} (366 days)");
        faults.add("remind_before_seconds", "out_of_range", message);
    }
    if let Some(nag) = nag.filter(|nag| !(NAG_MIN..=NAG_MAX).contains(nag)) {
        let message = format!("is {nag}, must be between {NAG_MIN} (a minute) and {NAG_MAX} (a week)");
        faults.add("nag_seconds", "out_of_range", message);
    }
}

fn check_tags(faults: &mut Faults, tags: &[Id]) {
    if tags.len() > TASK_TAGS_MAX {
        faults.add("tags", "too_many", format!("has {} tags, at most {TASK_TAGS_MAX} are allowed", tags.len()));
    }
}

fn check_repeat(faults: &mut Faults, repeat: &Repeat) {
    faults.within("repeat.", |faults| faults.visible("rrule", &repeat.rrule, 500));
}

impl Validate for CreateTask {
    fn check(&self, faults: &mut Faults) {
        faults.visible("title", &self.title, TITLE_MAX);
        faults.text("description", &self.description, DESCRIPTION_MAX);
        if let Some(priority) = self.priority {
            check_priority(faults, priority);
        }
        if let Some(repeat) = &self.repeat {
            check_repeat(faults, repeat);
        }
        check_reminder(faults, self.remind_before_seconds, self.nag_seconds);
        check_tags(faults, &self.tags);
    }
}

impl Validate for UpdateTask {
    fn check(&self, faults: &mut Faults) {
        if let Some(title) = &self.title {
            faults.visible("title", title, TITLE_MAX);
        }
        if let Some(Some(description)) = &self.description {
            faults.text("description", description, DESCRIPTION_MAX);
        }
        if let Some(Some(priority)) = self.priority {
            check_priority(faults, priority);
        }
        if let Some(Some(repeat)) = &self.repeat {
            check_repeat(faults, repeat);
        }
        check_reminder(faults, self.remind_before_seconds.flatten(), self.nag_seconds.flatten());
        if let Some(Some(tags)) = &self.tags {
            check_tags(faults, tags);
        }
    }
}

/// Most characters in one of the `create_keys`.
const CREATE_KEY_MAX: usize = 255;

fn check_create_keys(faults: &mut Faults, keys: &[String], tasks: usize) {
    if !keys.is_empty() && keys.len() != tasks {
        let message = format!("has {} keys, must have one for each of the {tasks} tasks to make, or none", keys.len());
        faults.add("create_keys", "wrong_length", message);
    }
    let mut seen = HashSet::new();
    for (index, key) in keys.iter().enumerate() {
        let field = format!("create_keys[{index}]");
        faults.visible(&field, key, CREATE_KEY_MAX);
        if !seen.insert(key) {
            faults.add(&field, "repeated", "stands there twice; each task has a key of its own");
        }
    }
}

impl Validate for BulkTasks {
    fn check(&self, faults: &mut Faults) {
        let items = self.create.len() + self.update.len() + self.delete.len();
        if items > BULK_MAX {
            faults.add("create", "too_many", format!("{items} items in all, at most {BULK_MAX} are allowed"));
        }
        check_create_keys(faults, &self.create_keys, self.create.len());
        for (index, task) in self.create.iter().enumerate() {
            faults.within(&format!("create[{index}]."), |faults| task.check(faults));
        }
        for (index, task) in self.update.iter().enumerate() {
            faults.within(&format!("update[{index}]."), |faults| task.changes.check(faults));
        }
    }
}
