//! What is made of the records that count, and how they are listed.

use domain::metrics::form::{PieceRow, ShareRow};
use leptos::prelude::*;

use super::condition::codes;
use super::{EditorView, error};
use crate::metrics::inputs::{About, Button, Choice, hidden, select, text};

const KINDS: [(&str, &str); 5] = [
    ("count", "How many there are"),
    ("sum", "Sum of a field"),
    ("avg", "Average of a field"),
    ("ratio", "One divided by another"),
    ("score", "Weighted score, 0 to 100"),
];

fn pairs<const N: usize>(of: [(&str, &str); N]) -> Vec<Choice> {
    of.map(|(value, word)| (value.to_owned(), word.to_owned())).into()
}

fn numbers(of: &EditorView) -> Vec<Choice> {
    codes(of.form.entity, |field| field.kind.is_number())
}

pub fn card(of: &EditorView) -> AnyView {
    let measure = &of.form.measure;
    let about = |id: &str, label: &str| About {
        wrong: of.is_wrong(id),
        focus: of.focuses(id),
        described: Some("m-error".into()),
        ..About::label(label)
    };
    let kind = select(
        "m.kind",
        &measure.kind,
        pairs(KINDS),
        None,
        About { step: Some("look".into()), ..about("m.kind", "Measure") },
    );
    let more = match measure.kind.as_str() {
        "sum" | "avg" => select("m.of", &measure.of, numbers(of), Some("Choose a field…"), about("m.of", "Field")),
        "ratio" => view! {
            <div class="share">{share(of, "m.num", &measure.num, "Of these")}</div>
            <div class="share">{share(of, "m.den", &measure.den, "Divided by")}</div>
        }
        .into_any(),
        "score" => score(of, &measure.pieces),
        _ => ().into_any(),
    };
    view! {
        <section class="card" aria-labelledby="measure-title">
            <header><h2 id="measure-title">"What is made of them"</h2></header>
            <div class="line">{kind}{more}</div>
            {error(of, "m", "m.kind")}
            <h3 class="below">"How they are listed"</h3>
            <div class="pair">
                <fieldset><legend>"In which order"</legend>{ranks(of)}{error(of, "r", "r/0.of")}</fieldset>
                <fieldset><legend>"With which columns"</legend>{columns(of)}{error(of, "c", "c/0.of")}</fieldset>
            </div>
        </section>
    }
    .into_any()
}

fn share(of: &EditorView, name: &str, share: &ShareRow, word: &'static str) -> AnyView {
    let id = |part: &str| format!("{name}.{part}");
    let kinds = pairs([("count", "how many"), ("sum", "sum of"), ("avg", "average of")]);
    let about = |label: &str| About::label(format!("{word}: {label}"));
    let filter = share.filter.as_ref().map(|filter| {
        let json = filter.to_string();
        view! { <code class="kept" title="Edit it as JSON below">{json.clone()}</code>{hidden(id("where"), json)} }
    });
    view! {
        <span class="basis">{word}</span>
        {select(&id("kind"), &share.kind, kinds, None, About { step: Some("look".into()), ..about("measure") })}
        {(share.kind != "count").then(|| select(&id("of"), &share.of, numbers(of), Some("Choose a field…"), about("field")))}
        <label class="check"><input type="checkbox" name=id("base") value="1" checked=share.base/>"over all, not only those that count"</label>
        {filter}
    }
    .into_any()
}

fn score(of: &EditorView, pieces: &[PieceRow]) -> AnyView {
    let row = |(index, piece): (usize, &PieceRow)| {
        let id = |part: &str| format!("m/{index}.{part}");
        let labelled = |part: &str, label: &str| About {
            wrong: of.is_wrong(&id(part)),
            focus: of.focuses(&id(part)),
            described: Some(format!("m/{index}-error")),
            ..About::label(format!("Part {}: {label}", index + 1))
        };
        let value = match &piece.value {
            Some(value) => view! { <code class="kept" title="Edit it as JSON below">{value.to_string()}</code>{hidden(id("value"), value.to_string())}{hidden(id("of"), "")} }.into_any(),
            None => select(&id("of"), &piece.of, numbers(of), Some("Choose a field…"), labelled("of", "field")),
        };
        view! {
            <div class="piece">
                <label class="small">"Name"{text(&id("label"), &piece.label, "text", None, labelled("label", "name"))}</label>
                <label class="small">"Weight"{text(&id("weight"), &piece.weight, "text", Some("decimal"), labelled("weight", "weight"))}</label>
                <div class="small"><span>"Value"</span>{value}</div>
                <label class="small">"0 at"{text(&id("from"), &piece.from, "text", Some("decimal"), labelled("from", "value at which it is 0"))}</label>
                <label class="small">"1 at"{text(&id("to"), &piece.to, "text", Some("decimal"), labelled("to", "value at which it is 1"))}</label>
                {Button::remove(format!("piece-remove:{index}"), &format!("part {}", index + 1)).view()}
                {error(of, &format!("m/{index}"), &id("weight"))}
            </div>
        }
    };
    let add = Button {
        id: Some("step-piece".into()),
        focus: of.focuses("step-piece"),
        ..Button::new("piece", "btn", "Add part")
    };
    view! { <div class="pieces">{pieces.iter().enumerate().map(row).collect_view()}{add.view()}</div> }.into_any()
}

/// One more than there are: the last one waits for a further field.
fn ranks(of: &EditorView) -> AnyView {
    let rows = &of.form.rank;
    let row = |index: usize| {
        let (chosen, descending) = rows.get(index).map_or(("", true), |rank| (rank.of.as_str(), rank.descending));
        let id = format!("r/{index}.of");
        let about = About {
            step: Some("look".into()),
            wrong: of.is_wrong(&id),
            described: Some("r-error".into()),
            ..About::label(format!("Order {}", index + 1))
        };
        let dirs = pairs([("desc", "largest first"), ("asc", "smallest first")]);
        let dir = select(
            &format!("r/{index}.dir"),
            if descending { "desc" } else { "asc" },
            dirs,
            None,
            About::label(format!("Direction of order {}", index + 1)),
        );
        let empty = if index < rows.len() { "Leave out" } else { "Add an order…" };
        view! { <div class="line">{select(&id, chosen, codes(of.form.entity, |_| true), Some(empty), about)}{(index < rows.len()).then_some(dir)}</div> }
    };
    (0..=rows.len()).map(row).collect_view().into_any()
}

fn columns(of: &EditorView) -> AnyView {
    let rows = &of.form.columns;
    let row = |index: usize| {
        let id = format!("c/{index}.of");
        let about = About {
            step: Some("look".into()),
            wrong: of.is_wrong(&id),
            described: Some("c-error".into()),
            ..About::label(format!("Column {}", index + 1))
        };
        let empty = if index < rows.len() { "Leave out" } else { "Add a column…" };
        let chosen = rows.get(index).map_or("", String::as_str);
        view! { <div class="line">{select(&id, chosen, codes(of.form.entity, |_| true), Some(empty), about)}</div> }
    };
    let usual = rows.is_empty().then(|| view! { <p class="basis">"None chosen: the usual ones."</p> });
    view! { {(0..=rows.len()).map(row).collect_view()}{usual} }.into_any()
}
