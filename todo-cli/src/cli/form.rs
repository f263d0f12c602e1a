//! In which form tasks are printed.

use clap::Args;

use crate::output::{fields::Field, template::Template};

/// In which form tasks are printed.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct FormArgs {
    /// Print these fields, several with commas between, separated by tabs; with --json only these, in this order
    ///
    /// Stable to parse: a line for each task, without a heading and without colours. A field that is not set is empty.
    /// Control characters in what people wrote are shown as pictures (␉ for a tab, ␊ for a new line), so that nothing in it
    /// ends a field or a line; --json has every value as it is.
    #[arg(long, value_name = "FIELDS", value_delimiter = ',', value_enum)]
    pub(crate) fields: Vec<Field>,
    /// With --fields: the names of the fields as the first line
    #[arg(long, requires = "fields")]
    pub(crate) header: bool,
    /// Print each task by a template, e.g. '{id:>5} {title:40} {due} {tags}'
    ///
    /// `{field}` is one of the fields that --fields takes, in the same form. `{field:20}` is filled up with spaces to 20
    /// columns, `{field:>20}` has them in front; nothing is cut. `\n` is a new line, `\t` a tab, `\\` a backslash, `{{` and
    /// `}}` are braces. What else stands there is printed as it is, and a new line behind each task.
    #[arg(long, value_name = "TEMPLATE", value_parser = str::parse::<Template>, conflicts_with = "fields")]
    pub(crate) format: Option<Template>,
}
