//! Making and changing a task in one statement: see [`server_kit::at_once`]. What is made by the book in `write.rs`
//! comes out the same here, or not at all.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use server_kit::{
    Error,
    at_once::{Frame, LAST_ID, Texts, key_is_new, with_id, without_id},
    bind_frame,
    db::{Engine, Single},
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
use crate::store::reminders;

/// With and without a key, for each number of channels that are to remind.
static CREATE: LazyLock<Texts<6>> =
    LazyLock::new(|| Texts::new(|engine, shape| create_text(engine, shape / 2, shape % 2 == 1)));
static UPDATE: LazyLock<Texts<2>> = LazyLock::new(|| Texts::new(|engine, shape| update_text(engine, shape == 1)));

/// Makes a task; answers its id and its JSON.
///
/// # Errors
///
/// As [`super::create`], but for what only the database knows: then nothing is made or answered.
pub async fn create(
    single: Single<'_>,
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
    let channels = if reminder.is_some() { reminders::of_owner(owner) } else { Vec::new() };
    let channel = |nth: usize| channels.get(nth).copied().flatten();
    let shape = 2 * channels.len() + usize::from(once.is_some());
    let made = run_at_once!(single, CREATE, shape, |query| bind!(columns, bind_frame!(query, user, now, &frame))
        .bind(task.date_created)
        .bind(&owner.timezone)
        .bind(owner.telegram_user)
        .bind(owner.to_telegram)
        .bind(owner.to_webhook)
        .bind(&task.tags)
        .bind(reminder)
        .bind(EventKind::ReminderCreated.as_str())
        .bind(reminder_json.as_deref())
        .bind(channel(0))
        .bind(channel(1)));
    Ok(made?.map(|id| (id, with_id(id, &json))))
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

/// `$8` to `$23` are the [`Columns`]; then come the date of creation, the zone, the Telegram account and the channels that
/// the person is believed to have, the tags, the time of the reminder, its event and its JSON, and the channels that remind.
fn create_text(engine: Engine, channels: usize, keyed: bool) -> String {
    // Those of the row that is changed are compared as they are when it is there, however long it was waited for.
    let guard = format!(
        "timezone = $25 AND telegram_user {} $26 AND to_telegram = $27 AND to_webhook = $28 AND {}",
        if engine == Engine::Postgres { "IS NOT DISTINCT FROM" } else { "IS" },
        key_is_new(keyed)
    );
    let task = "INSERT INTO tasks (user_id, title, title_folded, description, description_folded, completed, \
                completed_at, priority, due_at, due_day, remind_time, repeat_rrule, repeat_from, date_updated, version, \
                remind_before, nag, date_created)";
    let columns = "$1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24";
    let tags = "INSERT INTO task_tags (user_id, task_id, tag_id)";
    let (rows, made) = (1 + channels, engine.made(channels, keyed, super::PATH));
    let reminders: String = (0..channels).map(|nth| reminder_text(engine, nth, channels)).collect();
    match engine {
        Engine::Postgres => {
            let has_all = "(SELECT count(*) FROM tags WHERE user_id = $1 AND id = ANY(CAST($29 AS BIGINT[]))) \
                           = cardinality(CAST($29 AS BIGINT[]))";
            let owner = engine.owner(rows, &format!("{guard} AND {has_all}"));
            format!(
                "{owner}made AS ({task} SELECT {columns} FROM owner RETURNING id), \
                 tagged AS ({tags} SELECT $1, made.id, x FROM made, unnest(CAST($29 AS BIGINT[])) AS x), {reminders}{made}"
            )
        }
        Engine::Sqlite => {
            let has_each = "SELECT id AS tag FROM tags WHERE user_id = $1 AND id = $29";
            let owner = engine.owner(rows, &guard);
            format!(
                "{has_each}; {owner}{task} VALUES ({columns}); {LAST_ID}{tags} VALUES ($1, :id, $29); {reminders}{made}"
            )
        }
    }
}

/// Queues the reminder for the `nth` of so many channels, and tells the journal.
fn reminder_text(engine: Engine, nth: usize, channels: usize) -> String {
    let queue = "INSERT INTO reminders (user_id, task_id, due_at, next_at, state, snoozed, nags, channel)";
    let tell = "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, after)";
    let (later, channel) = (channels - 1 - nth, format!("CAST(${} AS TEXT)", 33 + nth));
    let (seq, task, id) = match engine {
        Engine::Postgres => ("owner.seq", "made.id", format!("queued{nth}.id")),
        Engine::Sqlite => (":seq", ":id", "last_insert_rowid()".to_owned()),
    };
    let row = format!("$1, {task}, $30, $30, 'queued', FALSE, 0, {channel}");
    let change = format!(
        "$1, {seq} - {later}, {seq} - {channels}, $2, $3, $31, {id}, '{{\"id\":' || {id} || ',\"task_id\":' || {task} \
         || ',\"channel\":' || coalesce('\"' || {channel} || '\"', 'null') || $32"
    );
    match engine {
        Engine::Postgres => {
            // So that ids are in the order of the channels.
            let before = nth.checked_sub(1).map(|before| format!(", queued{before}")).unwrap_or_default();
            format!(
                "queued{nth} AS ({queue} SELECT {row} FROM made{before} RETURNING id), \
                 told{nth} AS ({tell} SELECT {change} FROM owner, made, queued{nth}), "
            )
        }
        Engine::Sqlite => format!("{queue} VALUES ({row}); {tell} VALUES ({change}); "),
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
    mut single: Single<'_>,
    user: Id,
    owner: &Owner,
    now: DateTime<Utc>,
    client: &str,
    (id, if_match): (Id, &IfMatch),
    changes: UpdateTask,
) -> Result<Changed, Error> {
    let before = get(&mut single.conn().await?, user, id).await?;
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
    let (columns, shape) = (Columns::of(&after, zone), usize::from(completes));
    let changed = run_at_once!(single, UPDATE, shape, |query| bind!(columns, bind_frame!(query, user, now, &frame))
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
    let owner = engine.owner(1, &guard);
    let update = "UPDATE tasks SET title = $8, title_folded = $9, description = $10, description_folded = $11, \
                  completed = $12, completed_at = $13, priority = $14, due_at = $15, due_day = $16, remind_time = $17, \
                  repeat_rrule = $18, repeat_from = $19, date_updated = $20, version = $21, remind_before = $22, \
                  nag = $23";
    let changed = "user_id = $1 AND id = $24 AND version = $26";
    let change = "INSERT INTO changes (user_id, seq, action, at, client, event, resource_id, before, after)";
    match engine {
        // If another call was faster, there is no id, which the journal refuses.
        Engine::Postgres => format!(
            "{owner}changed AS ({update} FROM owner WHERE {changed} RETURNING id) {change} \
             SELECT $1, owner.seq, owner.seq, $2, $3, $6, (SELECT id FROM changed), $27, $7 FROM owner RETURNING resource_id"
        ),
        Engine::Sqlite => {
            format!("{owner}{update} WHERE {changed}; {change} VALUES ($1, :seq, :seq, $2, $3, $6, $24, $27, $7)")
        }
    }
}
