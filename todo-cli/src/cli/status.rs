//! Arguments of `status`.

use clap::Args;

use crate::input::fields::change_arg;

/// Show where you work, what waits for the server, and what it did not take
///
/// Changes that are made while the server is out of reach are queued on this machine and go out, in order, with the next
/// command that reaches it. One that meets a newer change of the same task is kept in conflict: nothing is overwritten
/// until you say so.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// Send what waits now, and what was refused once more
    #[arg(long)]
    pub(crate) retry: bool,
    /// Send these changes over what the server has now; --json shows that as `theirs`
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_parser = change_arg)]
    pub(crate) mine: Vec<u64>,
    /// Let these changes go, with what makes no sense without them
    #[arg(long, value_name = "NUMBER", num_args = 1.., value_parser = change_arg)]
    pub(crate) drop: Vec<u64>,
}
