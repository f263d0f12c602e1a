//! A task, made step by step.

use todo_sdk::model::{CreateTask, Due, Id};

use super::{Answer, Talk, card, edit::one_line, refusal};
use crate::{
    action::Target,
    error::Fail,
    session::{Draft, State, Step},
    telegram::Screen,
    view::{calendar, draft},
};

impl Talk {
    /// Begins a task, whose title may be known already. `was` is left for it.
    pub(super) async fn begin_draft(&mut self, was: &State, title: &str) -> Answer {
        let title = one_line(title);
        let problem = self.title_problem(&title).filter(|_| !title.is_empty());
        let step = if title.is_empty() || problem.is_some() { Step::Title } else { Step::Description };
        let known = if step == Step::Title { String::new() } else { title };
        let draft = Draft { number: self.update, title: known, ..Draft::default() };
        let screen = self.question(step, &draft).await?;
        self.leave_draft(was).await?;
        self.expect(State::Draft { step, draft });
        match problem {
            Some(problem) => self.say(&Screen::text(problem)).await,
            None => self.say(&screen).await,
        }
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
            Step::Day | Step::Time => match self.due_of(draft.day(step), &text) {
                Some(due) => self.draft_is_due(draft, due).await,
                None => self.not_a_time().await,
            },
            Step::Reminder | Step::Confirm => {
                let text = self.words().say("press-a-button");
                self.say(&Screen::text(text)).await
            }
        }
    }

    /// A new category, or one there is, by its name.
    async fn draft_tag_said(&mut self, mut draft: Draft, text: String) -> Answer {
        let name = one_line(&text);
        if let Some(problem) = self.name_problem(&name) {
            return self.say(&Screen::text(problem)).await;
        }
        let tag = self.tag_named(&name).await?;
        if !draft.tags.contains(&tag) {
            draft.tags.push(tag);
        }
        self.step(Step::Tags, draft).await
    }

    /// The task that is being made under this number, if one of these steps is asked.
    pub(super) fn draft_at(&self, number: u32, steps: &[Step]) -> Option<Draft> {
        match &self.session.state {
            State::Draft { step, draft } if draft.number == number && steps.contains(step) => Some(draft.clone()),
            _ => None,
        }
    }

    /// A tap on what was asked before: a second one, or one further up.
    pub(super) async fn answered_before(&mut self) -> Answer {
        let text = self.words().say("answered-before");
        self.warn(&text).await
    }

    pub(super) async fn draft_tag(&mut self, number: u32, tag: Id) -> Answer {
        let Some(mut draft) = self.draft_at(number, &[Step::Tags]) else { return self.answered_before().await };
        match draft.tags.iter().position(|known| *known == tag) {
            Some(at) => drop(draft.tags.remove(at)),
            None => draft.tags.push(tag),
        }
        self.step(Step::Tags, draft).await
    }

    pub(super) async fn draft_tags_page(&mut self, number: u32, page: u32) -> Answer {
        match self.draft_at(number, &[Step::Tags]) {
            Some(draft) => self.step(Step::Tags, Draft { tags_page: page, ..draft }).await,
            None => self.answered_before().await,
        }
    }

    /// Goes on from a step without an answer.
    pub(super) async fn draft_next(&mut self, number: u32, step: Step) -> Answer {
        let steps: &[Step] = if step == Step::Day { &[Step::Day, Step::Time] } else { &[step] };
        let Some(draft) = self.draft_at(number, steps) else { return self.answered_before().await };
        match step {
            Step::Title | Step::Confirm => self.old_button().await,
            Step::Description => self.step(Step::Tags, Draft { description: String::new(), ..draft }).await,
            Step::Tags => self.step(Step::Day, draft).await,
            // Without a day there is nothing to remind before.
            Step::Day | Step::Time => self.step(Step::Confirm, Draft { due: None, remind_before: None, ..draft }).await,
            Step::Reminder => self.step(Step::Confirm, Draft { remind_before: None, ..draft }).await,
        }
    }

    pub(super) async fn draft_due(&mut self, number: u32, due: Due) -> Answer {
        match self.draft_at(number, &[Step::Day, Step::Time]) {
            Some(draft) => self.draft_is_due(draft, due).await,
            None => self.answered_before().await,
        }
    }

    async fn draft_is_due(&mut self, draft: Draft, due: Due) -> Answer {
        let mut draft = Draft { due: Some(due), ..draft };
        // A reminder that was chosen with another day may be past with this one.
        let remind_at = draft.remind_before.and_then(|minutes| self.before(due, minutes));
        if remind_at.is_some_and(|at| at <= self.clock.now) {
            (draft.remind_before, draft.repairs) = (None, Some(Step::Reminder));
        }
        self.step(Step::Reminder, draft).await
    }

    pub(super) async fn draft_remind(&mut self, number: u32, minutes: i64) -> Answer {
        let Some(draft) = self.draft_at(number, &[Step::Reminder]) else { return self.answered_before().await };
        if let Some(at) = draft.due.and_then(|due| self.before(due, minutes))
            && at <= self.clock.now
        {
            return self.is_past(at).await;
        }
        self.step(Step::Confirm, Draft { remind_before: Some(minutes), ..draft }).await
    }

    pub(super) async fn draft_save(&mut self, number: u32) -> Answer {
        let Some(draft) = self.draft_at(number, &[Step::Confirm]) else { return self.answered_before().await };
        let made = match self.make(draft.to_task(), &self.key_of(number, "draft")).await {
            Err(error) if error.status() == Some(422) => return self.draft_refused(draft, error).await,
            made => made?,
        };
        self.expect(State::Idle);
        let mut screen = card(self, made.id).await?;
        screen.text = format!("{}\n\n{}", self.words().say("task-made"), screen.text);
        self.show(&screen).await
    }

    /// Leads back to what can't be saved; all else is kept.
    async fn draft_refused(&mut self, draft: Draft, error: todo_sdk::Error) -> Answer {
        let known = self.person.tag_names().await?;
        let tags: Vec<Id> = draft.tags.iter().copied().filter(|tag| known.contains_key(tag)).collect();
        let is_wrong = |fields: &[&str]| {
            error.field_errors().is_some_and(|errors| errors.keys().any(|field| fields.contains(&field.as_str())))
        };
        let (step, why) = if tags.len() < draft.tags.len() {
            // Without them it can be saved.
            (Step::Confirm, self.words().say("draft-category-gone"))
        } else {
            let step = match () {
                () if is_wrong(&["title"]) => Step::Title,
                () if is_wrong(&["description"]) => Step::Description,
                () if is_wrong(&["tags"]) => Step::Tags,
                () if is_wrong(&["due"]) => Step::Day,
                // Without a day there is nothing to remind before.
                () if is_wrong(&["remind_before_seconds", "remind_time"]) && draft.due.is_none() => Step::Day,
                () if is_wrong(&["remind_before_seconds", "remind_time"]) => Step::Reminder,
                () => return Err(error.into()),
            };
            (step, refusal(self.words(), &error))
        };
        let draft = Draft { tags, repairs: Some(step).filter(|step| *step != Step::Confirm), ..draft };
        let mut screen = self.question(step, &draft).await?;
        screen.text = format!("{why}\n\n{}", screen.text);
        self.expect(State::Draft { step, draft });
        self.show(&screen).await
    }

    pub(super) async fn draft_drop(&mut self, number: u32) -> Answer {
        match &self.session.state {
            State::Draft { draft, .. } if draft.number == number => {
                self.expect(State::Idle);
                let screen = Screen::text(self.words().say("cancelled"));
                self.show(&screen).await
            }
            _ => self.answered_before().await,
        }
    }

    /// What is asked now is asked again below, where a task is being made.
    pub(super) async fn ask_again(&mut self) -> Answer {
        let State::Draft { step, draft } = self.session.state.clone() else { return Ok(()) };
        let screen = self.question(step, &draft).await?;
        self.say(&screen).await
    }

    /// Goes on with the task that was being made before something else was asked.
    pub(super) async fn resume(&mut self) -> Answer {
        if let Some((step, draft)) = self.session.paused.take() {
            self.expect(State::Draft { step, draft });
        }
        self.ask_again().await
    }

    /// Says so, where a task that was being made is left for something else.
    pub(super) async fn leave_draft(&mut self, was: &State) -> Answer {
        let paused = self.session.paused.take().map(|(_, draft)| draft);
        let left = match was {
            State::Draft { draft, .. } => Some(draft.clone()),
            _ => paused,
        };
        match left.filter(|draft| !draft.title.is_empty()) {
            Some(draft) => {
                let text = self.words().html("draft-left", [("title", draft.title.into())]);
                self.say(&Screen::text(text)).await
            }
            None => Ok(()),
        }
    }

    /// Asks for the next thing; of a task that was led back to one step, nothing else is asked again.
    async fn step(&mut self, step: Step, draft: Draft) -> Answer {
        let (step, draft) = match draft.repairs {
            Some(wrong) if wrong != step => (Step::Confirm, Draft { repairs: None, ..draft }),
            _ => (step, draft),
        };
        let screen = self.question(step, &draft).await?;
        self.expect(State::Draft { step, draft });
        self.show(&screen).await
    }

    async fn question(&self, step: Step, draft: &Draft) -> Result<Screen, Fail> {
        let tags = self.person.tag_names().await?;
        let so_far = draft::so_far(self.clock, draft, &tags);
        Ok(match step {
            Step::Title => draft::title(self.clock, draft),
            Step::Description => draft::description(self.clock, &so_far, draft),
            Step::Tags => draft::categories(self.clock, &so_far, draft, &tags),
            Step::Day => self.draft_month(&so_far, draft, 0, 0),
            Step::Time => match draft.due {
                Some(Due::Day(day)) => self.times(Target::Draft(draft.number), day),
                _ => self.draft_month(&so_far, draft, 0, 0),
            },
            Step::Reminder => draft::reminder(self.clock, &so_far, draft),
            Step::Confirm => draft::confirm(self.clock, &so_far, draft),
        })
    }

    /// The month to choose its day in.
    pub(super) async fn turn_draft(&mut self, number: u32, year: i32, month: u32) -> Answer {
        let Some(draft) = self.draft_at(number, &[Step::Day, Step::Time]) else { return self.answered_before().await };
        // A day whose time is asked for is chosen anew.
        let is_asked_for_time = self.draft_at(number, &[Step::Time]).is_some();
        let draft = Draft { due: draft.due.filter(|_| !is_asked_for_time), ..draft };
        let so_far = draft::so_far(self.clock, &draft, &self.person.tag_names().await?);
        let screen = self.draft_month(&so_far, &draft, year, month);
        self.expect(State::Draft { step: Step::Day, draft });
        self.show(&screen).await
    }

    fn draft_month(&self, so_far: &str, draft: &Draft, year: i32, month: u32) -> Screen {
        let text = format!("{so_far}\n\n{}", self.words().say("ask-day"));
        let label = if draft.due.is_none() { self.words().say("skip") } else { self.words().say("no-due") };
        let skip = draft::next(label, draft, Step::Day);
        calendar::month(self.clock, text, Target::Draft(draft.number), year, month, vec![skip])
    }
}

impl Draft {
    fn to_task(&self) -> CreateTask {
        CreateTask {
            title: self.title.clone(),
            description: self.description.clone(),
            tags: self.tags.clone(),
            due: self.due,
            remind_before_seconds: self.remind_before.map(|minutes| minutes.saturating_mul(60)),
            ..CreateTask::default()
        }
    }

    /// The day that was chosen, whose time is asked for.
    fn day(&self, step: Step) -> Option<chrono::NaiveDate> {
        match self.due {
            Some(Due::Day(day)) if step == Step::Time => Some(day),
            _ => None,
        }
    }
}
