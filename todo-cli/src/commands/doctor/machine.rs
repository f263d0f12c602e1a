//! This machine: terminal, language, time zone, shell, notifications.

use std::{fs, path::Path};

use super::Check;
use crate::{
    output::{Printer, wrap},
    profile::Env,
    zone::machine_zone,
};

/// The smallest terminal that the terminal interface is drawn for.
const SIZE_MIN: (u16, u16) = (60, 16);

pub(super) fn checks(env: Env<'_>, printer: &Printer) -> Vec<Check> {
    let size = if printer.terminal { wrap::terminal_size() } else { None };
    let mut checks = vec![terminal(env, printer, size), time_zone(machine_zone())];
    checks.extend(locale(env));
    checks.extend(home(env).and_then(|home| completions(env, Path::new(&home))));
    checks.extend(notifications(env));
    checks
}

fn home(env: Env<'_>) -> Option<String> {
    env.get("HOME")
}

fn terminal(env: Env<'_>, printer: &Printer, size: Option<(u16, u16)>) -> Check {
    const NAME: &str = "terminal";
    if !printer.terminal {
        return Check::ok(NAME, "the output goes into a pipe or a file, in plain lines");
    }
    let kind = env.get("TERM").unwrap_or_default();
    if kind.is_empty() || kind == "dumb" {
        let detail = "TERM does not say which it is; the terminal interface can't draw";
        return Check::warning(NAME, detail, "export TERM=xterm-256color, or what your terminal's manual names");
    }
    let colors = match (printer.color, env.get("NO_COLOR")) {
        (true, _) => "with colours",
        (false, Some(_)) => "without colours, as NO_COLOR asks",
        (false, None) => "without colours",
    };
    let Some((columns, rows)) = size else {
        return Check::ok(NAME, format!("{kind}, which does not tell its size, {colors}"));
    };
    let detail = format!("{kind}, {columns} × {rows}, {colors}");
    if columns < SIZE_MIN.0 || rows < SIZE_MIN.1 {
        let mend = format!("the terminal interface wants at least {} × {}", SIZE_MIN.0, SIZE_MIN.1);
        return Check::warning(NAME, detail, mend);
    }
    Check::ok(NAME, detail)
}

/// Whether letters beyond ASCII come out as such; Windows and macOS do that without being told.
fn locale(env: Env<'_>) -> Option<Check> {
    const NAME: &str = "language";
    if cfg!(any(windows, target_os = "macos")) {
        return None;
    }
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| Some((name, env.get(name)?)));
    let utf8 = |value: &str| value.to_lowercase().replace('-', "").ends_with("utf8");
    Some(match set {
        Some((name, value)) if utf8(&value) => Check::ok(NAME, format!("{name}={value}")),
        Some((name, value)) => {
            let detail = format!("{name}={value} is no UTF-8; letters and marks may come out wrong");
            Check::warning(NAME, detail, format!("export {name}=C.UTF-8"))
        }
        None => Check::warning(NAME, "no locale is set; letters and marks may come out wrong", "export LANG=C.UTF-8"),
    })
}

fn time_zone(zone: Option<String>) -> Check {
    const NAME: &str = "time zone";
    let known = zone.as_deref().is_some_and(|zone| zone.parse::<chrono_tz::Tz>().is_ok());
    match zone {
        Some(zone) if known => Check::ok(NAME, zone),
        zone => {
            let named = zone.map_or_else(|| "not known".to_owned(), |zone| format!("{zone} is no zone that is known"));
            Check::warning(
                NAME,
                format!("{named}; dates are reckoned in UTC"),
                "export TZ=Europe/Berlin, or where you are",
            )
        }
    }
}

/// Where each shell looks for completions, or what names them, below the home.
const COMPLETIONS: [(&str, &[&str], &str); 3] = [
    (
        "bash",
        &[".local/share/bash-completion/completions/todo", ".bash_completion", ".bashrc", ".bash_profile"],
        "echo 'source <(todo completions bash)' >> ~/.bashrc",
    ),
    ("zsh", &[".zfunc/_todo", ".zshrc"], "echo 'source <(todo completions zsh)' >> ~/.zshrc"),
    (
        "fish",
        &[".config/fish/completions/todo.fish", ".config/fish/config.fish"],
        "todo completions fish > ~/.config/fish/completions/todo.fish",
    ),
];
/// Where packages put them.
const INSTALLED: [&str; 3] = [
    "/usr/share/bash-completion/completions/todo",
    "/usr/share/zsh/vendor-completions/_todo",
    "/usr/share/fish/vendor_completions.d/todo.fish",
];

/// Whether the shell of whoever works here completes; other shells than these go unmentioned.
fn completions(env: Env<'_>, home: &Path) -> Option<Check> {
    const NAME: &str = "completions";
    let shell = env.get("SHELL")?;
    let shell = Path::new(&shell).file_name()?.to_str()?.to_owned();
    let (place, installed) = COMPLETIONS.iter().zip(INSTALLED).find(|((name, ..), _)| *name == shell)?;
    let (_, files, mend) = place;
    let set_up = |file: &&str| {
        let own = file.ends_with("todo") || file.ends_with("todo.fish");
        let text = fs::read_to_string(home.join(file)).unwrap_or_default();
        text.contains(if own { "TODO_COMPLETE" } else { "todo completions" })
    };
    if files.iter().any(set_up) || Path::new(installed).exists() {
        return Some(Check::ok(NAME, format!("{shell} completes commands, tags and tasks")));
    }
    Some(Check::warning(NAME, format!("not set up for {shell}, as far as can be seen"), *mend))
}

#[cfg(all(feature = "notify", unix, not(target_os = "macos")))]
fn notifications(env: Env<'_>) -> Option<Check> {
    use std::{sync::mpsc, thread, time::Duration};
    const NAME: &str = "notifications";
    const PATIENCE: Duration = Duration::from_secs(2);
    if !["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| env.get(name).is_some()) {
        return Some(Check::ok(NAME, "no desktop here; `todo watch --notify` prints reminders instead"));
    }
    let (tell, told) = mpsc::channel();
    // A bus that does not answer must not hold up the rest.
    thread::spawn(move || tell.send(notify_rust::get_server_information().map(|server| server.name)));
    Some(match told.recv_timeout(PATIENCE) {
        Ok(Ok(name)) => Check::ok(NAME, format!("{name} shows them; `todo watch --notify`")),
        Ok(Err(_)) | Err(_) => {
            let detail = "nothing shows them on this desktop; `todo watch --notify` only prints them";
            Check::warning(NAME, detail, "start a notification service, such as dunst or mako")
        }
    })
}

#[cfg(not(all(feature = "notify", unix, not(target_os = "macos"))))]
fn notifications(_env: Env<'_>) -> Option<Check> {
    None
}

#[cfg(test)]
mod tests {
    use super::{super::Status, *};

    fn with<T>(variables: &[(&str, &str)], look: impl FnOnce(Env<'_>) -> T) -> T {
        let get = |name: &str| variables.iter().find(|(of, _)| *of == name).map(|(_, value)| (*value).to_owned());
        look(Env::new(&get))
    }

    fn printer(terminal: bool, color: bool) -> Printer {
        Printer { terminal, color, ..Printer::for_usage_errors(false) }
    }

    #[test]
    fn terminals() {
        let look = |variables: &[(&str, &str)], color, size| {
            with(variables, |env| terminal(env, &printer(true, color), Some(size)))
        };
        let good = look(&[("TERM", "xterm-256color")], true, (80, 24));
        assert_eq!((good.status, good.detail.as_str()), (Status::Ok, "xterm-256color, 80 × 24, with colours"));
        assert!(look(&[("TERM", "xterm"), ("NO_COLOR", "1")], false, (80, 24)).detail.contains("NO_COLOR"));
        assert_eq!(look(&[("TERM", "dumb")], false, (80, 24)).status, Status::Warning);
        assert_eq!(look(&[], false, (80, 24)).status, Status::Warning);
        assert_eq!(look(&[("TERM", "xterm")], true, (40, 24)).status, Status::Warning);
        assert_eq!(with(&[], |env| terminal(env, &printer(false, false), None)).status, Status::Ok);
        let untold = with(&[("TERM", "xterm")], |env| terminal(env, &printer(true, false), None));
        assert_eq!((untold.status, untold.detail.contains('0')), (Status::Ok, false));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn locales() {
        let status = |variables: &[(&str, &str)]| with(variables, |env| locale(env).unwrap().status);
        assert_eq!(status(&[("LANG", "de_DE.UTF-8")]), Status::Ok);
        assert_eq!(status(&[("LANG", "C.utf8")]), Status::Ok);
        assert_eq!(status(&[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]), Status::Warning);
        assert_eq!(status(&[]), Status::Warning);
    }

    #[test]
    fn zones() {
        assert_eq!(time_zone(Some("Europe/Berlin".to_owned())).status, Status::Ok);
        assert!(time_zone(Some("Mars/Base".to_owned())).detail.contains("UTC"));
        assert_eq!(time_zone(None).status, Status::Warning);
    }

    #[test]
    fn completions_are_found_where_shells_look() {
        let home = tempfile::tempdir().unwrap();
        let look = |shell| with(&[("SHELL", shell)], |env| completions(env, home.path()));
        assert!(look("/bin/bash").unwrap().mend.unwrap().contains("todo completions bash"));
        assert_eq!(look("/bin/tcsh"), None);
        fs::write(home.path().join(".bashrc"), "source <(todo completions bash)\n").unwrap();
        fs::create_dir_all(home.path().join(".config/fish/completions")).unwrap();
        fs::write(home.path().join(".config/fish/completions/todo.fish"), "complete … TODO_COMPLETE=fish …").unwrap();
        assert_eq!(look("/bin/bash").unwrap().status, Status::Ok);
        assert_eq!(look("/usr/bin/fish").unwrap().status, Status::Ok);
        assert_eq!(look("/usr/bin/zsh").unwrap().status, Status::Warning);
    }
}
