//! The terminal itself: used with care, and given back however the program ends.

use std::{
    fs::{self, File},
    io::Read,
    num::NonZeroU16,
    path::Path,
    process::{Command, Stdio},
};

use e2e::{
    Stack, private_dir,
    servers::{Backend::Sqlite, command, program},
    terminal::Terminal,
};
use rustix::{
    process::{Pid, Signal, kill_process},
    pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt},
    termios::{Winsize, tcsetwinsize},
};
use serde_json::json;

use super::{ENTER, leave, open, set_up};
use crate::api::Api;

const CTRL_Z: &str = "\x1a";

#[tokio::test(flavor = "multi_thread")]
async fn escapes_in_texts_reach_no_terminal() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    let evil = "evil \u{1b}]0;owned\u{7}\u{1b}]52;c;aGk=\u{7}\u{1b}[2J\u{9b}31m";
    ann.post("/api/tasks", json!({"title": evil, "description": evil})).await.is(201);
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.sees("evil ␛]0;owned␇");
    for keys in [ENTER, "e", "s", "d", "c", "t"] {
        todo.types(keys).unwrap();
        let _ = todo.settled();
        todo.escapes().unwrap();
    }
    todo.types("q").unwrap();
    assert_eq!(todo.ends(), Some(0));
    let raw = todo.raw();
    let has = |bytes: &[u8]| raw.windows(bytes.len()).any(|window| window == bytes);
    assert!(!has(b"\x1b]0;") && !has(b"\x1b]2;") && !has(b"\x1b]52;") && !has(b"\x07"));
}

/// The child of the shell.
fn child_of(shell: i32) -> Option<Pid> {
    let children = fs::read_to_string(format!("/proc/{shell}/task/{shell}/children")).unwrap();
    children.split_whitespace().next().and_then(|pid| Pid::from_raw(pid.parse().unwrap()))
}

/// A shell in a terminal, which runs this script; `$TODO` is the program.
fn shell(script: &str, stack: &Stack, person: &Api, home: &Path) -> Terminal {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).env("TODO", program("todo"));
    shell.env("HOME", home).env("TODO_DATA_DIR", home).env("TODO_CONFIG_DIR", home);
    set_up(&mut shell, stack, person);
    Terminal::start(shell, 100, 30).unwrap()
}

/// Clicks are told of, moves are not.
#[tokio::test(flavor = "multi_thread")]
async fn the_mouse_is_watched_only_where_it_is_pressed() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    let home = private_dir("tui-").unwrap();
    let todo = open(&stack, &ann, home.path());
    assert_eq!(todo.screen().mouse_protocol_mode(), vt100::MouseProtocolMode::PressRelease);
    let raw = todo.raw();
    assert!(!raw.windows(8).any(|window| window == b"\x1b[?1003h"));
    leave(todo);
}

#[track_caller]
fn is_given_back(terminal: &Terminal) {
    let screen = terminal.screen();
    assert!(!screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste());
    assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_is_given_back_however_it_ends() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    ann.task("Call the bank").await;
    for signal in [None, Some(Signal::TERM), Some(Signal::HUP), Some(Signal::INT), Some(Signal::QUIT)] {
        let home = private_dir("tui-").unwrap();
        let script = "stty echo; trap : INT HUP TERM QUIT; $TODO; echo gone; stty -a; read line";
        let mut terminal = shell(script, &stack, &ann, home.path());
        terminal.sees("● live");
        assert!(terminal.screen().alternate_screen() && terminal.screen().hide_cursor());
        match signal {
            Some(signal) => kill_process(child_of(terminal.pid()).unwrap(), signal).unwrap(),
            None => terminal.types("q").unwrap(),
        }
        terminal.sees("gone");
        terminal.sees(" icanon");
        terminal.sees(" echo ");
        is_given_back(&terminal);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_z_gives_the_terminal_to_the_shell_until_fg() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    ann.task("Call the bank").await;
    let home = private_dir("tui-").unwrap();
    let script = "set -m; $TODO; echo stopped; stty -a; read line; fg; echo back; read line";
    let mut terminal = shell(script, &stack, &ann, home.path());
    for by_key in [true, false] {
        terminal.sees("● live");
        if by_key {
            terminal.types(CTRL_Z).unwrap();
            terminal.sees("stopped");
            terminal.sees(" icanon");
            is_given_back(&terminal);
            ann.task("Made while it was stopped").await;
            terminal.types(ENTER).unwrap();
        } else {
            terminal.sees("Made while it was stopped");
            assert!(terminal.screen().alternate_screen());
            terminal.types("q").unwrap();
        }
    }
    terminal.sees("back");
    is_given_back(&terminal);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_z_without_a_shell_does_not_strand_it() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    todo.types(CTRL_Z).unwrap();
    todo.sees("There is no shell to go back to");
    leave(todo);
    // Nor would one go on that was stopped along with it.
    let mut script = shell("$TODO; echo gone", &stack, &ann, home.path());
    script.sees("● live");
    script.types(CTRL_Z).unwrap();
    script.sees("There is no shell to go back to");
    script.types("q").unwrap();
    script.sees("gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_ends_it_and_keeps_what_it_knew() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    ann.task("Call the bank").await;
    let home = private_dir("tui-").unwrap();
    let line = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&line).and_then(|()| unlockpt(&line)).unwrap();
    tcsetwinsize(&line, Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let end = || Stdio::from(ioctl_tiocgptpeer(&line, OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap());
    // `setsid` makes it the terminal of the session, so that the session hears when it goes.
    let mut todo = Command::new("setsid");
    todo.arg("--ctty").arg(program("todo"));
    todo.env("HOME", home.path()).env("TODO_DATA_DIR", home.path()).env("TODO_CONFIG_DIR", home.path());
    set_up(&mut todo, &stack, &ann);
    let mut running = todo.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    // Its own ends of the line are with the command.
    drop(todo);
    let mut line = File::from(line);
    let (rows, columns) = (NonZeroU16::new(24).unwrap(), NonZeroU16::new(80).unwrap());
    let mut screen = vt100::Parser::new(rows, columns, 0);
    let mut bytes = [0; 4096];
    while !screen.screen().contents().contains("● live") {
        let count = line.read(&mut bytes).unwrap();
        screen.process(&bytes[..count]);
    }
    drop(line);
    let status = running.wait().unwrap();
    assert!(status.code().is_some_and(|code| code < 2), "neither killed nor panicked: {status}");
    let known = fs::read_to_string(home.path().join("tui/default.jsonl")).unwrap();
    assert!(known.contains("Call the bank"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_may_change_its_size() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    ann.task("Call the bank").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = open(&stack, &ann, home.path());
    for (columns, rows) in [(200, 60), (60, 16), (20, 5), (80, 24)] {
        todo.resize(columns, rows).unwrap();
        todo.wait_for("the whole size in use", |screen| {
            (screen.contents().lines().count() >= usize::from(rows) - 1).then_some(())
        });
    }
    todo.sees("Call the bank");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_that_there_is_not_is_told_in_whole() {
    let stack = Stack::start(Sqlite);
    let ann = Api::person(&stack, "ann").await;
    ann.task("Call the bank").await;
    let home = private_dir("tui-").unwrap();
    let mut todo = command("todo", home.path());
    set_up(&mut todo, &stack, &ann);
    todo.env("VISUAL", "").env("EDITOR", "/nonexistent");
    let mut todo = Terminal::start(todo, 80, 24).unwrap();
    todo.sees("● live");
    todo.types("c").unwrap();
    todo.sees("Comment on");
    todo.types("\x05").unwrap();
    todo.sees("set EDITOR: there is no program /nonexistent ");
}
