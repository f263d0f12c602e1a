//! The time zone of this machine, by name.

use chrono_tz::Tz;

/// The IANA name: from `TZ`, as far as that is one, else from the system. What reckons dates here heeds both, too.
pub(crate) fn machine_zone() -> Option<String> {
    let named = std::env::var("TZ").ok().and_then(|tz| name_of(&tz).map(str::to_owned));
    named.or_else(|| iana_time_zone::get_timezone().ok())
}

/// The zone of that name, in which dates are reckoned here; UTC where it has none.
pub(crate) fn machine_tz() -> Tz {
    machine_zone().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// `TZ` can also be a file's path or a POSIX rule.
fn name_of(tz: &str) -> Option<&str> {
    let name = tz.strip_prefix(':').unwrap_or(tz);
    let sound = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_/+-".contains(c));
    sound.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn only_names_are_names() {
        assert_eq!(name_of("Europe/Berlin"), Some("Europe/Berlin"));
        assert_eq!(name_of(":America/Argentina/Buenos_Aires"), Some("America/Argentina/Buenos_Aires"));
        for other in ["", ":/etc/localtime", "CET-1CEST,M3.5.0,M10.5.0/3"] {
            assert_eq!(name_of(other), None, "{other}");
        }
    }
}
