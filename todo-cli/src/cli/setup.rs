//! Arguments of `completions`, `man`, `help`, `config` and `doctor`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

/// Print what a shell needs to complete commands, tags and ids of tasks
///
/// Tags and tasks are looked up as you type, at the server of the profile, or in
/// the database on this machine.
///
///   bash       echo 'source <(todo completions bash)' >> ~/.bashrc
///   zsh        echo 'source <(todo completions zsh)' >> ~/.zshrc
///   fish       todo completions fish >~/.config/fish/completions/todo.fish
///   powershell todo completions powershell >> $PROFILE
///   elvish     todo completions elvish >> ~/.config/elvish/rc.elv
///
/// In zsh it goes behind `compinit`.
#[derive(Debug, Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct CompletionsArgs {
    /// Which shell
    pub(crate) shell: Shell,
}

/// A shell that can complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Shell {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
            Self::Elvish => "elvish",
        }
    }
}

/// Print the manual page todo(1), or write the pages of all commands
///
/// To read it at once: todo man | man -l -
#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// Write a page for each command into this folder: todo.1, todo-add.1 and so on
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(crate) dir: Option<PathBuf>,
}

/// Tell about a command or a topic, or list them
#[derive(Debug, Args)]
pub(crate) struct HelpArgs {
    /// A command, such as `add` or `tag rename`, or a topic, such as `dates`
    #[arg(value_name = "COMMAND | TOPIC")]
    pub(crate) words: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print where config.toml is, or would be
    Path,
    /// Write a setting into config.toml; what else is there stays as it is, comments too
    Set {
        /// Its name, e.g. default_profile, profiles.work.server or tui.theme
        #[arg(value_parser = super::non_empty)]
        key: String,
        /// Its value; keys of the terminal interface with spaces between
        value: String,
    },
    /// Take a setting out of config.toml
    Unset {
        /// Its name
        #[arg(value_parser = super::non_empty)]
        key: String,
    },
    /// Open config.toml in the editor that VISUAL or EDITOR names
    Edit,
}
