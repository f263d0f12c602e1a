//! "Did you mean": the nearest of the names that exist.

/// Names less alike than this are no help.
const LIKENESS: f64 = 0.75;

/// The name most like `typed`, whatever the case, if one is alike enough.
pub(crate) fn did_you_mean<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    names
        .into_iter()
        .map(|name| (likeness(&typed, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, name)| name)
}

fn likeness(typed: &str, name: &str) -> f64 {
    // Someone who stops typing early means the longer name.
    let begins = typed.chars().count() >= 3 && name.starts_with(typed);
    if begins { 1.0 } else { strsim::jaro_winkler(typed, name) }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let names = ["home", "work", "Поездка"];
        assert_eq!(did_you_mean("hoem", names), Some("home"));
        assert_eq!(did_you_mean("WORKS", names), Some("work"));
        assert_eq!(did_you_mean("поездки", names), Some("Поездка"));
        assert_eq!(did_you_mean("garden", names), None);
    }
}
