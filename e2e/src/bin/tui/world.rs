//! A server, somebody's account there, and the program in a terminal.

use std::{io, path::Path, process::Stdio};

use e2e::{
    private_dir,
    servers::{Server, command},
    terminal::Terminal,
};
use tempfile::TempDir;
use todo_sdk::Client;

const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    pub(crate) client: Client,
    home: TempDir,
    _server: Server,
    _data: TempDir,
}

impl World {
    pub(crate) async fn start() -> io::Result<Self> {
        let (data, home) = (private_dir("tui-server-")?, private_dir("tui-home-")?);
        let server = Server::up(data.path()).setting("TZ", "Europe/Berlin").started();
        let urls: Vec<String> = server.urls().collect();
        let [todo, comments] = urls.as_slice() else { return Err(io::Error::other("`todo up` has two addresses")) };
        let mut register = command("todo", home.path());
        register.args(["register", "ann", "--server", todo, "--comments-server", comments]);
        let registered = register.env("TODO_PASSWORD", PASSWORD).stdout(Stdio::null()).status()?;
        if !registered.success() {
            return Err(io::Error::other("`todo register` failed"));
        }
        let client = Client::builder(todo).comments_server(comments).build().map_err(io::Error::other)?;
        client.sign_in("ann", PASSWORD).await.map_err(io::Error::other)?;
        Ok(Self { client, home, _server: server, _data: data })
    }

    /// The program in a terminal of this size.
    pub(crate) fn open(&self, columns: u16, rows: u16, light: bool) -> io::Result<Terminal> {
        let mut todo = command("todo", self.home());
        let colors = if light { "0;15" } else { "15;0" };
        todo.envs([("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("COLORFGBG", colors)]);
        todo.env("TZ", "Europe/Berlin");
        Terminal::start(todo, columns, rows)
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }
}
