use std::{collections::HashMap, path::Path};

use clap::Parser;

use super::*;
use crate::cli::Cli;

struct Setup {
    folder: tempfile::TempDir,
    variables: HashMap<&'static str, String>,
}

impl Setup {
    fn new(config: &str, variables: &[(&'static str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        let mut variables: HashMap<_, _> = variables.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        for name in ["TODO_CONFIG_DIR", "TODO_DATA_DIR"] {
            variables.insert(name, folder.path().display().to_string());
        }
        Self { folder, variables }
    }

    fn place(&self, arguments: &[&str]) -> Result<Place, Error> {
        let cli = Cli::parse_from(["todo", "list"].iter().chain(arguments));
        resolve(&cli.global, None, Env::new(&|name| self.variables.get(name).cloned()))
    }

    fn server(&self, arguments: &[&str]) -> String {
        self.place(arguments).map_or_else(|error| error.to_string(), |place| place.server.name().to_owned())
    }

    fn comments(&self, arguments: &[&str]) -> String {
        match self.place(arguments).unwrap().server {
            Server::Remote { comments, .. } => comments,
            Server::Local => "local".to_owned(),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

const CONFIG: &str = r#"# Where I work
default_profile = "work"

[profiles.work]
server = "https://work.example.com"   # the office
comments_server = "https://comments.example.com/"

[profiles.home]
server = "http://127.0.0.1:8000/"
"#;

#[test]
fn nothing_configured_is_local() {
    let setup = Setup::new("", &[("TODO_SERVER_URL", "")]);
    assert_eq!(setup.server(&[]), "local");
    assert_eq!(setup.place(&[]).unwrap().profile, "default");
}

#[test]
fn flag_before_environment_before_file() {
    let file = Setup::new(CONFIG, &[]);
    assert_eq!(file.server(&[]), "https://work.example.com");
    assert_eq!(file.server(&["--profile", "home"]), "http://127.0.0.1:8000");

    let both = Setup::new(CONFIG, &[("TODO_SERVER_URL", "http://env:1"), ("TODO_PROFILE", "home")]);
    assert_eq!(both.place(&[]).unwrap().profile, "home");
    assert_eq!(both.server(&[]), "http://env:1");
    assert_eq!(both.server(&["--server", "http://flag:2"]), "http://flag:2");
    assert_eq!(both.server(&["--profile", "work"]), "https://work.example.com");
    assert_eq!(both.server(&["--server", "local"]), "local");
}

#[test]
fn the_comments_server_is_found_beside_its_todo_server() {
    let setup = Setup::new(CONFIG, &[]);
    assert_eq!(setup.comments(&[]), "https://comments.example.com");
    assert_eq!(setup.comments(&["--profile", "home"]), "http://127.0.0.1:8001");
    assert_eq!(setup.comments(&["--server", "https://other.example.com/todo/"]), "https://other.example.com/todo");
    assert_eq!(setup.comments(&["--comments-server", "localhost:9"]), "http://localhost:9");

    let env = Setup::new(CONFIG, &[("COMMENTS_SERVER_URL", "http://env:3")]);
    assert_eq!(env.comments(&[]), "http://env:3");
}

#[test]
fn urls_get_a_scheme_and_carry_no_password() {
    let setup = Setup::new("", &[]);
    assert_eq!(setup.server(&["--server", "localhost:8000"]), "http://localhost:8000");
    assert_eq!(setup.server(&["--server", "todo.example.com"]), "https://todo.example.com");
    for url in ["ftp://x", "http://", "http://ann:secret@x", "http://x:99999"] {
        assert!(setup.server(&["--server", url]).contains("no URL of a server"), "{url}");
    }
}

#[test]
fn a_profile_that_is_not_there_is_named_with_the_nearest() {
    let setup = Setup::new(CONFIG, &[]);
    assert!(setup.server(&["--profile", "hmoe"]).contains("did you mean \"home\"?"));
    assert!(setup.server(&["--profile", "../x"]).contains("can't name a profile"));
    assert_eq!(setup.server(&["--profile", "new", "--server", "http://x:1"]), "http://x:1");
}

#[test]
fn a_broken_file_is_named() {
    let setup = Setup::new("default_profile = ", &[]);
    assert!(setup.server(&[]).contains("config.toml"));
}

#[test]
fn saving_keeps_what_people_wrote() {
    let setup = Setup::new(CONFIG, &[]);
    let place = setup.place(&["--profile", "new", "--server", "http://new:8000", "--comments-server", "http://c:1"]);
    save(&place.unwrap()).unwrap();
    save(&setup.place(&["--server", "https://work2.example.com"]).unwrap()).unwrap();
    let text = std::fs::read_to_string(setup.path().join("config.toml")).unwrap();
    assert_eq!(
        text,
        r#"# Where I work
default_profile = "work"

[profiles.work]
server = "https://work2.example.com"   # the office

[profiles.home]
server = "http://127.0.0.1:8000/"

[profiles.new]
server = "http://new:8000"
comments_server = "http://c:1"
"#
    );
}
