//! The OpenAPI document, and the page that shows it. Neither is in the document.

use std::sync::{Arc, LazyLock};

use rocket::{Build, Rocket, get, routes};
use userstore_core::UserStore;
use utoipa_swagger_ui::Config;

use super::Answer;
use crate::openapi;
use crate::output::{File, Public};
use crate::problem::Problem;

/// What the page may do: nothing that leaves this server, and nothing that does not come from its files.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Mounts them, unless the settings say otherwise.
pub(crate) fn mount(rocket: Rocket<Build>) -> Rocket<Build> {
    let wanted = rocket.state::<UserStore>().is_none_or(|store| store.settings().server.docs);
    if wanted { rocket.mount("/", routes![document, page, file]) } else { rocket }
}

#[get("/openapi.json")]
fn document() -> Public<File> {
    Public(File::new("application/json", openapi::json().as_bytes()))
}

#[get("/docs")]
fn page() -> Public<File> {
    Public(File::html(include_bytes!("docs/page.html").as_slice()).policy(POLICY))
}

/// What the page asks for.
#[get("/docs/<name>")]
fn file(name: &str) -> Answer<Public<File>> {
    static CONFIG: LazyLock<Arc<Config<'_>>> = LazyLock::new(Arc::default);
    let vendored = match name {
        "start.js" => {
            let script = include_bytes!("docs/start.js").as_slice();
            return Ok(Public(File::new("text/javascript; charset=utf-8", script)));
        }
        "swagger-ui.css" | "swagger-ui-bundle.js" => utoipa_swagger_ui::serve(name, CONFIG.clone()).ok().flatten(),
        _ => None,
    };
    let file = vendored.ok_or_else(|| Problem::not_found("file"))?;
    Ok(Public(File::new(file.content_type, file.bytes).gzipped(file.gzpipped)))
}
