//! What stands around a phrase: whether it is one of its own, or a piece of a sentence.

use super::{Present, vocabulary, when};

/// Words that what follows belongs to: "until friday", "last friday", "from 1 dec", "Monday and friday".
const LEADS: &str = "\
    until till since after last past from to through between than of about around like except starting ending \
    and or & + the a an no not for by @ every is it's it’s that's that’s was are were после прошлый прошлую \
    прошлое прошлой и или с со от из за о об про для без кроме между около как чем не по до в во на к";

/// Weekdays with a name: "Black Friday".
const NAMES: &str = "\
    black good cyber giving ash holy easter palm super casual bloody blue maundy whit черную черной страстную \
    великую вербное чистый";

/// Verbs behind a date that is their subject: "Every day *is* a gift".
const VERBS: &str = "is was are were has counts matters will";

/// Between two dates: "1 dec to 5 dec".
const BETWEEN: &str = "to till until through from - – — по до с со starting";

/// Between two days that a verb sets apart, as a title of a book may.
const BEGINNINGS: &str = "starts begins ends начинается начнется кончается";

fn is_in(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// A dash that keeps the date apart from the rest.
pub(super) fn is_dash(word: &str) -> bool {
    matches!(word, "-" | "–" | "—")
}

/// Whether a phrase is part of what stands before it.
pub(super) fn belongs_to_before(before: &[&str], phrase: &[&str], present: &Present) -> bool {
    let Some((last, earlier)) = before.split_last() else { return false };
    let names = is_in(NAMES, last) && vocabulary::weekday(phrase[0]).is_some();
    let until = phrase[0] == "до" && (ends_with_date(before, present) || has_from(before));
    let range = until || is_dash(last) && ends_with_date(earlier, present);
    let title = is_in(BEGINNINGS, last) && ends_with_date(earlier, present);
    is_in(LEADS, last) || names || range || title
}

/// Whether it goes on with what stands behind it.
pub(super) fn goes_on(phrase: &[&str], behind: &[&str], present: &Present) -> bool {
    let Some((next, rest)) = behind.split_first() else { return false };
    let listed = matches!(*next, "and" | "or" | "&" | "+" | "и" | "или") && !rest.is_empty();
    let range = (is_in(BETWEEN, next) || is_in(BEGINNINGS, next)) && begins_with_date(rest, present);
    let numbered = match behind {
        ["the", day, ..] | [day, ..] => is_ordinal(day),
        [] => false,
    };
    let thirteenth = numbered && phrase.last().is_some_and(|word| vocabulary::weekday(word).is_some());
    is_in(VERBS, next) || listed || range || thirteenth
}

/// "Friday the 13th".
fn is_ordinal(word: &str) -> bool {
    vocabulary::day_of_month(word).is_some() && word.ends_with(char::is_alphabetic)
}

fn begins_with_date(words: &[&str], present: &Present) -> bool {
    words.first().is_some_and(|word| vocabulary::day_of_month(word).is_some()) || when::begins(words, present)
}

/// Whether a date ends there, or half of one: "1 to 5 dec".
fn ends_with_date(words: &[&str], present: &Present) -> bool {
    let half = words.last().is_some_and(|word| vocabulary::day_of_month(word).is_some());
    let last = &words[words.len().saturating_sub(3)..];
    half || (0..last.len()).any(|from| when::phrase(&last[from..], present).is_some())
}

/// "from" a few words before, as in "from the 1st to friday".
fn has_from(words: &[&str]) -> bool {
    let near = &words[words.len().saturating_sub(4)..];
    near.iter().any(|word| matches!(*word, "from" | "с" | "со" | "between"))
}
