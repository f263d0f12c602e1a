//! Who answers what: read this, and you know the bot.

use super::{Answer, Talk};
use crate::{
    action::Action,
    input::{Command, Input},
    session::State,
};

impl Talk {
    pub(super) async fn route(&mut self, input: Input) -> Answer {
        if input != Input::Command(Command::Undo) {
            // The next one is of what is done now.
            self.session.undoing = None;
        }
        match input {
            Input::Command(command) => self.command(command).await,
            Input::UnknownCommand => self.unknown_command().await,
            Input::Reply { task, text } => self.reply(task, text).await,
            Input::Text(text) => self.text(text).await,
            Input::Location(location) => self.located(location.latitude, location.longitude).await,
            Input::Other => self.only_text().await,
            Input::Press(press) => match press.action {
                Ok(action) => self.press(action).await,
                Err(_) => self.old_button().await,
            },
        }
    }

    async fn command(&mut self, command: Command) -> Answer {
        // A command ends what was under way, but for those that only ask something in between.
        match command {
            Command::Help => return self.help().await,
            Command::Lang => return self.ask_language().await,
            Command::Timezone(name) if name.is_empty() => return self.ask_zone().await,
            Command::Timezone(name) => return self.zone_said(&name).await,
            Command::Export => return self.export().await,
            Command::Cancel => return self.cancel().await,
            _ => {}
        }
        let was = std::mem::take(&mut self.session.state);
        match command {
            Command::Start(code) if code.is_empty() => self.start().await?,
            Command::Start(code) => self.link(&code).await?,
            Command::Tasks => self.tasks().await?,
            Command::Search(text) => self.search(text).await?,
            Command::Add(text) if text.is_empty() => self.ask_line().await?,
            Command::Add(text) => self.offer(text).await?,
            // What it asks comes last.
            Command::New(title) => return self.begin_draft(&was, &title).await,
            Command::Categories => self.tags().await?,
            Command::Undo => self.undo_last().await?,
            Command::Link(code) if code.is_empty() => self.how_to_link().await?,
            Command::Link(code) => self.link(&code).await?,
            Command::DeleteMe => self.ask_delete_me().await?,
            // They have been answered.
            Command::Help | Command::Lang | Command::Timezone(_) | Command::Export | Command::Cancel => {}
        }
        // Only now: where the servers don't answer, nothing is left.
        self.leave_draft(&was).await
    }

    /// A text is the answer to what was asked last, or a task to be.
    async fn text(&mut self, text: String) -> Answer {
        match self.session.state.clone() {
            State::Idle => self.offer(text).await,
            State::Draft { step, draft } => self.draft_said(step, draft, text).await,
            State::Title { task } => self.title_said(task, text).await,
            State::Description { task } => self.description_said(task, text).await,
            State::Due { task, day } => self.due_said(task, day, &text).await,
            State::Reminder { task, day } => self.reminder_said(task, day, &text).await,
            State::Snooze { reminder, task, day } => self.snooze_said(reminder, task, day, &text).await,
            State::NewTag { task } => self.tag_said(task, text).await,
            State::RenameTag { tag } => self.tag_renamed(tag, text).await,
            State::Comment { task } => self.comment_said(task, text).await,
            State::EditComment { comment } => self.comment_edited(comment, text).await,
            State::Repeat { task } => self.repeat_said(task, &text).await,
            State::Search => self.search(text).await,
            State::Zone => self.zone_said(&text).await,
        }
    }

    /// A button may lead away from a task that is being made, which is said.
    async fn press(&mut self, action: Action) -> Answer {
        let (was, draft) = (self.session.state.clone(), self.session.draft_number());
        let ends_it = matches!(action, Action::DraftSave { .. } | Action::DraftDrop { .. } | Action::DeleteMe);
        self.action(action).await?;
        if ends_it || draft.is_none() || self.session.draft_number() == draft {
            return Ok(());
        }
        self.leave_draft(&was).await
    }

    async fn action(&mut self, action: Action) -> Answer {
        match action {
            Action::Nothing => Ok(()),
            Action::Speak { language } => self.speak(language.0).await,
            Action::Zone { name } => self.zone_chosen(&name).await,

            Action::List { filter, page } => self.list(filter, page).await,
            Action::ListAt { spot } => self.list_at(spot).await,
            Action::Back => self.list_again().await,
            Action::TagTasks { tag } => self.tag_tasks(tag).await,
            Action::ListTags { spot, page } => self.list_tags(spot, page).await,
            Action::Search { spot } => self.ask_search_at(spot).await,

            Action::Open { task } => self.open(task).await,
            Action::OpenIn { task, spot } => self.open_in(task, spot).await,
            Action::OpenBelow { task } => self.open_below(task).await,
            Action::Description { task, part } => self.description(task, part).await,
            Action::Done { task } => self.complete(task, true).await,
            Action::Reopen { task } => self.complete(task, false).await,
            Action::Edit { task } => self.edit(task).await,
            Action::EditTitle { task } => self.ask_new_title(task).await,
            Action::EditDescription { task } => self.ask_new_description(task).await,
            Action::ClearDescription { task } => self.clear_description(task).await,
            Action::Priorities { task } => self.priorities(task).await,
            Action::Priority { task, priority } => self.set_priority(task, priority).await,
            Action::TaskTags { task } => self.task_tags(task).await,
            Action::TaskTagsPage { task, page } => self.task_tags_page(task, page).await,
            Action::ToggleTag { task, tag } => self.toggle_tag(task, tag).await,
            Action::NewTaskTag { task } => self.ask_tag(Some(task)).await,
            Action::Reminders { task } => self.reminders(task).await,
            Action::RemindBefore { task, minutes } => self.remind_before(task, minutes).await,
            Action::NoReminder { task } => self.no_reminder(task).await,
            Action::Repeats { task } => self.repeats(task).await,
            Action::Repeat { task, often } => self.repeat_chosen(task, often).await,
            Action::AskDelete { task } => self.ask_delete(task).await,
            Action::Delete { task } => self.delete(task).await,
            Action::Undo { seq, task } => self.undo(seq, task).await,

            Action::Month { target, year, month } => self.month(target, year, month).await,
            Action::Day { target, day } => self.day(target, day).await,
            Action::Time { target, day, minutes } => self.time(target, day, minutes).await,
            Action::AllDay { target, day } => self.all_day(target, day).await,
            Action::NoDay { target } => self.no_day(target).await,

            Action::Comments { task, page } => self.comments(task, page).await,
            Action::NewComment { task } => self.ask_comment(task).await,
            Action::Comment { comment } => self.comment(comment, 0).await,
            Action::CommentPart { comment, part } => self.comment(comment, part).await,
            Action::EditComment { comment } => self.ask_new_comment(comment).await,
            Action::DeleteComment { comment } => self.delete_comment(comment).await,

            Action::Tags => self.tags().await,
            Action::TagsPage { page } => self.tags_page(page).await,
            Action::Tag { tag } => self.tag(tag).await,
            Action::NewTag => self.ask_tag(None).await,
            Action::RenameTag { tag } => self.ask_new_tag_name(tag).await,
            Action::AskDeleteTag { tag } => self.ask_delete_tag(tag).await,
            Action::DeleteTag { tag } => self.delete_tag(tag).await,

            Action::ReminderDone { reminder, task } => self.reminder_done(reminder, task).await,
            Action::Snooze { reminder, task, minutes } => self.snooze_for(reminder, task, minutes).await,
            Action::SnoozeMorning { reminder, task } => self.snooze_until_morning(reminder, task).await,
            Action::SnoozeChoose { reminder, task } => self.choose_snooze(reminder, task).await,

            Action::DraftNext { draft, step } => self.draft_next(draft, step).await,
            Action::DraftTagsPage { draft, page } => self.draft_tags_page(draft, page).await,
            Action::DraftTag { draft, tag } => self.draft_tag(draft, tag).await,
            Action::DraftRemind { draft, minutes } => self.draft_remind(draft, minutes).await,
            Action::DraftSave { draft } => self.draft_save(draft).await,
            Action::DraftDrop { draft } => self.draft_drop(draft).await,
            Action::OfferAdd { offer } => self.offer_add(offer, false).await,
            Action::OfferRaw { offer } => self.offer_add(offer, true).await,
            Action::OfferDrop { offer } => self.offer_drop(offer).await,
            Action::DeleteMe => self.delete_me().await,
            Action::KeepMe => self.keep_me().await,
        }
    }
}
