//! Keyboards: read from a call, checked as Telegram checks them.

use serde_json::{Map, Value, json};

use super::{html::checked_url, params::Params, refusal::Refusal};

/// The most buttons that an inline keyboard holds, in all and in a row.
const INLINE_BUTTONS: usize = 100;
const INLINE_ROW: usize = 8;
/// The most buttons of a reply keyboard.
const REPLY_BUTTONS: usize = 300;
/// The most bytes that a button carries.
const CALLBACK_DATA: usize = 64;

/// What a message does about keyboards.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Markup {
    None,
    Inline(Value),
    Reply(Value),
    Remove,
    ForceReply,
}

impl Markup {
    pub(crate) fn read(params: &Params) -> Result<Self, Refusal> {
        let Some(markup) = params.json("reply_markup")? else { return Ok(Self::None) };
        let Value::Object(markup) = markup else {
            return Err(Refusal::bad_request("object expected as reply markup"));
        };
        if let Some(rows) = markup.get("inline_keyboard") {
            return inline(rows);
        }
        if let Some(rows) = markup.get("keyboard") {
            return reply(rows, &markup);
        }
        let is = |name: &str| markup.get(name).is_some_and(|value| value == true);
        match () {
            () if is("remove_keyboard") => Ok(Self::Remove),
            () if is("force_reply") => Ok(Self::ForceReply),
            () => Ok(Self::None),
        }
    }

    /// Edits take no other.
    pub(crate) fn into_inline(self) -> Result<Option<Value>, Refusal> {
        match self {
            Self::None => Ok(None),
            Self::Inline(keyboard) => Ok(Some(keyboard)),
            _ => Err(Refusal::bad_request("inline keyboard expected")),
        }
    }
}

fn inline(rows: &Value) -> Result<Markup, Refusal> {
    let refuse = |text: String| Refusal::bad_request(format!("can't parse inline keyboard button: {text}"));
    let rows = rows_of(rows).ok_or_else(|| Refusal::bad_request("field \"inline_keyboard\" must be of type Array"))?;
    let mut checked = Vec::new();
    for row in rows {
        let buttons: Result<Vec<Value>, Refusal> = row.iter().map(|button| inline_button(button, refuse)).collect();
        let buttons = buttons?;
        if buttons.len() > INLINE_ROW {
            return Err(Refusal::bad_request("reply markup is too long"));
        }
        if !buttons.is_empty() {
            checked.push(buttons);
        }
    }
    if checked.iter().map(Vec::len).sum::<usize>() > INLINE_BUTTONS {
        return Err(Refusal::bad_request("reply markup is too long"));
    }
    // An empty keyboard is none.
    Ok(if checked.is_empty() { Markup::None } else { Markup::Inline(json!({"inline_keyboard": checked})) })
}

fn inline_button(button: &Value, refuse: impl Fn(String) -> Refusal) -> Result<Value, Refusal> {
    let Value::Object(fields) = button else {
        return Err(refuse("InlineKeyboardButton must be an Object".to_owned()));
    };
    let text = match fields.get("text") {
        Some(Value::String(text)) if text.trim().is_empty() => return Err(Refusal::bad_request("BUTTON_TEXT_INVALID")),
        Some(Value::String(text)) => text,
        Some(_) => return Err(refuse("Field \"text\" must be of type String".to_owned())),
        None => return Err(refuse("Can't find field \"text\"".to_owned())),
    };
    let mut checked = Map::from_iter([("text".to_owned(), json!(text))]);
    let (name, value) =
        action(fields)?.ok_or_else(|| refuse("Text buttons are unallowed in the inline keyboard".to_owned()))?;
    checked.insert(name, value);
    Ok(Value::Object(checked))
}

/// What a button does; the first that Telegram looks for counts.
fn action(fields: &Map<String, Value>) -> Result<Option<(String, Value)>, Refusal> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(url) = text("url") {
        let checked = checked_url(url)
            .map_err(|why| Refusal::bad_request(format!("inline keyboard button URL '{url}' is invalid: {why}")))?;
        return Ok(Some(("url".to_owned(), json!(checked))));
    }
    if let Some(data) = text("callback_data") {
        if data.len() > CALLBACK_DATA {
            return Err(Refusal::bad_request("BUTTON_DATA_INVALID"));
        }
        return Ok(Some(("callback_data".to_owned(), json!(data))));
    }
    // These may be empty.
    for name in ["switch_inline_query", "switch_inline_query_current_chat"] {
        if let Some(query) = fields.get(name).and_then(Value::as_str) {
            return Ok(Some((name.to_owned(), json!(query))));
        }
    }
    for name in ["switch_inline_query_chosen_chat", "copy_text", "login_url"] {
        if let Some(value) = fields.get(name).filter(|value| value.is_object()) {
            return Ok(Some((name.to_owned(), value.clone())));
        }
    }
    if let Some(app) = fields.get("web_app") {
        let url = app["url"].as_str().unwrap_or_default();
        if !url.starts_with("https://") {
            let text = format!("inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed");
            return Err(Refusal::bad_request(text));
        }
        return Ok(Some(("web_app".to_owned(), app.clone())));
    }
    if fields.contains_key("pay") || fields.contains_key("callback_game") {
        return Err(Refusal::unsupported("a button that pays or plays"));
    }
    Ok(None)
}

fn reply(rows: &Value, markup: &Map<String, Value>) -> Result<Markup, Refusal> {
    let rows = rows_of(rows).ok_or_else(|| Refusal::bad_request("field \"keyboard\" must be of type Array"))?;
    let mut checked = Vec::new();
    for row in rows {
        let buttons: Result<Vec<Value>, Refusal> = row.iter().map(reply_button).collect();
        checked.extend(Some(buttons?).filter(|buttons| !buttons.is_empty()));
    }
    if checked.iter().map(Vec::len).sum::<usize>() > REPLY_BUTTONS {
        return Err(Refusal::bad_request("reply markup is too long"));
    }
    if checked.is_empty() {
        return Ok(Markup::None);
    }
    let mut keyboard = json!({"keyboard": checked});
    for name in ["one_time_keyboard", "resize_keyboard", "is_persistent", "input_field_placeholder"] {
        if let Some(value) = markup.get(name) {
            keyboard[name] = value.clone();
        }
    }
    Ok(Markup::Reply(keyboard))
}

fn reply_button(button: &Value) -> Result<Value, Refusal> {
    let refuse = |text: &str| Refusal::bad_request(format!("can't parse keyboard button: {text}"));
    match button {
        // A button may be its text alone.
        Value::String(text) => Ok(json!({"text": text})),
        Value::Object(fields) => match fields.get("text") {
            Some(Value::String(_)) => Ok(button.clone()),
            Some(_) => Err(refuse("Field \"text\" must be of type String")),
            None => Err(refuse("Can't find field \"text\"")),
        },
        _ => Err(refuse("KeyboardButton must be an Object")),
    }
}

fn rows_of(rows: &Value) -> Option<Vec<&Vec<Value>>> {
    rows.as_array()?.iter().map(Value::as_array).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn read(markup: &Value) -> Result<Markup, String> {
        let mut params = Params::default();
        params.fields.insert("reply_markup".to_owned(), markup.clone());
        Markup::read(&params).map_err(|refusal| refusal.description)
    }

    fn button(action: &str, value: &str) -> Value {
        json!({"inline_keyboard": [[{"text": "x", action: value}]]})
    }

    #[rstest]
    #[case::data(button("callback_data", &"x".repeat(64)))]
    #[case::url(button("url", "https://example.com/a"))]
    #[case::no_scheme(button("url", "example.com"))]
    #[case::app(button("url", "tg://resolve?domain=x"))]
    #[case::inline(button("switch_inline_query_current_chat", ""))]
    #[case::reply(json!({"keyboard": [["a", {"text": "b", "request_location": true}]], "one_time_keyboard": true}))]
    #[case::remove(json!({"remove_keyboard": true}))]
    #[case::text(json!("{\"force_reply\": true}"))]
    fn these_are_keyboards(#[case] markup: Value) {
        assert_ne!(read(&markup).unwrap(), Markup::None);
    }

    #[rstest]
    #[case::long_data(button("callback_data", &"x".repeat(65)), "Bad Request: BUTTON_DATA_INVALID")]
    #[case::cyrillic_data(button("callback_data", &"я".repeat(33)), "Bad Request: BUTTON_DATA_INVALID")]
    #[case::no_data(
        button("callback_data", ""),
        "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )]
    #[case::ftp(
        button("url", "ftp://example.com"),
        "Bad Request: inline keyboard button URL 'ftp://example.com' is invalid: Unsupported URL protocol"
    )]
    #[case::no_host(
        button("url", "localhost"),
        "Bad Request: inline keyboard button URL 'localhost' is invalid: Wrong HTTP URL"
    )]
    #[case::no_text(
        json!({"inline_keyboard": [[{"callback_data": "x"}]]}),
        "Bad Request: can't parse inline keyboard button: Can't find field \"text\""
    )]
    #[case::many(
        json!({"inline_keyboard": vec![vec![json!({"text": "x", "callback_data": "x"}); 8]; 13]}),
        "Bad Request: reply markup is too long"
    )]
    #[case::list(json!([1]), "Bad Request: object expected as reply markup")]
    #[case::not_json(json!("{"), "Bad Request: can't parse reply markup JSON object")]
    fn these_are_not(#[case] markup: Value, #[case] expected: &str) {
        assert_eq!(read(&markup).unwrap_err(), expected);
    }
}
