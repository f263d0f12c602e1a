//! The stored figures, and how far from them a path may be.

use std::{collections::BTreeMap, env, fmt, fs, io, process::Command};

use crate::report::thousands;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml");

/// What a path may take, as a part of its stored figure. From run to run the counts differ by up to three per cent, as threads
/// meet otherwise. Another kind of processor of the same architecture may add to that, where the C library and others choose
/// code by what it can do; valgrind hides the newest of that from programs.
const BOUNDS: Bounds = Bounds { least: 0.6, most: 1.25 };
/// With another compiler: it may inline otherwise, and the standard library is another.
const WIDE: Bounds = Bounds { least: 0.0, most: 1.5 };

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    /// Below it, the stored figure is out of date and would let a path get slower again.
    least: f64,
    most: f64,
}

/// What figures depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conditions {
    /// As `rustc --version` says.
    pub(crate) rustc: String,
    /// The processor's architecture.
    pub(crate) arch: String,
    /// `debug`, as tests are built, or `release`.
    pub(crate) profile: String,
}

impl Conditions {
    pub(crate) fn here() -> io::Result<Self> {
        let version = Command::new("rustc").arg("--version").output()?.stdout;
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        Ok(Self {
            rustc: String::from_utf8_lossy(&version).trim().to_owned(),
            arch: env::consts::ARCH.to_owned(),
            profile: profile.to_owned(),
        })
    }

    /// How figures that were counted `here` compare with those of these conditions, where they do.
    pub(crate) fn bounds(&self, here: &Self) -> Option<Bounds> {
        let alike = self.arch == here.arch && self.profile == here.profile;
        alike.then_some(if self.rustc == here.rustc { BOUNDS } else { WIDE })
    }
}

impl fmt::Display for Conditions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}, {}", self.rustc, self.arch, self.profile)
    }
}

/// Figures, and what they were counted with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Baseline {
    pub(crate) conditions: Conditions,
    /// Instructions of a call, by the name of the path.
    pub(crate) figures: Vec<(String, u64)>,
}

/// A path that is out of its bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Slip {
    Slower { path: String, per_cent: u64 },
    Faster { path: String, per_cent: u64 },
    Unknown { path: String },
    Gone { path: String },
}

impl Baseline {
    /// Reads those of the repository.
    pub(crate) fn stored() -> io::Result<Self> {
        let text =
            fs::read_to_string(FILE).map_err(|error| io::Error::new(error.kind(), format!("{FILE}: {error}")))?;
        Self::read(&text)
            .ok_or_else(|| io::Error::other(format!("{FILE} is not what `./dev instructions --store` writes")))
    }

    fn read(text: &str) -> Option<Self> {
        let table: toml::Table = text.parse().ok()?;
        let word = |name: &str| Some(table.get(name)?.as_str()?.to_owned());
        let conditions = Conditions { rustc: word("rustc")?, arch: word("arch")?, profile: word("profile")? };
        let figure =
            |(path, figure): (&String, &toml::Value)| Some((path.clone(), u64::try_from(figure.as_integer()?).ok()?));
        let figures = table.get("instructions")?.as_table()?.iter().map(figure).collect::<Option<_>>()?;
        Some(Self { conditions, figures })
    }

    pub(crate) fn store(&self) -> io::Result<()> {
        fs::write(FILE, self.text())
    }

    fn text(&self) -> String {
        let Conditions { rustc, arch, profile } = &self.conditions;
        let mut text = format!(
            "# Instructions that a call of each hot path takes. Written by `./dev instructions --store`.\n\
             rustc = \"{rustc}\"\narch = \"{arch}\"\nprofile = \"{profile}\"\n\n[instructions]\n"
        );
        text.extend(self.figures.iter().map(|(path, figure)| format!("\"{path}\" = {}\n", thousands(*figure, '_'))));
        text
    }

    /// What it stored for a path.
    pub(crate) fn figure(&self, path: &str) -> Option<u64> {
        self.figures.iter().find(|(name, _)| name == path).map(|(_, figure)| *figure)
    }

    /// Which paths are out of their bounds.
    pub(crate) fn slips(&self, counted: &[(String, u64)], bounds: Bounds) -> Vec<Slip> {
        let mut stored: BTreeMap<_, _> = self.figures.iter().map(|(path, figure)| (path, *figure)).collect();
        let mut slips = Vec::new();
        for (path, counted) in counted {
            let Some(stored) = stored.remove(path) else {
                slips.push(Slip::Unknown { path: path.clone() });
                continue;
            };
            let ratio = *counted as f64 / stored as f64;
            let (path, per_cent) = (path.clone(), (ratio * 100.0).round() as u64);
            if ratio > bounds.most {
                slips.push(Slip::Slower { path, per_cent });
            } else if ratio < bounds.least {
                slips.push(Slip::Faster { path, per_cent });
            }
        }
        slips.extend(stored.into_keys().map(|path| Slip::Gone { path: path.clone() }));
        slips
    }
}

impl fmt::Display for Slip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slower { path, per_cent } => {
                write!(f, "slower: {path} takes {per_cent} % of its stored instructions")
            }
            Self::Faster { path, per_cent } => {
                write!(f, "faster: {path} takes {per_cent} % of its stored instructions; lower the stored figure")
            }
            Self::Unknown { path } => write!(f, "new: {path} has no stored figure"),
            Self::Gone { path } => write!(f, "gone: {path} has a stored figure and is not counted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn baseline() -> Baseline {
        let conditions =
            Conditions { rustc: "rustc 1.95.0".to_owned(), arch: "x86_64".to_owned(), profile: "debug".to_owned() };
        Baseline { conditions, figures: vec![("create, with key".to_owned(), 2_000_000), ("search".to_owned(), 1000)] }
    }

    #[test]
    fn what_is_stored_is_read_again() {
        assert_eq!(Baseline::read(&baseline().text()), Some(baseline()));
        assert_eq!(Baseline::read("rustc = 1"), None);
    }

    #[test]
    fn paths_that_got_slower_much_faster_new_or_lost_are_told() {
        let slips = |search: u64| {
            let counted = [("create, with key".to_owned(), 2_100_000), ("search".to_owned(), search)];
            baseline().slips(&counted, BOUNDS)
        };
        let path = "search".to_owned();
        assert_eq!(slips(1250), []);
        assert_eq!(slips(1300), [Slip::Slower { path: path.clone(), per_cent: 130 }]);
        assert_eq!(slips(600), []);
        assert_eq!(slips(590), [Slip::Faster { path: path.clone(), per_cent: 59 }]);
        let other = [("create, with key".to_owned(), 2_000_000), ("read".to_owned(), 1)];
        let (read, gone) = (Slip::Unknown { path: "read".to_owned() }, Slip::Gone { path });
        assert_eq!(baseline().slips(&other, BOUNDS), [read, gone]);
    }

    #[test]
    fn another_compiler_has_wide_bounds_and_another_machine_none() {
        let stored = baseline().conditions;
        assert_eq!(stored.bounds(&stored), Some(BOUNDS));
        assert_eq!(stored.bounds(&Conditions { rustc: "rustc 1.96.0".to_owned(), ..stored.clone() }), Some(WIDE));
        assert_eq!(stored.bounds(&Conditions { arch: "aarch64".to_owned(), ..stored.clone() }), None);
        assert_eq!(stored.bounds(&Conditions { profile: "release".to_owned(), ..stored.clone() }), None);
    }
}
