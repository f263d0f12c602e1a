//! `export` and `import`.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter},
    path::{Path, PathBuf},
};

use clap::Args;
use server_kit::db::Db;

use super::{AdminError, say, target::Target};
use crate::store::transfer::{export, import};

/// Bytes that are read or written at once.
const BUFFER: usize = 256 * 1024;

/// Arguments of `export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// The file, made whole or not at all; a new one is readable by its owner alone. Standard output if absent
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl ExportArgs {
    pub(super) async fn run(self, db: &Db) -> Result<(), AdminError> {
        let Some(path) = self.output else {
            export(db, BufWriter::with_capacity(BUFFER, io::stdout())).await?;
            return Ok(());
        };
        let failed = || AdminError::io(format!("cannot write {}", path.display()));
        let target = Target::open(&path).map_err(failed())?;
        let lines = export(db, BufWriter::with_capacity(BUFFER, target.file())).await?;
        target.finish().map_err(failed())?;
        say(format_args!("exported {lines} lines to {}", path.display()))
    }
}

/// Arguments of `import`.
#[derive(Debug, Clone, Args)]
pub struct ImportArgs {
    /// The file; `-` for standard input
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

impl ImportArgs {
    pub(super) async fn run(self, db: &Db) -> Result<(), AdminError> {
        let from: Box<dyn BufRead + Send> = if self.file == Path::new("-") {
            Box::new(BufReader::with_capacity(BUFFER, io::stdin()))
        } else {
            let file =
                File::open(&self.file).map_err(AdminError::io(format!("cannot read {}", self.file.display())))?;
            Box::new(BufReader::with_capacity(BUFFER, file))
        };
        let lines = import(db, from).await?;
        say(format_args!("imported {lines} lines"))
    }
}
