use std::time::Duration;

use reqwest::{Client, multipart};
use rstest::rstest;

use super::*;

#[tokio::test]
async fn paths_and_tokens_are_checked_as_telegram_does() {
    let api = BotApi::start().await;
    let me = ok(&api, "GetMe", json!({})).await;
    assert_eq!((&me["is_bot"], &me["username"]), (&json!(true), &json!("todo_local_bot")));
    assert_eq!(refused(&api, "getYou", json!({})).await, "Not Found: method not found");
    let photo = refused(&api, "sendPhoto", json!({})).await;
    assert_eq!(photo, "Not Implemented: sendphoto is unsupported by the local server");
    let url = format!("{}/bot{}/getMe", api.url(), "1:wrong");
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.text().await.unwrap().contains("\"Unauthorized\"")), (401, true));
    assert_eq!(reqwest::get(api.url()).await.unwrap().status(), 404);
}

#[tokio::test]
async fn parameters_come_in_the_query_in_forms_and_as_json() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let url = format!("{}/bot{}/sendMessage", api.url(), api.token());
    let client = Client::new();
    let sent = [
        client.get(format!("{url}?chat_id=7&text=query")),
        client.post(&url).form(&[("chat_id", "7"), ("text", "form")]),
        client.post(&url).json(&json!({"chat_id": "7", "text": "json"})),
        client.post(&url).multipart(multipart::Form::new().text("chat_id", "7").text("text", "multipart")),
    ];
    for request in sent {
        assert_eq!(request.send().await.unwrap().status(), 200);
    }
    for text in ["query", "form", "json", "multipart"] {
        assert_eq!(ann.next().await.text, text);
    }
    let broken = client.post(&url).header("content-type", "application/json").body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
}

#[rstest]
#[case::no_chat(json!({"text": "x"}), "Bad Request: chat_id is empty")]
#[case::stranger(json!({"chat_id": 8, "text": "x"}), "Bad Request: chat not found")]
#[case::no_text(json!({"chat_id": 7}), "Bad Request: message text is empty")]
#[case::spaces(json!({"chat_id": 7, "text": " \n "}), "Bad Request: text must be non-empty")]
#[case::empty_tag(json!({"chat_id": 7, "text": "<b> </b>", "parse_mode": "HTML"}), "Bad Request: text must be non-empty")]
#[case::long(json!({"chat_id": 7, "text": "x".repeat(4097)}), "Bad Request: message is too long")]
#[case::long_emoji(json!({"chat_id": 7, "text": "🏠".repeat(2049)}), "Bad Request: message is too long")]
#[case::html(
    json!({"chat_id": 7, "text": "a < b", "parse_mode": "HTML"}),
    "Bad Request: can't parse entities: Unsupported start tag \"\" at byte offset 2"
)]
#[case::mode(json!({"chat_id": 7, "text": "x", "parse_mode": "TeX"}), "Bad Request: unsupported parse_mode")]
#[case::markdown(
    json!({"chat_id": 7, "text": "x", "parse_mode": "MarkdownV2"}),
    "Not Implemented: Markdown is unsupported by the local server"
)]
#[case::reply(
    json!({"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 99}}),
    "Bad Request: message to be replied not found"
)]
#[case::old_reply(
    json!({"chat_id": 7, "text": "x", "reply_to_message_id": 99}),
    "Bad Request: message to be replied not found"
)]
#[case::button(
    json!({"chat_id": 7, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "x".repeat(65)}]]}}),
    "Bad Request: BUTTON_DATA_INVALID"
)]
#[tokio::test]
async fn messages_are_refused(#[case] body: Value, #[case] expected: &str) {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let _stranger = api.person(PersonBuilder::new(8, "Bob"));
    assert_eq!(refused(&api, "sendMessage", body).await, expected);
    assert_eq!(ann.chat().len(), 1);
}

#[tokio::test]
async fn a_message_carries_what_it_was_sent_with() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let first = ann.chat()[0].id;
    let sent = ok(
        &api,
        "sendMessage",
        json!({
            "chat_id": 7, "text": "<b>Call</b> &lt;mum&gt; " .to_owned() + &"x".repeat(4085), "parse_mode": "HTML",
            "reply_parameters": {"message_id": first}, "disable_notification": true, "protect_content": true,
            "reply_markup": {"inline_keyboard": [[{"text": "Done", "callback_data": "d:1"}], []]},
        }),
    )
    .await;
    assert_eq!(sent["reply_to_message"]["text"], "/start");
    assert_eq!(sent["entities"][0], json!({"type": "bold", "offset": 0, "length": 4}));
    let shown = ann.next().await;
    assert!(shown.text.starts_with("Call <mum> x") && shown.html.starts_with("<b>Call</b> &lt;mum&gt;"));
    assert_eq!(shown.data("Done"), "d:1");
    assert_eq!((shown.reply_to, shown.silent, shown.protected), (Some(first), true, true));
    let anyway =
        json!({"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 99, "allow_sending_without_reply": true}});
    assert!(ok(&api, "sendMessage", anyway).await.get("reply_to_message").is_none());
}

#[tokio::test]
async fn edits_keep_a_history_and_obey_the_rules() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let keyboard = json!({"inline_keyboard": [[{"text": "Done", "callback_data": "1"}]]});
    let sent = ok(&api, "sendMessage", json!({"chat_id": 7, "text": "one", "reply_markup": keyboard})).await;
    let id = sent["message_id"].as_i64().unwrap();
    let edit =
        |text: &str, keyboard: &Value| json!({"chat_id": 7, "message_id": id, "text": text, "reply_markup": keyboard});
    let same = refused(&api, "editMessageText", edit(" one", &keyboard)).await;
    assert!(same.starts_with("Bad Request: message is not modified: specified new message content"), "{same}");
    ok(&api, "editMessageText", edit("two", &keyboard)).await;
    let markup = json!({"chat_id": 7, "message_id": id});
    ok(&api, "editMessageReplyMarkup", markup.clone()).await;
    assert!(refused(&api, "editMessageReplyMarkup", markup).await.contains("is not modified"));
    let shown = ann.edited(id).await;
    assert_eq!((shown.text.as_str(), shown.edited, shown.labels().len()), ("two", true, 0));
    assert_eq!(
        shown.history.iter().map(|(text, rows)| (text.as_str(), rows.len())).collect::<Vec<_>>(),
        [("one", 1), ("two", 1)]
    );

    let gone = json!({"chat_id": 7, "message_id": 99, "text": "x"});
    assert_eq!(refused(&api, "editMessageText", gone).await, "Bad Request: message to edit not found");
    let theirs = json!({"chat_id": 7, "message_id": ann.chat()[0].id, "text": "x"});
    assert_eq!(refused(&api, "editMessageText", theirs).await, "Bad Request: message can't be edited");
    let reply = json!({"chat_id": 7, "text": "x", "reply_markup": {"keyboard": [["a"]]}});
    let reply = ok(&api, "sendMessage", reply).await;
    let reply = json!({"chat_id": 7, "message_id": reply["message_id"], "text": "y"});
    assert_eq!(refused(&api, "editMessageText", reply).await, "Bad Request: message can't be edited");
    assert_eq!(
        refused(&api, "editMessageText", json!({"chat_id": 7, "text": "y"})).await,
        "Bad Request: message identifier is not specified"
    );
}

#[tokio::test]
async fn messages_can_be_deleted_for_two_days() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let send = || ok(&api, "sendMessage", json!({"chat_id": 7, "text": "x"}));
    let ids = [send().await, send().await, send().await].map(|sent| sent["message_id"].as_i64().unwrap());
    let delete = |id: i64| json!({"chat_id": 7, "message_id": id});
    ok(&api, "deleteMessage", delete(ids[0])).await;
    assert_eq!(refused(&api, "deleteMessage", delete(ids[0])).await, "Bad Request: message to delete not found");
    let edit = json!({"chat_id": 7, "message_id": ids[0], "text": "y"});
    assert_eq!(refused(&api, "editMessageText", edit).await, "Bad Request: message to edit not found");
    api.pass(Duration::from_secs(48 * 3600 + 1));
    assert_eq!(
        refused(&api, "deleteMessage", delete(ids[1])).await,
        "Bad Request: message can't be deleted for everyone"
    );
    let new = send().await["message_id"].as_i64().unwrap();
    ok(&api, "deleteMessages", json!({"chat_id": 7, "message_ids": [ids[1], new, 99]})).await;
    let deleted: Vec<i64> = ann.chat().iter().filter(|shown| shown.deleted).map(|shown| shown.id).collect();
    assert_eq!(deleted, [ids[0], new]);
}

#[tokio::test]
async fn documents_can_be_uploaded_sent_again_and_fetched() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let upload = |caption: String| {
        let file = multipart::Part::bytes(b"[x] milk".as_slice()).file_name("list.txt").mime_str("text/plain").unwrap();
        let form = multipart::Form::new()
            .text("chat_id", "7")
            .text("caption", caption)
            .text("document", "attach://f")
            .part("f", file);
        let url = format!("{}/bot{}/sendDocument", api.url(), api.token());
        Client::new().post(url).multipart(form).send()
    };
    let sent: Value = upload("All".to_owned()).await.unwrap().json().await.unwrap();
    let shown = ann.next().await;
    let document = shown.document.unwrap();
    assert_eq!(
        (shown.text.as_str(), document.name.as_str(), &document.bytes[..]),
        ("All", "list.txt", &b"[x] milk"[..])
    );
    assert_eq!(upload("x".repeat(1025)).await.unwrap().status(), 400);

    let id = &sent["result"]["document"]["file_id"];
    let file = ok(&api, "getFile", json!({"file_id": id})).await;
    let path = file["file_path"].as_str().unwrap();
    let url = format!("{}/file/bot{}/{path}", api.url(), api.token());
    assert_eq!(reqwest::get(url).await.unwrap().bytes().await.unwrap(), &b"[x] milk"[..]);
    ok(&api, "sendDocument", json!({"chat_id": 7, "document": id})).await;
    assert_eq!(ann.next().await.document.unwrap().name, "list.txt");
    let edit = json!({"chat_id": 7, "message_id": shown.id, "text": "y"});
    assert_eq!(refused(&api, "editMessageText", edit).await, "Bad Request: there is no text in the message to edit");
}

#[tokio::test]
async fn a_pressed_button_is_answered_once_and_in_time() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let id = ann.chat()[0].id;
    let too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    let answer = |query: &str| json!({"callback_query_id": query, "text": "Done", "show_alert": true});
    let query = ann.presses_data(id, "forged");
    let long = json!({"callback_query_id": query, "text": "x".repeat(201)});
    assert_eq!(refused(&api, "answerCallbackQuery", long).await, "Bad Request: MESSAGE_TOO_LONG");
    ok(&api, "answerCallbackQuery", answer(&query)).await;
    let toast = ann.toast().await;
    assert_eq!(toast, Toast { query: query.clone(), text: "Done".to_owned(), alert: true });
    assert_eq!(refused(&api, "answerCallbackQuery", answer(&query)).await, too_old);
    let query = ann.presses_data(id, "old");
    api.pass(Duration::from_secs(61));
    assert_eq!(refused(&api, "answerCallbackQuery", answer(&query)).await, too_old);
    assert_eq!(refused(&api, "answerCallbackQuery", answer("1")).await, too_old);
}

#[tokio::test]
async fn commands_depend_on_scope_and_language() {
    let api = BotApi::start().await;
    let set = |name: &str, scope: Value, language: &str| {
        let commands = json!([{"command": name, "description": "Does it"}]);
        json!({"commands": commands, "scope": scope, "language_code": language})
    };
    ok(&api, "setMyCommands", set("start", json!({"type": "default"}), "")).await;
    ok(&api, "setMyCommands", set("list", json!({"type": "all_private_chats"}), "ru")).await;
    let name = |commands: Value| commands[0]["command"].clone();
    let ann = ann(&api);
    assert_eq!(name(api.commands_for(&ann)), "start");
    let ivan = api.person(PersonBuilder::new(9, "Иван").language("ru"));
    assert_eq!(name(api.commands_for(&ivan)), "list");
    assert_eq!(name(ok(&api, "getMyCommands", json!({})).await), "start");
    ok(&api, "deleteMyCommands", json!({})).await;
    assert_eq!(ok(&api, "getMyCommands", json!({})).await, json!([]));
    for (name, expected) in [
        ("Start", "Bad Request: BOT_COMMAND_INVALID"),
        ("", "Bad Request: command must be non-empty"),
        (&"x".repeat(33), "Bad Request: command length must not exceed 32"),
    ] {
        assert_eq!(refused(&api, "setMyCommands", set(name, json!({"type": "default"}), "")).await, expected);
    }
    let language = set("start", json!({"type": "default"}), "english");
    assert_eq!(refused(&api, "setMyCommands", language).await, "Bad Request: invalid language code specified");
    ok(&api, "setMyDescription", json!({"description": "Keeps tasks"})).await;
    assert_eq!(api.description_for(&ann), "Keeps tasks");
    let long = json!({"short_description": "x".repeat(121)});
    assert_eq!(
        refused(&api, "setMyShortDescription", long).await,
        "Bad Request: short description length must not exceed 120"
    );
    ok(&api, "setChatMenuButton", json!({"menu_button": {"type": "commands"}})).await;
}

#[tokio::test]
async fn chats_can_be_looked_at_pinned_to_and_reacted_in() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let id = ann.chat()[0].id;
    ok(&api, "pinChatMessage", json!({"chat_id": 7, "message_id": id})).await;
    let chat = ok(&api, "getChat", json!({"chat_id": 7})).await;
    assert_eq!((&chat["username"], &chat["pinned_message"]["text"]), (&json!("ann_b"), &json!("/start")));
    ok(&api, "unpinChatMessage", json!({"chat_id": 7})).await;
    assert_eq!(
        refused(&api, "unpinChatMessage", json!({"chat_id": 7})).await,
        "Bad Request: message to unpin not found"
    );
    let reaction = json!({"chat_id": 7, "message_id": id, "reaction": [{"type": "emoji", "emoji": "👍"}]});
    ok(&api, "setMessageReaction", reaction).await;
    assert_eq!(ann.chat()[0].reaction.as_deref(), Some("👍"));
    ok(&api, "sendChatAction", json!({"chat_id": 7, "action": "typing"})).await;
    let dance = json!({"chat_id": 7, "action": "dancing"});
    assert_eq!(refused(&api, "sendChatAction", dance).await, "Bad Request: wrong parameter action in request");
    assert_eq!(ann.actions(), ["typing"]);
}
