//! Arguments of `comment`.

use clap::Subcommand;
use todo_sdk::model::Id;

use crate::input::fields::id_arg;

#[derive(Debug, Subcommand)]
pub(crate) enum CommentCommand {
    /// List the comments on a task
    ///
    /// In a pipe: lines of id, time (RFC 3339) and text, separated by tabs.
    #[command(visible_alias = "ls")]
    List {
        /// The task's id
        #[arg(value_parser = id_arg)]
        task: Id,
        /// Only comments that contain this
        #[arg(long, short, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Comment on a task
    ///
    /// With `-` as the only text standard input is the comment, as it is where no text is given and standard input is a pipe
    /// or a file. What is longer than a comment may be becomes several, as with `todo add --comment-stdin`.
    Add {
        /// The task's id
        #[arg(value_parser = id_arg)]
        task: Id,
        /// The comment; several words are joined by spaces, and `-` reads standard input
        text: Vec<String>,
    },
    /// Change a comment
    Edit {
        /// The comment's id
        #[arg(value_parser = id_arg)]
        comment: Id,
        /// The new text; several words are joined by spaces, and `-` reads standard input
        text: Vec<String>,
    },
    /// Delete comments
    Rm {
        /// Ids of comments
        #[arg(required = true, value_name = "COMMENT", value_parser = id_arg)]
        comments: Vec<Id>,
        /// Don't ask
        #[arg(long, short)]
        yes: bool,
    },
}
