//! Arguments of `import` and `export`.

use std::path::PathBuf;

use clap::Args;

use crate::formats::Format;

/// Take tasks over from another program
///
/// The whole file is read as it comes, however long it is. Tags that don't exist are made. What can't be kept is told at the
/// end. An import that was cut off is run again: for a day, nothing is made twice.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What it is
    pub(crate) format: Format,
    /// The file; `-` is standard input
    pub(crate) file: PathBuf,
    /// Read everything and tell what would be made, and make nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take it over once more, although it was within the last day
    #[arg(long)]
    pub(crate) again: bool,
}

/// Write all tasks in the form of another program
///
/// `json` keeps everything, and `todo import json` reads it again. What another form can't hold is told on standard error.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// What to write
    pub(crate) format: Format,
    /// The file to write to, in place of standard output
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}
