//! Bringing the schema up to date.

use sqlx::{
    PgConnection, SqliteConnection,
    migrate::{MigrateError, Migrator},
};

use super::OpenError;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// Migrates SQLite.
pub(super) async fn sqlite(conn: &mut SqliteConnection) -> Result<(), MigrateError> {
    // Not `run`: its future is not `Send` for every lifetime, which a spawned task needs.
    SQLITE.run_direct(None, conn, false).await
}

/// Migrates PostgreSQL, under an advisory lock.
pub(super) async fn postgres(conn: &mut PgConnection) -> Result<(), MigrateError> {
    POSTGRES.run_direct(None, conn, false).await
}

/// Tells a database that is ahead of this program from one that can't be migrated.
pub(super) fn explain(error: MigrateError) -> OpenError {
    match error {
        MigrateError::VersionMissing(version) => OpenError::NewerSchema(version),
        error => OpenError::Migrate(error),
    }
}
