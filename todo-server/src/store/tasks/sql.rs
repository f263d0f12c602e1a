//! Pieces of a `SELECT` that are pushed into the query builder of either database.
//!
//! Macros, because a builder is generic over its database, and naming every bound costs more than expanding them twice.

/// Adds ` AND …` for each part of the filter.
macro_rules! push_filter {
    ($select:ident, $filter:ident, $user:ident, $engine:ident) => {
        if let Some(completed) = $filter.completed {
            // Written out: of a bound value no planner knows that the index of what is open fits.
            $select.push(if completed { " AND t.completed = true" } else { " AND t.completed = false" });
        }
        if let Some(tags) = &$filter.tags {
            $select.push(" AND EXISTS (SELECT 1 FROM task_tags y WHERE y.user_id = t.user_id AND y.task_id = t.id AND y.tag_id IN (");
            let mut list = $select.separated(", ");
            tags.iter().for_each(|tag| {
                list.push_bind(*tag);
            });
            $select.push("))");
        }
        if let Some(priorities) = &$filter.priorities {
            $select.push(" AND t.priority IN (");
            let mut list = $select.separated(", ");
            priorities.iter().for_each(|priority| {
                list.push_bind(*priority);
            });
            $select.push(")");
        }
        if let Some(chat) = $filter.chat {
            $select.push(" AND EXISTS (SELECT 1 FROM telegram_users g WHERE g.user_id = ").push_bind($user);
            $select.push(" AND g.chat_id = ").push_bind(chat).push(")");
        }
        if let Some(pattern) = &$filter.pattern {
            $select.push(" AND (t.title_folded LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\'");
            $select.push(" OR t.description_folded LIKE ").push_bind(pattern.clone()).push(" ESCAPE '\\')");
        }
        if let Some(bound) = $filter.due_before {
            // As in the index; nothing is due as late as "never".
            $select.push(" AND ").push($crate::store::tasks::order::DUE.sql($engine)).push(" < ").push_bind(bound);
        }
        if let Some(bound) = $filter.due_after {
            $select.push(" AND ").push($crate::store::tasks::order::DUE.sql($engine)).push(" >= ").push_bind(bound);
            $select.push(" AND t.due_at IS NOT NULL");
        }
        if let Some(bound) = $filter.remind_before {
            $select.push(" AND t.remind_time < ").push_bind(bound);
        }
    };
}
pub(super) use push_filter;

/// Adds the condition for what comes behind the keys. Where all columns go one way it is one comparison of rows, which
/// an index can serve; else it is spelled out.
macro_rules! push_behind {
    ($select:ident, $columns:expr, $keys:ident, $engine:ident) => {
        let columns: &[$crate::store::tasks::order::Column] = &$columns;
        let sign = |column: &$crate::store::tasks::order::Column| if column.descending { " < " } else { " > " };
        if columns.iter().all(|column| column.descending == columns[0].descending) {
            let names: Vec<String> = columns.iter().map(|column| column.sql($engine)).collect();
            $select.push(" AND (").push(names.join(", ")).push(")").push(sign(&columns[0])).push("(");
            for (index, key) in $keys.iter().enumerate() {
                $select.push(if index == 0 { "" } else { ", " });
                $crate::store::tasks::sql::push_key!($select, key);
            }
            $select.push(")");
            // SQLite finds the place in an index on an expression only by a comparison of that expression alone.
            if $engine == server_kit::db::Engine::Sqlite {
                $select.push(" AND ").push(&names[0]).push(sign(&columns[0]).trim_end()).push("= ");
                $crate::store::tasks::sql::push_key!($select, &$keys[0]);
            }
        } else {
            for (index, column) in columns.iter().enumerate() {
                $select.push(if index == 0 { " AND ((" } else { " OR (" });
                for (column, key) in columns.iter().zip($keys).take(index) {
                    $select.push(column.sql($engine)).push(" = ");
                    $crate::store::tasks::sql::push_key!($select, key);
                    $select.push(" AND ");
                }
                $select.push(column.sql($engine)).push(sign(column));
                $crate::store::tasks::sql::push_key!($select, &$keys[index]);
                $select.push(")");
                if index + 1 == columns.len() {
                    $select.push(")");
                }
            }
        }
    };
}
pub(super) use push_behind;

macro_rules! push_key {
    ($select:ident, $key:expr) => {
        match $key {
            $crate::store::tasks::order::Key::Int(value) => $select.push_bind(*value),
            $crate::store::tasks::order::Key::Bool(value) => $select.push_bind(*value),
            $crate::store::tasks::order::Key::Text(value) => $select.push_bind(value.clone()),
            $crate::store::tasks::order::Key::Time(value) => $select.push_bind(*value),
        }
    };
}
pub(super) use push_key;
