//! Groups and channels.

use std::sync::Arc;

use super::{
    act,
    message::{Draft, MessageId},
    people::Person,
    shared::Shared,
    shown::Shown,
    world::{Chat, Kind, Standing},
};

/// A group with the bot in it. Its people act by [`Person::in_group`].
#[derive(Debug, Clone)]
pub struct Group {
    shared: Arc<Shared>,
    id: i64,
}

impl Group {
    pub(crate) fn new(shared: &Arc<Shared>, title: &str, by: &Person) -> Self {
        let group = Self { shared: Arc::clone(shared), id: add(shared, Kind::Supergroup, title) };
        group.set_standing(by, Standing::Open);
        group
    }

    /// Its id, a negative number.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// All messages in order.
    #[must_use]
    pub fn chat(&self) -> Vec<Shown> {
        self.shared.world().chat(self.id).messages.values().map(Shown::of).collect()
    }

    /// Throws the bot out.
    pub fn kicks_bot(&self, by: &Person) {
        self.set_standing(by, Standing::Kicked);
    }

    fn set_standing(&self, by: &Person, standing: Standing) {
        let by = self.shared.world().people[&by.id()].clone();
        act::set_standing(&self.shared, self.id, &by, standing);
    }
}

/// A channel with the bot as an administrator.
#[derive(Debug, Clone)]
pub struct Channel {
    shared: Arc<Shared>,
    id: i64,
}

impl Channel {
    pub(crate) fn new(shared: &Arc<Shared>, title: &str) -> Self {
        let id = add(shared, Kind::Channel, title);
        shared.world().chat_mut(id).standing = Standing::Open;
        Self { shared: Arc::clone(shared), id }
    }

    /// Its id, a negative number.
    #[must_use]
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Posts something in the channel's name.
    pub fn posts(&self, text: &str) -> MessageId {
        act::say(&self.shared, self.id, None, Draft::text(text))
    }

    /// Changes a post.
    ///
    /// # Panics
    ///
    /// If it isn't there.
    pub fn edits(&self, id: MessageId, text: &str) {
        act::edit(&self.shared, self.id, None, id, text);
    }
}

fn add(shared: &Shared, kind: Kind, title: &str) -> i64 {
    let mut world = shared.world();
    let number = i64::try_from(world.chats.len()).unwrap_or(i64::MAX);
    let id = -1_001_000_000_000 - number;
    world.chats.insert(id, Chat::new(id, kind, title, Standing::Left));
    id
}
