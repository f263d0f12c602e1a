//! The queue of updates: <https://core.telegram.org/bots/api#getting-updates>.

use std::{
    collections::{BTreeMap, HashSet},
    time::Instant,
};

use serde_json::{Value, json};

use super::{journal::Journal, webhook::Webhook};

/// Numbers begin anywhere; a bot that takes the first for 1 is mistaken.
const FIRST_ID: i64 = 718_281_828;
/// How far below the ones before numbers begin anew.
const STEP_BACK: i64 = 10_000_000;
/// An offset this far behind the next number is of another count. Telegram ignores it, as `TQueue::get` of its own library
/// does: <https://github.com/tdlib/td/blob/master/tddb/td/db/TQueue.cpp>.
const FUTURE: i64 = 10;
/// The most that one answer holds.
const BATCH: usize = 100;
/// What a bot gets only if it asks for it.
const ON_DEMAND: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Something that has happened.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) chat: i64,
    pub(crate) body: Value,
    /// How often it is to be handed over again although the bot has confirmed it.
    repeats: usize,
}

/// What waits for the bot.
#[derive(Debug, Default)]
pub(crate) struct Updates {
    last_id: i64,
    last: Option<Value>,
    queue: BTreeMap<i64, Update>,
    allowed: Option<HashSet<String>>,
    pub(crate) webhook: Option<Webhook>,
    /// Whose turn it is to poll; a new poll ends the one before.
    pub(crate) poll: u64,
    /// Why the poll before was ended.
    pub(crate) ended_by: &'static str,
    repeat_next: usize,
    /// While more than zero, updates are held back, to be let go in the opposite order.
    hold_next: usize,
    held: Vec<(i64, &'static str, Value, Instant)>,
}

impl Updates {
    pub(crate) fn push(&mut self, chat: i64, kind: &'static str, body: Value, journal: &mut Journal) {
        let wanted = match &self.allowed {
            Some(allowed) => allowed.contains(kind),
            None => !ON_DEMAND.contains(&kind),
        };
        if !wanted {
            return;
        }
        self.held.push((chat, kind, body, Instant::now()));
        self.hold_next = self.hold_next.saturating_sub(1);
        if self.hold_next == 0 {
            while let Some((chat, kind, body, at)) = self.held.pop() {
                let id = self.enqueue(chat, kind, body);
                journal.happened(id, chat, at);
            }
        }
    }

    fn enqueue(&mut self, chat: i64, kind: &str, body: Value) -> i64 {
        self.last_id = if self.last_id == 0 { FIRST_ID } else { self.last_id + 1 };
        let repeats = usize::from(self.repeat_next > 0);
        self.repeat_next -= repeats;
        let mut wire = json!({"update_id": self.last_id});
        wire[kind] = body;
        self.last = Some(wire.clone());
        self.queue.insert(self.last_id, Update { chat, body: wire, repeats });
        self.last_id
    }

    /// What happened last, whether the bot has it or not.
    pub(crate) fn last(&self) -> Option<Value> {
        self.last.clone()
    }

    /// The next number is lower than all before.
    pub(crate) fn count_anew(&mut self) {
        assert!(self.queue.is_empty(), "Telegram counts anew only after a week without updates");
        self.last_id -= STEP_BACK;
    }

    /// The next so many are handed over twice.
    pub(crate) fn repeat(&mut self, count: usize) {
        self.repeat_next += count;
    }

    /// The next so many are handed over in the opposite order.
    pub(crate) fn reverse(&mut self, count: usize) {
        self.hold_next = count;
    }

    /// An empty list means the default, none at all what was said before.
    pub(crate) fn allow(&mut self, allowed: Option<Value>) {
        if let Some(Value::Array(kinds)) = allowed {
            let kinds: HashSet<String> = kinds.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
            self.allowed = (!kinds.is_empty()).then_some(kinds);
        }
    }

    pub(crate) fn allowed(&self) -> Option<Vec<&String>> {
        self.allowed.as_ref().map(|allowed| allowed.iter().collect())
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn clear(&mut self) {
        self.queue.clear();
    }

    /// Forgets those before `offset`; a negative one counts from the end of the queue, and one of another count means
    /// nothing.
    pub(crate) fn confirm(&mut self, offset: i64) {
        if offset > self.last_id + 1 + FUTURE {
            return;
        }
        let offset = if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            match self.queue.len().checked_sub(keep) {
                Some(skip) => self.queue.keys().nth(skip).copied().unwrap_or(self.last_id + 1),
                None => return,
            }
        } else {
            offset
        };
        let done: Vec<i64> = self.queue.range(..offset).map(|(id, _)| *id).collect();
        done.into_iter().for_each(|id| self.done(id));
    }

    /// The bot has it.
    pub(crate) fn done(&mut self, id: i64) {
        match self.queue.get_mut(&id) {
            Some(update) if update.repeats > 0 => update.repeats -= 1,
            _ => {
                self.queue.remove(&id);
            }
        }
    }

    /// What a poll answers.
    pub(crate) fn batch(&self, limit: Option<i64>) -> Vec<(i64, Value)> {
        let limit = limit.and_then(|limit| usize::try_from(limit).ok()).filter(|limit| (1..=BATCH).contains(limit));
        self.queue.iter().take(limit.unwrap_or(BATCH)).map(|(id, update)| (*id, update.body.clone())).collect()
    }

    /// Those after `id`, for the webhook; all, if it is of another count.
    pub(crate) fn after(&self, id: i64) -> Vec<(i64, i64)> {
        let id = if id > self.last_id { 0 } else { id };
        self.queue.range(id + 1..).map(|(id, update)| (*id, update.chat)).collect()
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Value> {
        self.queue.get(&id).map(|update| &update.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue(count: i64, prepare: impl Fn(&mut Updates)) -> Updates {
        let mut updates = Updates::default();
        prepare(&mut updates);
        let mut journal = Journal::default();
        (0..count).for_each(|number| updates.push(1, "message", json!(number), &mut journal));
        updates
    }

    fn waiting(updates: &Updates) -> Vec<i64> {
        updates.batch(None).iter().filter_map(|(_, body)| body["message"].as_i64()).collect()
    }

    #[test]
    fn offsets_confirm() {
        let mut updates = queue(5, |_| {});
        updates.confirm(0);
        assert_eq!(waiting(&updates), [0, 1, 2, 3, 4]);
        updates.confirm(FIRST_ID + 2);
        assert_eq!(waiting(&updates), [2, 3, 4]);
        updates.confirm(-1);
        assert_eq!(waiting(&updates), [4]);
        updates.confirm(-5);
        assert_eq!(waiting(&updates), [4]);
        updates.confirm(FIRST_ID + 5);
        assert_eq!(updates.len(), 0);
    }

    #[test]
    fn an_offset_of_another_count_confirms_nothing() {
        let mut updates = queue(1, |_| {});
        updates.confirm(FIRST_ID + 1);
        updates.count_anew();
        let mut journal = Journal::default();
        updates.push(1, "message", json!("anew"), &mut journal);
        updates.confirm(FIRST_ID + 1);
        assert_eq!(updates.len(), 1);
        let (id, _) = updates.batch(None)[0];
        assert_eq!(updates.after(FIRST_ID), [(id, 1)]);
        assert_eq!(updates.last().unwrap()["message"], "anew");
        updates.confirm(id + 1);
        assert_eq!(updates.len(), 0);
    }

    #[test]
    fn limits_out_of_range_mean_the_default() {
        let updates = queue(120, |_| {});
        let lengths = [None, Some(0), Some(7), Some(100), Some(101)].map(|limit| updates.batch(limit).len());
        assert_eq!(lengths, [100, 100, 7, 100, 100]);
    }

    #[test]
    fn updates_come_twice_or_in_the_opposite_order_if_asked() {
        let mut updates = queue(2, |updates| updates.repeat(1));
        updates.confirm(FIRST_ID + 2);
        assert_eq!(waiting(&updates), [0]);
        updates.confirm(FIRST_ID + 1);
        assert_eq!(updates.len(), 0);
        assert_eq!(waiting(&queue(4, |updates| updates.reverse(3))), [2, 1, 0, 3]);
    }

    #[test]
    fn only_what_is_allowed_is_kept() {
        let mut journal = Journal::default();
        let mut updates = Updates::default();
        updates.push(1, "chat_member", json!(1), &mut journal);
        assert_eq!(updates.len(), 0, "only if asked for");
        updates.allow(Some(json!(["callback_query"])));
        updates.allow(None);
        updates.push(1, "message", json!(1), &mut journal);
        updates.push(1, "callback_query", json!(1), &mut journal);
        assert_eq!(updates.len(), 1);
        updates.allow(Some(json!([])));
        updates.push(1, "message", json!(1), &mut journal);
        assert_eq!(updates.len(), 2);
    }
}
