//! Files.

use serde_json::json;

use super::super::{
    params::Params,
    refusal::{Answer, Refusal},
    world::World,
};

pub(super) fn get(world: &mut World, params: &Params) -> Answer {
    let id = params.text("file_id").unwrap_or_default();
    if id.is_empty() {
        return Err(Refusal::bad_request("file_id not specified"));
    }
    let (_, bytes) = world.files.get(&id).ok_or_else(|| Refusal::bad_request("invalid file_id"))?;
    Ok(json!({
        "file_id": id,
        "file_unique_id": id[id.len().saturating_sub(12)..],
        "file_size": bytes.len(),
        "file_path": format!("documents/{id}"),
    }))
}
