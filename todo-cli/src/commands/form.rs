//! Tasks in the form that was asked for.

use todo_sdk::model::Task;

use crate::{
    cli::FormArgs,
    context::Context,
    error::Error,
    output::{
        Printer,
        fields::{Field, Picked},
        view::TagNames,
    },
};

impl FormArgs {
    /// # Errors
    ///
    /// What makes no sense beside the other flags.
    pub(super) fn check(&self, printer: &Printer) -> Result<(), Error> {
        let fault = match (printer.json, printer.quiet) {
            (true, _) if self.format.is_some() => "--format makes text; leave out --json, or choose with --fields",
            (true, true) => "--quiet prints ids and --json objects; leave one of them out",
            (true, _) if self.header => "--header is for text, and with --json each field has its name",
            (false, true) if self.is_asked_for() => "--quiet prints ids only; leave it out to choose fields",
            _ => return Ok(()),
        };
        Err(Error::usage(fault))
    }

    /// Whether a form was asked for that differs from the usual one.
    pub(super) fn is_asked_for(&self) -> bool {
        self.format.is_some() || !self.fields.is_empty()
    }

    /// What has to be known to print them; not what can't be had where it isn't.
    pub(super) fn has_tags(&self) -> bool {
        self.fields.contains(&Field::Tags) || self.format.as_ref().is_some_and(|format| format.has(Field::Tags))
    }

    pub(super) fn picked<'t>(&'t self, task: &'t Task) -> Picked<'t> {
        Picked { task, fields: &self.fields }
    }

    /// The first line, if there is one.
    pub(super) fn heading(&self) -> Option<String> {
        self.header.then(|| self.fields.iter().map(|field| field.as_str()).collect::<Vec<_>>().join("\t"))
    }

    /// A task, where [`Self::is_asked_for`].
    pub(super) fn line(&self, task: &Task, tags: &TagNames) -> String {
        match &self.format {
            Some(template) => template.render(task, tags),
            None => self.fields.iter().map(|field| field.text(task, tags)).collect::<Vec<_>>().join("\t"),
        }
    }

    /// Tasks, a line each.
    pub(super) fn print(&self, ctx: &Context, tasks: &[Task], tags: &TagNames) -> Result<(), Error> {
        let rows = tasks.iter().map(|task| self.picked(task));
        ctx.printer.rows(rows, |row| row.task.id, |row| self.line(row.task, tags))
    }
}
