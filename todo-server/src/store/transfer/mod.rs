//! The whole data set as JSON lines: the backup, and the way from one database to another.
//!
//! ```json
//! {"begin":{"format":"todo-data","version":1,"last_ids":{"comments":7,…}}}
//! {"user":{"id":1,"username":"ann",…}}
//! {"task":{"id":1,"user_id":1,…}}
//! {"end":{"lines":2}}
//! ```
//!
//! The same data gives the same bytes, whichever database holds it. Sessions are not part of it: everybody signs in
//! again.

mod counters;
mod export;
mod import;
mod lines;
mod tables;
mod values;

use std::{collections::BTreeMap, io};

use serde::{Deserialize, Serialize};

pub use export::export;
pub use import::import;

/// Names the format.
const FORMAT: &str = "todo-data";
/// Raised whenever an older program could not read it any more.
const VERSION: u32 = 1;

/// Why data could not be moved.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The database.
    #[error(transparent)]
    Database(#[from] server_kit::Error),
    /// Each line is fine, but they don't fit together.
    #[error("the data does not fit together: {0}")]
    Misfit(&'static str),
    /// The file or pipe.
    #[error("cannot read or write the data")]
    Io(#[from] io::Error),
    /// A line that is none of ours.
    #[error("line {line}: {fault}")]
    Line {
        /// From 1.
        line: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// The end is missing.
    #[error("the data ends after {lines} lines without its last one, so something is missing; export it again")]
    Truncated {
        /// How many there were.
        lines: u64,
    },
    /// Written by a newer program.
    #[error("the data is of version {0}, this program knows up to {VERSION}; use a newer todo-server")]
    Newer(u32),
    /// There is something already.
    #[error("the database has accounts already; import into a new one, named by DATABASE_URL")]
    NotEmpty,
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    format: String,
    version: u32,
    /// The last id that each table handed out: none is ever used again, even if its row is gone.
    last_ids: BTreeMap<String, i64>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    /// Lines between the first and this one.
    lines: u64,
}

/// The lines at both ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Frame {
    Begin(Begin),
    End(End),
}
