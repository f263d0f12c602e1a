//! The program: sets everything up, passes messages, draws, and cleans up.

use std::{
    collections::VecDeque,
    fs,
    io::{self, IsTerminal, Write},
    process::Command,
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use chrono::Utc;
use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use tokio::{
    runtime::{Builder, Handle},
    task::JoinHandle,
};

use super::{
    effects::Effects,
    hand_over::{hand_over, waiting},
    keys::Keymap,
    model::Model,
    msg::{Effect, Msg},
    settings::Settings,
    snapshot::{self, Files},
    terminal::{self, Screen},
    theme::{Colors, Theme, is_light},
    update::update,
};
use crate::{
    error::Error,
    offline::Offline,
    output::Printer,
    profile::{Place, process_env},
    zone::machine_zone,
};

/// Messages are taken for no longer than this before the next frame.
const FRAME: Duration = Duration::from_millis(8);

/// Runs the terminal interface until it is left.
///
/// # Errors
///
/// Where the terminal can't be used, the settings make no sense, or going on is no use.
pub(crate) fn open(printer: Printer, place: Place) -> Result<(), Error> {
    if !io::stdin().is_terminal() || !printer.terminal {
        return Err(Error::usage("the terminal interface needs a terminal; `todo list` lists tasks without one"));
    }
    let settings = settings(&place)?;
    let (messages, inbox) = channel();
    let files = Files::of(&place);
    let mut model = model(&settings, &files, printer, &place)?;
    let rest = match files.open() {
        Some((head, rest)) => {
            update(&mut model, Msg::Remembered(Box::new(head)));
            Some(rest)
        }
        None => None,
    };
    terminal::guard_against_panics(messages.clone());
    let mut screen = Screen::take(settings.mouse).map_err(Error::Output)?;
    model.size = screen.size().map_err(Error::Output)?;
    update(&mut model, Msg::Tick(Utc::now()));
    screen.draw(&model).map_err(Error::Output)?;
    read_rest(rest, messages.clone());

    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().map_err(Error::Output)?;
    let offline = if place.queue { Offline::of(&place)? } else { None };
    model.keeps = offline.is_some();
    // What can't be read is told when it is to be sent.
    let earlier = offline.as_ref().and_then(|offline| waiting(&offline.outbox).ok()).unwrap_or_default();
    update(&mut model, Msg::Earlier(earlier));
    let effects = Effects::new(messages.clone(), runtime.handle().clone(), printer, place);
    effects.connect();
    listen_to_signals(runtime.handle(), &messages);
    let keyboard = Keyboard::new(runtime.handle().clone(), messages);
    let mut program = Program { screen, model, inbox, effects, keyboard };
    let ended = program.run();
    let Program { screen, model, effects, keyboard, .. } = program;
    drop(screen);
    keyboard.stop();
    let saved = files.save(&model);
    let kept = offline.map_or(Ok(()), |offline| hand_over(&model, &offline.outbox, |number| effects.key(number)));
    runtime.block_on(effects.close());
    runtime.shutdown_timeout(Duration::from_millis(500));
    ended?;
    kept?;
    saved.map_err(|source| Error::File { path: "the snapshot of the terminal interface".into(), source })
}

fn settings(place: &Place) -> Result<Settings, Error> {
    let path = place.config_dir.join("config.toml");
    let text = fs::read_to_string(&path).unwrap_or_default();
    Settings::parse(&text).map_err(|message| Error::Config { path, message })
}

fn model(settings: &Settings, files: &Files, printer: Printer, place: &Place) -> Result<Model, Error> {
    let config = |message| Error::Config { path: place.config_dir.join("config.toml"), message };
    let keymap = Keymap::with(&settings.keys).map_err(|why| config(format!("tui.keys: {why}")))?;
    let state = files.load_state();
    let switched = state.theme.as_deref().map(|theme| theme == "light");
    let light = settings.light.or(switched).unwrap_or_else(|| is_light(process_env));
    let colors = Colors::of_terminal(printer.color, process_env);
    let theme = Theme::new(light, colors).with(&settings.colors).map_err(|why| config(format!("tui.colors: {why}")))?;
    let zone = machine_zone().and_then(|name| name.parse().ok()).unwrap_or(chrono_tz::UTC);
    Ok(Model::new(Utc::now(), zone, (80, 24), state, theme, keymap))
}

/// Reads what else was known, beside the drawing.
fn read_rest(rest: Option<io::BufReader<fs::File>>, messages: Sender<Msg>) {
    thread::spawn(move || match rest {
        Some(rest) => snapshot::read(rest, &messages),
        None => {
            let _ = messages.send(Msg::Forgotten);
        }
    });
}

struct Program {
    screen: Screen,
    model: Model,
    inbox: Receiver<Msg>,
    effects: Effects,
    keyboard: Keyboard,
}

impl Program {
    fn run(&mut self) -> Result<(), Error> {
        loop {
            let wait = (self.model.wake_at() - Utc::now()).to_std().unwrap_or_default();
            let first = match self.inbox.recv_timeout(wait) {
                Ok(msg) => Some(msg),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            if self.take(first)? {
                return Ok(());
            }
            self.screen.draw(&self.model).map_err(Error::Output)?;
        }
    }

    /// Takes what has happened; whether the program ends.
    fn take(&mut self, first: Option<Msg>) -> Result<bool, Error> {
        let began = Instant::now();
        let mut msgs: VecDeque<Msg> = [Msg::Tick(Utc::now())].into_iter().chain(first).collect();
        while let Some(msg) = msgs.pop_front() {
            if let Msg::Fatal(error) = msg {
                return Err(*error);
            }
            for effect in update(&mut self.model, msg) {
                if self.act(effect)? {
                    return Ok(true);
                }
            }
            if msgs.is_empty() && began.elapsed() < FRAME {
                msgs.extend(self.inbox.try_recv().ok());
            }
        }
        Ok(false)
    }

    fn act(&mut self, effect: Effect) -> Result<bool, Error> {
        match self.effects.run(effect) {
            Some(Effect::Quit) => return Ok(true),
            Some(Effect::Redraw) => self.screen.clear().map_err(Error::Output)?,
            Some(Effect::Suspend) if terminal::can_stop() => self.away(terminal::stop)?,
            Some(Effect::Suspend) => {
                update(&mut self.model, Msg::Trouble("There is no shell to go back to".to_owned()));
            }
            Some(Effect::Edit(text)) => {
                let result = self.away(|| edit(&text))?;
                update(&mut self.model, Msg::Written(result));
            }
            _ => {}
        }
        Ok(false)
    }

    /// Gives screen and keys to somebody else for a while.
    fn away<T>(&mut self, act: impl FnOnce() -> T) -> Result<T, Error> {
        self.keyboard.pause();
        let result = self.screen.lend(act).map_err(Error::Output)?;
        self.model.size = self.screen.size().map_err(Error::Output)?;
        self.keyboard.resume();
        Ok(result)
    }
}

/// Keys, mouse and pastes, as they come.
struct Keyboard {
    runtime: Handle,
    messages: Sender<Msg>,
    task: Option<JoinHandle<()>>,
}

impl Keyboard {
    fn new(runtime: Handle, messages: Sender<Msg>) -> Self {
        let mut keyboard = Self { runtime, messages, task: None };
        keyboard.resume();
        keyboard
    }

    fn resume(&mut self) {
        let messages = self.messages.clone();
        self.task = Some(self.runtime.spawn(async move {
            let mut events = EventStream::new();
            while let Some(Ok(event)) = events.next().await {
                let msg = match event {
                    Event::Key(key) => Msg::Key(key),
                    Event::Mouse(mouse) => Msg::Mouse(mouse),
                    Event::Paste(text) => Msg::Paste(text),
                    Event::Resize(width, height) => Msg::Resize(width, height),
                    Event::FocusGained | Event::FocusLost => continue,
                };
                let _ = messages.send(msg);
            }
            // The terminal is gone.
            let _ = messages.send(Msg::Terminate);
        }));
    }

    /// Leaves the keys to others.
    fn pause(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = self.runtime.block_on(task);
        }
    }

    fn stop(mut self) {
        self.pause();
    }
}

#[cfg(unix)]
fn listen_to_signals(runtime: &Handle, messages: &Sender<Msg>) {
    use tokio::signal::unix::{SignalKind, signal};
    /// `SIGTSTP`, the same on every system that has it.
    const STOP: i32 = 20;
    let listen = |kind: SignalKind, msg: fn() -> Msg| {
        let messages = messages.clone();
        runtime.spawn(async move {
            let Ok(mut signals) = signal(kind) else { return };
            while signals.recv().await.is_some() {
                let _ = messages.send(msg());
            }
        });
    };
    listen(SignalKind::terminate(), || Msg::Terminate);
    listen(SignalKind::hangup(), || Msg::Terminate);
    listen(SignalKind::interrupt(), || Msg::Terminate);
    listen(SignalKind::quit(), || Msg::Terminate);
    listen(SignalKind::from_raw(STOP), || Msg::Stop);
}

#[cfg(not(unix))]
fn listen_to_signals(_runtime: &Handle, _messages: &Sender<Msg>) {}

/// Has a text written in `$VISUAL` or `$EDITOR`; `None` where it was left as it is.
fn edit(text: &str) -> Result<Option<String>, String> {
    let failed = |error: io::Error| format!("cannot write a temporary file: {error}");
    // Readable by its owner alone, and gone however this ends.
    let mut file = tempfile::Builder::new().prefix("todo-").suffix(".md").tempfile().map_err(failed)?;
    let end = if text.ends_with('\n') { "" } else { "\n" };
    write!(file, "{text}{end}").and_then(|()| file.flush()).map_err(failed)?;
    let path = file.path();
    let named = ["VISUAL", "EDITOR"].into_iter().find_map(|name| process_env(name).filter(|value| !value.is_empty()));
    let editor = named.unwrap_or_else(|| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(path).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(status) => return Err(format!("{editor} ended with {status}; nothing was taken over")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(format!("set EDITOR: there is no program {program}"));
        }
        Err(error) => return Err(format!("set EDITOR: cannot start {program}: {error}")),
    }
    let written = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Ok((written.trim_end() != text.trim_end()).then_some(written))
}
