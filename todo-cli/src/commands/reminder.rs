//! `remind`, `snooze` and `reminders`.

use chrono::{DateTime, Utc};
use todo_sdk::model::{Id, ReminderRow, ReminderState, UpdateTask};

use crate::{
    cli::{RemindArgs, RemindersArgs, SnoozeArgs},
    context::Context,
    error::Error,
    input::{fields::RemindArg, ids},
    offline,
};

pub(super) async fn remind(ctx: &Context, args: &RemindArgs) -> Result<(), Error> {
    let (remind_time, remind_before_seconds) = match args.at {
        Some(RemindArg::At(at)) => (Some(Some(at)), None),
        Some(RemindArg::Before(seconds)) => (None, Some(Some(seconds))),
        None if args.off => (Some(None), None),
        // The time stays; only the pause changes.
        None => (None, None),
    };
    // Whoever turns it off, or sets it without, wants to be reminded once.
    let changes =
        UpdateTask { remind_time, remind_before_seconds, nag_seconds: Some(args.nag), ..UpdateTask::default() };
    let changed = offline::update(ctx, args.id, changes).await;
    let changed = changed.map_err(|error| error.about(format!("task {}", offline::id_words(args.id))))?;
    let Some(task) = changed else { return Ok(()) };
    ctx.print_task("Changed", &task).await?;
    if let Some(RemindArg::At(at)) = args.at
        && at <= ctx.now
    {
        ctx.printer.warn("that time has passed; you are reminded at once");
    } else if args.at.is_none() && !args.off && task.remind_time.is_none() {
        ctx.printer
            .warn(&format!("task {id} has no reminder to repeat; `todo remind {id} WHEN` sets one", id = args.id));
    }
    Ok(())
}

pub(super) async fn snooze(ctx: &Context, args: &SnoozeArgs) -> Result<(), Error> {
    let ids = ids::resolve(&args.ids)?;
    ctx.each("task", &ids, async |id| put_off(ctx, id, args.until).await).await
}

async fn put_off(ctx: &Context, id: Id, until: DateTime<Utc>) -> Result<(), Error> {
    let id = offline::real(ctx, id)?;
    let rows = ctx.client.reminders().of_task(id).await?;
    let is_last = |row: &&ReminderRow| !matches!(row.state, ReminderState::Snoozed | ReminderState::Dead);
    let Some(last) = rows.iter().rev().find(is_last) else {
        let hint = if ctx.client.tasks().get(id).await?.completed {
            format!("it is done; `todo reopen {id}` opens it again")
        } else {
            format!("it has no reminder; `todo remind {id} WHEN` sets one")
        };
        return Err(Error::NotFound(hint));
    };
    let row = ctx.client.reminders().snooze(last.id, until).await?;
    ctx.printer.item(&row, row.id, || format!("Snoozed: {}", ctx.look().reminder_line(&row)))
}

pub(super) async fn list(ctx: &Context, args: &RemindersArgs) -> Result<(), Error> {
    let reminders = ctx.client.reminders();
    let rows = match args.id {
        Some(id) => reminders
            .of_task(offline::real(ctx, id)?)
            .await
            .map_err(|error| Error::from(error).about(format!("task {id}")))?,
        None => reminders.pending().await?,
    };
    ctx.printer.list(&rows, |row| row.id, || ctx.look().reminders(&rows), "No reminders.")
}
