//! Which server, as whom: flag, then environment, then `config.toml`, then the local database.

use std::{
    io,
    path::{Path, PathBuf},
};

use toml_edit::{DocumentMut, Item, Table, value};
use url::Url;

use crate::{cli::Global, config_file, error::Error, input::suggest::did_you_mean, paths};

/// The profile of those who named none.
pub(crate) const DEFAULT_PROFILE: &str = "default";
/// In the place of a URL: the database on this machine.
pub(crate) const LOCAL: &str = "local";

/// The environment, handed in so that tests own it. Empty variables are as good as absent.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a>(&'a dyn Fn(&str) -> Option<String>);

impl<'a> Env<'a> {
    pub(crate) fn new(variable: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self(variable)
    }

    pub(crate) fn get(self, name: &str) -> Option<String> {
        (self.0)(name).filter(|value| !value.is_empty())
    }
}

/// The environment of this process.
pub(crate) fn process_env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// What the commands work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Server {
    /// The database on this machine.
    Local,
    /// Two servers.
    Remote {
        /// URL of the todo-server, without a trailing slash.
        todo: String,
        /// URL of the comments-server, without a trailing slash.
        comments: String,
    },
}

impl Server {
    /// The URL of the todo-server, or `local`: what credentials belong to.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Local => LOCAL,
            Self::Remote { todo, .. } => todo,
        }
    }
}

/// Where commands go, as whom. Holds a secret, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) profile: String,
    pub(crate) server: Server,
    /// Whether the server was named by this very command, so that a sign-in points the profile at it.
    pub(crate) named_here: bool,
    /// A fixed access token, from `TODO_TOKEN`.
    pub(crate) token: Option<String>,
    /// Whether changes are queued while the server is out of reach.
    pub(crate) queue: bool,
    pub(crate) data_dir: PathBuf,
    pub(crate) config_dir: PathBuf,
}

/// Who says what a setting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// This option, or the argument of `login`.
    Flag(&'static str),
    /// This variable.
    Environment(&'static str),
    /// `config.toml`.
    File,
    /// Nobody.
    Default,
}

/// Who said what of a [`Place`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origins {
    pub(crate) profile: Origin,
    pub(crate) server: Origin,
    pub(crate) comments_server: Origin,
}

/// Works out the place. `url` is the argument of `login`, which counts as `--server`.
pub(crate) fn resolve(global: &Global, url: Option<&str>, env: Env<'_>) -> Result<Place, Error> {
    trace(global, url, env).map(|(place, _)| place)
}

/// As [`resolve`], with who said what.
pub(crate) fn trace(global: &Global, url: Option<&str>, env: Env<'_>) -> Result<(Place, Origins), Error> {
    let config_dir = paths::config_dir(env);
    let config = Config::load(&config_dir)?;
    let of_flag = |value: Option<&str>, name| Some((value?.to_owned(), Origin::Flag(name)));
    let of_env = |name| Some((env.get(name)?, Origin::Environment(name)));
    let of_file = |value: Option<String>| Some((value?, Origin::File));

    let named = of_flag(global.profile.as_deref(), "--profile").or_else(|| of_env("TODO_PROFILE"));
    let of_config = || of_file(config.default_profile().map(str::to_owned));
    let default = || (DEFAULT_PROFILE.to_owned(), Origin::Default);
    let (profile, profile_origin) = named.or_else(of_config).unwrap_or_else(default);
    check_name(&profile)?;
    let saved = config.server_of(&profile);
    // A profile named by flag ranks as a flag: its server goes before the environment's.
    let of_flagged = saved.clone().filter(|_| global.profile.is_some());
    let named_here = url.or(global.server.as_deref());
    let given = of_flag(named_here, "--server").or(of_file(of_flagged)).or_else(|| of_env("TODO_SERVER_URL"));
    if given.is_none() && saved.is_none() && profile != DEFAULT_PROFILE {
        return Err(config.unknown_profile(&profile));
    }
    let (server, server_origin) =
        given.or_else(|| of_file(saved.clone())).unwrap_or_else(|| (LOCAL.to_owned(), Origin::Default));
    let mut comments_origin = Origin::Default;
    let server = if server == LOCAL {
        Server::Local
    } else {
        let todo = normalize(&server)?;
        let of_profile = || {
            let same = saved.as_deref().map(normalize).transpose().ok().flatten().is_some_and(|saved| saved == todo);
            if same { of_file(config.comments_server_of(&profile)) } else { None }
        };
        let comments = of_flag(global.comments_server.as_deref(), "--comments-server");
        let comments = comments.or_else(|| of_env("COMMENTS_SERVER_URL")).or_else(of_profile);
        let comments = match comments {
            Some((url, origin)) => {
                comments_origin = origin;
                normalize(&url)?
            }
            None => comments_beside(&todo),
        };
        Server::Remote { todo, comments }
    };
    let place = Place {
        profile,
        server,
        named_here: named_here.is_some(),
        token: env.get("TODO_TOKEN"),
        queue: !global.no_queue && config.queues(),
        data_dir: paths::data_dir(env),
        config_dir,
    };
    let origins = Origins { profile: profile_origin, server: server_origin, comments_server: comments_origin };
    Ok((place, origins))
}

/// The profiles in `config.toml`, with their servers.
pub(crate) fn profiles(env: Env<'_>) -> Result<Vec<(String, String)>, Error> {
    let config = Config::load(&paths::config_dir(env))?;
    let named = |name: &str| (name.to_owned(), config.server_of(name).unwrap_or_else(|| LOCAL.to_owned()));
    Ok(config.names().into_iter().map(named).collect())
}

/// Profiles name files.
pub(crate) fn check_name(profile: &str) -> Result<(), Error> {
    let sound = profile.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)) && profile.chars().count() <= 50;
    if sound && !profile.is_empty() {
        return Ok(());
    }
    Err(Error::usage(format!("\"{profile}\" can't name a profile: use up to 50 letters, digits, - and _")))
}

/// The URL of a server: with a scheme, without a trailing slash, query or fragment.
pub(crate) fn normalize(text: &str) -> Result<String, Error> {
    let refused = |reason: &str| Error::usage(format!("\"{text}\" is no URL of a server: {reason}"));
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("{}://{text}", default_scheme(text)) };
    let mut url = Url::parse(&with_scheme).map_err(|error| refused(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(refused("expected something like https://todo.example.com"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("a name or password has no place in it; use --username"));
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Plain HTTP only to this machine.
fn default_scheme(text: &str) -> &'static str {
    let host = text.split(['/', ':']).next().unwrap_or_default();
    if host == "localhost" || host.starts_with("127.") { "http" } else { "https" }
}

/// The default of the comments-server: the next port where the todo-server's own default is named, else the same URL.
fn comments_beside(todo: &str) -> String {
    let Ok(mut url) = Url::parse(todo) else { return todo.to_owned() };
    if url.port() == Some(8000) && url.set_port(Some(8001)).is_ok() {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    todo.to_owned()
}

/// `config.toml`, with its comments and order kept.
pub(crate) struct Config {
    pub(crate) path: PathBuf,
    pub(crate) document: DocumentMut,
}

impl Config {
    pub(crate) fn load(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("config.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                String::new()
            }
            Err(source) => return Err(Error::File { path, source }),
        };
        match config_file::parse(&text) {
            Ok(document) => Ok(Self { path, document }),
            Err(message) => Err(Error::Config { path, message }),
        }
    }

    pub(crate) fn write(&self) -> Result<(), Error> {
        // Where the file is a link to one that is kept elsewhere, that one is written.
        let path = self.path.canonicalize().unwrap_or_else(|_| self.path.clone());
        path.parent()
            .map_or(Ok(()), paths::make_private_folder)
            .and_then(|()| paths::write_private(&path, &self.document.to_string()))
            .map_err(|source| Error::File { path, source })
    }

    /// # Errors
    ///
    /// If there is no such profile.
    pub(crate) fn check_known(&self, profile: &str) -> Result<(), Error> {
        let is_known = profile == DEFAULT_PROFILE || self.server_of(profile).is_some();
        if is_known { Ok(()) } else { Err(self.unknown_profile(profile)) }
    }

    fn default_profile(&self) -> Option<&str> {
        self.document.get("default_profile")?.as_str().filter(|name| !name.is_empty())
    }

    fn queues(&self) -> bool {
        self.document.get("queue").and_then(Item::as_bool).unwrap_or(true)
    }

    fn profile_value(&self, profile: &str, key: &str) -> Option<String> {
        let value = self.document.get("profiles")?.get(profile)?.get(key)?.as_str()?;
        if value.is_empty() { None } else { Some(value.to_owned()) }
    }

    fn server_of(&self, profile: &str) -> Option<String> {
        self.profile_value(profile, "server")
    }

    fn comments_server_of(&self, profile: &str) -> Option<String> {
        self.profile_value(profile, "comments_server")
    }

    fn names(&self) -> Vec<&str> {
        let table = self.document.get("profiles").and_then(Item::as_table_like);
        table.map(|profiles| profiles.iter().map(|(name, _)| name).collect()).unwrap_or_default()
    }

    fn unknown_profile(&self, profile: &str) -> Error {
        let names = self.names();
        let known = match (did_you_mean(profile, names.iter().copied()), names.is_empty()) {
            (Some(name), _) => format!("did you mean \"{name}\"?"),
            (None, false) => format!("there are: {}", names.join(", ")),
            (None, true) => format!("`todo login URL --profile {profile}` makes it"),
        };
        Error::usage(format!("there is no profile \"{profile}\" in {}; {known}", self.path.display()))
    }
}

/// Points the profile at its server.
pub(crate) fn save(place: &Place) -> Result<(), Error> {
    let mut config = Config::load(&place.config_dir)?;
    let mut parents = Table::new();
    parents.set_implicit(true);
    let profiles = config.document.entry("profiles").or_insert(Item::Table(parents));
    let path = &config.path;
    let malformed = || Error::Config { path: path.clone(), message: "`profiles` must hold tables".to_owned() };
    let profiles = profiles.as_table_like_mut().ok_or_else(malformed)?;
    let profile = profiles.entry(&place.profile).or_insert(Item::Table(Table::new()));
    let profile = profile.as_table_like_mut().ok_or_else(malformed)?;
    match &place.server {
        Server::Local => {
            config_file::put(profile, "server", value(LOCAL));
            profile.remove("comments_server");
        }
        Server::Remote { todo, comments } => {
            config_file::put(profile, "server", value(todo));
            if *comments == comments_beside(todo) {
                profile.remove("comments_server");
            } else {
                config_file::put(profile, "comments_server", value(comments));
            }
        }
    }
    config.write()
}

#[cfg(test)]
mod tests;
