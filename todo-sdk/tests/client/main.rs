//! What users of the client can rely on, whatever servers and networks do.

mod errors;
#[cfg(feature = "outbox")]
mod outbox;
mod paging;
mod requests;
mod retries;
mod sessions;
mod support;
