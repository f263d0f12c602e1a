//! Comments on tasks over REST. Tokens are verified with the keys that are fetched from todo-server; the task of a new
//! comment is looked up in the cache, then in the main database.

mod app;
mod routes;
mod settings;
pub mod store;

pub use app::App;
pub use settings::Settings;
