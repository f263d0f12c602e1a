//! What users of the client can rely on, whatever servers and networks do.

mod errors;
mod paging;
mod requests;
mod retries;
mod sessions;
mod support;
