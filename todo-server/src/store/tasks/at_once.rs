//! Making and changing a task in one statement: see [`server_kit::at_once`]. What is made by the book in `write.rs`
//! comes out the same here, or not at all.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use server_kit::{
    Error,
    at_once::{self, Frame, Texts, key_is_new, newest, newest_id, with_id, without_id},
    bind_frame,
    db::{Conn, Engine},
    extract::IfMatch,
    idempotency::Request,
    journal::Owner,
    run_at_once, time,
};
use todo_sdk::model::{CreateTask, EventKind, Id, ReminderRow, ReminderState, Task, UpdateTask};

use super::{
    row::get,
    write::{Columns, apply, bind, new_task},
};
use crate::store::reminders::{self, channels_of_user};

static CREATE: LazyLock<Texts<4>> =
    LazyLock::new(|| Texts::new(|engine, shape| create_text(engine, shape & REMINDS != 0, shape & KEYED != 0)));
static UPDATE: LazyLock<Texts<2>> = LazyLock::new(|| Texts::new(|engine, shape| update_text(engine, shape == 1)));

/// What a shape of `CREATE` has besides, as bits of its number.
const KEYED: usize = 1;
const REMINDS: usize = 2;

/// Makes a task; answers its id and its JSON.
///
/// # Errors
///
/// As [`super::create`], but for what only the database knows: then nothing is made or answered.
pub async fn create(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    (client, once): (&str, Option<&Request>),
    new: CreateTask,
) -> Result<Option<(Id, String)>, Error> {
    let zone = time::zone(&owner.timezone)?;
    let (task, asked) = new_task(owner, zone, now, new)?;
    let reminder = reminders::first(&task, now, asked);
    let (columns, json) = (Columns::of(&task, zone), without_id(&task)?);
    let frame = Frame { client, once, event: EventKind::TaskCreated, json: &json };
    let reminder_json = reminder.map(reminder_json).transpose()?;
    let shape = usize::from(once.is_some()) * KEYED + usize::from(reminder.is_some()) * REMINDS;
    let text = CREATE.of(conn, shape);
    macro_rules! bound {
        ($tags:expr) => {
            bind!(columns, bind_frame!(sqlx::query_scalar(text), user, now, &frame))
                .bind(task.date_created)
                .bind(&owner.timezone)
                .bind(owner.telegram_user)
                .bind($tags)
                .bind(reminder)
                .bind(EventKind::ReminderCreated.as_str())
                .bind(reminder_json.as_deref())
        };
    }
    let made = match conn {
        Conn::Postgres(c) => at_once::on_postgres(c, bound!(&task.tags)).await?,
        Conn::Sqlite(c) => {
            let tags = serde_json::to_string(&task.tags).map_err(Error::internal)?;
            at_once::on_sqlite(c, bound!(tags)).await?
        }
    };
    Ok(made.map(|id| (id, with_id(id, &json))))
}

/// The JSON of a reminder that was just queued, behind its channel.
fn reminder_json(at: DateTime<Utc>) -> Result<String, Error> {
    let row = ReminderRow {
        id: 0,
        task_id: 0,
        channel: None,
        state: ReminderState::Queued,
        due_at: at,
        sent_at: None,
        late_by_seconds: None,
        message_id: None,
        attempts: 0,
        reason: None,
        snoozed: false,
        nags: 0,
    };
    let json = without_id(&row)?;
    let rest = json.strip_prefix(",\"task_id\":0,\"channel\":null");
    Ok(rest.ok_or_else(|| Error::internal("the channel does not come third"))?.to_owned())
}

/// `$8` to `$23` are the [`Columns`]; then come the date of creation, the zone and the Telegram account that the person is
/// believed to have, the tags, the time of the reminder, its event and its JSON.
fn create_text(engine: Engine, reminds: bool, keyed: bool) -> String {
    let (postgres, table) = (engine == Engine::Postgres, "tasks");
    let channels = if reminds { concat!("(SELECT count(*) FROM ", channels_of_user!(), ")") } else { "0" };
    let (is, has_all) = if postgres {
        ("IS NOT DISTINCT FROM", "id = ANY(CAST($27 AS BIGINT[]))) = cardinality(CAST($27 AS BIGINT[]))")
    } else {
        ("IS", "id IN (SELECT value FROM json_each($27))) = json_array_length($27)")
    };
    let guard = format!(
        "timezone = $25 AND (SELECT min(g.id) FROM telegram_users g WHERE g.user_id = $1) {is} $26 \
         AND (SELECT count(*) FROM tags WHERE user_id = $1 AND {has_all} AND {}",
        key_is_new(keyed)
    );
    let owner = engine.owner(&format!("1 + {channels}"), &guard);
    let task = "INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, \
                completed_at, priority, due_at, due_day, remind_time, repeat_rrule, repeat_from, date_updated, version, \
                remind_before, nag, date_created) SELECT $1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, \
                $20, $21, $22, $23, $24";
    let tags = "INSERT INTO task_tags (user_id, task_id, tag_id) SELECT $1, made.id, ";
    let reminder = "INSERT INTO reminders (user_id, task_id, due_at, next_at, state, snoozed, nags, channel) \
                    SELECT $1, made.id, $28, $28, 'queued', FALSE, 0, c.channel FROM ";
    let change = |number, count| {
        format!(
            "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, after) \
             SELECT $1, owner.seq - {number}, owner.seq - {count}, $2, $3, $29, rows.id, \
             '{{\"id\":' || rows.id || ',\"task_id\":' || made.id || ',\"channel\":' \
             || coalesce('\"' || rows.channel || '\"', 'null') || $30 FROM "
        )
    };
    let (c, end) = (channels_of_user!(), engine.end(table));
    if postgres {
        let reminders = if reminds {
            // Those that were made last come last.
            format!(
                "queued AS ({reminder}made, {c} RETURNING id, channel), told AS ({change}owner, made, \
                 (SELECT id, channel, row_number() OVER (ORDER BY id DESC) AS number, count(*) OVER () AS count FROM queued) \
                 AS rows), ",
                change = change("rows.number + 1", "rows.count"),
            )
        } else {
            String::new()
        };
        let made = engine.made(table, channels, keyed, super::PATH);
        format!(
            "{owner}made AS ({task} FROM owner RETURNING id), tagged AS ({tags}x FROM made, unnest(CAST($27 AS BIGINT[])) AS x), \
             {reminders}{made}{end}"
        )
    } else {
        let newest = newest(table);
        let of_task = format!("reminders r WHERE r.user_id = $1 AND r.task_id = ({})", newest_id(table));
        let count = if reminds { format!("(SELECT count(*) FROM {of_task})") } else { "0".to_owned() };
        let reminders = if reminds {
            format!(
                "{reminder}{newest}, {c}; {change}{newest}, (SELECT seq FROM users WHERE id = $1) AS owner, \
                 (SELECT id, channel FROM {of_task}) AS rows; ",
                change = change(&format!("(SELECT count(*) FROM {of_task} AND r.id > rows.id)"), &count),
            )
        } else {
            String::new()
        };
        let made = engine.made(table, &count, keyed, super::PATH);
        format!("{owner}{task}; {tags}x.value FROM {newest}, json_each($27) AS x; {reminders}{made}{end}")
    }
}

/// What became of an attempt to change a task in one statement.
#[derive(Debug)]
pub enum Changed {
    /// The task as it is now.
    Now(Box<Task>),
    /// It needs more than that.
    ByTheBook,
}

/// Changes a task.
///
/// # Errors
///
/// As [`super::update`], but for what only the database knows: then nothing is changed.
pub async fn update(
    conn: &mut Conn<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    client: &str,
    (id, if_match): (Id, &IfMatch),
    changes: UpdateTask,
) -> Result<Changed, Error> {
    let before = get(conn, user, id).await?;
    if_match.check(before.version)?;
    let zone = time::zone(&owner.timezone)?;
    let after = apply(before.clone(), changes, zone, now)?;
    if after == before {
        return Ok(Changed::Now(Box::new(before)));
    }
    let completes = after.completed && !before.completed;
    let alone = reminders::undisturbed(&before, &after) && after.tags == before.tags;
    if !alone || (completes && after.repeat.is_some()) {
        return Ok(Changed::ByTheBook);
    }
    let after = Task { version: before.version + 1, date_updated: now, ..after };
    let (was, is) = (json(&before)?, json(&after)?);
    let frame = Frame { client, once: None, event: EventKind::TaskUpdated, json: &is };
    let (columns, text) = (Columns::of(&after, zone), UPDATE.of(conn, usize::from(completes)));
    let changed = run_at_once!(conn, text, |query| bind!(columns, bind_frame!(query, user, now, &frame))
        .bind(id)
        .bind(&owner.timezone)
        .bind(before.version)
        .bind(&was));
    Ok(changed?.map_or(Changed::ByTheBook, |_| Changed::Now(Box::new(after))))
}

fn json(task: &Task) -> Result<String, Error> {
    serde_json::to_string(task).map_err(Error::internal)
}

/// `$8` to `$23` are the [`Columns`]; then come the task, the zone that the person is believed to have, and the task's
/// version and JSON before.
fn update_text(engine: Engine, completes: bool) -> String {
    let no_reminders =
        if completes { "NOT EXISTS (SELECT 1 FROM reminders WHERE user_id = $1 AND task_id = $24)" } else { "TRUE" };
    let guard = format!(
        "timezone = $25 AND EXISTS (SELECT 1 FROM tasks WHERE user_id = $1 AND id = $24 AND version = $26) \
         AND {no_reminders}"
    );
    let owner = engine.owner("1", &guard);
    let update = "UPDATE tasks SET title = $8, title_folded = $9, description = $10, description_folded = $11, \
                  completed = $12, completed_at = $13, priority = $14, due_at = $15, due_day = $16, remind_time = $17, \
                  repeat_rrule = $18, repeat_from = $19, date_updated = $20, version = $21, remind_before = $22, \
                  nag = $23";
    let changed = "user_id = $1 AND id = $24 AND version = $26";
    let change = "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, before, after) \
                  SELECT $1, owner.seq, owner.seq, $2, $3, $6, ";
    match engine {
        // If another call was faster, there is no id, which the journal refuses.
        Engine::Postgres => format!(
            "{owner}changed AS ({update} FROM owner WHERE {changed} RETURNING id) \
             {change}(SELECT id FROM changed), $27, $7 FROM owner RETURNING resource_id"
        ),
        Engine::Sqlite => format!(
            "{owner}{update} WHERE {changed}; \
             {change}$24, $27, $7 FROM (SELECT seq FROM users WHERE id = $1) AS owner RETURNING resource_id"
        ),
    }
}
