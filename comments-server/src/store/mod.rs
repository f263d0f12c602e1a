//! What is in the database and how it changes.

pub mod comments;
pub mod tasks;
