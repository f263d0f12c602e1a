//! Bringing the schema up to date.

use sqlx::migrate::{MigrateError, Migrator};

use super::OpenError;

/// The schema of SQLite.
pub(super) static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
/// The schema of PostgreSQL.
pub(super) static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Tells a database that is ahead of this program from one that can't be migrated.
pub(super) fn explain(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) => OpenError::NewerSchema(version),
        error => OpenError::Migrate(error),
    }
}
