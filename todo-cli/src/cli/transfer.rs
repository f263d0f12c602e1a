//! Arguments of `import` and `export`.

use std::path::PathBuf;

use clap::Args;

use crate::formats::Format;

/// Take tasks over from another program
///
/// The whole file is read as it comes, however long it is. Tags that don't exist are made. Bytes that are no UTF-8 become
/// U+FFFD. What can't be kept is told at the end.
///
/// For a day, nothing is made twice: an import that was cut off is run again, and a file that was mended or grew makes only
/// what is new in it, from whichever machine. A line is known by its text, an entry of Taskwarrior by its uuid, a task of
/// `json` by its id and the account that it comes from; of equal lines each counts. What changed in one that is known is not taken over.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What it is
    pub(crate) format: Format,
    /// The file; `-` is standard input
    pub(crate) file: PathBuf,
    /// Read everything and tell what would be made at most, and make nothing
    ///
    /// What is there already, and rules that only the server refuses, show when they are made.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Take it over once more, although it was within the last day
    #[arg(long)]
    pub(crate) again: bool,
}

/// Write all tasks in the form of another program
///
/// `json` keeps everything but that a reminder was put off, and `todo import json` reads it again. What a form can't hold is
/// told on standard error.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// What to write
    pub(crate) format: Format,
    /// The file to write to, in place of standard output
    ///
    /// What is there stays until the new one is whole, which has its mode then; a file that was not there is readable by you
    /// alone. Links are followed, and a pipe or a device is written to.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}
