//! The load generator: wrk.

use std::{io, io::Write, path::Path, process::Command};

use tempfile::NamedTempFile;

/// Stands in a request for a number that is new each time; as long as the number, so that lengths stay true.
pub(crate) const NUMBER: &str = "@@NUMBER@@@@";
const SCRIPT: &str = include_str!("load.lua");

/// What clients saw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Load {
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    /// Answers of 400 and above, and whatever else went wrong.
    pub(crate) errors: u64,
}

/// A file of requests, which wrk sends in turn.
pub(crate) struct Requests {
    file: NamedTempFile,
    script: NamedTempFile,
}

impl Requests {
    pub(crate) fn write(requests: impl Iterator<Item = String>) -> io::Result<Self> {
        let (mut file, mut script) = (NamedTempFile::new()?, NamedTempFile::new()?);
        script.write_all(SCRIPT.as_bytes())?;
        let mut to = io::BufWriter::new(file.as_file_mut());
        for request in requests {
            write!(to, "{}\n{request}\n", request.len())?;
        }
        to.flush()?;
        drop(to);
        Ok(Self { file, script })
    }

    /// Has clients, each on a connection of its own, call for so long.
    pub(crate) fn send(&self, url: &str, clients: u32, seconds: u32, first: u64) -> io::Result<Load> {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t1", &format!("-c{clients}"), &format!("-d{seconds}s"), "--timeout", "10s", "--latency", "-s"]);
        wrk.args([self.script.path(), Path::new(url), Path::new("--"), self.file.path()]).arg(first.to_string());
        let output = wrk.output().map_err(|error| io::Error::new(error.kind(), format!("cannot run wrk: {error}")))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let failed = || io::Error::other(format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)));
        read(&text).ok_or_else(failed)
    }
}

fn read(text: &str) -> Option<Load> {
    let line = text.lines().find_map(|line| line.strip_prefix("measured "))?;
    let numbers: Vec<u64> = line.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [requests, micros, p50, p99, errors] = numbers.try_into().ok()?;
    let millis = |micros: u64| micros as f64 / 1e3;
    let per_second = requests as f64 * 1e6 / micros as f64;
    Some(Load { requests, per_second, p50_ms: millis(p50), p99_ms: millis(p99), errors })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_the_script_is_read() {
        let text = "Running 2s test @ http://…\nmeasured 5000 2000000 1500 9000 3\n";
        let load = Load { requests: 5000, per_second: 2500.0, p50_ms: 1.5, p99_ms: 9.0, errors: 3 };
        assert_eq!(read(text), Some(load));
        assert_eq!(read("unable to connect"), None);
        assert_eq!(NUMBER.len(), 12);
        assert!(SCRIPT.contains(NUMBER));
    }
}
