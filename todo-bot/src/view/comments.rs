//! Comments.

use todo_sdk::model::{Comment, Task};

use super::{label, task, when::Clock};
use crate::{
    action::Action,
    telegram::{
        Button, Screen,
        html::{cut, escape},
    },
};

/// Comments on a page.
pub(crate) const PAGE: usize = 5;
/// Most of a comment that stands among others.
const SHOWN: usize = 500;

/// A page of a task's comments, the newest last.
pub(crate) fn comments(clock: Clock, of: &Task, page: u32, comments: &[Comment], total: usize) -> Screen {
    let words = clock.words;
    let mut text = format!("{}\n{}", task::title(of), words.html("comments", [("n", total.into())]));
    for comment in comments {
        let (content, more) = cut(&comment.content, SHOWN);
        let when = clock.moment(comment.posted_date);
        text.push_str(&format!("\n\n<i>{when}</i>\n{}{}", escape(content), if more { "…" } else { "" }));
    }
    text.push_str(&format!("\n\n{}\n{}", words.say("comment-hint"), task::number(of.id)));
    let open = |comment: &Comment| {
        Button::new(format!("✏️ {}", label(&comment.content, 32)), Action::Comment { comment: comment.id })
    };
    let mut turn = Vec::new();
    if page > 0 {
        turn.push(Button::new("‹", Action::Comments { task: of.id, page: page - 1 }));
    }
    if total > (page as usize + 1) * PAGE {
        turn.push(Button::new("›", Action::Comments { task: of.id, page: page + 1 }));
    }
    Screen::text(text).grid(comments.iter().map(open), 1).row(turn).row([
        Button::new(words.say("new-comment"), Action::NewComment { task: of.id }),
        Button::new(words.say("back"), Action::Open { task: of.id }),
    ])
}

/// A comment, or a part of it where it is long.
pub(crate) fn comment(clock: Clock, comment: &Comment, part: u32) -> Screen {
    let words = clock.words;
    let turn = |part| Action::CommentPart { comment: comment.id, part };
    let (shown, buttons) = task::part(words, &comment.content, part, turn);
    let text = format!("<i>{}</i>\n{shown}\n\n{}", clock.moment(comment.posted_date), task::number(comment.task_id));
    Screen::text(text)
        .row(buttons)
        .row([
            Button::new(words.say("edit"), Action::EditComment { comment: comment.id }),
            Button::new(words.say("delete"), Action::DeleteComment { comment: comment.id }),
        ])
        .button(words.say("back"), Action::Comments { task: comment.task_id, page: 0 })
}
