//! Reminders that are still to come, for programs that show them themselves.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use todo_sdk::model::{EventKind, Id, ReminderRow, ReminderState};

/// What is to come. A reminder that several channels have is one.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    rows: BTreeMap<Id, ReminderRow>,
    shown: HashSet<(Id, DateTime<Utc>)>,
}

impl Pending {
    pub(crate) fn load(&mut self, rows: Vec<ReminderRow>) {
        self.rows = rows.into_iter().map(|row| (row.id, row)).collect();
    }

    pub(crate) fn follow(&mut self, event: EventKind, row: ReminderRow) {
        // One that was just sent by another channel is as due as ours.
        let told = matches!(row.state, ReminderState::Queued | ReminderState::Sent);
        if event == EventKind::ReminderDeleted || !told {
            self.rows.remove(&row.id);
        } else {
            self.rows.insert(row.id, row);
        }
    }

    pub(crate) fn next(&self) -> Option<DateTime<Utc>> {
        self.rows.values().map(|row| row.due_at).min()
    }

    pub(crate) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<ReminderRow> {
        let due: Vec<Id> = self.rows.values().filter(|row| row.due_at <= now).map(|row| row.id).collect();
        let due = due.into_iter().filter_map(|id| self.rows.remove(&id));
        due.filter(|row| self.shown.insert((row.task_id, row.due_at))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: Id, task_id: Id, at: i64, state: ReminderState) -> ReminderRow {
        ReminderRow {
            id,
            task_id,
            channel: None,
            state,
            due_at: DateTime::from_timestamp(at, 0).unwrap(),
            sent_at: None,
            late_by_seconds: None,
            message_id: None,
            attempts: 0,
            reason: None,
            snoozed: false,
            nags: 0,
        }
    }

    #[test]
    fn each_reminder_is_shown_once_when_it_is_due() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut pending = Pending::default();
        pending.load(vec![row(1, 7, 10, ReminderState::Queued), row(2, 8, 20, ReminderState::Queued)]);
        assert_eq!(pending.next(), Some(at(10)));
        assert!(pending.take_due(at(9)).is_empty());
        assert_eq!(pending.take_due(at(10)).len(), 1);
        // Another channel sent the same one.
        pending.follow(EventKind::ReminderUpdated, row(3, 7, 10, ReminderState::Sent));
        assert!(pending.take_due(at(11)).is_empty());
        pending.follow(EventKind::ReminderDeleted, row(2, 8, 20, ReminderState::Queued));
        assert_eq!(pending.next(), None);
        pending.follow(EventKind::ReminderUpdated, row(4, 9, 30, ReminderState::Sent));
        pending.follow(EventKind::ReminderUpdated, row(4, 9, 30, ReminderState::Acknowledged));
        assert!(pending.take_due(at(40)).is_empty(), "done before it could be shown");
    }
}
