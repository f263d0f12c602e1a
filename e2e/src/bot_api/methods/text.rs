//! Texts with markup.

use super::super::{
    entities::{self, Entity, utf16_len},
    html,
    message::Version,
    params::Params,
    refusal::Refusal,
};

/// The most UTF-16 code units of a message, and of a caption.
pub(super) const TEXT: usize = 4096;
pub(super) const CAPTION: usize = 1024;

/// Reads the text of a message.
pub(super) fn message(params: &Params) -> Result<Version, Refusal> {
    let raw = params.text("text").unwrap_or_default();
    if raw.is_empty() {
        return Err(Refusal::bad_request("message text is empty"));
    }
    let version = formatted(params, raw, "entities")?;
    match utf16_len(&version.text) {
        0 => Err(Refusal::bad_request("text must be non-empty")),
        1..=TEXT => Ok(version),
        _ => Err(Refusal::bad_request("message is too long")),
    }
}

/// Reads the caption of a file, which may be missing.
pub(super) fn caption(params: &Params) -> Result<Version, Refusal> {
    let raw = params.text("caption").unwrap_or_default();
    let version = formatted(params, raw, "caption_entities")?;
    if utf16_len(&version.text) > CAPTION {
        return Err(Refusal::bad_request("message caption is too long"));
    }
    Ok(version)
}

fn formatted(params: &Params, raw: String, entities_name: &str) -> Result<Version, Refusal> {
    let parsed = match params.text("parse_mode").unwrap_or_default().to_lowercase().as_str() {
        "" | "none" => (raw.clone(), explicit(params, entities_name)?),
        "html" => html::parse(&raw).map_err(|why| Refusal::bad_request(format!("can't parse entities: {why}")))?,
        "markdown" | "markdownv2" => return Err(Refusal::unsupported("Markdown")),
        _ => return Err(Refusal::bad_request("unsupported parse_mode")),
    };
    let (text, marks) = html::trim(parsed);
    let entities = entities::with_found(&text, marks);
    Ok(Version { text, entities, raw, keyboard: None })
}

fn explicit(params: &Params, name: &str) -> Result<Vec<Entity>, Refusal> {
    Ok(params.json(name)?.as_ref().map(entities::from_wire).unwrap_or_default())
}
