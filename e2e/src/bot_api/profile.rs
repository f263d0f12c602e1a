//! What the bot says of itself: its commands, name, descriptions and menu button.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{
    entities::utf16_len,
    params::Params,
    refusal::{Answer, Refusal},
};

/// The most commands, and letters of each.
const COMMANDS: usize = 100;
const COMMAND: usize = 32;
const COMMAND_DESCRIPTION: usize = 256;

/// Which people see it: a language, or "" for all others.
type Language = String;

/// What is set, by language, and for commands by scope as well.
#[derive(Debug)]
pub(crate) struct Profile {
    commands: HashMap<(String, Language), Value>,
    names: HashMap<Language, String>,
    descriptions: HashMap<Language, String>,
    short_descriptions: HashMap<Language, String>,
    menu_buttons: HashMap<Option<i64>, Value>,
}

impl Profile {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            commands: HashMap::new(),
            names: HashMap::from([(String::new(), name.to_owned())]),
            descriptions: HashMap::new(),
            short_descriptions: HashMap::new(),
            menu_buttons: HashMap::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.names.get("").map_or("", String::as_str)
    }

    /// What a person who speaks `language` is offered in a private chat.
    pub(crate) fn commands(&self, chat: i64, language: &str) -> Value {
        let own = scope_name(&json!({"type": "chat", "chat_id": chat}));
        let scopes = [own.as_str(), "all_private_chats", "default"];
        let places = scopes.iter().flat_map(|scope| [(*scope, language), (*scope, "")]);
        let mut found = places.filter_map(|(scope, language)| self.commands.get(&(scope.into(), language.into())));
        found.next().cloned().unwrap_or_else(|| json!([]))
    }

    /// What a person who speaks `language` reads before the first message.
    pub(crate) fn description(&self, language: &str) -> &str {
        self.descriptions.get(language).or_else(|| self.descriptions.get("")).map_or("", String::as_str)
    }
}

/// Carries out a call that is about the profile; none if it isn't.
pub(crate) fn call(profile: &mut Profile, method: &str, params: &Params) -> Option<Answer> {
    let answer = match method {
        "setmycommands" => set_commands(profile, params),
        "getmycommands" => {
            commands_key(params).map(|key| profile.commands.get(&key).cloned().unwrap_or_else(|| json!([])))
        }
        "deletemycommands" => commands_key(params).map(|key| {
            profile.commands.remove(&key);
            json!(true)
        }),
        "setmyname" => set_text(&mut profile.names, params, "name", 64),
        "getmyname" => get_text(&profile.names, params, "name"),
        "setmydescription" => set_text(&mut profile.descriptions, params, "description", 512),
        "getmydescription" => get_text(&profile.descriptions, params, "description"),
        "setmyshortdescription" => set_text(&mut profile.short_descriptions, params, "short_description", 120),
        "getmyshortdescription" => get_text(&profile.short_descriptions, params, "short_description"),
        "setchatmenubutton" => set_menu_button(profile, params),
        "getchatmenubutton" => {
            let button = profile.menu_buttons.get(&params.integer("chat_id"));
            Ok(button.cloned().unwrap_or_else(|| json!({"type": "default"})))
        }
        _ => return None,
    };
    Some(answer)
}

fn language(params: &Params) -> Result<Language, Refusal> {
    let code = params.text("language_code").unwrap_or_default();
    let fits = code.is_empty() || (code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_lowercase()));
    if fits { Ok(code) } else { Err(Refusal::bad_request("invalid language code specified")) }
}

fn set_text(texts: &mut HashMap<Language, String>, params: &Params, name: &str, limit: usize) -> Answer {
    let text = params.text(name).unwrap_or_default();
    if utf16_len(&text) > limit {
        let what = name.replace('_', " ");
        return Err(Refusal::bad_request(format!("{what} length must not exceed {limit}")));
    }
    texts.insert(language(params)?, text);
    Ok(json!(true))
}

fn get_text(texts: &HashMap<Language, String>, params: &Params, name: &str) -> Answer {
    let text = texts.get(&language(params)?).or_else(|| texts.get(""));
    Ok(json!({name: text.map_or("", String::as_str)}))
}

fn commands_key(params: &Params) -> Result<(String, Language), Refusal> {
    let scope = match params.json("scope")? {
        None => "default".to_owned(),
        Some(scope) => {
            let kind = scope["type"].as_str().unwrap_or_default();
            let needs_chat = matches!(kind, "chat" | "chat_administrators" | "chat_member");
            let known = ["default", "all_private_chats", "all_group_chats", "all_chat_administrators"].contains(&kind);
            if !known && !needs_chat {
                return Err(Refusal::bad_request("can't parse BotCommandScope: unsupported type specified"));
            }
            if needs_chat && scope.get("chat_id").is_none() {
                return Err(Refusal::bad_request("can't parse BotCommandScope: can't find field \"chat_id\""));
            }
            scope_name(&scope)
        }
    };
    Ok((scope, language(params)?))
}

fn scope_name(scope: &Value) -> String {
    let parts = ["type", "chat_id", "user_id"].map(|name| match &scope[name] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => format!(" {other}"),
    });
    parts.concat()
}

fn set_commands(profile: &mut Profile, params: &Params) -> Answer {
    let commands = match params.json("commands")? {
        Some(Value::Array(commands)) => commands,
        None => vec![],
        Some(_) => return Err(Refusal::bad_request("expected an Array of BotCommand")),
    };
    if commands.len() > COMMANDS {
        return Err(Refusal::bad_request("BOT_COMMANDS_TOO_MUCH"));
    }
    let checked: Result<Vec<Value>, Refusal> = commands.iter().map(checked_command).collect();
    profile.commands.insert(commands_key(params)?, Value::Array(checked?));
    Ok(json!(true))
}

fn checked_command(command: &Value) -> Result<Value, Refusal> {
    let text = |name: &str| command[name].as_str().unwrap_or_default().trim().to_owned();
    let (name, description) = (text("command"), text("description"));
    let name = name.strip_prefix('/').unwrap_or(&name);
    let wrong = if name.is_empty() {
        Some("command must be non-empty".to_owned())
    } else if utf16_len(name) > COMMAND {
        Some(format!("command length must not exceed {COMMAND}"))
    } else if description.is_empty() {
        Some("command description must be non-empty".to_owned())
    } else if utf16_len(&description) > COMMAND_DESCRIPTION {
        Some(format!("command description length must not exceed {COMMAND_DESCRIPTION}"))
    } else if !name.bytes().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == b'_') {
        Some("BOT_COMMAND_INVALID".to_owned())
    } else {
        None
    };
    match wrong {
        Some(wrong) => Err(Refusal::bad_request(wrong)),
        None => Ok(json!({"command": name, "description": description})),
    }
}

fn set_menu_button(profile: &mut Profile, params: &Params) -> Answer {
    let button = params.json("menu_button")?.unwrap_or_else(|| json!({"type": "default"}));
    if !matches!(button["type"].as_str(), Some("commands" | "default" | "web_app")) {
        return Err(Refusal::bad_request("can't parse menu button: unsupported type specified"));
    }
    profile.menu_buttons.insert(params.integer("chat_id"), button);
    Ok(json!(true))
}
