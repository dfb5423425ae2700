//! Static files: hashed ones are kept for ever by the browser, the others are asked for again.

use std::path::Path;

use axum::http::{HeaderValue, header};
use axum::{Router, middleware};
use tower_http::services::ServeDir;

use super::state::State;

/// Everything that the build left in the site folder. What is not there is answered by the pages.
pub fn routes(state: &State) -> Router<State> {
    let root = Path::new(state.leptos.site_root.as_ref());
    let folder = |path: &Path| {
        ServeDir::new(path).precompressed_br().precompressed_gzip().append_index_html_on_directories(false)
    };
    let hashed = Router::new().nest_service("/pkg", folder(&root.join(state.leptos.site_pkg_dir.as_ref()))).layer(
        middleware::map_response(|mut response: axum::response::Response| async {
            if response.status().is_success() {
                let forever = HeaderValue::from_static("public, max-age=31536000, immutable");
                response.headers_mut().insert(header::CACHE_CONTROL, forever);
            }
            response
        }),
    );
    let mut files = Router::new();
    for name in ["favicon.svg", "robots.txt"] {
        let file = tower_http::services::ServeFile::new(root.join(name)).precompressed_br().precompressed_gzip();
        files = files.route_service(&format!("/{name}"), file);
    }
    let files = files.layer(middleware::map_response(|mut response: axum::response::Response| async {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        response
    }));
    hashed.merge(files)
}
