//! `config`: each setting, what it is and who says so; and changes to `config.toml`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Serialize;

use crate::{
    cli::{ColorWhen, ConfigCommand, Global},
    config_file,
    credentials::{Credentials, Secret},
    error::Error,
    output::{Cell, Printer, Table, Tone, text},
    paths,
    profile::{self, Config, Env, LOCAL, Origin, Place, Server, process_env},
    zone::machine_zone,
};

/// In the place of what nobody should see.
const MASK: &str = "********";
const NEW_FILE: &str = "# Settings of `todo`; `todo help settings` names them.\n";

/// A setting as it is in effect.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Setting {
    name: String,
    /// `null` where it is not set.
    value: Option<String>,
    /// `flag`, `environment`, `file` or `default`.
    origin: &'static str,
    /// The option, the variable or the file.
    from: Option<String>,
}

pub(super) fn run(command: Option<&ConfigCommand>, global: &Global, printer: &Printer) -> Result<(), Error> {
    let env = Env::new(&process_env);
    let folder = paths::config_dir(env);
    match command {
        None => show(global, env, printer),
        Some(ConfigCommand::Path) => {
            let path = folder.join("config.toml").display().to_string();
            if printer.json { printer.json(&path) } else { printer.line(&text::line(&path)) }
        }
        Some(ConfigCommand::Set { key, value }) => set(&folder, key, value, printer),
        Some(ConfigCommand::Unset { key }) => unset(&folder, key, printer),
        Some(ConfigCommand::Edit) => edit(&folder, env),
    }
}

fn show(global: &Global, env: Env<'_>, printer: &Printer) -> Result<(), Error> {
    let (place, origins) = profile::trace(global, None, env)?;
    let config = Config::load(&place.config_dir)?;
    let settings = Shown { env, path: config.path.clone(), place: &place }.all(global, &origins, &config);
    for doubt in config_file::doubts(&fs::read_to_string(&config.path).unwrap_or_default()) {
        printer.warn(&format!("{}: {doubt}", config.path.display()));
    }
    printer.list(&settings, |setting| text::line(&setting.name).into_owned(), || table(&settings), "")
}

fn table(settings: &[Setting]) -> Table {
    let row = |setting: &Setting| {
        let value = setting.value.as_deref().unwrap_or_default();
        let from = setting.from.as_deref().unwrap_or(setting.origin);
        let shown = if setting.origin == "file" { "config.toml" } else { from };
        let tone = if setting.origin == "default" { Tone::Dim } else { Tone::Plain };
        vec![Cell::new(&setting.name), Cell::new(value), Cell::both(shown, from).tone(tone)]
    };
    let rows = settings.iter().map(row).collect();
    Table { headings: vec!["Setting", "Value", "From"], rows, text_column: 1, hidden: Vec::new() }
}

/// Where settings are read from.
struct Shown<'a> {
    env: Env<'a>,
    path: PathBuf,
    place: &'a Place,
}

impl Shown<'_> {
    fn all(&self, global: &Global, origins: &profile::Origins, config: &Config) -> Vec<Setting> {
        let place = self.place;
        let (server, comments) = match &place.server {
            Server::Local => (LOCAL.to_owned(), None),
            Server::Remote { todo, comments } => (todo.clone(), Some(comments.clone())),
        };
        let mut settings = vec![
            self.setting("profile", Some(place.profile.clone()), origins.profile),
            self.setting("server", Some(server), origins.server),
            self.setting("comments_server", comments, origins.comments_server),
            self.token(),
            self.folder("data_dir", "TODO_DATA_DIR", &place.data_dir),
            self.folder("config_dir", "TODO_CONFIG_DIR", &place.config_dir),
            self.color(global),
            self.time_zone(),
        ];
        settings.extend(
            self.env
                .get("TODO_PASSWORD")
                .map(|_| self.setting("password", Some(MASK.to_owned()), Origin::Environment("TODO_PASSWORD"))),
        );
        let of_file = config_file::values(&config.document);
        let queue = if global.no_queue { Origin::Flag("--no-queue") } else { file_or_default(&of_file, "queue") };
        settings.push(self.setting("queue", Some(place.queue.to_string()), queue));
        for (name, default) in [("tui.theme", "auto"), ("tui.mouse", "true")] {
            let value = of_file.iter().find(|(key, _)| key == name).map_or(default, |(_, value)| value);
            settings.push(self.setting(name, Some(value.to_owned()), file_or_default(&of_file, name)));
        }
        let shown = ["queue", "tui.theme", "tui.mouse"];
        let others = of_file.into_iter().filter(|(name, _)| !shown.contains(&name.as_str()));
        settings.extend(others.map(|(name, value)| self.setting(&name, Some(value), Origin::File)));
        settings
    }

    fn setting(&self, name: &str, value: Option<String>, origin: Origin) -> Setting {
        let (origin, from) = match origin {
            Origin::Flag(flag) => ("flag", Some(flag.to_owned())),
            Origin::Environment(variable) => ("environment", Some(variable.to_owned())),
            Origin::File => ("file", Some(self.path.display().to_string())),
            Origin::Default => ("default", None),
        };
        Setting { name: name.to_owned(), value, origin, from }
    }

    fn folder(&self, name: &str, variable: &'static str, path: &Path) -> Setting {
        let origin = self.env.get(variable).map_or(Origin::Default, |_| Origin::Environment(variable));
        self.setting(name, Some(path.display().to_string()), origin)
    }

    fn token(&self) -> Setting {
        if self.place.token.is_some() {
            return self.setting("token", Some(MASK.to_owned()), Origin::Environment("TODO_TOKEN"));
        }
        let credentials = Credentials::of(self.place);
        let kept = match credentials.load() {
            Ok(Some(Secret::Pair(_) | Secret::Token { .. })) => Some(MASK.to_owned()),
            Ok(None) | Err(_) => None,
        };
        let path = kept.as_ref().map(|_| credentials.path().display().to_string());
        let origin = if kept.is_some() { "credentials" } else { "default" };
        Setting { name: "token".to_owned(), value: kept, origin, from: path }
    }

    fn color(&self, global: &Global) -> Setting {
        let (value, origin) = match global.color {
            ColorWhen::Always => ("always", Origin::Flag("--color")),
            ColorWhen::Never => ("never", Origin::Flag("--color")),
            ColorWhen::Auto => {
                match ["NO_COLOR", "CLICOLOR_FORCE"].into_iter().find(|name| self.env.get(name).is_some()) {
                    Some("NO_COLOR") => ("never", Origin::Environment("NO_COLOR")),
                    Some(_) => ("always", Origin::Environment("CLICOLOR_FORCE")),
                    None => ("auto", Origin::Default),
                }
            }
        };
        self.setting("color", Some(value.to_owned()), origin)
    }

    fn time_zone(&self) -> Setting {
        let origin = self.env.get("TZ").map_or(Origin::Default, |_| Origin::Environment("TZ"));
        self.setting("time_zone", machine_zone(), origin)
    }
}

fn file_or_default(of_file: &[(String, String)], name: &str) -> Origin {
    if of_file.iter().any(|(key, _)| key == name) { Origin::File } else { Origin::Default }
}

fn set(folder: &Path, key: &str, value: &str, printer: &Printer) -> Result<(), Error> {
    let mut config = Config::load(folder)?;
    let value = checked(&config, key, value)?;
    config_file::set(&mut config.document, key, &value).map_err(Error::Usage)?;
    refuse_doubts(&config, key)?;
    config.write()?;
    let value = text::line(&value).into_owned();
    printer.note(&format!("{key} = {value}, in {}", text::line(&config.path.display().to_string())))
}

fn unset(folder: &Path, key: &str, printer: &Printer) -> Result<(), Error> {
    let mut config = Config::load(folder)?;
    let path = text::line(&config.path.display().to_string()).into_owned();
    if !config_file::unset(&mut config.document, key) {
        return Err(Error::NotFound(format!("{key} is not set in {path}")));
    }
    config.write()?;
    printer.note(&format!("{key} is no longer set in {path}"))
}

/// The value, where more than its kind can be told to be wrong.
fn checked(config: &Config, key: &str, value: &str) -> Result<String, Error> {
    match key.split('.').collect::<Vec<_>>().as_slice() {
        ["default_profile"] => {
            profile::check_name(value)?;
            config.check_known(value).map(|()| value.to_owned())
        }
        ["profiles", name, "server" | "comments_server"] => {
            profile::check_name(name)?;
            if value == LOCAL {
                return Ok(value.to_owned());
            }
            let url = profile::normalize(value)?;
            // A word is mostly the wrong word; who has a server of that name can say so.
            if value.contains(['.', ':', '/']) || value == "localhost" {
                return Ok(url);
            }
            Err(Error::usage(format!(
                "\"{value}\" is no URL of a server: expected something like https://todo.example.com, or {LOCAL}; if a \
                 machine is called so, write {url}"
            )))
        }
        _ => Ok(value.to_owned()),
    }
}

/// Nothing is written that the terminal interface would refuse afterwards.
fn refuse_doubts(config: &Config, key: &str) -> Result<(), Error> {
    let topmost = key.split('.').next().unwrap_or_default();
    let doubts = config_file::doubts(&config.document.to_string());
    doubts
        .into_iter()
        .find(|doubt| topmost == "tui" && doubt.contains("tui"))
        .map_or(Ok(()), |doubt| Err(Error::Usage(doubt)))
}

/// Opens the file, and looks at it afterwards.
fn edit(folder: &Path, env: Env<'_>) -> Result<(), Error> {
    let path = folder.join("config.toml");
    if !path.exists() {
        let made = paths::make_private_folder(folder).and_then(|()| paths::write_private(&path, NEW_FILE));
        made.map_err(|source| Error::File { path: path.clone(), source })?;
    }
    let editor = env.get("VISUAL").or_else(|| env.get("EDITOR")).unwrap_or_else(|| "vi".to_owned());
    // The variable may hold arguments: EDITOR="code --wait".
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program).args(words).arg(&path).status();
    let cannot = |error: io::Error| Error::Command(format!("cannot run {program}: {error}; set EDITOR to your editor"));
    let status = status.map_err(cannot)?;
    if !status.success() {
        return Err(Error::Command(format!("{program} failed ({status})")));
    }
    let doubts = Config::load(folder).map(|config| config_file::doubts(&config.document.to_string()))?;
    doubts.into_iter().next().map_or(Ok(()), |message| Err(Error::Config { path, message }))
}
