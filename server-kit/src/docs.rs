//! The OpenAPI document, derived from the code, and its pages, served from the program itself.

use std::{
    future::ready,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    body::Bytes,
    extract::Path,
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use http::header;
use utoipa::openapi::{
    Components, Content, OpenApi, Ref, RefOr, ResponseBuilder, SecurityRequirement,
    path::{Operation, Parameter, ParameterIn, PathItem},
    security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::Error;

const REDOC_PAGE: &str = include_str!("../assets/redoc.html");
const REDOC_SCRIPT: &[u8] = include_bytes!("../assets/redoc.standalone.js");

/// `/api/openapi.json`, `/api/redoc`, and Swagger UI at `/api/` + `swagger`. The document is made when it is first asked
/// for.
pub fn router(document: impl Fn() -> OpenApi + Clone + Send + Sync + 'static, swagger: &'static str) -> Router {
    let made = Arc::new(OnceLock::new());
    let config = Arc::new(utoipa_swagger_ui::Config::new(["/api/openapi.json"]));
    let swagger_file = move |Path(file): Path<String>| async move {
        match utoipa_swagger_ui::serve(&file, config) {
            Ok(Some(file)) => Ok(swagger_response(file)),
            Ok(None) => Err(Error::NotFound("file")),
            Err(error) => Err(Error::internal(error.to_string())),
        }
    };
    // The page names its files relative to itself, so it has to be below the address that people type.
    let index = Redirect::temporary(&format!("/api/{swagger}/index.html"));
    Router::new()
        .route("/api/openapi.json", get(move || ready(json(&made, &document))))
        .route("/api/redoc", get(async || Html(REDOC_PAGE)))
        .route(
            "/api/redoc/redoc.standalone.js",
            get(async || ([(header::CONTENT_TYPE, "text/javascript")], REDOC_SCRIPT)),
        )
        .route(&format!("/api/{swagger}"), get(async move || index))
        .route(&format!("/api/{swagger}/{{file}}"), get(swagger_file))
}

/// The document, made unless it was before.
fn json(made: &OnceLock<Bytes>, document: impl Fn() -> OpenApi) -> Result<Response, Error> {
    let bytes = match made.get() {
        Some(bytes) => bytes.clone(),
        None => {
            let mut document = document();
            complete(&mut document);
            let bytes = Bytes::from(serde_json::to_vec(&document).map_err(Error::internal)?);
            made.get_or_init(|| bytes).clone()
        }
    };
    Ok(([(header::CONTENT_TYPE, "application/json")], bytes).into_response())
}

fn swagger_response(file: utoipa_swagger_ui::SwaggerFile<'_>) -> Response {
    let bytes = file.bytes.into_owned();
    let mut response = ([(header::CONTENT_TYPE, file.content_type)], bytes).into_response();
    if file.gzpipped {
        response.headers_mut().insert(header::CONTENT_ENCODING, http::HeaderValue::from_static("gzip"));
    }
    response
}

/// Adds to every operation what its shape implies, so that handlers name only what is special to them.
fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
    for item in document.paths.paths.values_mut() {
        for operation in operations(item) {
            add_implied_responses(operation);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

fn add_implied_responses(operation: &mut Operation) {
    let takes = |place: &ParameterIn, name: Option<&str>| {
        operation.parameters.iter().flatten().any(|parameter| match parameter {
            RefOr::T(Parameter { parameter_in, name: own, .. }) => {
                parameter_in == place && name.is_none_or(|name| name.eq_ignore_ascii_case(own))
            }
            RefOr::Ref(_) => false,
        })
    };
    let body = operation.request_body.is_some();
    let open = operation.security.is_some();
    let implied = [
        (body, "400", "The body is not JSON."),
        (!open, "401", "No token, or one that is bad, expired or of an ended session."),
        (!open, "403", "Not allowed for this kind of caller."),
        (takes(&ParameterIn::Path, None), "404", "There is no such resource, or it is somebody else's."),
        (body, "408", "The body did not arrive in time."),
        (takes(&ParameterIn::Header, Some("If-Match")), "412", "The resource has another version."),
        (body, "413", "The body is larger than 1 MiB."),
        (body, "415", "The body is not said to be JSON."),
        (body || takes(&ParameterIn::Query, None), "422", "Invalid fields or parameters, named in `errors`."),
        (!open || body, "429", "Too many calls; see `Retry-After`."),
        (true, "500", "A fault of the server."),
        (true, "503", "A dependency is down; see `Retry-After`."),
    ];
    for (applies, status, description) in implied {
        if applies {
            operation.responses.responses.entry(status.to_owned()).or_insert_with(|| problem(description));
        }
    }
}

fn problem(description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    RefOr::T(ResponseBuilder::new().description(description).content("application/problem+json", content).build())
}
