//! Counting, by valgrind.

use std::{
    env, fs, io,
    path::Path as FilePath,
    process::{Command, Stdio},
};

use crate::{
    paths::Path,
    walk::{CALLS, MARK},
};

/// What callgrind writes below all that it counted in one part.
const TOTAL: &str = "totals: ";

/// How many instructions a call of each path takes, on all threads together.
pub(crate) fn count() -> io::Result<Vec<(String, u64)>> {
    let folder = e2e::private_dir("instructions-")?;
    let out = folder.path().join("part");
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--quiet", "--dump-line=no"]).arg(format!("--dump-before={MARK}"));
    command.arg(format!("--callgrind-out-file={}", out.display())).arg(env::current_exe()?).arg("walk");
    let ran = command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(error.kind(), "valgrind is missing; `./dev test` installs it"),
        _ => error,
    })?;
    if !ran.status.success() {
        let text = format!("valgrind: {}\n{}", ran.status, String::from_utf8_lossy(&ran.stderr));
        return Err(io::Error::other(text));
    }
    Path::ALL.into_iter().enumerate().map(|(number, path)| Ok((path.name().to_owned(), calls(&out, number)?))).collect()
}

/// Part 1 ends at the first mark, where the first path begins; so a path's own part is each second one.
fn calls(out: &FilePath, number: usize) -> io::Result<u64> {
    let file = format!("{}.{}", out.display(), 2 * (number + 1));
    let text = fs::read_to_string(&file).map_err(|error| io::Error::new(error.kind(), format!("{file}: {error}")))?;
    let total = total(&text).ok_or_else(|| io::Error::other(format!("{file} has no total")))?;
    Ok(total / CALLS as u64)
}

fn total(text: &str) -> Option<u64> {
    text.lines().rev().find_map(|line| line.strip_prefix(TOTAL))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_part_is_found() {
        assert_eq!(total("events: Ir\nfn=(1)\n0 17\n\ntotals: 12345\n"), Some(12345));
        assert_eq!(total("events: Ir\n"), None);
    }
}
