//! Reading what people type.

pub(crate) mod dates;
pub(crate) mod fields;
pub(crate) mod prompt;
pub(crate) mod suggest;
