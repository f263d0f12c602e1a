//! `todo up`: both servers in this process.

use serde::Serialize;
use server_kit::{
    clock::Clock,
    memory,
    serve::{self, StopSignal},
    settings, telemetry,
};
use tokio::{net::TcpListener, sync::watch};

use super::{default_zone, failed};
use crate::{
    cli::UpArgs,
    error::Error,
    output::{Printer, Tone, text},
};

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn up(args: &UpArgs, printer: &Printer) -> Result<(), Error> {
    let settings = read_settings(args)?;
    serve::runtime(settings.common.worker_threads).map_err(failed)?.block_on(run(args, &settings, printer))
}

async fn run(args: &UpArgs, settings: &todo_server::Settings, printer: &Printer) -> Result<(), Error> {
    let mut stop_signal = StopSignal::listen();
    let wants_log = ["RUST_LOG", "LOG_FORMAT"].iter().any(|name| std::env::var_os(name).is_some());
    let _telemetry = wants_log.then(|| telemetry::init("todo", settings.common.log_format));
    serve::install_tls_provider();
    let todo_listener = serve::bind(args.listen).await.map_err(failed)?;
    let comments_listener = serve::bind(args.comments_listen).await.map_err(failed)?;
    let app = todo_server::App::open(settings, Clock::system()).await.map_err(failed)?;
    let comments = comments_server::App::beside(app.kit().clone());
    let routers = (app.router(), comments.router());
    let whereabouts = Whereabouts {
        todo_server: url_of(&todo_listener)?,
        comments_server: url_of(&comments_listener)?,
        data_dir: settings.common.data_dir().display().to_string(),
    };
    whereabouts.print(printer)?;
    memory::forget_start();

    let (stop, stopped) = watch::channel(());
    let stop_of = |mut stopped: watch::Receiver<()>| async move {
        // Closed is as good as told.
        let _ = stopped.changed().await;
    };
    let todo = tokio::spawn(serve::serve(todo_listener, routers.0, stop_of(stopped.clone())));
    let comments = tokio::spawn(serve::serve(comments_listener, routers.1, stop_of(stopped)));
    let housekeeper = tokio::spawn({
        let app = app.clone();
        // Boxed: it is large.
        async move { Box::pin(app.work()).await }
    });
    stop_signal.asked().await;
    printer.note("Stopping.")?;
    app.kit().stopping.tell();
    drop(stop);
    let ended = (todo.await, comments.await);
    housekeeper.abort();
    app.close().await;
    ended.0.map_err(failed)?;
    ended.1.map_err(failed)
}

/// What the environment says to servers goes here too.
fn read_settings(args: &UpArgs) -> Result<todo_server::Settings, Error> {
    let listen = args.listen.to_string();
    let parsed = settings::parse::<todo_server::Settings>(["todo up", "--listen", &listen]);
    let mut settings = parsed.map_err(|error| Error::usage(error.to_string()))?;
    if std::env::var_os("TODO_SERVER_TIME_ZONE").is_none() {
        settings.time_zone = default_zone();
    }
    Ok(settings)
}

fn url_of(listener: &TcpListener) -> Result<String, Error> {
    Ok(format!("http://{}", listener.local_addr().map_err(failed)?))
}

/// Where things are.
#[derive(Serialize)]
struct Whereabouts {
    todo_server: String,
    comments_server: String,
    data_dir: String,
}

impl Whereabouts {
    fn print(&self, printer: &Printer) -> Result<(), Error> {
        if printer.json {
            return printer.json(self);
        }
        let Self { todo_server, comments_server, data_dir } = self;
        let data_dir = text::line(data_dir);
        let name = |name| printer.paint(Tone::Strong, name);
        let mut lines = vec![
            format!("{} listening on {todo_server}", name("todo-server")),
            format!("{} listening on {comments_server}", name("comments-server")),
        ];
        if !printer.quiet {
            let dim = |text| printer.paint(Tone::Dim, text);
            let name = own_name();
            let todo = text::line(&name);
            // Beside port 8000 it is found by itself.
            let beside = todo_server.ends_with(":8000") && comments_server.ends_with(":8001");
            let comments = if beside { String::new() } else { format!(" --comments-server {comments_server}") };
            lines.extend([
                format!("{} {data_dir}", dim("data")),
                format!("{} {todo_server}/api/swagger  {comments_server}/api/docs", dim("docs")),
                String::new(),
                "Try, in another terminal:".to_owned(),
                format!("  {todo} register {} --server {todo_server}{comments}", user_name()),
                format!("  {todo} add Buy milk --due tomorrow --tag home"),
                format!("  {todo} list"),
                String::new(),
                dim("Ctrl-C stops."),
            ]);
        }
        printer.line(&lines.join("\n"))
    }
}

/// How this program was called: by its path where it is not on the `PATH`, as after `cargo run`.
fn own_name() -> String {
    let called = std::env::args().next().filter(|name| name.contains(std::path::MAIN_SEPARATOR));
    called.unwrap_or_else(|| "todo".to_owned())
}

/// A name to suggest.
fn user_name() -> String {
    let name = std::env::var("USER").unwrap_or_default();
    let sound = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if sound && name != "root" { name } else { "ann".to_owned() }
}
