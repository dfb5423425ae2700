//! The browser's entry point: takes over the HTML that the host sent, or only its live forms.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    if app::live_form::is_wanted() { app::live_form::start() } else { leptos::mount::hydrate_body(app::App) }
}
