//! Comments.

use std::time::Duration;

use futures_util::TryStreamExt;
use todo_sdk::model::{Comment, EventKind, Id, LIMIT_MAX, Resource};
use tokio::time::timeout;

use super::{Answer, Talk, offer::is_key_reused};
use crate::{
    action::Action,
    error::Fail,
    session::{LostComment, State},
    telegram::{Button, Screen},
    view,
};

/// How long a task waits for the number of its comments: it is of use without.
const COUNT_WAIT: Duration = Duration::from_secs(1);
/// How long a person waits for comments.
const READ_WAIT: Duration = Duration::from_secs(4);

/// How many comments a task has, a thousand at most; none while that can't be known.
pub(super) async fn count(talk: &Talk, task: Id) -> Option<usize> {
    let page = talk.person.client.comments().list().task_id(task).limit(LIMIT_MAX).send();
    match timeout(COUNT_WAIT, page).await {
        Ok(Ok(page)) => Some(page.items.len()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "cannot count comments");
            None
        }
        Err(_) => {
            tracing::warn!("comments are not counted in time");
            None
        }
    }
}

impl Talk {
    pub(super) async fn comments(&mut self, task: Id, page: u32) -> Answer {
        self.expect(State::Idle);
        match self.comments_of(task, page).await? {
            Some(screen) => self.show(&screen).await,
            None => Ok(()),
        }
    }

    /// What comments came to; nothing, once the person is told that they can't be reached.
    async fn reached<T>(&mut self, answer: Option<Result<T, todo_sdk::Error>>) -> Result<Option<T>, Fail> {
        match answer {
            Some(Ok(answer)) => return Ok(Some(answer)),
            Some(Err(error)) if !error.passes() || error.status() == Some(429) => return Err(error.into()),
            Some(Err(error)) => tracing::warn!(%error, "comments are out of reach"),
            None => tracing::warn!("comments are out of reach"),
        }
        let text = self.words().say("comments-away");
        self.warn(&text).await?;
        Ok(None)
    }

    async fn read_comment(&mut self, comment: Id) -> Result<Option<Comment>, Fail> {
        let comments = self.person.client.comments();
        let answer = timeout(READ_WAIT, comments.get(comment)).await.ok();
        self.reached(answer).await
    }

    /// A page of comments; none, once the person is told that they can't be reached.
    async fn comments_of(&mut self, task: Id, page: u32) -> Result<Option<Screen>, Fail> {
        let client = self.person.client.clone();
        let task = client.tasks().get(task).await?;
        let all = client.comments().list().task_id(task.id).limit(LIMIT_MAX).stream();
        let all = timeout(READ_WAIT, all.try_collect::<Vec<_>>()).await.ok();
        let Some(all) = self.reached(all).await? else { return Ok(None) };
        // The newest page first, and on it the newest last.
        let pages = all.len().div_ceil(view::comments::PAGE).max(1);
        let page = (page as usize).min(pages - 1);
        let end = all.len() - page * view::comments::PAGE;
        let shown = &all[end.saturating_sub(view::comments::PAGE)..end];
        let page = u32::try_from(page).unwrap_or(0);
        Ok(Some(view::comments::comments(self.clock, &task, page, shown, all.len())))
    }

    pub(super) async fn ask_comment(&mut self, task: Id) -> Answer {
        let now = self.person.client.tasks().get(task).await?;
        let question = self.words().html("ask-comment", [("title", now.title.into())]);
        self.ask(question, Action::Comments { task, page: 0 }, State::Comment { task }).await
    }

    pub(super) async fn comment_said(&mut self, task: Id, text: String) -> Answer {
        self.add_comment(task, text).await
    }

    /// An answer to a message that shows a task.
    pub(super) async fn reply(&mut self, task: Id, text: String) -> Answer {
        self.add_comment(task, text).await
    }

    async fn add_comment(&mut self, task: Id, text: String) -> Answer {
        if let Some(problem) = self.description_problem(&text) {
            return self.say(&Screen::text(problem)).await;
        }
        let client = self.person.client.clone();
        // Another person's task is as none at all.
        let of = client.tasks().get(task).await?;
        let made = self.make_comment(task, text).await;
        if self.reached(Some(made)).await?.is_none() {
            return Ok(());
        }
        if self.session.state == (State::Comment { task }) {
            self.expect(State::Idle);
        }
        let words = self.words();
        // An answer to this is another one.
        let text = words.html("comment-made", [("title", of.title.into())]);
        let screen = Screen::text(format!("{text}\n\n{}", view::task::number(task))).row([
            Button::new(words.say("its-comments"), Action::Comments { task, page: 0 }),
            Button::new(words.say("open"), Action::Open { task }),
        ]);
        self.say(&screen).await
    }

    /// Makes a comment; the same one once, also where it is typed again since its answer was lost.
    async fn make_comment(&mut self, task: Id, text: String) -> Result<Comment, todo_sdk::Error> {
        let comments = self.person.client.comments();
        let make = async |update: u32| {
            comments.create(task, text.clone()).idempotency_key(self.key_of(update, "comment")).send().await
        };
        let lost = self.session.commenting.filter(|lost| lost.task == task).map(|lost| lost.update);
        let mut update = lost.unwrap_or(self.update);
        let mut made = make(update).await;
        // It says something else than the one that was lost.
        if update != self.update && made.as_ref().is_err_and(is_key_reused) {
            update = self.update;
            made = make(update).await;
        }
        if made.as_ref().is_err_and(todo_sdk::Error::passes) {
            self.session.commenting = Some(LostComment { task, update });
        } else if lost.is_some() {
            self.session.commenting = None;
        }
        made
    }

    pub(super) async fn comment(&mut self, comment: Id, part: u32) -> Answer {
        self.expect(State::Idle);
        let Some(comment) = self.read_comment(comment).await? else { return Ok(()) };
        let screen = view::comments::comment(self.clock, &comment, part);
        self.show(&screen).await
    }

    pub(super) async fn ask_new_comment(&mut self, comment: Id) -> Answer {
        if self.read_comment(comment).await?.is_none() {
            return Ok(());
        }
        let question = self.words().say("ask-new-comment");
        self.ask(question, Action::Comment { comment }, State::EditComment { comment }).await
    }

    pub(super) async fn comment_edited(&mut self, comment: Id, text: String) -> Answer {
        if let Some(problem) = self.description_problem(&text) {
            return self.say(&Screen::text(problem)).await;
        }
        let edited = self.person.client.comments().edit(comment, text).send().await;
        match self.reached(Some(edited)).await? {
            Some(_) => self.comment(comment, 0).await,
            None => Ok(()),
        }
    }

    pub(super) async fn delete_comment(&mut self, comment: Id) -> Answer {
        let Some(gone) = self.read_comment(comment).await? else { return Ok(()) };
        let deleted = self.person.client.comments().delete(comment).send().await;
        if self.reached(Some(deleted)).await?.is_none() {
            return Ok(());
        }
        let change = self.change_of(|change| {
            change.event == EventKind::CommentDeleted
                && matches!(&change.resource, Resource::Comment(of) if of.id == comment)
        });
        let seq = change.await?.map(|change| change.seq);
        let Some(mut screen) = self.comments_of(gone.task_id, 0).await? else { return Ok(()) };
        if let Some(seq) = seq {
            screen = screen.button(self.words().say("undo-it"), Action::Undo { seq, task: gone.task_id });
        }
        self.show(&screen).await?;
        let note = self.words().say("comment-deleted");
        self.note(&note).await;
        Ok(())
    }
}
