//! The terminal interface: the real program in a terminal, while others work on the same tasks.

mod terminal;
mod undo;
mod waiting;
mod work;

use std::{path::Path, process::Command};

use e2e::{Stack, servers::command, terminal::Terminal};

use crate::api::Api;

const ENTER: &str = "\r";
const SAVE: &str = "\x13";

/// The settings of somebody's terminal.
fn set_up(command: &mut Command, stack: &Stack, person: &Api) {
    command.envs([("TODO_SERVER_URL", stack.todo_url()), ("COMMENTS_SERVER_URL", stack.comments_url())]);
    command.envs([("TODO_TOKEN", person.token()), ("TERM", "xterm-256color"), ("TZ", "Europe/Berlin")]);
}

fn open(stack: &Stack, person: &Api, home: &Path) -> Terminal {
    let mut todo = command("todo", home);
    set_up(&mut todo, stack, person);
    let terminal = Terminal::start(todo, 80, 24).unwrap();
    terminal.sees("● live");
    terminal
}

fn leave(mut todo: Terminal) {
    todo.types("q").unwrap();
    assert_eq!(todo.ends(), Some(0));
}
