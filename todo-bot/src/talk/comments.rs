//! Comments.

use futures_util::TryStreamExt;
use todo_sdk::model::{EventKind, Id, LIMIT_MAX, Resource};

use super::{Answer, Talk};
use crate::{
    action::Action,
    error::Fail,
    session::State,
    telegram::{Button, Screen},
    view,
};

/// How many comments a task has, a thousand at most. One whose comments-server is away has none to show.
pub(super) async fn count(talk: &Talk, task: Id) -> usize {
    match talk.person.client.comments().list().task_id(task).limit(LIMIT_MAX).send().await {
        Ok(page) => page.items.len(),
        Err(error) => {
            tracing::warn!(%error, "cannot count comments");
            0
        }
    }
}

impl Talk {
    pub(super) async fn comments(&mut self, task: Id, page: u32) -> Answer {
        self.expect(State::Idle);
        let screen = self.comments_of(task, page).await?;
        self.show(&screen).await
    }

    async fn comments_of(&self, task: Id, page: u32) -> Result<Screen, Fail> {
        let client = &self.person.client;
        let task = client.tasks().get(task).await?;
        let all: Vec<_> = client.comments().list().task_id(task.id).limit(LIMIT_MAX).stream().try_collect().await?;
        // The newest page first, and on it the newest last.
        let pages = all.len().div_ceil(view::comments::PAGE).max(1);
        let page = (page as usize).min(pages - 1);
        let end = all.len() - page * view::comments::PAGE;
        let shown = &all[end.saturating_sub(view::comments::PAGE)..end];
        let page = u32::try_from(page).unwrap_or(0);
        Ok(view::comments::comments(self.clock, &task, page, shown, all.len()))
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
        client.comments().create(task, text).idempotency_key(self.key("comment")).send().await?;
        if let State::Comment { .. } = self.session.state {
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

    pub(super) async fn comment(&mut self, comment: Id, part: u32) -> Answer {
        self.expect(State::Idle);
        let comment = self.person.client.comments().get(comment).await?;
        let screen = view::comments::comment(self.clock, &comment, part);
        self.show(&screen).await
    }

    pub(super) async fn ask_new_comment(&mut self, comment: Id) -> Answer {
        self.person.client.comments().get(comment).await?;
        let question = self.words().say("ask-new-comment");
        self.ask(question, Action::Comment { comment }, State::EditComment { comment }).await
    }

    pub(super) async fn comment_edited(&mut self, comment: Id, text: String) -> Answer {
        if let Some(problem) = self.description_problem(&text) {
            return self.say(&Screen::text(problem)).await;
        }
        self.person.client.comments().edit(comment, text).send().await?;
        self.comment(comment, 0).await
    }

    pub(super) async fn delete_comment(&mut self, comment: Id) -> Answer {
        let client = self.person.client.clone();
        let gone = client.comments().get(comment).await?;
        client.comments().delete(comment).send().await?;
        let change = self.change_of(|change| {
            change.event == EventKind::CommentDeleted
                && matches!(&change.resource, Resource::Comment(of) if of.id == comment)
        });
        let seq = change.await?.map(|change| change.seq);
        let mut screen = self.comments_of(gone.task_id, 0).await?;
        if let Some(seq) = seq {
            screen = screen.button(self.words().say("undo-it"), Action::Undo { seq, task: gone.task_id });
        }
        self.show(&screen).await?;
        let note = self.words().say("comment-deleted");
        self.note(&note).await;
        Ok(())
    }
}
