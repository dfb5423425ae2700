//! The pages of metrics: their list, one of them, its history, and the editor. They come whole from the host ([`crate::plain`]);
//! their forms follow what is typed where there is WASM.

pub mod editor;
mod history;
mod inputs;
mod list;
mod one;
mod start;

pub use history::{Compared, HistoryView, Names, VersionLine, history};
pub use list::{ListView, MetricLine, list};
pub use one::{Ending, OneView, Point, TestLine, one};
pub use start::{StartView, TemplateCard, start};

use domain::dashboard::Tone;
use leptos::prelude::*;

use crate::components::badge::Badge;

/// Where they live. `/metrics` itself is Prometheus' address.
pub const PATH: &str = "/metrics/definitions";
pub const NEW: &str = "/metrics/new";

/// How a metric stands: "Active v3", "Draft v4", "Deprecated".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub tone: Tone,
    pub word: String,
}

#[component]
pub(crate) fn Standings(of: Vec<Standing>) -> impl IntoView {
    of.into_iter().map(|Standing { tone, word }| view! { <Badge tone word/> }).collect_view()
}

/// The parts of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    Metric,
    Definition,
    History,
}

/// The way to the other pages of a metric.
#[component]
pub(crate) fn Parts(code: String, here: Here, may_write: bool) -> impl IntoView {
    let at = format!("{PATH}/{code}");
    let pages = [
        (Here::Metric, at.clone(), "Metric", true),
        (Here::Definition, format!("{at}/edit"), "Definition", may_write),
        (Here::History, format!("{at}/history"), "History", true),
    ];
    let links = pages.into_iter().filter(|(_, _, _, may)| *may).map(|(page, href, word, _)| {
        view! { <a href=href aria-current=(page == here).then_some("page")>{word}</a> }
    });
    view! { <nav class="tabs" aria-label="Metric">{links.collect_view()}</nav> }
}
