//! What was known when the program ended, for the first screen of the next time.
//!
//! A file in the data directory, readable by its owner alone: a first line with what the first screen needs, then each
//! task in a line of its own.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::mpsc::Sender,
};

use serde::{Deserialize, Serialize};
use todo_sdk::model::{Id, Tag, Task};

use super::{
    model::{Model, queue::Write as Waiting, scope::Counts, scope::Scope, state::State},
    msg::Msg,
};
use crate::{paths, profile::Place};

/// Raised when older files can't be read any more.
const FORMAT: u32 = 1;
/// Tasks of the first screen: more than any screen has lines.
const FIRST: usize = 300;
/// Tasks handed over at once.
const CHUNK: usize = 4_000;

/// The first line of the file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    format: u32,
    server: String,
    pub(crate) user: Id,
    /// The last change that is in it.
    pub(crate) seq: i64,
    pub(crate) tags: Vec<Tag>,
    pub(crate) counts: Counts,
    /// The tasks of the first screen.
    pub(crate) first: Vec<Task>,
}

/// Where the files of a profile are.
pub(crate) struct Files {
    folder: PathBuf,
    profile: String,
    server: String,
}

impl Files {
    pub(crate) fn of(place: &Place) -> Self {
        let server = place.server.name().to_owned();
        Self { folder: place.data_dir.join("tui"), profile: place.profile.clone(), server }
    }

    fn tasks(&self) -> PathBuf {
        self.folder.join(format!("{}.jsonl", self.profile))
    }

    fn state(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.profile))
    }

    /// Where one was the last time.
    pub(crate) fn load_state(&self) -> State {
        let text = fs::read_to_string(self.state()).unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    pub(crate) fn save_state(&self, state: &State) -> io::Result<()> {
        paths::make_private_folder(&self.folder)?;
        paths::write_private(&self.state(), &serde_json::to_string(state)?)
    }

    /// The head of the file, and the rest of it to be read.
    pub(crate) fn open(&self) -> Option<(Head, BufReader<File>)> {
        let mut file = BufReader::with_capacity(1 << 18, File::open(self.tasks()).ok()?);
        let mut line = String::new();
        file.read_line(&mut line).ok()?;
        let head: Head = serde_json::from_str(&line).ok()?;
        (head.format == FORMAT && head.server == self.server).then_some((head, file))
    }

    /// Puts all that is known into the file, as the server knows it. Whole or not at all.
    pub(crate) fn save(&self, model: &Model) -> io::Result<()> {
        let Some(user) = model.user.filter(|_| model.following && model.unseen.is_empty()) else { return Ok(()) };
        paths::make_private_folder(&self.folder)?;
        let temporary = self.folder.join(format!("{}.{}.tmp", self.profile, std::process::id()));
        let _ = fs::remove_file(&temporary);
        let written = self.write(&temporary, model, user).and_then(|()| fs::rename(&temporary, self.tasks()));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn write(&self, path: &Path, model: &Model, user: Id) -> io::Result<()> {
        let file = paths::open_private(path, OpenOptions::new().write(true).create_new(true))?;
        let mut file = BufWriter::with_capacity(1 << 18, file);
        let known = Known::of(model);
        serde_json::to_writer(&mut file, &self.head(model, user, &known))?;
        file.write_all(b"\n")?;
        for task in known.tasks() {
            serde_json::to_writer(&mut file, task)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }

    fn head(&self, model: &Model, user: Id, known: &Known<'_>) -> Head {
        let filters = Default::default();
        let scope = Scope { view: model.view(), filters: &filters, present: model.present() };
        let rows = scope.rows(&model.store, model.sort()).into_iter().take(FIRST);
        let shown = rows.filter_map(|index| model.store.slot(index)).map(|slot| slot.task.id);
        Head {
            format: FORMAT,
            server: self.server.clone(),
            user,
            seq: model.seq,
            tags: model.tags.iter().map(|(id, name)| Tag { id: *id, name: name.clone(), version: 0 }).collect(),
            counts: model.counts.clone(),
            first: shown.filter_map(|id| known.task(id).cloned()).collect(),
        }
    }

    /// Forgets all of it: it may be somebody else's tasks that are shown next.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_file(self.tasks());
    }
}

/// The tasks as the server has them: without the changes that still wait here.
struct Known<'a> {
    model: &'a Model,
    unchanged: HashMap<Id, &'a Task>,
}

impl<'a> Known<'a> {
    fn of(model: &'a Model) -> Self {
        let mut unchanged = HashMap::new();
        for Waiting { before, .. } in model.queue.iter() {
            // What the server doesn't have yet is not remembered as if it had.
            for task in before.iter().filter(|task| task.id > 0) {
                unchanged.entry(task.id).or_insert(task);
            }
        }
        Self { model, unchanged }
    }

    fn task(&self, id: Id) -> Option<&'a Task> {
        if id < 0 {
            return None;
        }
        self.unchanged.get(&id).copied().or_else(|| self.model.store.get(id))
    }

    fn tasks(&self) -> impl Iterator<Item = &'a Task> {
        let deleted = self.unchanged.values().copied().filter(|task| self.model.store.get(task.id).is_none());
        let ids = self.model.store.iter().map(|(_, slot)| slot.task.id);
        ids.filter_map(|id| self.task(id)).chain(deleted)
    }
}

/// Reads the rest of the file. A line that can't be read makes all of it worthless.
pub(crate) fn read(file: BufReader<File>, messages: &Sender<Msg>) {
    let mut chunk = Vec::with_capacity(CHUNK);
    for line in file.lines() {
        let Some(task) = line.ok().and_then(|line| serde_json::from_str(&line).ok()) else {
            let _ = messages.send(Msg::Forgotten);
            return;
        };
        chunk.push(task);
        if chunk.len() == CHUNK && messages.send(Msg::RememberedTasks(std::mem::take(&mut chunk), false)).is_err() {
            return;
        }
    }
    let _ = messages.send(Msg::RememberedTasks(chunk, true));
}
