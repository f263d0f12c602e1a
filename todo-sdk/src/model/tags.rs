//! Tags, called categories in the other clients.

use serde::{Deserialize, Serialize};

use super::{
    Id,
    validate::{Faults, Validate},
};

/// Most characters in a tag's name.
pub const TAG_NAME_MAX: usize = 50;

/// A tag; its name is unique per user, case-insensitively.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tag {
    /// Identifier.
    pub id: Id,
    /// 1–50 characters.
    pub name: String,
    /// Counts the changes of this tag; the `ETag`.
    pub version: i64,
}

/// Body of `POST /api/tags` and `PUT /api/tags/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateTag {
    /// 1–50 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 50))]
    pub name: String,
}

/// Body of `PATCH /api/tags/{id}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateTag {
    /// 1–50 characters.
    #[serde(default, deserialize_with = "super::patch::present", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, min_length = 1, max_length = 50))]
    pub name: Option<String>,
}

/// Query of `GET /api/tags`, ordered by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams), into_params(parameter_in = Query))]
pub struct TagQuery {
    /// Tags whose name contains this, whatever the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Items on a page, 1–1000; 100 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 1000))]
    pub limit: Option<u32>,
    /// From the `Link` header of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

impl Validate for CreateTag {
    fn check(&self, faults: &mut Faults) {
        faults.visible("name", &self.name, TAG_NAME_MAX);
    }
}

impl Validate for UpdateTag {
    fn check(&self, faults: &mut Faults) {
        if let Some(name) = &self.name {
            faults.visible("name", name, TAG_NAME_MAX);
        }
    }
}
