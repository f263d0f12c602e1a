//! Figures for Prometheus, on an address of their own.

use std::{io, net::SocketAddr, time::Duration};

use axum::{Router, extract::State, routing::get};
use futures_util::future::BoxFuture;
use http::header;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

use crate::{db::Db, serve};

const REQUESTS: &str = "http_requests_total";
const DURATION: &str = "http_request_duration_seconds";
const LOOKUPS: &str = "task_cache_lookups_total";
const REDIS_MISSES: &str = "redis_unanswered_total";
const LAG: &str = "reminder_lag_seconds";
const SETTLED: &str = "reminders_settled_total";
const POOL: &str = "db_pool_connections";

/// Upper bounds of the latency histogram, seconds.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0];
/// How often what was measured is gathered, so that memory stays bounded while nobody asks.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count. Without it every figure costs next to nothing.
///
/// # Errors
///
/// If something else counts in this process already.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    let handle = PrometheusBuilder::new().set_buckets(&BUCKETS)?.install_recorder()?;
    describe_counter!(REQUESTS, "Requests by method, route and status.");
    describe_histogram!(DURATION, "Seconds from a request's headers to its answer, by method and route.");
    describe_counter!(LOOKUPS, "Look-ups of tasks in the cache, by result.");
    describe_counter!(REDIS_MISSES, "Questions that redis did not answer in time.");
    describe_histogram!(LAG, "Seconds from when a reminder was due to its first claim, by channel.");
    describe_counter!(SETTLED, "Reminders by channel and what became of them.");
    describe_gauge!(POOL, "Connections to the database, by state.");
    Ok(handle)
}

/// A request was answered.
pub(crate) fn answered(method: &http::Method, route: Option<&str>, status: u16, took: Duration) {
    // One name for whatever is no route of ours: addresses that people make up must not become time series.
    let labels = [("method", name_of(method)), ("route", route.unwrap_or("none").to_owned())];
    histogram!(DURATION, &labels).record(took);
    let [method, route] = labels;
    counter!(REQUESTS, &[method, route, ("status", status.to_string())]).increment(1);
}

fn name_of(method: &http::Method) -> String {
    let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    known.into_iter().find(|name| *name == method.as_str()).unwrap_or("other").to_owned()
}

/// A task was looked up in the cache.
pub(crate) fn task_looked_up(hit: bool) {
    counter!(LOOKUPS, "result" => if hit { "hit" } else { "miss" }).increment(1);
}

/// A reminder was claimed for the first time.
pub fn reminder_claimed(channel: &str, late_by_seconds: i64) {
    histogram!(LAG, "channel" => channel.to_owned()).record(late_by_seconds as f64);
}

/// A deliverer told what became of a reminder.
pub fn reminder_settled(channel: &str, state: &'static str) {
    counter!(SETTLED, "channel" => channel.to_owned(), "state" => state).increment(1);
}

/// Redis did not answer.
pub(crate) fn redis_unanswered() {
    counter!(REDIS_MISSES).increment(1);
}

/// `/metrics` and nothing else, until it is dropped.
///
/// # Errors
///
/// If the address can't be had.
pub async fn serve(listen: SocketAddr, handle: PrometheusHandle, db: Db) -> io::Result<BoxFuture<'static, ()>> {
    let listener = serve::bind(listen).await?;
    println!("metrics on http://{}/metrics", listener.local_addr()?);
    let router = Router::new().route("/metrics", get(render)).with_state((handle.clone(), db));
    Ok(Box::pin(async move {
        let upkeep = async {
            loop {
                tokio::time::sleep(UPKEEP).await;
                handle.run_upkeep();
            }
        };
        tokio::join!(serve::serve(listener, router, std::future::pending()), upkeep);
    }))
}

type Figures = (PrometheusHandle, Db);

async fn render(State((handle, db)): State<Figures>) -> ([(header::HeaderName, &'static str); 1], String) {
    let (size, idle) = db.pool_size();
    gauge!(POOL, "state" => "idle").set(f64::from(idle));
    gauge!(POOL, "state" => "used").set(f64::from(size.saturating_sub(idle)));
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render())
}
