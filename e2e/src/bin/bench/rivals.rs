//! The same tasks in our program and in others of its kind.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use e2e::{
    private_dir,
    servers::{Server, command, program},
};
use tempfile::TempDir;

const PASSWORD: &str = "correct horse battery";
/// Each hundredth task has the same context.
const CONTEXTS: usize = 100;

/// A program with tasks in it, and how it is asked for the two things.
pub(crate) struct Rival {
    pub(crate) name: &'static str,
    /// Has the environment that the program needs.
    environment: Command,
    pub(crate) add: Vec<String>,
    pub(crate) list: Vec<String>,
    pub(crate) server: Option<Server>,
    _home: TempDir,
}

impl Rival {
    /// `todo` with a server of its own on this machine, or without any.
    pub(crate) fn todo(tasks: &Path, with_server: bool) -> io::Result<Self> {
        let home = private_dir("bench-todo-")?;
        let server = with_server.then(|| Server::up(home.path()).started());
        let folder = home.path().join("client");
        fs::create_dir(&folder)?;
        if let Some(server) = &server {
            let urls: Vec<String> = server.urls().collect();
            let [todo, comments] = urls.as_slice() else { return Err(io::Error::other("`todo up` has two addresses")) };
            let mut register = command("todo", &folder);
            register.args(["register", "ann", "--server", todo, "--comments-server", comments]);
            succeed(register.env("TODO_PASSWORD", PASSWORD))?;
        }
        let mut import = command("todo", &folder);
        succeed(import.args(["import", "todotxt"]).arg(tasks))?;
        let todo = program("todo").to_string_lossy().into_owned();
        Ok(Self {
            name: if with_server { "todo, local server" } else { "todo, local mode" },
            environment: command("todo", &folder),
            add: words(&[&todo, "add", "Call the bank tomorrow @home"]),
            list: words(&[&todo, "list", "--limit", "100"]),
            server,
            _home: home,
        })
    }

    /// [Taskwarrior](https://taskwarrior.org).
    pub(crate) fn taskwarrior(count: usize) -> io::Result<Self> {
        let home = private_dir("bench-task-")?;
        let task = |index: usize| {
            let (uuid, context) = (format!("00000000-0000-4000-8000-{index:012}"), index % CONTEXTS);
            format!(
                r#"{{"uuid":"{uuid}","status":"pending","entry":"20260101T100000Z","due":"20350501T090000Z","description":"Task number {index} about some matter","tags":["c{context}"]}}"#
            )
        };
        let tasks: Vec<String> = (0..count).map(task).collect();
        fs::write(home.path().join("tasks.json"), tasks.join("\n"))?;
        fs::write(home.path().join("taskrc"), "confirmation=no\n")?;
        let environment = || {
            let mut task = with_environment_of(&command("todo", home.path()), Path::new("task"));
            task.env("TASKRC", home.path().join("taskrc")).env("TASKDATA", home.path());
            task
        };
        succeed(environment().args(["import", "tasks.json"]))?;
        let environment = environment();
        Ok(Self {
            name: "Taskwarrior",
            environment,
            add: words(&["task", "add", "Call the bank", "due:tomorrow", "+home"]),
            list: words(&["task", "limit:100", "list"]),
            server: None,
            _home: home,
        })
    }

    /// [todo.txt](http://todotxt.org), which has no limit: it lists what has one of a hundred contexts.
    pub(crate) fn todo_txt(tasks: &Path) -> io::Result<Self> {
        let home = private_dir("bench-todotxt-")?;
        let folder = home.path().display();
        fs::copy(tasks, home.path().join("todo.txt"))?;
        let files =
            [("TODO_DIR", ""), ("TODO_FILE", "/todo.txt"), ("DONE_FILE", "/done.txt"), ("REPORT_FILE", "/report")];
        let lines: Vec<String> = files.iter().map(|(name, file)| format!("export {name}='{folder}{file}'\n")).collect();
        let config = home.path().join("config");
        fs::write(&config, lines.concat())?;
        let config = config.to_string_lossy().into_owned();
        Ok(Self {
            name: "todo.txt",
            environment: command("todo", home.path()),
            add: words(&["todo-txt", "-d", &config, "add", "Call the bank @home"]),
            list: words(&["todo-txt", "-d", &config, "list", "@c42"]),
            server: None,
            _home: home,
        })
    }

    /// A program that runs with what this one needs.
    pub(crate) fn run_by(&self, program: &str) -> Command {
        with_environment_of(&self.environment, Path::new(program))
    }
}

fn with_environment_of(other: &Command, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().stdin(Stdio::null());
    for (name, value) in other.get_envs() {
        command.envs(value.map(|value| (name, value)));
    }
    command.envs(std::env::var_os("LANG").map(|value| ("LANG", value)));
    if let Some(folder) = other.get_current_dir() {
        command.current_dir(folder);
    }
    command
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn succeed(command: &mut Command) -> io::Result<()> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(io::Error::other(format!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr))))
}

/// Writes so many tasks as a todo.txt file.
pub(crate) fn write_todo_txt(folder: &Path, count: usize) -> io::Result<PathBuf> {
    let line = |index: usize| format!("Task number {index} about some matter @c{} due:2035-05-01\n", index % CONTEXTS);
    let file = folder.join("tasks.txt");
    fs::write(&file, (0..count).map(line).collect::<String>())?;
    Ok(file)
}
