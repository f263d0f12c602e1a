//! The terminal: taken over, and always given back.

use std::{
    io::{self, BufWriter, Stdout, Write, stdout},
    mem::ManuallyDrop,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::Sender,
    },
    thread,
};

use crossterm::{
    cursor::Show,
    event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste},
    execute,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{Terminal, backend::CrosstermBackend};

use super::{model::Model, msg::Msg, view};

/// Whether the screen is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The screen, while it is ours. Gives it back when dropped.
pub(crate) struct Screen {
    /// Never dropped: that would show the cursor, which giving back does, and panic where the line is gone.
    terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    mouse: bool,
}

impl Screen {
    pub(crate) fn take(mouse: bool) -> io::Result<Self> {
        take(mouse)?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(1 << 16, stdout()));
        let terminal = Terminal::new(backend).inspect_err(|_| give_back())?;
        Ok(Self { terminal: ManuallyDrop::new(terminal), mouse })
    }

    pub(crate) fn draw(&mut self, model: &Model) -> io::Result<()> {
        // A terminal that knows it shows the frame at once, others pass over it.
        crossterm::queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view::view(model, frame))?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Draws every cell anew with the next frame.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        // Not `Terminal::clear`: that asks the terminal where its cursor is, and the answer goes to whoever reads keys.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    pub(crate) fn size(&self) -> io::Result<(u16, u16)> {
        self.terminal.size().map(|size| (size.width, size.height))
    }

    /// Gives the screen back while `act` runs.
    pub(crate) fn lend<T>(&mut self, act: impl FnOnce() -> T) -> io::Result<T> {
        give_back();
        let result = act();
        take(self.mouse)?;
        self.clear()?;
        Ok(result)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take(mouse: bool) -> io::Result<()> {
    TAKEN.store(true, Ordering::SeqCst);
    let taken = enable_raw_mode().and_then(|()| {
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
        if mouse { take_mouse() } else { Ok(()) }
    });
    taken.inspect_err(|_| give_back())
}

/// Clicks and the wheel, not each move: buttons (1000), in coordinates without a limit (1006).
#[cfg(unix)]
fn take_mouse() -> io::Result<()> {
    execute!(stdout(), crossterm::style::Print("\x1b[?1000h\x1b[?1006h"))
}

#[cfg(not(unix))]
fn take_mouse() -> io::Result<()> {
    execute!(stdout(), crossterm::event::EnableMouseCapture)
}

/// As it was before. Nobody is left to be told where that fails.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let _ = execute!(stdout(), DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = stdout().flush();
    }
}

/// A panic here gives the screen back before it tells of itself; one elsewhere is told on the screen, which goes on.
pub(crate) fn guard_against_panics(messages: Sender<Msg>) {
    let drawing = thread::current().id();
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if thread::current().id() == drawing || messages.send(Msg::Trouble(format!("internal error: {panic}"))).is_err()
        {
            give_back();
            tell(panic);
        }
    }));
}

/// Whether there is a shell that could continue this process: without one it would be stopped for good.
///
/// A shell that continues jobs gives each a process group of its own, beside the one of the session's leader.
#[cfg(unix)]
pub(crate) fn can_stop() -> bool {
    use nix::unistd::{getpgrp, getsid};
    getsid(None).is_ok_and(|leader| getpgrp() != leader)
}

/// Stops this process as Ctrl-Z does in other programs, and scripts around it, until it is continued.
#[cfg(unix)]
pub(crate) fn stop() {
    use rustix::process::{Signal, kill_current_process_group};
    let _ = kill_current_process_group(Signal::STOP);
}

/// There is no such thing here.
#[cfg(not(unix))]
pub(crate) fn can_stop() -> bool {
    false
}

#[cfg(not(unix))]
pub(crate) fn stop() {}
