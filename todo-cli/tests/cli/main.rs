//! The `todo` program as scripts and people see it. What needs two running servers is told in `e2e`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "embedded")]
mod local;
mod secrets;
mod usage;

use std::process::Output;

use assert_cmd::{Command, cargo::cargo_bin_cmd};
use serde_json::Value;
use tempfile::TempDir;

/// Nothing listens here.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A machine on which nobody has used `todo` yet.
struct Machine {
    home: TempDir,
}

impl Machine {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = cargo_bin_cmd!("todo");
        command.env_clear().env("TZ", "Europe/Berlin");
        command.env("TODO_DATA_DIR", self.home.path().join("data"));
        command.env("TODO_CONFIG_DIR", self.home.path().join("config"));
        command.args(arguments);
        command
    }

    fn todo(&self, arguments: &[&str]) -> Said {
        Said::new(self.command(arguments).output().unwrap())
    }

    fn todo_with(&self, arguments: &[&str], stdin: &str) -> Said {
        Said::new(self.command(arguments).write_stdin(stdin).output().unwrap())
    }
}

/// How a command ended, and what it said.
#[derive(Debug)]
struct Said {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Said {
    fn new(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn problem(&self) -> Value {
        assert_eq!(self.stdout, "", "errors go to standard error");
        serde_json::from_str(&self.stderr).unwrap_or_else(|error| panic!("{error} in {:?}", self.stderr))
    }

    #[cfg(feature = "embedded")]
    #[track_caller]
    fn done(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout
    }
}
