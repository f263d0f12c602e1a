//! What runs below valgrind: everything is prepared, and then each path is gone many times between two marks.
//!
//! Routing, authentication, rules, SQL and JSON are all in, on SQLite in this process. The sockets are left out, and so is
//! what PostgreSQL does.

use std::{hint::black_box, io};

use crate::{paths::Path, world::World};

/// How often each path is gone before it counts: statements are prepared and caches filled.
const WARM_UP: usize = 10;
/// How often each path is gone while it counts.
pub(crate) const CALLS: usize = 30;
/// Where callgrind writes down what it has counted since the last time.
pub(crate) const MARK: &str = "instructions::walk::mark";

/// Each call of this begins a new part of the count: before the first path, then after it, before the second, and so on.
#[inline(never)]
fn mark(number: usize) {
    black_box(number);
}

pub(crate) fn walk() -> io::Result<()> {
    // On one thread; the database has its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let world = World::start().await.map_err(|error| io::Error::other(error.to_string()))?;
        for (number, path) in Path::ALL.into_iter().enumerate() {
            for nth in 0..WARM_UP {
                path.go(&world, nth).await?;
            }
            mark(2 * number);
            for nth in WARM_UP..WARM_UP + CALLS {
                path.go(&world, nth).await?;
            }
            mark(2 * number + 1);
        }
        Ok(())
    })
}
