//! Screens of the real program as SVG, in both themes.

use std::{fmt::Write as _, fs, io, path::Path};

use anstyle::{Ansi256Color, Color, Effects, RgbColor, Style};
use anstyle_svg::Term;
use chrono::{Days, Local, NaiveTime, TimeDelta, TimeZone, Utc};
use todo_sdk::{
    Client,
    model::{CreateTask, Due, Repeat, RepeatFrom},
};
use vt100::{Cell, Screen};

use crate::world::World;

const COLUMNS: u16 = 120;
const ROWS: u16 = 32;

/// The name of a picture, the keys that lead there from the list, and what shows then.
const SCENES: [(&str, &str, &str); 5] = [
    ("list", "4ggjj", "They open at ten"),
    ("add", "aBook the train tomorrow 10:00 @travel p1 !30m", "@travel"),
    ("calendar", "6", "Mon"),
    ("statistics", "7", "Done per day"),
    ("palette", ":", "What to do"),
];

/// When the tasks that are done were.
const DONE_DAYS_AGO: [i64; 22] = [0, 0, 1, 2, 2, 2, 3, 4, 6, 6, 7, 8, 9, 9, 9, 11, 13, 14, 16, 16, 20, 23];

pub(crate) fn run(runtime: &tokio::runtime::Runtime, folder: &Path) -> io::Result<()> {
    let world = runtime.block_on(World::start())?;
    runtime.block_on(fill(&world.client)).map_err(io::Error::other)?;
    fs::create_dir_all(folder)?;
    for (theme, light) in [("dark", false), ("light", true)] {
        for (name, keys, shows) in SCENES {
            let mut terminal = world.open(COLUMNS, ROWS, light)?;
            terminal.sees("● live");
            terminal.types(keys)?;
            terminal.sees(shows);
            let path = folder.join(format!("{name}-{theme}.svg"));
            fs::write(&path, draw(&terminal.settled(), light))?;
            println!("{}", path.display());
            terminal.escapes()?;
            terminal.types("q")?;
            let _ = terminal.ends();
        }
    }
    Ok(())
}

async fn fill(client: &Client) -> Result<(), todo_sdk::Error> {
    let mut tags = Vec::new();
    for name in ["home", "work", "garden", "family"] {
        tags.push(client.tags().create(name).await?.id);
    }
    let today = Local::now().date_naive();
    let day = |days: i64| {
        Due::Day(if days < 0 { today - Days::new(days.unsigned_abs()) } else { today + Days::new(days.unsigned_abs()) })
    };
    let at = |days: u64, hour| {
        let wall = (today + Days::new(days)).and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
        Due::At(Local.from_local_datetime(&wall).earliest().map(|at| at.to_utc()).unwrap_or_default())
    };
    let task = |title: &str, due: Option<Due>, priority: i16, tag: usize| CreateTask {
        title: title.to_owned(),
        due,
        priority: Some(priority),
        tags: vec![tags[tag]],
        ..CreateTask::default()
    };
    let weekly = Repeat { rrule: "FREQ=WEEKLY".to_owned(), from: RepeatFrom::Schedule };
    let bank = CreateTask {
        description: "About the new card. They open at ten, ask for Ms Berger.".to_owned(),
        remind_before_seconds: Some(1800),
        ..task("Call the bank", Some(at(1, 10)), 1, 0)
    };
    client.tasks().create_from(task("Pay the rent", Some(day(-2)), 1, 0)).send().await?;
    client.tasks().create_from(task("Answer Anna's letter", Some(day(0)), 4, 3)).send().await?;
    let bank = client.tasks().create_from(bank).send().await?;
    client.comments().create(bank.id, "The number is on the back of the card.").await?;
    for task in [
        task("Finish the quarterly report", Some(day(3)), 2, 1),
        CreateTask { repeat: Some(weekly), ..task("Water the plants", Some(day(2)), 4, 2) },
        task("Прочитать главу про кэши", Some(day(4)), 3, 3),
        task("Plan the summer holidays 🏖", Some(day(9)), 4, 3),
        task("Order new business cards", Some(day(9)), 4, 1),
        task("Renew the passport", Some(day(40)), 3, 0),
        task("Read about beekeeping", None, 4, 2),
        task("Sort the photographs", None, 4, 3),
    ] {
        client.tasks().create_from(task).send().await?;
    }
    for (number, days) in DONE_DAYS_AGO.into_iter().enumerate() {
        let done = Utc::now() - TimeDelta::days(days);
        let (date_created, completed_at) = (Some(done - TimeDelta::hours(9 * (days % 7))), Some(done));
        let task = task(&format!("Finished matter {number}"), None, 4, number % 4);
        let task = CreateTask { completed: true, completed_at, date_created, ..task };
        client.tasks().create_from(task).send().await?;
    }
    Ok(())
}

fn draw(screen: &Screen, light: bool) -> String {
    let rgb = |hex: u32| RgbColor((hex >> 16) as u8, (hex >> 8) as u8, hex as u8);
    let (text, back) = if light { (rgb(0x1f_29_37), rgb(0xff_ff_ff)) } else { (rgb(0xd5_d9_e2), rgb(0x16_19_20)) };
    Term::new().fg_color(text.into()).bg_color(back.into()).render_svg(&styled(screen))
}

/// The screen as text with escape sequences for colours and nothing else.
fn styled(screen: &Screen) -> String {
    let (rows, columns): (u16, u16) = (screen.size().0.get(), screen.size().1.get());
    let mut text = String::new();
    for row in 0..rows {
        for cell in
            (0..columns).filter_map(|column| screen.cell(row, column)).filter(|cell| !cell.is_wide_continuation())
        {
            let style = style(cell);
            let letter = if cell.has_contents() { cell.contents() } else { " " };
            // Writing to a String can't fail.
            let _ = write!(text, "{style}{letter}{style:#}");
        }
        text.push('\n');
    }
    text
}

fn style(cell: &Cell) -> Style {
    let (mut front, mut back) = (color(cell.fgcolor()), color(cell.bgcolor()));
    if cell.inverse() {
        (front, back) = (back.or(Some(RgbColor(0, 0, 0).into())), front.or(Some(RgbColor(255, 255, 255).into())));
    }
    let mut effects = Effects::new();
    for (on, effect) in
        [(cell.bold(), Effects::BOLD), (cell.dim(), Effects::DIMMED), (cell.underline(), Effects::UNDERLINE)]
    {
        effects = effects.set(effect, on);
    }
    Style::new().fg_color(front).bg_color(back).effects(effects)
}

fn color(color: vt100::Color) -> Option<Color> {
    match color {
        vt100::Color::Default => None,
        vt100::Color::Idx(index) => Some(Ansi256Color(index).into()),
        vt100::Color::Rgb(red, green, blue) => Some(RgbColor(red, green, blue).into()),
    }
}
