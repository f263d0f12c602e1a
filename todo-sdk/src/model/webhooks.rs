//! Webhooks: a person's own address to which their reminders are sent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::validate::{Faults, Validate};

/// Most characters in an address.
const URL_MAX: usize = 2_000;

/// Where a person's reminders are posted, after [Standard Webhooks](https://www.standardwebhooks.com).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Webhook {
    /// The address.
    pub url: String,
    /// When it was set.
    pub created_at: DateTime<Utc>,
    /// When it was switched off, as the address said that it is gone (410).
    pub disabled_at: Option<DateTime<Utc>>,
    /// Why.
    pub reason: Option<String>,
}

/// Answer of `PUT /api/users/me/webhook`: shown once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewWebhook {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// What deliveries are signed with: `whsec_` and the key in Base64.
    pub secret: String,
}

/// Body of `PUT /api/users/me/webhook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetWebhook {
    /// An `https` address that the internet reaches.
    pub url: String,
}

impl Validate for SetWebhook {
    fn check(&self, faults: &mut Faults) {
        faults.visible("url", &self.url, URL_MAX);
    }
}

/// Answer of `POST /api/users/me/webhook/test`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WebhookTest {
    /// Whether the address took it.
    pub delivered: bool,
    /// What was the matter.
    pub reason: Option<String>,
}
