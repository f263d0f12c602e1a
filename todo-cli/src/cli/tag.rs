//! Arguments of `tag`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum TagCommand {
    /// List tags
    ///
    /// In a pipe: lines of id and name, separated by a tab.
    #[command(visible_alias = "ls")]
    List {
        /// Only tags whose name contains this
        #[arg(long, short, value_name = "TEXT")]
        search: Option<String>,
    },
    /// Make tags
    Add {
        /// Names, 1–50 characters each
        #[arg(required = true, value_name = "NAME", value_parser = super::non_empty)]
        names: Vec<String>,
    },
    /// Rename a tag
    Rename {
        /// Its name or id
        #[arg(value_name = "TAG")]
        tag: String,
        /// The new name
        #[arg(value_name = "NAME", value_parser = super::non_empty)]
        name: String,
    },
    /// Delete tags; their tasks stay
    Rm {
        /// Names or ids
        #[arg(required = true, value_name = "TAG")]
        tags: Vec<String>,
        /// Don't ask
        #[arg(long, short)]
        yes: bool,
    },
}
