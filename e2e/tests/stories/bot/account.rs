//! The account: joined with one made elsewhere, taken along, deleted; and groups, which have none.

use e2e::{
    Stack,
    bot_api::Person,
    servers::Backend::{self, Cluster, Sqlite},
};
use rstest::rstest;
use serde_json::{Value, json};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::{
    Lang::{self, En, Ru},
    World, says,
};
use crate::{
    api::{Api, PASSWORD},
    cli::Shell,
    reminders::in_seconds,
};

/// The code that a program made.
fn code(link: &Value) -> &str {
    link["code"].as_str().unwrap()
}

/// `todo` in a terminal, signed in to an account of this name.
fn terminal(world: &World, name: &str) -> Shell {
    let terminal = Shell::at_urls([world.stack.todo_url(), world.stack.comments_url()]);
    terminal.json_with(&["register", name, "--password-stdin"], PASSWORD);
    terminal
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_joined_with_a_terminal_account(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let todo = terminal(&world, "ann");
    todo.json(&["add", "from the terminal"]);
    let ann = world.guest(7, lang).await;
    world.person_at_servers(&ann).await.task("from the chat").await;
    ann.says("/link");
    says(&ann.next().await, "todo link telegram");
    ann.says(&format!("/link {}", code(&todo.json(&["link", "telegram"]))));
    let joined = ann.next().await;
    says(&joined, lang.of("Joined: this chat shows the same list", "теперь в этом чате тот же список"));
    ann.presses(joined.id, lang.of("To do", "Сделать"));
    let list = ann.edited(joined.id).await;
    says(&list, "from the terminal");
    says(&list, "from the chat");
    assert_eq!(todo.list(&[]).len(), 2);

    // What one does, the other knows.
    ann.presses(list.id, "from the terminal");
    ann.edited(list.id).await;
    ann.presses(list.id, lang.of("✅ Done", "✅ Сделано"));
    ann.edited(list.id).await;
    let open: Vec<Value> = todo.list(&[]).iter().map(|task| task["title"].clone()).collect();
    assert_eq!(open, ["from the chat"]);
    let joint = world.person_at_servers(&ann).await;
    joint.post("/api/tasks", json!({"title": "reminds", "remind_time": in_seconds(1)})).await.is(201);
    says(&ann.next().await, "reminds");
}

/// Whoever has never written to the bot opens the link of the terminal: that is `/start CODE`.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_terminal_is_a_first_word(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let todo = terminal(&world, "ann");
    todo.json(&["add", "from the terminal"]);
    let ann = world.person(7, lang);
    let link = todo.json(&["link", "telegram"]);
    let (bot, code) = link["url"].as_str().unwrap().split_once("?start=").unwrap();
    assert_eq!(bot, "https://t.me/todo_bot");
    ann.says(&format!("/start {code}"));
    let joined = ann.next().await;
    says(&joined, lang.of("Joined: this chat shows the same list", "теперь в этом чате тот же список"));
    ann.says("/tasks");
    says(&ann.next().await, "from the terminal");
    ann.says("by chat");
    let offer = ann.next().await;
    ann.presses(offer.id, lang.of("✅ Add", "✅ Добавить"));
    ann.edited(offer.id).await;
    assert_eq!(todo.list(&["--search", "by chat"]).len(), 1);
}

/// Lets ten minutes pass for the codes that wait.
async fn codes_grow_old(stack: &Stack) {
    let statement = "UPDATE telegram_links SET expires_at = '2020-01-01T00:00:00+00:00'";
    let url = stack.database_url();
    let changed = match stack.backend() {
        Sqlite => SqliteConnection::connect(url).await.unwrap().execute(statement).await.unwrap().rows_affected(),
        _ => PgConnection::connect(url).await.unwrap().execute(statement).await.unwrap().rows_affected(),
    };
    assert_eq!(changed, 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_and_for_ten_minutes(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let (ann, bob) = (world.guest(7, lang).await, world.guest(8, lang).await);
    world.person_at_servers(&ann).await.task("from the chat").await;
    let account = Api::person(&world.stack, "ann").await;
    let new_code = async || account.post("/api/users/me/telegram_link", json!({})).await.is(201);
    let refused = async |who: &Person, text: &str| {
        who.says(text);
        let answer = who.next().await;
        says(&answer, lang.of("That code is wrong, used, or older than ten minutes", "Код неверен, уже использован"));
        says(&answer, "todo link telegram");
    };
    for text in ["/link WRONG", "/start WRONG", "/link <b>&", &format!("/link {}", "a".repeat(4000))] {
        refused(&ann, text).await;
    }
    // A new one takes the place of the one before.
    let (first, second) = (new_code().await, new_code().await);
    refused(&ann, &format!("/link {}", code(&first))).await;
    codes_grow_old(&world.stack).await;
    refused(&ann, &format!("/link {}", code(&second))).await;
    refused(&ann, &format!("/start {}", code(&second))).await;
    assert!(account.get("/api/tasks").await.items().is_empty(), "nothing was joined");

    let third = new_code().await;
    ann.says(&format!("/link {}", code(&third)));
    says(&ann.next().await, lang.of("Joined", "Готово"));
    // Of a chat that is joined, both are said: its answer may have been lost.
    for text in [&format!("/link {}", code(&third)), "/link WRONG"] {
        ann.says(text);
        let answer = ann.next().await;
        says(
            &answer,
            lang.of("already joined with ann. The code is wrong, used", "уже соединён с учётной записью ann. Код"),
        );
    }
    refused(&bob, &format!("/start {}", code(&third))).await;
    assert_eq!(account.get("/api/tasks").await.items().len(), 1);

    // A chat that has an account with a password stays with it.
    let other = Api::person(&world.stack, "bob").await;
    let theirs = other.post("/api/users/me/telegram_link", json!({})).await.is(201);
    ann.says(&format!("/link {}", code(&theirs)));
    says(&ann.next().await, lang.of("an account with a password already", "уже принадлежит учётной записи с паролем"));
    ann.says("/tasks");
    says(&ann.next().await, "from the chat");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn joining_tells_the_zone_and_offers_the_one_before(
    #[values(Sqlite, Cluster)] backend: Backend,
    #[values(En, Ru)] lang: Lang,
) {
    let world = World::start(backend).await;
    let terminal = Api::person(&world.stack, "ann").await;
    terminal.patch("/api/users/me", json!({"timezone": "Europe/Berlin"})).await.is(200);
    let ann = world.guest(7, lang).await;
    ann.says("/timezone Asia/Kathmandu");
    ann.next().await;
    let code = terminal.post("/api/users/me/telegram_link", json!({})).await.is(201)["code"].clone();
    ann.says(&format!("/link {}", code.as_str().unwrap()));
    let joined = ann.next().await;
    says(&joined, lang.of("Its time zone is Europe/Berlin", "Его часовой пояс — Europe/Berlin"));
    says(&joined, lang.of("this chat was in Asia/Kathmandu", "в этом чате был пояс Asia/Kathmandu"));
    let keep = joined.labels().concat().into_iter().find(|label| label.starts_with("Asia/Kathmandu")).unwrap();
    ann.presses(joined.id, keep);
    says(&ann.next().await, lang.of("Your time zone is Asia/Kathmandu", "Ваш часовой пояс — Asia/Kathmandu"));
    assert_eq!(terminal.get("/api/users/me").await.is(200)["timezone"], "Asia/Kathmandu");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn data_are_taken_along_and_deleted(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let servers = world.person_at_servers(&ann).await;
    let task = servers.task("Молоко").await;
    servers.comment(task, "два литра").await;
    ann.says("/export");
    let file = ann.next().await.document.unwrap();
    assert!(file.name.starts_with("todo-") && file.name.ends_with(".jsonl"), "{}", file.name);
    let text = String::from_utf8(file.bytes.to_vec()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[1]["task"]["title"], &lines[2]["comment"]["content"]), (&json!("Молоко"), &json!("два литра")));
    assert_eq!(lines[3]["end"], json!({"tags": 0, "tasks": 1, "comments": 1}));

    ann.says("/delete_me");
    let sure = ann.next().await;
    ann.presses(sure.id, lang.of("No", "Нет"));
    says(&ann.edited(sure.id).await, lang.of("Nothing was deleted", "Ничего не удалено"));
    servers.get("/api/users/me").await.is(200);
    ann.says("/delete_me");
    let sure = ann.next().await;
    ann.presses(sure.id, lang.of("🗑 Yes, delete all", "🗑 Да, удалить всё"));
    says(&ann.edited(sure.id).await, lang.of("are deleted", "удалены"));
    servers.get("/api/tasks").await.is(401);
    ann.says("/start");
    says(&ann.next().await, "Which language");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn groups_are_declined(#[values(Sqlite, Cluster)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    let group = world.api.group("Family", &ann);
    let in_group = ann.in_group(&group);
    in_group.says("good morning");
    in_group.says("/tasks");
    let declined = in_group.next().await;
    says(&declined, lang.of("I work in private chats only", "я работаю только в личных чатах"));
    // So is an answer to that, and a button from elsewhere.
    in_group.replies(declined.id, "why?");
    says(&in_group.next().await, lang.of("private chats only", "только в личных чатах"));
    in_group.presses_data(declined.id, "ls:o:0");
    let toast = in_group.toast().await;
    assert!(toast.alert && toast.text.contains(lang.of("private chats only", "только в личных чатах")), "{toast:?}");
    // A command to another bot is none of its business.
    in_group.says("/tasks@another_bot");
    ann.says("/help");
    says(&ann.next().await, "/timezone");
    world.api.idle().await;
    assert_eq!(group.chat().iter().filter(|shown| shown.from_bot).count(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_menu_lists_the_commands(#[values(Sqlite)] backend: Backend, #[values(En, Ru)] lang: Lang) {
    let world = World::start(backend).await;
    let ann = world.guest(7, lang).await;
    crate::api::eventually("the menu is set", async || world.api.calls_of("setMyCommands").len() == 2).await;
    world.api.idle().await;
    let commands = world.api.commands_for(&ann).to_string();
    assert!(commands.contains(lang.of("\"the list\"", "\"список дел\"")), "{commands}");
}
