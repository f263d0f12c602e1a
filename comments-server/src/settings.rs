//! Settings of comments-server.

use std::net::SocketAddr;

use clap::Parser;
use server_kit::settings::Common;

/// Comments on tasks over REST.
#[derive(Debug, Clone, Parser)]
#[command(name = "comments-server", version, about)]
pub struct Settings {
    /// What both servers are told.
    #[command(flatten)]
    pub common: Common,
    /// Address and port; port 0 picks a free one and prints it
    #[arg(long, env = "COMMENTS_SERVER_LISTEN", default_value = "127.0.0.1:8001", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// Where to find todo-server, whose keys verify tokens
    #[arg(long, env = "TODO_SERVER_URL", default_value = "http://127.0.0.1:8000", value_name = "URL")]
    pub todo_server_url: String,
}
