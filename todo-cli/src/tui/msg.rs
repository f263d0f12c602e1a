//! What happens, and what is to be done about it.

use chrono::{DateTime, Utc};
use crossterm::event::{KeyEvent, MouseEvent};
use todo_sdk::{
    client::Event,
    model::{Change, Comment, Id, ReminderRow, Tag, Task},
};

use super::{
    model::{history::Reversal, queue::Write, state::State},
    snapshot::Head,
};

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Msg {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    Resize(u16, u16),
    /// The time is this.
    Tick(DateTime<Utc>),
    /// What was known last time: the begin of it.
    Remembered(Box<Head>),
    /// More of it; whether that was all.
    RememberedTasks(Vec<Task>, bool),
    /// Nothing usable was remembered.
    Forgotten,
    /// So many changes of before wait in the queue of the commands.
    Earlier(usize),
    /// The program can call the server, as this person.
    Connected {
        user: Id,
    },
    /// Loading everything begins.
    Loading,
    Tags(Vec<Tag>),
    Tasks(Vec<Task>),
    Reminders(Vec<ReminderRow>),
    /// Everything is loaded, as it was after this change or later.
    Loaded {
        seq: i64,
    },
    /// It can't be loaded for now.
    NotLoaded(String),
    Live(Box<Event>),
    Details {
        id: Id,
        comments: Vec<Comment>,
        reminders: Vec<ReminderRow>,
        journal: Vec<Change>,
    },
    NotDetails(Id),
    /// What the server found for this text.
    Found {
        text: String,
        ids: Vec<Id>,
    },
    /// The rest of a search that was too long for one go.
    SearchOn,
    Wrote {
        number: u64,
        result: Result<Outcome, Failure>,
    },
    /// A text comes back from the editor; `None` where nothing was changed.
    Written(Result<Option<String>, String>),
    /// Something to say.
    Trouble(String),
    /// The session is over: nothing goes on until somebody signs in again.
    SignedOut,
    /// Going on is no use: the program ends with this error.
    Fatal(Box<crate::error::Error>),
    /// The system wants the program to end.
    Terminate,
    /// The system wants the program to stop for a while.
    Stop,
}

/// What a write came to.
#[derive(Debug)]
pub(crate) enum Outcome {
    Tasks(Vec<Task>),
    Deleted(Vec<Id>),
    Comment(Comment),
    CommentDeleted(Id),
    Undone(Reversal),
    Redone(Reversal),
    Reminder(Box<ReminderRow>),
    /// It took several calls: the number in the journal of a change of each.
    InParts(Box<Outcome>, Vec<i64>),
    Nothing,
}

/// Why a write did not come to anything.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server is away: it is tried again.
    Away(String),
    /// Nobody is signed in: it is sent when somebody is.
    SignedOut,
    /// Somebody was faster; this is the task now.
    Conflict(Box<Task>),
    /// The server says no.
    Refused(String),
    /// The server says that what it is about is not there.
    Gone(String),
}

/// Something to do outside of the model.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Tries again and again to sign in.
    SignIn,
    /// Loads everything.
    Load,
    /// Follows changes, from behind this one on.
    Follow {
        seq: i64,
    },
    Send(Box<Write>),
    /// Comments, deliveries and history of a task.
    LoadDetails(Id),
    LoadReminders,
    /// Looks for a text in descriptions and comments.
    Find(String),
    /// Comes back as this, after what waits already.
    Later(Box<Msg>),
    /// Opens the editor with this text.
    Edit(String),
    /// Keeps where one is for the next time.
    Remember(Box<State>),
    Suspend,
    /// Draws the whole screen again.
    Redraw,
    Quit,
}
