//! Everything that runs, from start to stop.

use std::{
    env, fs, io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use e2e::{
    bot_api::{self, BotApi, Rates},
    private_dir,
    servers::Server,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{Options, local, page};

/// The Bot API's numbers of messages count from this second on, so that those of an earlier run don't come again.
const EPOCH: u64 = 1_700_000_000;

pub(crate) async fn run(options: Options) -> io::Result<()> {
    let fresh = if options.fresh { Some(private_dir("telegram-")?) } else { None };
    let home = match &fresh {
        Some(directory) => directory.path().to_owned(),
        None => kept(options.data.clone())?,
    };
    let listener = bind(options.port).await?;
    let api = Arc::new(BotApi::with(settings(&options)).await.map_err(|error| taken(error, options.api_port))?);
    let page = page::Page::open(Arc::clone(&api), &home)?;
    println!("Bot API: {}  token: {}", api.url(), api.token());

    // Servers start on threads that wait; the Bot API has to go on meanwhile.
    let programs = match options.no_bot {
        true => None,
        false => Some(
            tokio::task::spawn_blocking({
                let (home, api) = (home.clone(), Arc::clone(&api));
                move || Programs::start(&home, &api)
            })
            .await
            .map_err(|_| io::Error::other("the servers did not start"))?,
        ),
    };
    if let Some(programs) = &programs {
        println!("Servers: {}", programs.servers.urls().collect::<Vec<_>>().join(" "));
        println!("Data and logs: {}", home.display());
        page.watch(Arc::clone(&programs.bot));
    }
    println!("\nOpen http://{} in a browser. Ctrl-C ends everything.", listener.local_addr()?);

    let serving = axum::serve(listener, page::router(page));
    tokio::select! {
        served = serving => served?,
        () = asked_to_stop() => {}
    }
    println!("Stopping.");
    tokio::task::spawn_blocking(move || programs.map(Programs::stop)).await.map_err(io::Error::other)?;
    Ok(())
}

fn settings(options: &Options) -> bot_api::Options {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    bot_api::Options {
        listen: local(options.api_port),
        last_message: i64::try_from(now.saturating_sub(EPOCH)).unwrap_or(0),
        limits: (!options.no_limits).then(Rates::default),
        ..bot_api::Options::default()
    }
}

/// The servers and the bot.
struct Programs {
    servers: Server,
    bot: Arc<Mutex<Server>>,
}

impl Programs {
    fn start(home: &Path, api: &BotApi) -> Self {
        let secret: String = std::iter::repeat_with(fastrand::alphanumeric).take(32).collect();
        let servers = Server::up(home).setting("TODO_SERVER_SERVICES", format!("bot:{secret}")).started();
        let mut urls = servers.urls();
        let mut url = || urls.next().unwrap_or_default();
        let bot = Server::bot(home)
            .setting("BOT_TOKEN", api.token())
            .setting("BOT_API_URL", api.url())
            .setting("TODO_SERVER_URL", url())
            .setting("COMMENTS_SERVER_URL", url())
            .setting("SERVICE_SECRET", secret)
            .spawned();
        drop(urls);
        Self { servers, bot: Arc::new(Mutex::new(bot)) }
    }

    /// The bot first: it needs the servers to the end.
    fn stop(mut self) {
        let mut bot = self.bot.lock().unwrap_or_else(PoisonError::into_inner);
        if bot.ended().is_none() {
            bot.terminate();
        }
        drop(bot);
        self.servers.terminate();
    }
}

/// The folder that one run leaves to the next.
fn kept(chosen: Option<PathBuf>) -> io::Result<PathBuf> {
    let beside = || Some(env::current_exe().ok()?.parent()?.join("telegram-data"));
    let folder =
        chosen.or_else(beside).ok_or_else(|| io::Error::other("no place for the data; name one with --data"))?;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .map_err(|error| io::Error::new(error.kind(), format!("cannot make {}: {error}", folder.display())))?;
    folder.canonicalize()
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(local(port)).await.map_err(|error| taken(error, port))
}

fn taken(error: io::Error, port: u16) -> io::Error {
    let hint = match error.kind() {
        io::ErrorKind::AddrInUse => "; another program listens there, choose other ports with --port and --api-port",
        _ => "",
    };
    io::Error::new(error.kind(), format!("cannot listen on port {port}: {error}{hint}"))
}

async fn asked_to_stop() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
