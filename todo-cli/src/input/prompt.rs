//! Asking people; only where somebody is there to answer.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::{cli::PasswordSource, error::Error};

/// Longer first lines are no password or token of ours.
const SECRET_MAX: u64 = 64 * 1024;

/// Whether a question would reach somebody.
pub(crate) fn someone_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question with yes or no; `true` at once if nobody is there, or `yes` was said already.
pub(crate) fn confirm(question: &str, yes: bool) -> Result<bool, Error> {
    if yes || !someone_is_there() {
        return Ok(true);
    }
    let answer = ask(&format!("{question} [y/N] "))?;
    Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes" | "д" | "да"))
}

/// The name that was given, or asks for one.
pub(crate) fn username(given: Option<String>, flag: &str) -> Result<String, Error> {
    if let Some(name) = given {
        return Ok(name);
    }
    if !someone_is_there() {
        return Err(Error::usage(format!("no username: give {flag}")));
    }
    let name = ask("Username: ")?;
    if name.is_empty() { Err(Error::usage("no username")) } else { Ok(name) }
}

/// The password; on a terminal a new one is asked for twice.
pub(crate) fn password(source: PasswordSource, new: bool) -> Result<String, Error> {
    if source == PasswordSource::Stdin {
        return first_line_of_stdin("password");
    }
    if let Some(password) = std::env::var("TODO_PASSWORD").ok().filter(|password| !password.is_empty()) {
        return Ok(password);
    }
    if !someone_is_there() {
        let hint = "give the password on standard input with --password-stdin, or in the variable TODO_PASSWORD";
        return Err(Error::usage(format!("standard input is no terminal to ask for the password on; {hint}")));
    }
    let password = rpassword::prompt_password("Password: ").map_err(Error::input)?;
    if new && rpassword::prompt_password("Again: ").map_err(Error::input)? != password {
        return Err(Error::usage("the two passwords differ"));
    }
    Ok(password)
}

/// The first line of standard input, without its end.
pub(crate) fn first_line_of_stdin(what: &str) -> Result<String, Error> {
    let mut line = String::new();
    io::Read::take(io::stdin().lock(), SECRET_MAX).read_line(&mut line).map_err(Error::input)?;
    let secret = line.trim_end_matches(['\r', '\n']);
    if secret.is_empty() { Err(Error::usage(format!("no {what} on standard input"))) } else { Ok(secret.to_owned()) }
}

fn ask(question: &str) -> Result<String, Error> {
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question}").and_then(|()| stderr.flush()).map_err(Error::input)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(Error::input)?;
    Ok(answer.trim().to_owned())
}
