//! `completions`.

use crate::{cli::CompletionsArgs, completion, error::Error, output::Printer};

pub(super) fn print(args: &CompletionsArgs, printer: &Printer) -> Result<(), Error> {
    printer.line(completion::script(args.shell.name())?.trim_end())
}
