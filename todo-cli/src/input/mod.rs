//! Reading what people type, and what comes in by a pipe.

pub(crate) mod dates;
pub(crate) mod fields;
pub(crate) mod ids;
pub(crate) mod prompt;
pub(crate) mod stdin;
pub(crate) mod suggest;
