//! `remind`, `snooze` and `reminders`.

use todo_sdk::model::{ReminderRow, ReminderState, UpdateTask};

use crate::{
    cli::{RemindArgs, RemindersArgs, SnoozeArgs},
    context::Context,
    error::Error,
    input::fields::RemindArg,
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
    let update = ctx.client.tasks().update(args.id).changes(changes);
    let task = update.send().await.map_err(|error| Error::from(error).about(format!("task {}", args.id)))?;
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
    let about = |error: todo_sdk::Error| Error::from(error).about(format!("task {}", args.id));
    let rows = ctx.client.reminders().of_task(args.id).await.map_err(about)?;
    let put_off = |row: &&ReminderRow| !matches!(row.state, ReminderState::Snoozed | ReminderState::Dead);
    let Some(last) = rows.iter().rev().find(put_off) else {
        if ctx.client.tasks().get(args.id).await.map_err(about)?.completed {
            return Err(Error::NotFound(format!("task {id} is done; `todo reopen {id}` opens it again", id = args.id)));
        }
        let hint = format!("task {id} has no reminder; `todo remind {id} WHEN` sets one", id = args.id);
        return Err(Error::NotFound(hint));
    };
    let row = ctx.client.reminders().snooze(last.id, args.until).await.map_err(about)?;
    ctx.printer.item(&row, row.id, || format!("Snoozed: {}", ctx.look().reminder_line(&row)))
}

pub(super) async fn list(ctx: &Context, args: &RemindersArgs) -> Result<(), Error> {
    let reminders = ctx.client.reminders();
    let rows = match args.id {
        Some(id) => reminders.of_task(id).await.map_err(|error| Error::from(error).about(format!("task {id}")))?,
        None => reminders.pending().await?,
    };
    ctx.printer.list(&rows, |row| row.id, || ctx.look().reminders(&rows), "No reminders.")
}
