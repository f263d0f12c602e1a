//! Lists of tasks: filters, order, keyset pages.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use server_kit::{
    Error,
    db::{Conn, Engine},
    on, page, time,
};
use sqlx::QueryBuilder;
use todo_sdk::model::{Due, Id, PRIORITY_NONE, Task, TaskQuery, validate::Faults};

use super::order::{Column, Key, Order};
use super::row::{PAGE_BY_ID, Row, SELECT};
use super::sql::{push_behind, push_filter};
use crate::store::users;

/// Most numbers in one `tags_ids`.
const NUMBERS_MAX: usize = 100;

/// What a query asks for, checked.
#[derive(Default, PartialEq)]
struct Filter {
    completed: Option<bool>,
    tags: Option<Vec<i64>>,
    priorities: Option<Vec<i64>>,
    chat: Option<i64>,
    pattern: Option<String>,
    due_before: Option<DateTime<Utc>>,
    due_after: Option<DateTime<Utc>>,
    remind_before: Option<DateTime<Utc>>,
}

/// A page of the person's tasks.
///
/// # Errors
///
/// 422 for a query that makes no sense.
pub async fn list(conn: &mut Conn<'_>, user: Id, query: &TaskQuery) -> Result<page::Page<Task>, Error> {
    let limit = page::limit(query.limit)?;
    let order = Order::parse(query.ordering.as_deref())?;
    let behind = match &query.cursor {
        None => None,
        Some(cursor) => Some(read_cursor(&order, cursor)?),
    };
    let zone = zone_for(conn, user, query).await?;
    let filter = Filter::new(query, zone)?;
    let rows = if let Conn::Postgres(c) = conn
        && let Some(after) = order.after(behind.as_deref())
        && filter == Filter::default()
    {
        sqlx::query_as(PAGE_BY_ID).bind(user).bind(after).bind(i64::from(limit) + 1).fetch_all(&mut **c).await?
    } else {
        select(conn, user, &filter, &order, behind.as_deref(), limit).await?
    };
    // Of the page's last row, where the next page goes on; an all-day task does not tell it itself.
    let due = rows.iter().take(limit as usize).next_back().and_then(Row::due);
    let tasks = rows.into_iter().map(Task::from).collect();
    page::Page::cut(tasks, limit, |last| page::encode_cursor(&order.name, order.keys_of(last, due)))
}

async fn select(
    conn: &mut Conn<'_>,
    user: Id,
    filter: &Filter,
    order: &Order,
    behind: Option<&[Key]>,
    limit: u32,
) -> Result<Vec<Row>, Error> {
    let engine = conn.engine();
    Ok(on!(conn, |c| {
        let mut select = QueryBuilder::new(SELECT);
        select.push("WHERE t.user_id = ").push_bind(user);
        push_filter!(select, filter, user, engine);
        if let Some(keys) = behind {
            push_behind!(select, order.columns, keys, engine);
        }
        let by: Vec<String> = order.columns.iter().map(|column| direction(*column, engine)).collect();
        select.push(" ORDER BY ").push(by.join(", ")).push(" LIMIT ").push_bind(i64::from(limit) + 1);
        select.build_query_as().fetch_all(&mut *c).await?
    }))
}

fn direction(column: Column, engine: Engine) -> String {
    format!("{}{}", column.sql(engine), if column.descending { " DESC" } else { "" })
}

fn read_cursor(order: &Order, cursor: &str) -> Result<Vec<Key>, Error> {
    let values = page::decode_cursor(&order.name, cursor)?;
    order
        .read_keys(values)
        .ok_or_else(|| Error::invalid("cursor", "invalid", "is not one that this list answered; start without it"))
}

/// The person's zone, where a bare day has to be placed.
async fn zone_for(conn: &mut Conn<'_>, user: Id, query: &TaskQuery) -> Result<Tz, Error> {
    let bounds = [query.due_before, query.due_after, query.remind_before];
    if bounds.iter().any(|bound| matches!(bound, Some(Due::Day(_)))) {
        return time::zone(&users::timezone(conn, user).await?);
    }
    Ok(Tz::UTC)
}

impl Filter {
    fn new(query: &TaskQuery, zone: Tz) -> Result<Self, Error> {
        let mut faults = Faults::default();
        let tags = numbers(&mut faults, "tags_ids", query.tags_ids.as_deref());
        let priorities = numbers(&mut faults, "priority", query.priority.as_deref());
        if priorities.iter().flatten().any(|priority| !(1..=i64::from(PRIORITY_NONE)).contains(priority)) {
            faults.add("priority", "out_of_range", "must be 1 (highest) to 4 (none)");
        }
        faults.into_result()?;
        Ok(Self {
            completed: query.completed,
            tags,
            priorities,
            chat: query.telegram_chat_id,
            pattern: page::search(query.q.as_deref())?,
            due_before: bound("due_before", query.due_before, zone)?,
            due_after: bound("due_after", query.due_after, zone)?,
            remind_before: bound("remind_before", query.remind_before, zone)?,
        })
    }
}

fn bound(field: &str, due: Option<Due>, zone: Tz) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(due) = due else { return Ok(None) };
    time::check_range(field, due)?;
    Ok(Some(time::bound(due, zone)))
}

fn numbers(faults: &mut Faults, field: &str, text: Option<&str>) -> Option<Vec<i64>> {
    let parsed: Result<Vec<i64>, _> = text?.split(',').map(|number| number.trim().parse()).collect();
    match parsed {
        Ok(numbers) if numbers.len() <= NUMBERS_MAX => return Some(numbers),
        Ok(_) => faults.add(field, "too_many", format!("at most {NUMBERS_MAX} numbers are allowed")),
        Err(_) => faults.add(field, "invalid", "must be whole numbers with commas between, such as 1,2"),
    }
    None
}
