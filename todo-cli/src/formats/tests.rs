use chrono::{TimeZone, Utc};
use chrono_tz::Europe::Berlin;
use proptest::prelude::*;
use todo_sdk::model::{CreateTask, Due, Repeat, RepeatFrom, User};

use super::*;

fn now() -> DateTime<Tz> {
    Berlin.with_ymd_and_hms(2026, 11, 24, 10, 0, 0).unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// What is read, what is refused, and what is lost.
fn read_all(format: Format, text: &str) -> (Vec<Record>, Vec<u64>, Vec<String>) {
    let (mut records, mut refused, mut losses) = (Vec::new(), Vec::new(), Losses::default());
    let take = |entry: Read| {
        match entry {
            Read::Task(_, record) => records.push(*record),
            Read::Refused(line, _) => refused.push(line),
            Read::Tag(..) => {}
        }
        true
    };
    read(format, text.as_bytes(), &now(), &mut losses, take).unwrap();
    (records, refused, losses.iter().map(|(what, _)| what.to_owned()).collect())
}

fn one(format: Format, text: &str) -> (Record, Vec<String>) {
    let (mut records, refused, losses) = read_all(format, text);
    assert_eq!((records.len(), refused), (1, vec![]), "{text}");
    (records.remove(0), losses)
}

fn head() -> ExportHead {
    let user: User = serde_json::from_value(serde_json::json!({
        "id": 7, "username": "ann", "timezone": "Europe/Berlin", "language": null,
        "date_joined": "2026-01-01T00:00:00Z", "version": 1
    }))
    .unwrap();
    ExportHead { version: 1, user }
}

fn write_all(format: Format, records: &[Record]) -> (String, Vec<String>) {
    let (mut text, mut losses) = (Vec::new(), Losses::default());
    let mut writer = Writer::new(format, &mut text, &head(), &now()).unwrap();
    for record in records {
        writer.write(record, &mut losses).unwrap();
    }
    writer.end().unwrap();
    (String::from_utf8(text).unwrap(), losses.iter().map(|(what, _)| what.to_owned()).collect())
}

#[test]
fn todo_txt_is_read() {
    let read = |line| one(Format::Todotxt, line);
    let (record, losses) = read("(B) 2026-11-01 Call the bank +money @phone due:2026-12-01 rec:+2w t:2026-11-20");
    let task = &record.task;
    assert_eq!((task.title.as_str(), task.priority), ("Call the bank t:2026-11-20", Some(2)));
    assert_eq!((task.due, record.tags), (Some("2026-12-01".parse().unwrap()), vec!["money".into(), "phone".into()]));
    assert_eq!(task.date_created, Some(at("2026-10-31T23:00:00Z")));
    let rule = Repeat { rrule: "FREQ=WEEKLY;INTERVAL=2".into(), from: RepeatFrom::Schedule };
    assert_eq!((&task.repeat, losses), (&Some(rule), vec!["that a tag was a project".to_owned()]));

    let (record, losses) = read("x 2026-11-20 2026-11-01 Done it pri:D");
    assert!(record.task.completed);
    assert_eq!(record.task.completed_at, Some(at("2026-11-19T23:00:00Z")));
    assert_eq!((record.task.title.as_str(), losses), ("Done it", vec!["priorities below (C)".to_owned()]));
    // What only looks like it.
    for line in ["xylophone", "(a) lower case", "(AB) two letters", "a due:soon rec:now", "mail a+b @", "due:x +"] {
        assert_eq!(read(line).0.task.title, line);
    }
    let (record, losses) = read("2026-11-02 2026-11-01 Two dates");
    assert_eq!((record.task.title.as_str(), losses), ("2026-11-01 Two dates", vec![]), "an open task has one");
}

#[test]
fn a_line_of_fields_has_a_title_that_does_not_grow() {
    for (line, title) in [
        ("(A) @only2", "@only2"),
        ("x 2026-11-20 2026-11-01 +only @tags @Only due:2026-12-01", "+only @tags"),
        ("due:2026-12-01 rec:1w", "due:2026-12-01 rec:1w"),
        ("2026-11-01", "2026-11-01"),
        ("x 2026-11-01", "x 2026-11-01"),
        ("(B)", "(B)"),
    ] {
        let (mut record, _) = one(Format::Todotxt, line);
        assert_eq!(record.task.title, title, "{line}");
        for _ in 0..3 {
            let (text, _) = write_all(Format::Todotxt, std::slice::from_ref(&record));
            let back = one(Format::Todotxt, &text).0;
            assert_eq!(plain(back.clone()), plain(record), "{line}: {text}");
            let mut tags = text.split(' ').filter(|word| word.starts_with(['+', '@']));
            assert!(tags.all(|tag| text.matches(tag.trim()).count() == 1), "each stands there once: {text}");
            record = back;
        }
    }
}

#[test]
fn taskwarrior_is_read() {
    let text = r#"[
        {"id":1,"uuid":"a","description":"Call","status":"pending","entry":"20261101T080000Z","due":"20261130T230000Z",
         "priority":"H","project":"money","tags":["phone"],"urgency":9.1,"wait":"20261120T000000Z",
         "annotations":[{"entry":"20261102T080000Z","description":"they open at ten"}]},
        {"description":"Old","status":"completed","entry":"20261101T080000Z","end":"20261102T090000Z"},
        {"description":"Gone","status":"deleted","entry":"20261101T080000Z"},
        {"description":"Water","status":"recurring","recur":"weekly","entry":"20261101T080000Z"},
        {"description":"Water","status":"pending","recur":"weekly","parent":"p","entry":"20261101T080000Z"},
        {"description":"Water","status":"pending","recur":"weekly","parent":"p","entry":"20261101T080000Z"},
        {"status":"pending"}
    ]"#;
    let (records, refused, losses) = read_all(Format::Taskwarrior, text);
    assert_eq!((records.len(), refused), (4, vec![7]));
    let (first, task) = (&records[0], &records[0].task);
    assert_eq!((task.title.as_str(), task.priority, task.due), ("Call", Some(1), Some("2026-12-01".parse().unwrap())));
    assert_eq!(first.tags, ["money", "phone"]);
    assert_eq!(first.comments, [Remark { text: "they open at ten".into(), posted: Some(at("2026-11-02T08:00:00Z")) }]);
    assert_eq!((records[1].task.completed, records[1].task.completed_at), (true, Some(at("2026-11-02T09:00:00Z"))));
    assert_eq!([2, 3].map(|index: usize| records[index].task.repeat.is_some()), [true, false], "one goes on");
    for what in ["the field \"wait\"", "that a tag was the project"] {
        assert!(losses.contains(&what.to_owned()) && losses.len() == 5, "{losses:?}");
    }
    // An object a line, as old versions write them; nothing; and what is none.
    let lines = "{\"description\":\"a\"}\n{\"description\":\"b\"}\n";
    assert_eq!(read_all(Format::Taskwarrior, lines).0.len(), 2);
    assert_eq!(read_all(Format::Taskwarrior, " \n [ ] ").0.len(), 0);
    assert_eq!(read_all(Format::Taskwarrior, "").0.len(), 0);
    let (record, losses) = one(Format::Taskwarrior, r#"{"description":"a","status":"odd"}"#);
    assert_eq!((record.task.completed, losses), (false, vec!["the status \"odd\" (taken as open)".to_owned()]));
    let broken = read(Format::Taskwarrior, &b"[{\"description\":\"a\"},"[..], &now(), &mut Losses::default(), |_| true);
    assert!(broken.unwrap_err().to_string().starts_with("entry 2 is no JSON"));
}

#[test]
fn todoist_is_read() {
    let text = "TYPE,CONTENT,DESCRIPTION,PRIORITY,INDENT,AUTHOR,RESPONSIBLE,DATE,DATE_LANG,TIMEZONE\n\
                section,Home,,,,,,,,\n\
                task,Call the bank @phone,\"They open\nat ten\",1,1,Ann (1),,2026-12-01 18:30,en,Europe/Berlin\n\
                note,\" ask about the card\n\",,,,Bob (2),,2026-11-20 9:00,,Europe/London\n\
                note,later,,,,,,2027-11-20,,\n\
                task,Water,,4,2,Ann (1),,every 2 weeks starting 2026-12-05,en,\n\
                task,Когда,,3,1,Ann (1),,завтра,ru,Europe/Moscow\n\
                task,Odd,,4,1,Ann (1),,when pigs fly,en,\n";
    let (records, refused, losses) = read_all(Format::Todoist, text);
    assert_eq!((records.len(), refused), (4, vec![]));
    let task = &records[0].task;
    assert_eq!(
        (task.title.as_str(), task.description.as_str(), task.priority),
        ("Call the bank", "They open\nat ten", Some(1))
    );
    assert_eq!((task.due, &records[0].tags), (Some(Due::At(at("2026-12-01T17:30:00Z"))), &vec!["phone".to_owned()]));
    let posted = Some(at("2026-11-20T09:00:00Z"));
    assert_eq!(records[0].comments[0], Remark { text: " ask about the card\n".into(), posted });
    assert_eq!(records[0].comments[1], Remark { text: "later".into(), posted: None }, "it is still to come");
    let water = &records[1].task;
    assert_eq!(
        (water.due, water.repeat.as_ref().unwrap().rrule.as_str()),
        (Some("2026-12-05".parse().unwrap()), "FREQ=WEEKLY;INTERVAL=2")
    );
    assert_eq!(records[2].task.due, Some("2026-11-25".parse().unwrap()));
    assert_eq!(records[3].task.description, "when pigs fly");
    for what in ["authors of tasks", "authors of notes", "dates of notes that are not understood, or still to come"] {
        assert!(losses.contains(&what.to_owned()), "{what}");
    }
    assert_eq!(losses.len(), 6, "{losses:?}");
    let none = read(Format::Todoist, &b"a,b\n1,2\n"[..], &now(), &mut Losses::default(), |_| true);
    assert!(none.unwrap_err().to_string().contains("lacks TYPE"));
}

#[test]
fn what_is_too_long_goes_on_elsewhere() {
    let title = "word ".repeat(60);
    let (record, losses) = one(Format::Text, &title);
    assert_eq!(losses, ["titles beyond 100 characters (cut; the description begins with all of it)"]);
    assert_eq!(record.task.title.chars().count(), 100, "with the sign that it goes on");
    assert_eq!(record.task.description, title.trim());
    let csv = format!("TYPE,CONTENT,DESCRIPTION\ntask,a,{}\n", "d".repeat(25_000));
    let (record, losses) = one(Format::Todoist, &csv);
    assert_eq!(losses, ["descriptions beyond 10000 characters (the rest is a comment)"]);
    assert_eq!(record.task.description.len(), 10_000);
    assert_eq!(record.comments.iter().map(|comment| comment.text.len()).collect::<Vec<_>>(), [10_000, 5_000]);
    let (_, refused, _) = read_all(Format::Text, &format!("fine\n{}\n", "\u{7}"));
    assert_eq!(refused, [2], "a control character is no title");
}

/// The tasks that are read, and why no more are.
fn broken(format: Format, bytes: &[u8]) -> (Vec<String>, Error) {
    let mut titles = Vec::new();
    let take = |entry: Read| {
        if let Read::Task(_, record) = entry {
            titles.push(record.task.title);
        }
        true
    };
    let error = read(format, bytes, &now(), &mut Losses::default(), take).unwrap_err();
    (titles, error)
}

#[test]
fn an_open_quote_ends_it_with_its_line() {
    let head = "TYPE,CONTENT,DESCRIPTION\ntask,fine,\"two\nlines, \"\"quoted\"\"\"\n";
    let swallowed = "task,\"open,\ntask,\"swallowed\",\ntask,behind,\n";
    for rest in ["task,\"open,\ntask,swallowed,\n", swallowed, "task,\"open"] {
        for ends in ["\n", "\r\n"] {
            let csv = format!("{head}{rest}").replace('\n', ends);
            let (titles, error) = broken(Format::Todoist, csv.as_bytes());
            assert_eq!((titles, error.exit_code()), (vec!["fine".to_owned()], 1), "{rest}");
            assert_eq!(error.to_string(), "the quote that opens in line 4 is not closed where its cell ends", "{rest}");
        }
    }
    let rows = format!("{head}task,a \"bare\" quote,\ntask,\"\",\"\"\ntask,last,\"end\"");
    for rows in [rows.replace('\n', "\r\n"), rows] {
        let (records, refused, _) = read_all(Format::Todoist, &rows);
        assert_eq!((records.len(), refused), (3, vec![5]), "a task without a title is none: {rows:?}");
    }
}

#[test]
fn what_is_no_text_is_replaced_and_told_with_its_line() {
    for (format, bytes) in [
        (Format::Text, &b"fine\nc\xe9\nbehind"[..]),
        (Format::Todotxt, b"fine\nc\xe9\nbehind\n"),
        (Format::Todoist, b"TYPE,CONTENT\ntask,c\xe9\ntask,behind\n"),
        (Format::Taskwarrior, b"[\n{\"description\":\"c\xe9\"},{\"description\":\"behind\"}]"),
    ] {
        let (mut titles, mut losses) = (Vec::new(), Losses::default());
        let take = |entry: Read| {
            if let Read::Task(_, record) = entry {
                titles.push(record.task.title);
            }
            true
        };
        read(format, bytes, &now(), &mut losses, take).unwrap();
        assert_eq!(titles[titles.len() - 2..], ["c\u{FFFD}", "behind"]);
        let told: Vec<_> = losses.iter().map(|(what, loss)| (what, loss.count, loss.first)).collect();
        assert_eq!(told, [("bytes that are no UTF-8 (each became U+FFFD)", 1, 2)], "{format:?}");
    }
    let (_, error) = broken(Format::Json, b"\n{\"\xff");
    assert!(error.exit_code() == 1 && error.to_string().contains("end of the file"), "{error}");
    let (_, error) = broken(Format::Json, b"\n{\"\xff\n");
    assert!(error.exit_code() == 1 && error.to_string().contains("line 2"), "{error}");
}

#[test]
fn white_space_that_a_form_can_t_hold_is_told() {
    for (format, title, losses) in [
        (Format::Todoist, "a\tb", vec!["white space in titles, beside single spaces"]),
        (Format::Text, " a ", vec!["line breaks in titles, and spaces around them"]),
        (Format::Text, "a\nb", vec!["line breaks in titles, and spaces around them"]),
        (Format::Todotxt, "a\nb", vec!["line breaks in titles"]),
        (Format::Taskwarrior, "a\nb\t", vec![]),
    ] {
        let task = CreateTask { title: title.into(), ..CreateTask::default() };
        let (text, told) = write_all(format, &[Record { task, ..Record::default() }]);
        assert_eq!(told, losses, "{text}");
        assert_eq!(read_all(format, &text).0.len(), 1, "it stays one task: {text}");
    }
}

#[test]
fn no_other_account_has_the_same_numbers() {
    let task = CreateTask { title: "a".into(), ..CreateTask::default() };
    let record = Record { id: Some(1), task, ..Record::default() };
    let export = |id: i64, joined: &str| {
        let mut head = head();
        (head.user.id, head.user.date_joined) = (id, at(joined));
        let mut text = Vec::new();
        let mut writer = Writer::new(Format::Taskwarrior, &mut text, &head, &now()).unwrap();
        writer.write(&record, &mut Losses::default()).unwrap();
        writer.end().unwrap();
        let (mut records, ..) = read_all(Format::Taskwarrior, &String::from_utf8(text).unwrap());
        records.remove(0).source
    };
    let here = export(1, "2026-01-01T00:00:00.000001Z");
    assert_eq!(here, export(1, "2026-01-01T00:00:00.000001Z"), "from export to export");
    assert_eq!(here.parse::<uuid::Uuid>().unwrap().get_version_num(), 8);
    assert_ne!(here, export(1, "2026-01-01T00:00:00.000002Z"), "the first account of another machine");
    assert_ne!(here, export(2, "2026-01-01T00:00:00.000001Z"));
    // Tasks that were taken over on several machines are as old to the microsecond.
    let line = |id: i64, joined: &str| {
        let mut head = head();
        (head.user.id, head.user.date_joined) = (id, at(joined));
        let head = serde_json::to_string(&todo_sdk::model::Exported::Todo(head)).unwrap();
        let (mut records, ..) = read_all(Format::Json, &format!("{head}\n{OWN_TASK}\n{OWN_END}\n"));
        records.remove(0).source
    };
    assert_eq!(line(1, "2026-01-01T00:00:00Z"), line(1, "2026-01-01T00:00:00Z"));
    assert_ne!(line(1, "2026-01-01T00:00:00Z"), line(1, "2026-01-01T00:00:01Z"));
}

const OWN_TASK: &str = concat!(
    r#"{"task":{"id":5,"title":" a\u2028b ","description":"","completed":false,"completed_at":null,"priority":4,"#,
    r#""due":null,"remind_time":null,"repeat":null,"tags":[],"telegram_user":null,"#,
    r#""date_created":"2026-11-01T08:00:00Z","date_updated":"2026-11-01T08:00:00Z","version":1}}"#
);
const OWN_END: &str = r#"{"end":{"tags":0,"tasks":1,"comments":0}}"#;

#[test]
fn our_own_form_has_an_end() {
    let task = OWN_TASK;
    let comment =
        r#"{"comment":{"id":1,"task_id":5,"content":" as it is\n","posted_date":"2026-11-01T08:00:00Z","version":1}}"#;
    let whole = format!("{task}\n{comment}\n{{\"end\":{{\"tags\":0,\"tasks\":1,\"comments\":1}}}}\n");
    let (record, losses) = one(Format::Json, &whole);
    assert_eq!((record.task.title.as_str(), losses), (" a\u{2028}b ", vec![]), "nothing is cut");
    assert_eq!(record.comments[0].text, " as it is\n");
    for (cut, count) in [("", 0), (&*format!("{task}\n"), 1), (&whole[..whole.len() - 20], 1), (&task[..50], 0)] {
        let (titles, error) = broken(Format::Json, cut.as_bytes());
        assert_eq!((titles.len(), error.exit_code()), (count, 1), "{cut}: {error}");
    }
}

#[test]
fn a_record_is_known_by_what_it_was_read_from() {
    let sources = |format, text: &str| -> Vec<String> {
        read_all(format, text).0.into_iter().map(|record| record.source).collect()
    };
    assert_eq!(sources(Format::Todotxt, " (A) a  @b \r\n\nc\n"), ["(A) a  @b", "c"]);
    let entry = |more: &str| sources(Format::Taskwarrior, &format!("{{\"description\":\"a\"{more}}}"));
    assert_eq!(entry(",\"uuid\":\"u\",\"status\":\"completed\""), ["u"]);
    assert_eq!(entry(",\"urgency\":1.5,\"id\":7"), entry(""), "these change by themselves");
    assert_ne!(entry(",\"project\":\"p\""), entry(""));
    let csv = "TYPE,CONTENT,DATE\ntask,a,tomorrow\nnote,n,\ntask,a,today\n";
    let rows = sources(Format::Todoist, csv);
    assert_ne!(rows[0], rows[1]);
    let without = sources(Format::Todoist, &csv.replace("note,n,\n", ""));
    assert_eq!(rows, without, "a note that was added leaves its task what it was");
}

#[test]
fn every_reminder_that_is_lost_is_told() {
    let reminders = [
        CreateTask { remind_time: Some(at("2026-12-01T08:00:00Z")), ..CreateTask::default() },
        CreateTask { remind_before_seconds: Some(600), ..CreateTask::default() },
        CreateTask { nag_seconds: Some(600), ..CreateTask::default() },
    ];
    for task in reminders {
        let task = CreateTask { title: "a".into(), ..task };
        let record = Record { task, ..Record::default() };
        for format in [Format::Todotxt, Format::Taskwarrior, Format::Todoist, Format::Text] {
            assert_eq!(write_all(format, std::slice::from_ref(&record)).1, ["reminders"]);
        }
    }
}

#[test]
fn comments_that_say_nothing_are_told() {
    let csv = "TYPE,CONTENT\ntask,a\nnote,\nnote,\"  b \"\n";
    let (record, losses) = one(Format::Todoist, csv);
    assert_eq!(record.comments, [Remark { text: "  b ".into(), posted: None }]);
    assert_eq!(losses, ["comments that say nothing"]);
}

fn records() -> impl Strategy<Value = Record> {
    let title = "[a-zA-Z(@+][ -~а-яё🙂]{0,40}[a-z)]";
    let due = prop_oneof![Just(None), Just(Some("2026-12-01")), Just(Some("2026-12-01T17:30:00Z"))];
    let repeat = prop_oneof![
        Just(None),
        Just(Some(("FREQ=DAILY;INTERVAL=3", RepeatFrom::Completion))),
        Just(Some(("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", RepeatFrom::Schedule))),
        Just(Some(("FREQ=MONTHLY;BYMONTHDAY=-1", RepeatFrom::Schedule)))
    ];
    let tags = proptest::collection::btree_set("[a-zа-я]{1,8}( [a-z]{2})?", 0..3);
    let made = prop_oneof![Just(None), Just(Some("2026-10-31T23:00:00Z")), Just(Some("2026-11-01T09:00:00Z"))];
    let comments = proptest::collection::vec("[a-z][ -~]{0,20}[a-z]", 0..3);
    let description = prop_oneof![Just(String::new()), Just("two\nlines".to_owned())];
    let parts = (title, due, repeat, tags, made, comments, description, any::<bool>(), 1_i16..=4);
    parts.prop_map(|(title, due, repeat, tags, made, comments, description, completed, priority)| {
        let date_created = made.map(at);
        let task = CreateTask {
            title,
            description,
            completed,
            completed_at: date_created.filter(|_| completed),
            priority: Some(priority),
            due: due.map(|due| due.parse().unwrap()),
            repeat: repeat.map(|(rrule, from)| Repeat { rrule: rrule.to_owned(), from }),
            date_created,
            ..CreateTask::default()
        };
        let comments = comments.into_iter().map(|text| Remark { text, posted: None }).collect();
        Record { id: Some(3), task, tags: tags.into_iter().collect(), comments, ..Record::default() }
    })
}

/// As it is compared: 4 is no priority, and some forms number nothing.
fn plain(mut record: Record) -> Record {
    (record.id, record.source) = (None, String::new());
    record.task.priority = record.task.priority.filter(|priority| *priority < 4);
    record.tags.sort();
    record.comments.iter_mut().for_each(|comment| comment.posted = None);
    record
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    /// Whatever comes back otherwise than it went was told.
    #[test]
    fn a_round_trip_loses_only_what_is_told(record in records()) {
        for format in [Format::Todotxt, Format::Taskwarrior, Format::Todoist, Format::Text] {
            let (text, losses) = write_all(format, std::slice::from_ref(&record));
            let (back, refused, _) = read_all(format, &text);
            prop_assert_eq!(refused, Vec::<u64>::new());
            if losses.is_empty() {
                prop_assert_eq!(back.into_iter().map(plain).collect::<Vec<_>>(), vec![plain(record.clone())], "{}", text);
            }
        }
    }
}
