//! Who is signed in, and how it stands with the server.

use chrono::TimeDelta;
use todo_sdk::model::Id;

use super::writes::pump;
use crate::tui::{
    model::{Link, Model, history::History},
    msg::Effect,
};

pub(super) fn connected(model: &mut Model, user: Id) -> Vec<Effect> {
    let same = model.user == Some(user);
    if model.begun && !same && !model.queue.is_empty() {
        model.complain("Somebody else is signed in now; what waits here is not sent for them");
        return vec![Effect::SignIn];
    }
    model.connected = true;
    model.user = Some(user);
    if model.begun && same { go_on(model) } else { begin(model) }
}

/// Goes on where it was when the session ended.
fn go_on(model: &mut Model) -> Vec<Effect> {
    model.retry_at = None;
    let mut effects = if model.following {
        model.link = Link::Live;
        model.say("Signed in again");
        vec![Effect::Follow { seq: model.seq }, Effect::LoadReminders]
    } else {
        model.link = Link::Connecting;
        vec![Effect::Load]
    };
    model.ask_for_details();
    effects.extend(pump(model));
    effects
}

/// Begins with what was remembered, or with nothing, once it is known whose tasks these are.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    let (true, Some(remembered), Some(user)) = (model.connected, model.remembered, model.user) else {
        return Vec::new();
    };
    let mut effects = if remembered && model.remembered_user == Some(user) {
        model.following = true;
        model.link = Link::Live;
        vec![Effect::Follow { seq: model.seq }, Effect::LoadReminders]
    } else {
        forget(model);
        vec![Effect::Load]
    };
    model.begun = true;
    // Nobody could be asked before.
    model.ask_for_details();
    effects.extend(pump(model));
    effects
}

/// Nothing of whoever was here before stays.
fn forget(model: &mut Model) {
    model.store.clear();
    model.tags.clear();
    model.toasts.clear();
    model.history = History::default();
    if model.begun {
        model.following = false;
        model.link = Link::Connecting;
    }
    model.recount();
    model.refresh();
}

/// The session is over, here or elsewhere: what waits is kept until somebody signs in again.
pub(super) fn signed_out(model: &mut Model) -> Vec<Effect> {
    if model.link == Link::SignedOut {
        return Vec::new();
    }
    model.link = Link::SignedOut;
    model.connected = false;
    vec![Effect::SignIn]
}

/// The server is away: what waits is tried again soon.
pub(super) fn away(model: &mut Model, why: String) {
    if model.link == Link::SignedOut {
        return;
    }
    model.link = Link::Away(why);
    if !model.queue.is_empty() {
        model.retry_at = Some(model.now + TimeDelta::seconds(3));
    }
}
