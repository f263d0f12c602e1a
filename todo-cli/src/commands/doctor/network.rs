//! The servers: whether they are reached and ready, of which version, and what time they have.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use super::Check;
use crate::connect::client_name;

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// A description of a server is never longer.
const DESCRIPTION_MAX: usize = 8 << 20;
/// Differences of clocks up to this are the way of an answer.
const SKEW_NONE: TimeDelta = TimeDelta::seconds(5);
/// From this on, what is due today here is not so there.
const SKEW_GRAVE: TimeDelta = TimeDelta::minutes(5);

/// What a server said of itself.
#[derive(Debug)]
struct Answered {
    took: Duration,
    /// How far this machine's clock is ahead of the server's.
    ahead: Option<TimeDelta>,
    about: Option<About>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct About {
    title: String,
    version: String,
}

pub(super) async fn checks(todo: &str, comments: &str) -> Vec<Check> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(client_name())
        .timeout(PATIENCE)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => return vec![Check::failed("todo-server", innermost(&error), "see `todo help servers`")],
    };
    let asked = futures_util::future::join(ask(&client, todo), ask(&client, comments)).await;
    let mut checks = Vec::new();
    for (name, url, answer) in [("todo-server", todo, &asked.0), ("comments-server", comments, &asked.1)] {
        checks.push(of_server(name, url, answer));
    }
    checks.extend(asked.0.ok().and_then(|answered| answered.ahead).map(clock));
    checks
}

async fn ask(client: &reqwest::Client, url: &str) -> Result<Answered, String> {
    let begun = Instant::now();
    let response = client.get(format!("{url}/api/ready")).send().await.map_err(|error| innermost(&error))?;
    let (took, now) = (begun.elapsed(), Utc::now());
    let date = response.headers().get(reqwest::header::DATE).and_then(|date| date.to_str().ok().map(str::to_owned));
    let status = response.status();
    if !status.is_success() {
        return Err(format!("it answers {status}; it is not ready, or no server of ours"));
    }
    Ok(Answered { took, ahead: date.and_then(|date| ahead(&date, now, took)), about: about(client, url).await })
}

/// How far `now` is ahead of the date in an answer that took so long. The date has no parts of seconds: half of one is what
/// it lacks on average.
fn ahead(date: &str, now: DateTime<Utc>, took: Duration) -> Option<TimeDelta> {
    let date = DateTime::parse_from_rfc2822(date).ok()?.to_utc() + TimeDelta::milliseconds(500);
    let way = TimeDelta::from_std(took / 2).ok()?;
    Some(now - way - date)
}

/// Name and version, from the server's description of itself.
async fn about(client: &reqwest::Client, url: &str) -> Option<About> {
    #[derive(Deserialize)]
    struct Document {
        info: About,
    }
    let mut response = client.get(format!("{url}/api/openapi.json")).send().await.ok()?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > DESCRIPTION_MAX {
            return None;
        }
    }
    serde_json::from_slice::<Document>(&body).ok().map(|document| document.info)
}

fn of_server(name: &'static str, url: &str, answer: &Result<Answered, String>) -> Check {
    let (option, variable) = match name {
        "todo-server" => ("--server", "TODO_SERVER_URL"),
        _ => ("--comments-server", "COMMENTS_SERVER_URL"),
    };
    let answered = match answer {
        Ok(answered) => answered,
        Err(why) => {
            let mend =
                format!("is it running, and is the URL right ({option}, {variable})? `todo up` starts both here");
            return Check::failed(name, format!("{url}: {why}"), mend);
        }
    };
    let time = format!("{} ms", answered.took.as_millis());
    match &answered.about {
        None => Check::ok(name, format!("{url} is ready, {time}")),
        Some(about) if about.title != name && !proxied(&about.title, name) => {
            let detail = format!("{url} answers, but as {}", about.title);
            Check::failed(name, detail, format!("name the {name} with {option} or {variable}"))
        }
        Some(about) if !compatible(&about.version, env!("CARGO_PKG_VERSION")) => {
            let mend = format!("install the same version on both sides; this `todo` is {}", env!("CARGO_PKG_VERSION"));
            Check::failed(name, format!("{url} is ready, but of version {}", about.version), mend)
        }
        Some(about) => Check::ok(name, format!("{url} is ready, {time}, version {}", about.version)),
    }
}

/// Behind one address for both, todo-server may describe itself for comments-server too.
fn proxied(title: &str, name: &str) -> bool {
    title == "todo-server" && name == "comments-server"
}

/// Whether versions speak the same language: by [Semantic Versioning](https://semver.org), with the second number counting
/// like the first before 1.0.
fn compatible(one: &str, other: &str) -> bool {
    let significant = |version: &str| {
        let mut numbers = version.split(['.', '-', '+']).map(|number| number.parse::<u64>().ok());
        let first = numbers.next().flatten()?;
        Some((first, if first == 0 { numbers.next().flatten()? } else { 0 }))
    };
    significant(one).is_some() && significant(one) == significant(other)
}

fn clock(ahead: TimeDelta) -> Check {
    const NAME: &str = "clock";
    let seconds = ahead.abs().num_seconds();
    let which = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
    let detail = format!("this machine is {seconds} s {which} the server");
    let mend = "set the clock that is wrong; `timedatectl set-ntp true` keeps it right on Linux";
    match ahead.abs() {
        skew if skew <= SKEW_NONE => Check::ok(NAME, "agrees with the server"),
        skew if skew < SKEW_GRAVE => Check::warning(NAME, detail, mend),
        _ => Check::failed(NAME, detail, mend),
    }
}

fn innermost(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::{super::Status, *};

    fn answered(title: &str, version: &str) -> Result<Answered, String> {
        let about = Some(About { title: title.to_owned(), version: version.to_owned() });
        Ok(Answered { took: Duration::from_millis(3), ahead: None, about })
    }

    #[test]
    fn servers_are_judged_by_what_they_say() {
        let own = env!("CARGO_PKG_VERSION");
        let status = |name, answer: &_| of_server(name, "http://x:1", answer).status;
        assert_eq!(status("todo-server", &answered("todo-server", own)), Status::Ok);
        assert_eq!(status("todo-server", &answered("comments-server", own)), Status::Failed);
        assert_eq!(status("todo-server", &answered("todo-server", "99.0.0")), Status::Failed);
        let away = of_server("comments-server", "http://x:1", &Err("Connection refused".to_owned()));
        assert!(away.mend.unwrap().contains("COMMENTS_SERVER_URL"));
    }

    #[test]
    fn versions_agree_in_what_counts() {
        for (one, other, agree) in [
            ("0.1.0", "0.1.7", true),
            ("0.1.0", "0.2.0", false),
            ("1.2.0", "1.9.3", true),
            ("1.2.0", "2.0.0", false),
            ("0.1.0-rc1", "0.1.0", true),
            ("new", "new", false),
        ] {
            assert_eq!(compatible(one, other), agree, "{one} {other}");
        }
    }

    #[test]
    fn clocks_are_compared_in_the_middle_of_the_way() {
        let now = "2026-12-01T10:00:10Z".parse().unwrap();
        let ahead_of = |date, took| ahead(date, now, Duration::from_millis(took)).unwrap().num_milliseconds();
        assert_eq!(ahead_of("Tue, 01 Dec 2026 10:00:09 GMT", 1000), 0);
        assert_eq!(ahead_of("Tue, 01 Dec 2026 09:59:09 GMT", 1000), 60_000);
        assert_eq!(ahead("yesterday", now, Duration::ZERO), None);
        let status = |seconds| clock(TimeDelta::seconds(seconds)).status;
        assert_eq!([0, -5, 60, -299].map(status), [Status::Ok, Status::Ok, Status::Warning, Status::Warning]);
        assert_eq!([300, -9000].map(status), [Status::Failed, Status::Failed]);
        assert!(clock(TimeDelta::seconds(-60)).detail.contains("60 s behind the server"));
    }
}
