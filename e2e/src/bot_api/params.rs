//! The parameters of a call: from the query string, a form, a multipart form or a JSON object, as Telegram takes them.

use std::collections::HashMap;

use axum::extract::{FromRequest, Multipart, Request};
use bytes::Bytes;
use http::{HeaderMap, header::CONTENT_TYPE};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The most that may be uploaded: Telegram's own limit for bots.
pub(crate) const UPLOAD_LIMIT: usize = 50 * 1024 * 1024;

/// An uploaded file.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
}

/// The parameters of one call.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pub(crate) fields: Map<String, Value>,
    files: HashMap<String, Upload>,
}

impl Params {
    pub(crate) async fn read(request: Request) -> Result<Self, Refusal> {
        let mut params = Self::default();
        params.read_form(request.uri().query().unwrap_or_default().as_bytes())?;
        let kind = content_type(request.headers());
        match kind.as_str() {
            "multipart/form-data" => params.read_multipart(request).await?,
            "application/json" => params.read_json(&body(request).await?)?,
            "application/x-www-form-urlencoded" => params.read_form(&body(request).await?)?,
            _ => {}
        }
        Ok(params)
    }

    fn read_form(&mut self, form: &[u8]) -> Result<(), Refusal> {
        let pairs: Vec<(String, String)> =
            serde_urlencoded::from_bytes(form).map_err(|_| Refusal::bad_request("can't parse the parameters"))?;
        self.fields.extend(pairs.into_iter().map(|(name, value)| (name, Value::String(value))));
        Ok(())
    }

    fn read_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        if body.is_empty() {
            return Ok(());
        }
        let Ok(Value::Object(fields)) = serde_json::from_slice(body) else {
            return Err(Refusal::bad_request("object expected as request body"));
        };
        // A parameter that is null is a parameter that isn't there.
        self.fields.extend(fields.into_iter().filter(|(_, value)| !value.is_null()));
        Ok(())
    }

    async fn read_multipart(&mut self, request: Request) -> Result<(), Refusal> {
        let refuse = |_| Refusal::bad_request("can't parse the multipart form");
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
            // axum's reasons differ from Telegram's words, which nobody leans on here.
            Refusal::bad_request("boundary in multipart/form-data not found")
        })?;
        while let Some(field) = form.next_field().await.map_err(refuse)? {
            let name = field.name().unwrap_or_default().to_owned();
            let file_name = field.file_name().map(ToOwned::to_owned);
            let mime = field.content_type().map(ToOwned::to_owned);
            let bytes = field.bytes().await.map_err(refuse)?;
            match file_name {
                Some(file_name) => {
                    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
                    self.files.insert(name, Upload { name: file_name, mime, bytes });
                }
                None => {
                    let text = String::from_utf8(bytes.into())
                        .map_err(|_| Refusal::bad_request("strings must be encoded in UTF-8"))?;
                    self.fields.insert(name, Value::String(text));
                }
            }
        }
        Ok(())
    }

    /// A parameter as text: numbers and booleans may stand for themselves.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        match self.fields.get(name)? {
            Value::String(text) => Some(text.clone()),
            Value::Null => None,
            other => Some(other.to_string()),
        }
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match self.fields.get(name)? {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        let text = self.text(name).unwrap_or_default().to_lowercase();
        matches!(text.as_str(), "true" | "1" | "yes")
    }

    /// A parameter that is JSON: itself, or as text.
    pub(crate) fn json(&self, name: &str) -> Result<Option<Value>, Refusal> {
        match self.fields.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| Refusal::bad_request(format!("can't parse {} JSON object", name.replace('_', " ")))),
            Some(value) => Ok(Some(value.clone())),
        }
    }

    /// An uploaded file: under the parameter's name, or under the one that `attach://NAME` points to.
    pub(crate) fn file(&self, name: &str) -> Option<&Upload> {
        let attached = self.fields.get(name).and_then(Value::as_str).and_then(|text| text.strip_prefix("attach://"));
        self.files.get(attached.unwrap_or(name))
    }

    /// What is remembered of the call: everything but the bytes of files.
    pub(crate) fn remembered(&self) -> Value {
        Value::Object(self.fields.clone())
    }
}

fn content_type(headers: &HeaderMap) -> String {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.split(';').next().unwrap_or_default().trim().to_lowercase()
}

async fn body(request: Request) -> Result<Bytes, Refusal> {
    axum::body::to_bytes(request.into_body(), UPLOAD_LIMIT)
        .await
        .map_err(|_| Refusal::new(413, "Request Entity Too Large"))
}
