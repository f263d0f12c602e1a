//! Telling an absent field from `null`.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = …)]`: absent is `None`, `null` is `Some(None)`.
pub(super) fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// For fields that can be absent but never `null`: the plain `Option` of serde takes both.
pub(super) fn present<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Some)
}
