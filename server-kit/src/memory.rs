//! What the system and its allocator are asked to do otherwise.

/// Has the allocator keep less of what is free. To be called before there are other threads.
///
/// glibc begins to keep large blocks after the first one, for each thread: the 19 MiB that a password is hashed in would
/// stay for each thread that ever hashed one. And it has up to eight heaps for each core, of which each keeps what its
/// threads once needed: with one for each core, a server on SQLite under load takes a third less.
pub fn keep_little() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        const LARGE: libc::c_int = 1024 * 1024;
        const HEAPS_MIN: libc::c_int = 2;
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let heaps = libc::c_int::try_from(cores).unwrap_or(libc::c_int::MAX).max(HEAPS_MIN);
        for (option, value) in [(libc::M_MMAP_THRESHOLD, LARGE), (libc::M_ARENA_MAX, heaps)] {
            #[expect(unsafe_code, reason = "there is no safe way to tell glibc")]
            // SAFETY: it takes two numbers and refers to no memory of ours.
            let told = unsafe { libc::mallopt(option, value) };
            if told == 0 {
                tracing::debug!(option, value, "the allocator does as it did");
            }
        }
    }
}

/// Unmaps the pages of the program that were read until now: most of them only starting needs (settings, migrations,
/// routes), and they were mapped in pieces of 64 KiB. What goes on being needed comes back from the system's cache.
///
/// To be called when everything is ready to serve. Does nothing where it can't find out which pages these are.
pub fn forget_start() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    for (start, end) in program::unchanged() {
        #[expect(unsafe_code, reason = "only whoever knows what is mapped there can say that it may go")]
        // SAFETY: the range is one mapping of this program's own file, which nobody unmaps while it runs. It can't be
        // written to and no page of it differs from the file, so what is read there afterwards is what was there before.
        let told = unsafe { libc::madvise(std::ptr::without_provenance_mut(start), end - start, libc::MADV_DONTNEED) };
        if told != 0 {
            tracing::debug!(error = %std::io::Error::last_os_error(), "what starting needed stays in memory");
        }
    }
}

/// How the program lies in memory.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod program {
    use std::fs;

    /// Where pages of this program's file are mapped which nobody can write to, or wrote to before that was so.
    pub(super) fn unchanged() -> Vec<(usize, usize)> {
        let (Ok(file), Ok(mappings)) = (fs::read_link("/proc/self/exe"), fs::read_to_string("/proc/self/smaps")) else {
            return Vec::new();
        };
        file.to_str().map(|file| parse(&mappings, file)).unwrap_or_default()
    }

    /// Reads `/proc/PID/smaps`: see proc_pid_smaps(5). A mapping whose line on changed pages is missing counts as changed.
    fn parse(mappings: &str, file: &str) -> Vec<(usize, usize)> {
        let mut unchanged = Vec::new();
        let mut candidate = None;
        for line in mappings.lines() {
            if let Some(range) = head(line, file) {
                candidate = range;
            } else if let Some(size) = line.strip_prefix("Anonymous:")
                && let Some(range) = candidate.take()
                && size.trim() == "0 kB"
            {
                unchanged.push(range);
            }
        }
        unchanged
    }

    /// The first line about a mapping; its range if it is of `file` and can't be written to.
    fn head(line: &str, file: &str) -> Option<Option<(usize, usize)>> {
        let (range, rest) = line.split_once(' ')?;
        let (start, end) = range.split_once('-')?;
        let (start, end) = (usize::from_str_radix(start, 16).ok()?, usize::from_str_radix(end, 16).ok()?);
        let path = rest.find('/').map(|at| &rest[at..]);
        let ours = path == Some(file) && rest.starts_with("r-");
        Some(ours.then_some((start, end)))
    }

    #[cfg(test)]
    mod tests {
        use super::{parse, unchanged};

        const MAPPINGS: &str = "\
5500-5600 r--p 00000000 fe:00 24 /opt/todo server
Size:                  1 kB
Anonymous:             0 kB
VmFlags: rd mr mw me
5600-5700 r-xp 00002000 fe:00 24 /opt/todo server
Anonymous:             0 kB
5700-5800 r--p 00003000 fe:00 24 /opt/todo server
Anonymous:             4 kB
5800-5900 rw-p 00004000 fe:00 24 /opt/todo server
Anonymous:             0 kB
5900-5a00 rw-p 00000000 00:00 0 [heap]
Anonymous:             0 kB
7f00-7f10 r-xp 00000000 fe:00 25 /lib/opt/todo server
Anonymous:             0 kB
7f10-7f20 r--p 00000000 fe:00 24 /opt/todo server
";

        #[test]
        fn only_what_is_as_in_the_file_is_found() {
            assert_eq!(parse(MAPPINGS, "/opt/todo server"), [(0x5500, 0x5600), (0x5600, 0x5700)]);
            assert!(parse(MAPPINGS, "/opt/other").is_empty());
            assert!(parse("garbage\n\u{0}-\nAnonymous: 0 kB", "").is_empty());
        }

        #[test]
        fn the_program_goes_on_after_it() {
            let before = unchanged();
            super::super::forget_start();
            assert_eq!(unchanged(), before);
        }
    }
}
