//! A task in one line, and the options that stand above it.

use todo_sdk::{
    model::Due,
    quick::{Quick, parse},
};

use crate::{
    cli::AddArgs,
    context::Context,
    input::fields::RemindArg,
    output::{repeat, text, when},
    zone::machine_tz,
};

/// What a line says, and the options.
pub(super) fn read(ctx: &Context, line: &str, args: &AddArgs) -> Quick {
    let mut read = if args.raw { Quick::literal(line) } else { parse(line, ctx.now.to_utc(), machine_tz()) };
    read.description = args.description.clone().or(read.description);
    read.priority = args.priority.or(read.priority);
    read.due = args.due.or(read.due);
    read.nag_seconds = args.nag.or(read.nag_seconds);
    read.repeat = args.repeat.clone().or(read.repeat);
    match args.remind {
        Some(RemindArg::At(at)) => (read.remind_time, read.remind_before_seconds) = (Some(at), None),
        Some(RemindArg::Before(seconds)) => (read.remind_time, read.remind_before_seconds) = (None, Some(seconds)),
        None => {}
    }
    for tag in &args.tags {
        if !read.tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            read.tags.push(tag.clone());
        }
    }
    read
}

/// For people, a line for each field.
pub(super) fn words(ctx: &Context, read: &Quick) -> String {
    let mut lines = vec![format!("title     {}", text::line(&read.title))];
    let mut add = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("{name:<9} {value}")));
    };
    add("due", read.due.map(|due| format!("{} ({})", when::absolute(due, &ctx.now), when::relative(due, &ctx.now))));
    add("priority", read.priority.map(|priority| priority.to_string()));
    add("tags", (!read.tags.is_empty()).then(|| text::line(&read.tags.join(", ")).into_owned()));
    add("remind", read.remind_time.map(|at| when::absolute(Due::At(at), &ctx.now)));
    add("remind", read.remind_before_seconds.map(when::before));
    add("nag", read.nag_seconds.map(|seconds| format!("every {} until done", when::length(seconds))));
    add("repeat", read.repeat.as_ref().map(|repeat| text::line(&repeat::words(repeat)).into_owned()));
    add("details", read.description.as_deref().map(|text| text::line(text).into_owned()));
    lines.join("\n")
}
