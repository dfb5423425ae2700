//! The versions of a metric: who, when, why, what changed in words, and what that changed in the business.

use leptos::either::Either;
use leptos::prelude::*;

use super::inputs::{About, hidden, select};
use super::{Here, PATH, Parts, Standing, Standings};
use crate::settings::told::{Notice, Told};

pub struct HistoryView {
    pub code: String,
    pub name: String,
    pub standing: Vec<Standing>,
    pub may_write: bool,
    pub told: Option<String>,
    /// The newest first.
    pub versions: Vec<VersionLine>,
    pub newest: i32,
    pub from: i32,
    pub to: i32,
    /// What was compared, or why it could not be.
    pub compared: Option<Result<Compared, String>>,
}

pub struct VersionLine {
    pub version: i32,
    pub standing: Vec<Standing>,
    pub name: String,
    pub who: String,
    pub when: String,
    pub note: String,
    pub sentence: String,
    /// Against the one before.
    pub changed: Vec<String>,
}

pub struct Compared {
    pub changed: Vec<String>,
    pub basis: String,
    pub enter: Names,
    pub leave: Names,
    pub stay: Names,
    /// "£18,200 more at risk".
    pub money: String,
}

/// A list of records, the first of them by name.
pub struct Names {
    pub count: usize,
    /// Address and name.
    pub shown: Vec<(String, String)>,
}

pub fn history(of: HistoryView) -> AnyView {
    let HistoryView { code, name, standing, may_write, told, versions, newest, from, to, compared } = of;
    let options: Vec<(String, String)> =
        versions.iter().map(|line| (line.version.to_string(), format!("Version {}", line.version))).collect();
    let at = format!("{PATH}/{code}/history");
    let several = versions.len() > 1;
    let restore = format!("{PATH}/{code}/restore");
    let lines = versions.into_iter().map(|version| line(version, &at, &restore, newest, may_write)).collect_view();
    let compare = several.then(|| view! {
        <section class="card" aria-labelledby="compare-title">
            <header><h2 id="compare-title">"Compare two versions"</h2></header>
            <form class="line" method="get" action=at.clone()>
                <label for="from">"From"</label>{select("from", &from.to_string(), options.clone(), None, About::default())}
                <label for="to">"to"</label>{select("to", &to.to_string(), options, None, About::default())}
                <button class="btn primary">"Compare"</button>
            </form>
            {compared.map(|compared| match compared {
                Ok(compared) => Either::Left(effect(compared)),
                Err(why) => Either::Right(view! { <p class="empty">{why}</p> }),
            })}
        </section>
    });
    view! {
        <nav aria-label="Breadcrumb"><a class="crumb" href=PATH>"Metrics"</a></nav>
        <div class="top"><h1>{name}</h1><Standings of=standing/></div>
        <Parts code here=Here::History may_write/>
        {told.map(|text| view! { <Notice told=Told::plain(text)/> })}
        <div class="stack">
            {compare}
            <section class="card" aria-labelledby="versions-title">
                <header><h2 id="versions-title">"Versions"</h2></header>
                <ol class="versions">{lines}</ol>
            </section>
        </div>
    }
    .into_any()
}

fn line(of: VersionLine, at: &str, restore: &str, newest: i32, may_write: bool) -> AnyView {
    let VersionLine { version, standing, name, who, when, note, sentence, changed } = of;
    let before = (version > 1).then(|| {
        let href = format!("{at}?from={}&to={version}", version - 1);
        view! { <a class="btn" href=href aria-label=format!("Compare with the one before: version {version}")>"Compare with the one before"</a> }
    });
    let again = (may_write && version != newest).then(|| view! {
        <form method="post" action=restore.to_owned()>
            {hidden("version", version.to_string())}
            {hidden("expectedVersion", newest.to_string())}
            <button class="btn" aria-label=format!("Restore as a new version: version {version}")>"Restore as a new version"</button>
        </form>
    });
    view! {
        <li id=format!("v{version}")>
            <p class="line"><strong>{format!("Version {version}")}</strong><Standings of=standing/><span class="basis">{format!("{who} · {when}")}</span></p>
            <p>{name}</p>
            {(!note.is_empty()).then(|| view! { <p class="note">{note}</p> })}
            <p class="say">{sentence}</p>
            {changes(changed)}
            <div class="quick">{before}{again}</div>
        </li>
    }
    .into_any()
}

fn changes(changed: Vec<String>) -> impl IntoView {
    (!changed.is_empty()).then(|| view! { <ul class="changed">{changed.into_iter().map(|words| view! { <li>{words}</li> }).collect_view()}</ul> })
}

fn effect(of: Compared) -> impl IntoView {
    let Compared { changed, basis, enter, leave, stay, money } = of;
    let same = changed.is_empty().then(|| view! { <p class="basis">"Both say the same."</p> });
    view! {
        <div class="effect" id="effect">
            <h3>"What changed in the definition"</h3>
            {same}
            {changes(changed)}
            <h3>"What changes in the business"</h3>
            <p class="basis">{basis}</p>
            <p class="money">{money}</p>
            <div class="effects">
                {names("enter", "Enter", enter)}
                {names("leave", "Leave", leave)}
                {names("stay", "Stay", stay)}
            </div>
        </div>
    }
}

fn names(id: &'static str, word: &'static str, of: Names) -> AnyView {
    let more = of.count.saturating_sub(of.shown.len());
    let line = |(href, name): (String, String)| view! { <li><a class="link" href=href rel="external">{name}</a></li> };
    view! {
        <details class="names" id=id>
            <summary><strong>{of.count.to_string()}</strong>" "{word}</summary>
            <ul>{of.shown.into_iter().map(line).collect_view()}</ul>
            {(more > 0).then(|| view! { <p class="basis">{format!("and {more} more")}</p> })}
        </details>
    }
    .into_any()
}
