//! What can go wrong, and what that means for the exit code and the problem object.

use std::{io, path::PathBuf};

use todo_sdk::model::{FieldErrors, Problem};

/// Exit codes: a promise to scripts.
pub(crate) mod exit {
    /// It failed.
    pub(crate) const FAILED: u8 = 1;
    /// The arguments make no sense.
    pub(crate) const USAGE: u8 = 2;
    /// There is no such thing.
    pub(crate) const NOT_FOUND: u8 = 3;
    /// Not signed in, or not allowed.
    pub(crate) const NOT_ALLOWED: u8 = 4;
    /// Something else changed it, or it exists already.
    pub(crate) const CONFLICT: u8 = 5;
    /// The server can't be reached, or can't answer for now.
    pub(crate) const OUT_OF_REACH: u8 = 6;
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// From the server, or on the way to it.
    #[error("{0}")]
    Api(todo_sdk::Error),
    /// The arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// Something named in the arguments isn't there.
    #[error("{0}")]
    NotFound(String),
    /// There is no session to end or to use.
    #[error("{0}")]
    NotSignedIn(String),
    /// Changes were missed.
    #[error("{0}")]
    Gap(String),
    /// A webhook did not take what was posted.
    #[error("{0}")]
    Undelivered(String),
    /// A program that was started for a change can't run, or says that it failed.
    #[error("{0}")]
    Command(String),
    /// What was waited for did not come.
    #[error("{0}")]
    TimedOut(String),
    /// A file that was read is not what it was said to be.
    #[error("{0}")]
    Malformed(String),
    /// A file that was read ends before its end.
    #[error("{0}")]
    CutOff(String),
    /// The servers inside this program can't start.
    #[cfg(feature = "embedded")]
    #[error("{0}")]
    Local(String),
    /// This build has no servers inside.
    #[cfg(not(feature = "embedded"))]
    #[error("no server is configured, and this build of `todo` has none inside")]
    NoServer,
    /// Standard input can't be read.
    #[error("cannot read standard input")]
    Input(#[source] io::Error),
    /// Standard output can't be written to.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    /// A file of ours can't be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of ours is malformed.
    #[error("{}: {message}", path.display())]
    Config {
        /// Which.
        path: PathBuf,
        /// Where and why.
        message: String,
    },
    /// As `source`, of one thing among those that were named.
    #[error("{subject}")]
    About {
        /// Which, e.g. `task 12`.
        subject: String,
        /// What is wrong with it.
        source: Box<Error>,
    },
    /// What was typed breaks the limits that the server would refuse it for.
    #[error("some fields are invalid")]
    Invalid(Box<Problem>),
    /// Several errors that were reported one by one; the worst exit code.
    #[error("some of it failed")]
    Reported(u8),
}

impl From<todo_sdk::Error> for Error {
    fn from(error: todo_sdk::Error) -> Self {
        Self::Api(error)
    }
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub(crate) fn input(source: io::Error) -> Self {
        Self::Input(source)
    }

    /// The same error, naming what it is about.
    pub(crate) fn about(self, subject: impl Into<String>) -> Self {
        Self::About { subject: subject.into(), source: Box::new(self) }
    }

    /// Faults that were found before anything was sent.
    pub(crate) fn invalid(errors: FieldErrors) -> Self {
        let mut problem = Problem::new(422, "invalid_fields", "Invalid fields", "some fields are invalid");
        problem.errors = errors;
        Self::Invalid(Box::new(problem))
    }

    /// The error without the name of what it is about.
    pub(crate) fn root(&self) -> &Self {
        match self {
            Self::About { source, .. } => source.root(),
            other => other,
        }
    }

    /// What it is about, e.g. `task 12`.
    pub(crate) fn subject(&self) -> Option<&str> {
        match self {
            Self::About { subject, .. } => Some(subject),
            _ => None,
        }
    }

    /// The problem object that the server answered.
    pub(crate) fn answered(&self) -> Option<&Problem> {
        match self.root() {
            Self::Api(error) => error.problem(),
            Self::Invalid(problem) => Some(problem),
            _ => None,
        }
    }

    /// Whether whatever follows in the same command would fail in the same way.
    pub(crate) fn is_lasting(&self) -> bool {
        let code = self.exit_code();
        code == exit::OUT_OF_REACH || (code == exit::NOT_ALLOWED && self.problem().status == 401)
    }

    /// Whether for sure nothing has arrived at the server.
    pub(crate) fn reached_nobody(&self) -> bool {
        matches!(self.root(), Self::Api(todo_sdk::Error::OutOfReach { source, .. }) if !source.was_sent())
    }

    /// The reader of our output went away: nobody is left to be told.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self.root(), Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Reported(code) => *code,
            Self::About { source, .. } => source.exit_code(),
            Self::Usage(_) => exit::USAGE,
            Self::NotFound(_) => exit::NOT_FOUND,
            Self::NotSignedIn(_) => exit::NOT_ALLOWED,
            Self::Api(error) => api_exit_code(error),
            #[cfg(feature = "embedded")]
            Self::Local(_) => exit::FAILED,
            #[cfg(not(feature = "embedded"))]
            Self::NoServer => exit::OUT_OF_REACH,
            Self::Gap(_)
            | Self::TimedOut(_)
            | Self::Undelivered(_)
            | Self::Command(_)
            | Self::CutOff(_)
            | Self::Malformed(_)
            | Self::Invalid(_)
            | Self::Input(_)
            | Self::Output(_)
            | Self::File { .. }
            | Self::Config { .. } => exit::FAILED,
        }
    }

    /// The error and what caused it, in a line.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = cause_of(self);
        while let Some(error) = cause {
            let part = error.to_string();
            // Some errors repeat their cause in their own text.
            if !text.contains(&part) {
                text = format!("{text}: {part}");
            }
            cause = cause_of(error);
        }
        text
    }

    /// The problem object: the server's own, or one that looks like it.
    pub(crate) fn problem(&self) -> Problem {
        if let Some(problem) = self.answered() {
            let mut problem = problem.clone();
            if let Some(subject) = self.subject() {
                problem.detail = format!("{subject}: {}", problem.detail);
            }
            return problem;
        }
        let (status, code, title) = match self.root() {
            Self::Api(error) => api_problem_kind(error),
            Self::Usage(_) => (400, "usage", "The arguments make no sense"),
            Self::NotFound(_) => (404, "not_found", "Not found"),
            Self::NotSignedIn(_) => (401, "not_signed_in", "Not signed in"),
            Self::Gap(_) => (410, "journal_trimmed", "Changes were missed"),
            Self::Undelivered(_) => (502, "undelivered", "The address did not take it"),
            Self::Command(_) => (500, "command_failed", "The command failed"),
            Self::Malformed(_) => (422, "malformed", "The file can't be read"),
            Self::CutOff(_) => (422, "cut_off", "The file is cut off"),
            Self::TimedOut(_) => (408, "timed_out", "It did not happen in time"),
            #[cfg(not(feature = "embedded"))]
            Self::NoServer => (503, "no_server", "No server is configured"),
            _ => (500, "failed", "Failed on this machine"),
        };
        Problem::new(status, code, title, self.chain())
    }
}

/// What caused it. Of what the server says nothing lies below that is not in its own text; below the store of a session lie
/// our own files.
fn cause_of<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e (dyn std::error::Error + 'static)> {
    let own = error.downcast_ref::<Error>().or_else(|| error.downcast_ref::<Box<Error>>().map(|boxed| &**boxed));
    match own {
        Some(Error::Api(todo_sdk::Error::Store(source))) => Some(&**source),
        _ => error.source(),
    }
}

fn api_exit_code(error: &todo_sdk::Error) -> u8 {
    use todo_sdk::Error as Api;
    match error {
        Api::NotSignedIn => exit::NOT_ALLOWED,
        Api::OutOfReach { .. } | Api::TimedOut { .. } => exit::OUT_OF_REACH,
        Api::InvalidUrl { .. } => exit::USAGE,
        _ => match error.status() {
            Some(401 | 403) => exit::NOT_ALLOWED,
            Some(404) => exit::NOT_FOUND,
            Some(409 | 412) => exit::CONFLICT,
            // A gateway or a dependency is down: as good as out of reach, try again later.
            Some(502..=504) => exit::OUT_OF_REACH,
            _ => exit::FAILED,
        },
    }
}

fn api_problem_kind(error: &todo_sdk::Error) -> (u16, &'static str, &'static str) {
    use todo_sdk::Error as Api;
    match error {
        Api::NotSignedIn => (401, "not_signed_in", "Not signed in"),
        Api::OutOfReach { .. } => (503, "server_out_of_reach", "The server can't be reached"),
        Api::TimedOut { .. } => (504, "timed_out", "The server did not answer in time"),
        Api::InvalidUrl { .. } => (400, "invalid_url", "No URL of a server"),
        _ => (500, "failed", "Failed"),
    }
}
