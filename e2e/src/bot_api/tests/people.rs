use super::*;

async fn updates(api: &BotApi) -> Vec<Value> {
    let list = ok(api, "getUpdates", json!({})).await;
    let updates = list.as_array().unwrap().clone();
    if let Some(last) = updates.last() {
        ok(api, "getUpdates", json!({"offset": last["update_id"].as_i64().unwrap() + 1})).await;
    }
    updates
}

#[tokio::test]
async fn what_people_do_reaches_the_bot() {
    let api = BotApi::start().await;
    let ann = api.person(PersonBuilder::new(7, "Ann").last_name("Bell").username("ann_b").language("ru"));
    let id = ann.says("/start abc");
    let reply = ann.replies(id, "see https://example.com");
    ann.edits(reply, "changed");
    ann.shares_location(52.5, 13.4);
    ann.shares_contact("+49301234567");
    ann.sends_photo();
    ann.sends_sticker();
    ann.sends_voice();
    let updates = updates(&api).await;
    let messages: Vec<&Value> = updates.iter().map(|update| &update["message"]).collect();
    let from = json!({
        "id": 7, "is_bot": false, "first_name": "Ann", "last_name": "Bell", "username": "ann_b", "language_code": "ru",
    });
    assert_eq!(messages[0]["from"], from);
    assert_eq!(
        messages[0]["chat"],
        json!({"id": 7, "type": "private", "first_name": "Ann", "last_name": "Bell", "username": "ann_b"})
    );
    assert_eq!(messages[0]["entities"], json!([{"type": "bot_command", "offset": 0, "length": 6}]));
    assert_eq!(messages[1]["reply_to_message"]["text"], "/start abc");
    assert_eq!(messages[1]["entities"][0]["type"], "url");
    assert_eq!(updates[2]["edited_message"]["text"], "changed");
    assert_eq!(messages[3]["location"]["latitude"], 52.5);
    assert_eq!(messages[4]["contact"]["user_id"], 7);
    assert!(messages[5]["photo"][0]["file_id"].is_string());
    assert!(messages[6]["sticker"]["file_unique_id"].is_string());
    assert_eq!(messages[7]["voice"]["duration"], 3);
    let ids: Vec<i64> = updates.iter().map(|update| update["update_id"].as_i64().unwrap()).collect();
    assert!(ids.windows(2).all(|pair| pair[1] == pair[0] + 1), "{ids:?}");
}

#[tokio::test]
async fn pressed_buttons_reach_the_bot_with_the_message_as_it_is() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let keyboard = json!({"inline_keyboard": [[{"text": "Done", "callback_data": "d:1"}, {"text": "Site", "url": "https://example.com"}]]});
    ok(&api, "sendMessage", json!({"chat_id": 7, "text": "Milk", "reply_markup": keyboard})).await;
    let shown = ann.next().await;
    let query = ann.presses(shown.id, "Done");
    ok(&api, "deleteMessage", json!({"chat_id": 7, "message_id": shown.id})).await;
    ann.presses_data(shown.id, "d:1");
    let updates = updates(&api).await;
    let first = &updates[1]["callback_query"];
    assert_eq!((&first["id"], &first["data"], &first["from"]["id"]), (&json!(query), &json!("d:1"), &json!(7)));
    assert_eq!(first["message"]["reply_markup"]["inline_keyboard"][0][0]["text"], "Done");
    assert_eq!(
        updates[2]["callback_query"]["message"],
        json!({"chat": first["message"]["chat"], "message_id": shown.id, "date": 0})
    );
}

#[tokio::test]
#[should_panic(expected = "no button \"Undo\" below #2, only [[\"Done\"]]")]
async fn a_button_that_is_not_there_cannot_be_pressed() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let keyboard = json!({"inline_keyboard": [[{"text": "Done", "callback_data": "d:1"}]]});
    ok(&api, "sendMessage", json!({"chat_id": 7, "text": "Milk", "reply_markup": keyboard})).await;
    ann.presses(ann.next().await.id, "Undo");
}

#[tokio::test]
async fn reply_keyboards_come_and_go() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let send = |markup: Value| json!({"chat_id": 7, "text": "x", "reply_markup": markup});
    ok(&api, "sendMessage", send(json!({"keyboard": [["Yes", "No"]], "one_time_keyboard": true}))).await;
    ann.taps("Yes");
    assert!(ann.reply_keyboard().is_empty());
    ok(&api, "sendMessage", send(json!({"keyboard": [["Menu"]]}))).await;
    ann.taps("Menu");
    assert_eq!(ann.reply_keyboard(), [["Menu"]]);
    ok(&api, "sendMessage", send(json!({"remove_keyboard": true}))).await;
    assert!(ann.reply_keyboard().is_empty());
}

#[tokio::test]
async fn people_who_have_had_enough_are_out_of_reach() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let send = || json!({"chat_id": 7, "text": "x"});
    ann.blocks_bot();
    assert_eq!(refused(&api, "sendMessage", send()).await, "Forbidden: bot was blocked by the user");
    ann.unblocks_bot();
    ok(&api, "sendMessage", send()).await;
    ann.deletes_account();
    assert_eq!(refused(&api, "sendMessage", send()).await, "Forbidden: user is deactivated");
    let updates = updates(&api).await;
    let statuses: Vec<&str> = updates[1..]
        .iter()
        .map(|update| update["my_chat_member"]["new_chat_member"]["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["kicked", "member"]);
}

#[tokio::test]
async fn in_groups_the_bot_hears_commands_and_replies_only() {
    let api = BotApi::start().await;
    let ann = ann(&api);
    let group = api.group("Family", &ann);
    let in_group = ann.in_group(&group);
    in_group.says("good morning");
    in_group.says("/list");
    in_group.says("/list@other_bot");
    in_group.says("/list@todo_local_bot");
    let sent = ok(&api, "sendMessage", json!({"chat_id": group.id(), "text": "Which?"})).await;
    in_group.replies(sent["message_id"].as_i64().unwrap(), "that one");
    group.kicks_bot(&ann);
    let send = json!({"chat_id": group.id(), "text": "x"});
    assert_eq!(refused(&api, "sendMessage", send).await, "Forbidden: bot was kicked from the supergroup chat");
    let channel = api.channel("News");
    channel.posts("hello");
    let heard: Vec<String> = updates(&api)
        .await
        .iter()
        .filter_map(|update| update["message"]["text"].as_str().or(update["channel_post"]["text"].as_str()))
        .map(ToOwned::to_owned)
        .collect();
    assert_eq!(heard, ["/start", "/list", "/list@todo_local_bot", "that one", "hello"]);
    assert_eq!(group.chat().len(), 6);
}
