//! Reminders on a clock that the test moves: none early, none twice, none lost.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use rstest::rstest;
use server_kit::{
    clock::{Clock, ManualClock},
    db::DatabaseUrl,
    serve, settings,
    testing::{Engine, TestDb},
};
use todo_sdk::{
    Client,
    model::{
        BulkTasks, ClaimedReminder, CreateTask, Due, Id, ReminderState, Repeat, RepeatFrom, UpdateTask, UpdateUser,
    },
};
use todo_server::{App, Settings};
use tokio::task::JoinHandle;

const SECRET: &str = "q3T0n8sVxYw1ZrKc5uLhJmPdGfBaE2i7";
/// The key of RFC 8410, 10.3.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
-----END PRIVATE KEY-----
";

/// What was delivered, and when by the server's clock.
type Delivered = Arc<Mutex<Vec<(ClaimedReminder, DateTime<Utc>)>>>;

/// A todo-server on a clock of its own, and a deliverer.
struct World {
    test: TestDb,
    clock: Clock,
    hands: ManualClock,
    running: Option<Running>,
    delivered: Delivered,
}

struct Running {
    app: App,
    url: String,
    tasks: Vec<JoinHandle<()>>,
}

impl World {
    async fn at(engine: Engine, now: DateTime<Utc>) -> Self {
        let (clock, hands) = Clock::manual(now);
        let test = TestDb::open(engine).await;
        let mut world = Self { test, clock, hands, running: None, delivered: Arc::default() };
        world.start().await;
        world
    }

    async fn start(&mut self) {
        let database = match &self.test.url {
            DatabaseUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
            DatabaseUrl::Postgres(url) => url.clone(),
        };
        let services = format!("deliverer:{SECRET}");
        let key = format!("--signing-key={KEY}");
        let arguments = ["todo-server", "--database-url", &database, &key, "--services", &services];
        let settings: Settings = settings::parse(arguments).unwrap();
        let app = App::open(&settings, self.clock.clone()).await.unwrap();
        let listener = serve::bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = app.router();
        let server = tokio::spawn(serve::serve(listener, router, std::future::pending()));
        let client = Client::builder(&url).service("deliverer", SECRET).build().unwrap();
        let (delivered, clock) = (Arc::clone(&self.delivered), self.clock.clone());
        let deliverer = tokio::spawn(async move {
            let send = |reminder: ClaimedReminder| {
                delivered.lock().unwrap().push((reminder, clock.now()));
                async { Ok(None) }
            };
            client.reminders().deliverer("test").batch(500).run(send).await.unwrap();
        });
        self.running = Some(Running { app, url, tasks: vec![server, deliverer] });
    }

    /// As if killed: nothing is finished.
    async fn stop(&mut self) {
        let Running { app, tasks, .. } = self.running.take().unwrap();
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
        app.close().await;
    }

    /// A person's client, whose token is good for the next fifteen minutes of this world.
    async fn person(&self) -> Client {
        let Running { app, url, .. } = self.running.as_ref().unwrap();
        Client::builder(url).access_token(app.local_access("ann").await.unwrap()).build().unwrap()
    }

    fn move_by(&self, delta: TimeDelta) {
        self.hands.advance(delta);
    }

    fn move_to(&self, at: DateTime<Utc>) {
        self.hands.advance(at - self.clock.now());
    }

    /// How often each task was reminded of, once everything that is due is settled.
    async fn settled(&self) -> BTreeMap<Id, usize> {
        let begun = Instant::now();
        let client = self.person().await;
        loop {
            let now = self.clock.now();
            let pending = client.reminders().pending().await.unwrap();
            if pending.iter().all(|row| row.due_at > now && row.state == ReminderState::Queued) {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "still pending: {pending:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut times = BTreeMap::new();
        for (reminder, at) in self.delivered.lock().unwrap().iter() {
            assert!(*at >= reminder.due_at, "early: {reminder:?}");
            *times.entry(reminder.task.id).or_default() += 1;
        }
        times
    }

    fn delivered(&self) -> Vec<ClaimedReminder> {
        self.delivered.lock().unwrap().iter().map(|(reminder, _)| reminder.clone()).collect()
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn reminding(title: &str, at: DateTime<Utc>) -> CreateTask {
    CreateTask { title: title.to_owned(), remind_time: Some(at), ..CreateTask::default() }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_an_hour_of_silence_everything_is_delivered_and_marked_late(#[case] engine: Engine) {
    const REMINDERS: i64 = 2_000;
    let now = at("2026-03-01T10:00:00Z");
    let mut world = World::at(engine, now).await;
    let client = world.person().await;
    // A minute's worth each, all through the hour.
    for chunk in 0..REMINDERS / 1000 {
        let create = (0..1000).map(|number| {
            let seconds = (chunk * 1000 + number) * 3600 / REMINDERS + 1;
            reminding("one", now + TimeDelta::seconds(seconds))
        });
        let bulk = BulkTasks { create: create.collect(), ..BulkTasks::default() };
        client.tasks().bulk(&bulk).send().await.unwrap();
    }
    world.stop().await;
    world.move_by(TimeDelta::hours(1) + TimeDelta::seconds(2));
    let begun = Instant::now();
    world.start().await;
    let times = world.settled().await;
    println!("{REMINDERS} late reminders delivered in {:?} on {engine:?}", begun.elapsed());
    assert_eq!(times.len(), usize::try_from(REMINDERS).unwrap());
    assert!(times.values().all(|times| *times == 1), "each once");
    for reminder in world.delivered() {
        let late = (world.clock.now() - reminder.due_at).num_seconds();
        assert_eq!(reminder.late_by_seconds, late);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_that_jump_neither_lose_nor_double(#[case] engine: Engine) {
    let now = at("2026-03-01T10:00:00Z");
    let world = World::at(engine, now).await;
    let client = world.person().await;
    // One every ten minutes, for five hours.
    let create: Vec<CreateTask> =
        (1..=30).map(|number| reminding("one", now + TimeDelta::minutes(10 * number))).collect();
    client.tasks().bulk(&BulkTasks { create, ..BulkTasks::default() }).send().await.unwrap();
    let mut counts = Vec::new();
    // Forward by two hours, back by two, a little on, and to the end.
    for jump in [0, 15, 120, -120, 30, 120, -120, 300, -120, 120] {
        world.move_by(TimeDelta::minutes(jump));
        let times = world.settled().await;
        assert!(times.values().all(|times| *times == 1), "none twice after {jump}: {times:?}");
        counts.push(times.len());
    }
    assert_eq!(counts, [0, 1, 13, 13, 13, 16, 16, 30, 30, 30]);
}

/// Daily at half past each of the first hours, from the day before a change to the day after it.
#[rstest]
#[case::new_york_spring("America/New_York", "2026-03-07")]
#[case::new_york_autumn("America/New_York", "2026-10-31")]
#[case::berlin_spring("Europe/Berlin", "2026-03-28")]
#[case::berlin_autumn("Europe/Berlin", "2026-10-24")]
#[case::kathmandu("Asia/Kathmandu", "2026-03-28")]
#[case::lord_howe_autumn("Australia/Lord_Howe", "2026-04-04")]
#[case::lord_howe_spring("Australia/Lord_Howe", "2026-10-03")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn daily_reminders_keep_their_time_through_a_change_of_the_clocks(
    #[case] zone: Tz,
    #[case] eve: chrono::NaiveDate,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let midnight = zone.from_local_datetime(&eve.and_hms_opt(0, 0, 0).unwrap()).unwrap().to_utc();
    let world = World::at(engine, midnight).await;
    let client = world.person().await;
    let changes = UpdateUser { timezone: Some(zone.to_string()), ..UpdateUser::default() };
    client.users().update_me(&changes).await.unwrap();
    for hour in [1, 2, 3, 9] {
        let due = zone.from_local_datetime(&eve.and_hms_opt(hour, 30, 0).unwrap()).unwrap().to_utc();
        let task = CreateTask {
            title: format!("{hour}:30"),
            due: Some(Due::At(due)),
            remind_before_seconds: Some(0),
            repeat: Some(Repeat { rrule: "FREQ=DAILY".to_owned(), from: RepeatFrom::Schedule }),
            ..CreateTask::default()
        };
        client.tasks().create_from(task).send().await.unwrap();
    }
    // Through three days, from one to the next; whatever reminds is done at once.
    let mut done = 0;
    loop {
        let client = world.person().await;
        let next = client.reminders().pending().await.unwrap()[0].due_at;
        if next >= midnight + TimeDelta::hours(72) {
            break;
        }
        world.move_to(next - TimeDelta::seconds(1));
        assert_eq!(world.settled().await.len(), done, "none early");
        world.move_to(next);
        assert!(world.settled().await.values().all(|times| *times == 1), "none twice");
        let client = world.person().await;
        for reminder in &world.delivered()[done..] {
            let completed = UpdateTask { completed: Some(true), ..UpdateTask::default() };
            client.tasks().update(reminder.task.id).changes(completed).send().await.unwrap();
            done += 1;
        }
    }
    let mut series: BTreeMap<String, Vec<NaiveDateTime>> = BTreeMap::new();
    for reminder in world.delivered() {
        let local = reminder.due_at.with_timezone(&zone).naive_local();
        series.entry(reminder.task.title).or_default().push(local);
    }
    assert_eq!(series.len(), 4);
    for (title, times) in series {
        let first = times[0];
        let next = first + TimeDelta::days(1);
        let skipped = zone.from_local_datetime(&next).earliest().is_none();
        assert_eq!((first.format("%-H:%M").to_string(), times.len()), (title.clone(), 3), "once a day: {times:?}");
        // What the clocks skip moves forward on that day alone.
        assert!(if skipped { times[1] > next } else { times[1] == next }, "{title}: {times:?}");
        assert_eq!(times[2], next + TimeDelta::days(1), "{title}: {times:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nagging_is_bounded(#[case] engine: Engine) {
    let now = at("2026-03-01T10:00:00Z");
    let world = World::at(engine, now).await;
    let task = CreateTask { nag_seconds: Some(900), ..reminding("one", now + TimeDelta::minutes(1)) };
    world.person().await.tasks().create_from(task).send().await.unwrap();
    world.move_by(TimeDelta::minutes(1));
    for _ in 0..15 {
        world.settled().await;
        world.move_by(TimeDelta::minutes(15));
    }
    let nags: Vec<i64> = world.delivered().iter().map(|reminder| reminder.nags).collect();
    assert_eq!(nags, (0..=10).collect::<Vec<_>>());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_ever_settles_is_given_up(#[case] engine: Engine) {
    let now = at("2026-03-01T10:00:00Z");
    let mut world = World::at(engine, now).await;
    // Nobody who would settle.
    world.running.as_mut().unwrap().tasks.pop().unwrap().abort();
    let url = world.running.as_ref().unwrap().url.clone();
    let deliverer = Client::builder(&url).service("deliverer", SECRET).build().unwrap();
    let task = world.person().await.tasks().create_from(reminding("one", now)).send().await.unwrap();
    let claim =
        todo_sdk::model::ClaimReminders { channel: "test".to_owned(), limit: 10, lease_seconds: 60, wait_seconds: 0 };
    for attempt in 1..=10 {
        let claimed = deliverer.reminders().claim(&claim).await.unwrap();
        assert_eq!(claimed.iter().map(|reminder| reminder.attempt).collect::<Vec<_>>(), [attempt]);
        assert!(deliverer.reminders().claim(&claim).await.unwrap().is_empty(), "it is leased");
        world.move_by(TimeDelta::seconds(61));
    }
    assert!(deliverer.reminders().claim(&claim).await.unwrap().is_empty());
    let ledger = world.person().await.reminders().of_task(task.id).await.unwrap();
    assert_eq!(ledger.len(), 1);
    assert_eq!(ledger[0].state, ReminderState::Dead);
    assert!(ledger[0].reason.as_ref().unwrap().contains("no deliverer"), "{ledger:?}");
}
