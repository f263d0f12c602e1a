//! Screens as they look, and stories told to the pure `update`.

mod conflicts;
mod drafts;
mod harmless;
mod leaving;
mod looks;
mod mouse;
mod refused;
mod remembering;
mod screens;
mod stories;
mod undo;
mod waiting;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::{Terminal, backend::TestBackend};
use todo_sdk::model::{Due, Id, Repeat, RepeatFrom, Tag, Task};

use super::{
    keys::Keymap,
    model::{Model, queue::Op, state::State},
    msg::{Effect, Msg, Outcome},
    theme::{Colors, Theme},
    update::update,
    view::view,
};

/// Monday 23 November 2026, 10:30 in Berlin.
fn now() -> DateTime<Utc> {
    "2026-11-23T09:30:00Z".parse().unwrap()
}

/// Somebody in front of the program, and the server behind it.
struct Person {
    model: Model,
    effects: Vec<Effect>,
    next: Id,
}

impl Person {
    /// In front of a screen of this size, with nothing to do.
    fn new(width: u16, height: u16) -> Self {
        let theme = Theme::new(false, Colors::True);
        let zone = chrono_tz::Europe::Berlin;
        let model = Model::new(now(), zone, (width, height), State::default(), theme, Keymap::default());
        let mut person = Self { model, effects: Vec::new(), next: 100 };
        person.hears(Msg::Tick(now()));
        person.hears(Msg::Forgotten);
        person.hears(Msg::Connected { user: 1 });
        person.hears(Msg::Loading);
        person
    }

    /// With the tasks of an ordinary week.
    fn with_tasks(width: u16, height: u16) -> Self {
        let mut person = Self::new(width, height);
        let tags = ["home", "work", "language lessons"];
        let tags = (1..).zip(tags).map(|(id, name)| Tag { id, name: name.to_owned(), version: 1 });
        person.hears(Msg::Tags(tags.collect()));
        person.hears(Msg::Tasks(tasks()));
        person.loads();
        person
    }

    fn loads(&mut self) {
        self.hears(Msg::Loaded { seq: 7 });
        self.effects.clear();
    }

    fn hears(&mut self, msg: Msg) {
        self.effects.extend(update(&mut self.model, msg));
    }

    /// Keys as the table writes them, with spaces between.
    fn presses(&mut self, keys: &str) -> &mut Self {
        for key in keys.split(' ') {
            self.hears(Msg::Key(key_event(key)));
        }
        self
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.hears(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)));
        }
        self
    }

    fn waits(&mut self, by: TimeDelta) {
        let later = self.model.now + by;
        self.hears(Msg::Tick(later));
    }

    /// What the program sends next.
    fn sent(&mut self) -> (u64, Op) {
        let at = self.effects.iter().position(|effect| matches!(effect, Effect::Send(_)));
        let at = at.unwrap_or_else(|| panic!("nothing is sent: {:?}", self.effects));
        let Effect::Send(write) = self.effects.remove(at) else { unreachable!() };
        (write.number, write.op)
    }

    /// The server does what is sent next, as far as tasks are made or changed.
    fn server_agrees(&mut self) -> Op {
        let (number, op) = self.sent();
        let outcome = match &op {
            Op::Create { task, .. } => {
                self.next += 1;
                let mut made = task_named(self.next, &task.title);
                (made.due, made.remind_time, made.priority) = (task.due, task.remind_time, task.priority.unwrap_or(4));
                Outcome::Tasks(vec![made])
            }
            Op::Complete { ids, .. } => Outcome::Tasks(self.changed(ids)),
            Op::Update { id, .. } => Outcome::Tasks(self.changed(&[*id])),
            Op::Delete { ids } => Outcome::Deleted(ids.clone()),
            _ => Outcome::Nothing,
        };
        self.hears(Msg::Wrote { number, result: Ok(outcome) });
        op
    }

    fn changed(&self, ids: &[Id]) -> Vec<Task> {
        let task = |id: &Id| {
            let task = self.model.store.get(*id).cloned().unwrap();
            Task { version: task.version + 1, ..task }
        };
        ids.iter().map(task).collect()
    }

    fn screen(&self) -> String {
        let (width, height) = self.model.size;
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view(&self.model, frame)).unwrap();
        terminal.backend().to_string()
    }

    #[track_caller]
    fn sees(&self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
    }

    #[track_caller]
    fn sees_no(&self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
    }

    fn selected(&self) -> &str {
        self.model.selected().map_or("", |task| &task.title)
    }
}

fn key_event(key: &str) -> KeyEvent {
    let (modifiers, name) = match key.split_once('-') {
        Some(("ctrl", name)) => (KeyModifiers::CONTROL, name),
        Some(("shift", name)) => (KeyModifiers::SHIFT, name),
        _ => (KeyModifiers::NONE, key),
    };
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "space" => KeyCode::Char(' '),
        "down" => KeyCode::Down,
        "up" => KeyCode::Up,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pagedown" => KeyCode::PageDown,
        "pageup" => KeyCode::PageUp,
        "f1" => KeyCode::F(1),
        name => KeyCode::Char(name.chars().next().unwrap()),
    };
    KeyEvent::new(code, modifiers)
}

fn task_named(id: Id, title: &str) -> Task {
    Task {
        id,
        title: title.to_owned(),
        description: String::new(),
        completed: false,
        completed_at: None,
        priority: 4,
        due: None,
        remind_time: None,
        remind_before_seconds: None,
        nag_seconds: None,
        repeat: None,
        tags: Vec::new(),
        telegram_user: None,
        date_created: now() - TimeDelta::days(3),
        date_updated: now() - TimeDelta::days(3),
        version: 1,
    }
}

fn due(text: &str) -> Option<Due> {
    Some(text.parse().unwrap())
}

fn tasks() -> Vec<Task> {
    let weekly = Repeat { rrule: "FREQ=WEEKLY".to_owned(), from: RepeatFrom::Schedule };
    let done = |id: Id, title: &str, days: i64| Task {
        completed: true,
        completed_at: Some(now() - TimeDelta::days(days)),
        tags: vec![1 + id % 2],
        ..task_named(id, title)
    };
    vec![
        Task { priority: 1, due: due("2026-11-20"), tags: vec![1], ..task_named(1, "Pay the rent") },
        Task {
            priority: 1,
            due: due("2026-11-24T09:00:00Z"),
            remind_time: Some("2026-11-24T08:30:00Z".parse().unwrap()),
            remind_before_seconds: Some(1800),
            tags: vec![1],
            description: "They open at ten.\nAsk for Mr Smith.".to_owned(),
            ..task_named(2, "Call the bank")
        },
        Task { due: due("2026-11-23"), ..task_named(3, "Позвонить маме") },
        Task {
            due: due("2026-12-03"), tags: vec![3], repeat: Some(weekly), ..task_named(4, "日本語を勉強する")
        },
        Task { priority: 2, due: due("2026-11-26"), tags: vec![2], ..task_named(5, "Write the quarterly report") },
        Task { tags: vec![1, 2], ..task_named(6, "Buy milk and 🥛 eggs") },
        task_named(7, "Answer Bob's letter about the summer house and the boat, and ask when the keys come by post"),
        done(8, "Water the plants", 0),
        done(9, "Book the train", 1),
        done(10, "Repair the bicycle", 1),
        done(11, "Send the invoice", 4),
    ]
}
