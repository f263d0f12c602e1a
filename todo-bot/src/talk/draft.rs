//! A task, made step by step.

use todo_sdk::model::{CreateTask, Due, Id};

use super::{Answer, Talk, card, edit::one_line};
use crate::{
    action::Target,
    error::Fail,
    session::{Draft, State, Step},
    telegram::Screen,
    view::draft,
};

impl Talk {
    pub(super) async fn begin_draft(&mut self) -> Answer {
        self.expect(State::Draft { step: Step::Title, draft: Draft::default() });
        let screen = draft::title(self.clock);
        self.say(&screen).await
    }

    /// What was typed instead of pressed.
    pub(super) async fn draft_said(&mut self, step: Step, draft: Draft, text: String) -> Answer {
        match step {
            Step::Title => {
                let title = one_line(&text);
                if let Some(problem) = self.title_problem(&title) {
                    return self.say(&Screen::text(problem)).await;
                }
                self.step(Step::Description, Draft { title, ..draft }).await
            }
            Step::Description => {
                if let Some(problem) = self.description_problem(&text) {
                    return self.say(&Screen::text(problem)).await;
                }
                self.step(Step::Tags, Draft { description: text, ..draft }).await
            }
            Step::Tags => self.draft_tag_said(draft, text).await,
            Step::Day | Step::Time => match self.draft_time_said(&draft, &text) {
                Some(due) => self.step(Step::Reminder, Draft { due: Some(due), ..draft }).await,
                None => self.not_a_time().await,
            },
            Step::Reminder | Step::Confirm => {
                let text = self.words().say("press-a-button");
                self.say(&Screen::text(text)).await
            }
        }
    }

    /// A time alone is that of the day that was chosen.
    fn draft_time_said(&self, draft: &Draft, text: &str) -> Option<Due> {
        if let Some(Due::Day(day)) = draft.due
            && let Ok(time) = chrono::NaiveTime::parse_from_str(text.trim(), "%H:%M")
        {
            return Some(Due::At(todo_sdk::quick::local_time(self.person.zone, day.and_time(time))));
        }
        self.understood(text)
    }

    /// A new category, or one there is, by its name.
    async fn draft_tag_said(&mut self, mut draft: Draft, text: String) -> Answer {
        let tag = self.tag_named(&one_line(&text)).await?;
        if !draft.tags.contains(&tag) {
            draft.tags.push(tag);
        }
        self.step(Step::Tags, draft).await
    }

    pub(super) async fn draft_tag(&mut self, tag: Id) -> Answer {
        let State::Draft { step: Step::Tags, mut draft } = self.session.state.clone() else {
            return self.old_button().await;
        };
        match draft.tags.iter().position(|known| *known == tag) {
            Some(at) => drop(draft.tags.remove(at)),
            None => draft.tags.push(tag),
        }
        self.step(Step::Tags, draft).await
    }

    /// Goes on without an answer.
    pub(super) async fn draft_next(&mut self) -> Answer {
        let State::Draft { step, draft } = self.session.state.clone() else { return self.old_button().await };
        match step {
            Step::Title => self.old_button().await,
            Step::Description => self.step(Step::Tags, draft).await,
            Step::Tags => self.step(Step::Day, draft).await,
            // Without a day there is nothing to remind before.
            Step::Day | Step::Time => self.step(Step::Confirm, Draft { due: None, ..draft }).await,
            Step::Reminder => self.step(Step::Confirm, Draft { remind_before: None, ..draft }).await,
            Step::Confirm => self.draft_save().await,
        }
    }

    pub(super) async fn draft_due(&mut self, due: Due) -> Answer {
        match self.session.state.clone() {
            State::Draft { step: Step::Day | Step::Time, draft } => {
                self.step(Step::Reminder, Draft { due: Some(due), ..draft }).await
            }
            _ => self.old_button().await,
        }
    }

    pub(super) async fn draft_remind(&mut self, minutes: i64) -> Answer {
        match self.session.state.clone() {
            State::Draft { step: Step::Reminder, draft } => {
                self.step(Step::Confirm, Draft { remind_before: Some(minutes), ..draft }).await
            }
            _ => self.old_button().await,
        }
    }

    pub(super) async fn draft_save(&mut self) -> Answer {
        let State::Draft { step: Step::Confirm, draft } = self.session.state.clone() else {
            return self.old_button().await;
        };
        let task = CreateTask {
            title: draft.title,
            description: draft.description,
            tags: draft.tags,
            due: draft.due,
            remind_before_seconds: draft.remind_before.map(|minutes| minutes.saturating_mul(60)),
            ..CreateTask::default()
        };
        let made = self.person.client.tasks().create_from(task).idempotency_key(self.key("task")).send().await?;
        self.expect(State::Idle);
        let mut screen = card(self, made.id).await?;
        screen.text = format!("{}\n\n{}", self.words().say("task-made"), screen.text);
        self.show(&screen).await
    }

    /// What was said so far, if a task is being made.
    pub(super) async fn draft_text(&self) -> Result<Option<String>, Fail> {
        let State::Draft { draft, .. } = &self.session.state else { return Ok(None) };
        let tags = self.person.tag_names().await?;
        Ok(Some(draft::so_far(self.clock, draft, &tags)))
    }

    /// Asks for the next thing.
    async fn step(&mut self, step: Step, draft: Draft) -> Answer {
        let tags = self.person.tag_names().await?;
        let so_far = draft::so_far(self.clock, &draft, &tags);
        self.expect(State::Draft { step, draft: draft.clone() });
        let screen = match step {
            Step::Title => draft::title(self.clock),
            Step::Description => draft::description(self.clock, &so_far),
            Step::Tags => draft::categories(self.clock, &so_far, &draft, &tags),
            Step::Day | Step::Time => return self.month(Target::Draft, 0, 0).await,
            Step::Reminder => draft::reminder(self.clock, &so_far),
            Step::Confirm => draft::confirm(self.clock, &so_far),
        };
        self.show(&screen).await
    }
}
