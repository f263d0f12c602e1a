//! Routes, and what the OpenAPI document says of them.

use axum::{Router, handler::Handler, routing::on};
use utoipa::{OpenApi, Path};
use utoipa_axum::PathItemExt;

/// For the expansion of [`routes!`](crate::routes!).
#[doc(hidden)]
pub use utoipa_axum::paste;

/// Routes of a server whose handlers share a state `S`. Made by [`routes!`](crate::routes!).
///
/// Describing all of them takes longer than many a call, and megabytes of memory, so it is left until somebody asks.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<S>,
    documents: Vec<fn() -> utoipa::openapi::OpenApi>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// No routes yet, and what their document begins with.
    #[must_use]
    pub fn described_by<D: OpenApi>() -> Self {
        Self { router: Router::new(), documents: vec![D::openapi] }
    }

    /// Adds a handler at the address and for the methods that `P` names.
    #[must_use]
    pub fn with<P: Path, H: Handler<T, S>, T: 'static>(mut self, handler: H) -> Self {
        for method in P::methods() {
            self.router = self.router.route(&P::path(), on(method.to_method_filter(), handler.clone()));
        }
        self
    }

    /// Adds other routes.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.documents.extend(other.documents);
        self
    }

    /// The routes alone, and what makes their document.
    pub fn split(self) -> (Router<S>, impl Fn() -> utoipa::openapi::OpenApi + Clone + Send + Sync + 'static) {
        let documents = self.documents;
        let document = move || {
            let all = documents.iter().map(|document| document());
            all.reduce(utoipa::openapi::OpenApi::merge_from).unwrap_or_default()
        };
        (self.router, document)
    }
}

/// The [`Routes`](crate::routes::Routes) of handlers that `#[utoipa::path]` describes.
///
/// ```
/// use axum::extract::State;
/// use server_kit::{routes, routes::Routes};
///
/// /// Says what it was told.
/// #[utoipa::path(get, path = "/api/word", responses((status = 200, body = String)))]
/// async fn word(State(word): State<String>) -> String {
///     word
/// }
///
/// fn router() -> Routes<String> {
///     routes!(word)
/// }
///
/// let (router, document) = router().split();
/// let router: axum::Router = router.with_state("well".to_owned());
/// assert!(document().paths.paths.contains_key("/api/word"));
/// ```
#[macro_export]
macro_rules! routes {
    ($($handler:ident),+ $(,)?) => {{
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($handler),+))]
        struct Described;
        $crate::routes::paste! {
            $crate::routes::Routes::described_by::<Described>()
                $(.with::<[<__path_ $handler>], _, _>($handler))+
        }
    }};
}
