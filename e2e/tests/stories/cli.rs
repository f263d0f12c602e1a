//! The `todo` program in scripts.
