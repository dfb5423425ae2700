//! A condition: its field, its question, and inputs by what the field holds.

use domain::metrics::catalogue::{Entity, Field};
use domain::metrics::form::{Condition, How, Operand};
use domain::metrics::kind::{Kind, Op};
use leptos::prelude::*;

use super::group::{more_with, numbers};
use super::{EditorView, error};
use crate::metrics::inputs::{About, Button, Choice, hidden, lines, select, text};

/// Kinds as the menu of fields groups them.
const GROUPS: [(&str, &[Kind]); 6] = [
    ("Numbers", &[Kind::Int, Kind::Decimal]),
    ("Money", &[Kind::Money]),
    ("Dates", &[Kind::Date]),
    ("Texts", &[Kind::Text]),
    ("Choices", &[Kind::Choice]),
    ("Yes or no", &[Kind::Bool]),
];

pub fn row(of: &EditorView, name: &str, condition: &Condition, ends: (bool, bool)) -> AnyView {
    let entity = of.form.entity;
    let field = entity.field(&condition.field);
    let about = format!("condition {}: {}", numbers(name), condition.words(entity));
    let input = format!("{name}.{}", condition.input("/v"));
    let count = of.counts.get(name).map(|count| format!("{count} left"));
    let empties =
        condition.op().zip(field).filter(|(op, field)| op.takes_empty() && *op != Op::IsNull && field.nullable);
    let hint = empties.map(|(_, field)| {
        view! { <p class="hint" id=format!("{name}-hint")>{format!("Those whose {} is empty count too.", field.label)}</p> }
    });
    let also = field.map(|field| others(name, condition, field, &about));
    view! {
        <div class="condition" role="group" aria-label=about.clone()>
            <div class="clause">
                {fields(of, name, condition)}
                {operators(of, name, condition, field)}
                <div class="value">{field.map(|field| value(of, name, condition, field))}</div>
                <output class="left basis" data-part=format!("left:{name}")>{count}</output>
                <div class="ends">
                    {more_with(of, name, &about, ends, false, also.into_any())}
                    {Button::remove(format!("remove:{name}"), &about).view()}
                </div>
            </div>
            {hint}
            {error(of, name, &input)}
        </div>
    }
    .into_any()
}

fn described(name: &str) -> Option<String> {
    Some(format!("{name}-error"))
}

/// All fields of an entity in groups; the chosen one's description is its title.
fn fields(of: &EditorView, name: &str, condition: &Condition) -> AnyView {
    let id = format!("{name}.f");
    let entity = of.form.entity;
    let chosen = entity.field(&condition.field);
    let strange = (chosen.is_none() && !condition.field.is_empty()).then(|| condition.field.clone());
    let group = |(word, kinds): (&'static str, &'static [Kind])| {
        let fields: Vec<&'static Field> = entity.fields().iter().filter(|field| kinds.contains(&field.kind)).collect();
        let option = |field: &'static Field| {
            view! { <option value=field.code selected=chosen == Some(field) title=field.description>{labelled(field)}</option> }
        };
        (!fields.is_empty())
            .then(|| view! { <optgroup label=word>{fields.into_iter().map(option).collect_view()}</optgroup> })
    };
    view! {
        <select
            class="field"
            id=id.clone()
            name=id.clone()
            aria-label="Field"
            aria-describedby=described(name)
            aria-invalid=of.is_wrong(&id).then_some("true")
            data-step="look"
            data-focus=of.focuses(&id).then_some("")
            title=chosen.map(|field| field.description)
        >
            {chosen.is_none().then(|| view! { <option value="">"Choose a field…"</option> })}
            {strange.map(|code| view! { <option value=code.clone() selected=true>{format!("{code} (not known)")}</option> })}
            {GROUPS.into_iter().map(group).collect_view()}
        </select>
    }
    .into_any()
}

/// With its unit, unless the label says it.
fn labelled(field: &Field) -> String {
    if field.unit.is_empty() || field.label.contains(field.unit) {
        field.label.to_owned()
    } else {
        format!("{} ({})", field.label, field.unit)
    }
}

fn operators(of: &EditorView, name: &str, condition: &Condition, field: Option<&'static Field>) -> AnyView {
    let id = format!("{name}.op");
    let Some(field) = field else {
        return view! { <span class="dim">{hidden(id, condition.op.clone())}</span> }.into_any();
    };
    let options = field.kind.ops().iter().map(|op| (op.as_str().to_owned(), op.words(field.kind).to_owned())).collect();
    let about = About {
        described: described(name),
        wrong: of.is_wrong(&id),
        focus: of.focuses(&id),
        step: Some("look".into()),
        ..About::label("Comparison")
    };
    select(&id, &condition.op, options, None, about)
}

fn value(of: &EditorView, name: &str, condition: &Condition, field: &'static Field) -> AnyView {
    match condition.op() {
        None | Some(Op::IsNull | Op::NotNull) => view! { <span class="dim" aria-hidden="true">"—"</span> }.into_any(),
        Some(Op::In | Op::NotIn) => list(of, name, condition, field),
        Some(Op::Between) => view! {
            {operand(of, name, "", &condition.operands[0], field, "From")}
            <span class="dim">"and"</span>
            {operand(of, name, "2", &condition.operands[1], field, "To")}
        }
        .into_any(),
        Some(_) => operand(of, name, "", &condition.operands[0], field, "Value"),
    }
}

fn operand(
    of: &EditorView,
    name: &str,
    which: &str,
    one: &Operand,
    field: &'static Field,
    label: &'static str,
) -> AnyView {
    let id = |part: &str| format!("{name}.{part}{which}");
    let about = |part: &str, label: &str| About {
        described: described(name),
        wrong: of.is_wrong(&id(part)),
        focus: of.focuses(&id(part)),
        ..About::label(label)
    };
    let how = if field.kind == Kind::Date && one.how != How::Kept {
        let options = How::of(Kind::Date).iter().map(|how| (how.as_str().to_owned(), how.words(Kind::Date).to_owned()));
        let about = About { step: Some("look".into()), ..About::label(format!("{label}: how it is said")) };
        select(&id("how"), one.how.as_str(), options.collect(), None, about)
    } else {
        hidden(id("how"), one.how.as_str())
    };
    let field_select = |label: &'static str| {
        let fits = |other: &&Field| {
            other.code != field.code
                && if field.kind.is_number() { other.kind.is_number() } else { other.kind == field.kind }
        };
        select(&id("of"), &one.of, codes(of.form.entity, fits), Some("Choose a field…"), about("of", label))
    };
    let input = match one.how {
        How::Value => plain(of, &id("v"), &one.text, field, about("v", label)),
        How::FromNow | How::Ago => text(&id("v"), &one.text, "text", Some("numeric"), about("v", "Days")),
        How::Field => field_select("Field to compare with"),
        How::Times => {
            let factor = if of.form.params.is_empty() || !one.text.is_empty() && one.by.is_empty() {
                text(&id("v"), &one.text, "text", Some("decimal"), about("v", "Factor"))
            } else {
                let params = params(of);
                view! {
                    {select(&id("by"), &one.by, params, Some("this factor:"), About { step: Some("look".into()), ..about("by", "Factor") })}
                    {one.by.is_empty().then(|| text(&id("v"), &one.text, "text", Some("decimal"), about("v", "Factor")))}
                }
                .into_any()
            };
            view! {
                {factor}
                <span class="dim" aria-hidden="true">"×"</span>
                {field_select("Field that is multiplied")}
                {one.flip.then(|| hidden(id("flip"), "1"))}
            }
            .into_any()
        }
        How::Param => select(&id("by"), &one.by, params(of), Some("Choose a parameter…"), about("by", "Parameter")),
        How::Kept => {
            let json = one.json.as_ref().map(ToString::to_string).unwrap_or_default();
            view! {
                <code class="kept" title="Edit it as JSON below">{json.clone()}</code>
                {hidden(id("json"), json)}
            }
            .into_any()
        }
    };
    let unit = (one.how == How::Value).then(|| unit(of, field)).filter(|unit| !unit.is_empty());
    view! { {input}{unit.map(|unit| view! { <span class="basis unit">{unit}</span> })}{how} }.into_any()
}

fn unit(of: &EditorView, field: &Field) -> String {
    if field.kind == Kind::Money { of.currency.clone() } else { field.unit.to_owned() }
}

fn params(of: &EditorView) -> Vec<Choice> {
    let word =
        |row: &domain::metrics::form::ParamRow| if row.label.is_empty() { row.name.clone() } else { row.label.clone() };
    of.form.params.iter().filter(|row| !row.name.is_empty()).map(|row| (row.name.clone(), word(row))).collect()
}

/// Fields with their labels.
pub fn codes(entity: Entity, fits: impl Fn(&&'static Field) -> bool) -> Vec<Choice> {
    entity.fields().iter().filter(fits).map(|field| (field.code.to_owned(), labelled(field))).collect()
}

/// An input of the field's kind.
fn plain(_: &EditorView, id: &str, value: &str, field: &'static Field, about: About) -> AnyView {
    match field.kind {
        Kind::Text => text(id, value, "text", None, about),
        Kind::Choice => select(id, value, words(field), Some("Choose…"), about),
        Kind::Int => text(id, value, "text", Some("numeric"), about),
        Kind::Decimal | Kind::Money => text(id, value, "text", Some("decimal"), about),
        // What is no date is kept as it was typed, and told.
        Kind::Date if value.is_empty() || domain::metrics::value::read_date(value).is_some() => {
            text(id, value, "date", None, about)
        }
        Kind::Date => text(id, value, "text", None, about),
        Kind::Bool => {
            select(id, value, vec![("true".into(), "yes".into()), ("false".into(), "no".into())], None, about)
        }
    }
}

/// The words of a choice.
pub fn words(field: &Field) -> Vec<Choice> {
    field.words.iter().map(|(word, _)| ((*word).to_owned(), word.replace('_', " "))).collect()
}

fn list(of: &EditorView, name: &str, condition: &Condition, field: &'static Field) -> AnyView {
    let id = format!("{name}.list");
    if let Some(json) = &condition.list_json {
        let json = json.to_string();
        return view! { <code class="kept" title="Edit it as JSON below">{json.clone()}</code>{hidden(format!("{name}.list_json"), json)} }
            .into_any();
    }
    if field.kind != Kind::Choice {
        let about = About {
            described: described(name),
            wrong: of.is_wrong(&id),
            focus: of.focuses(&id),
            ..About::label("Values, one a line")
        };
        let rows = condition.list.len().clamp(2, 8);
        return view! { {lines(&id, &condition.list.join("\n"), rows, about)}<span class="basis">"One a line"</span> }
            .into_any();
    }
    let mut options = words(field);
    for strange in condition.list.iter().filter(|value| field.choice(value).is_none()) {
        options.push((strange.clone(), strange.clone()));
    }
    let boxes = options.into_iter().map(|(value, word)| {
        let chosen = condition.list.contains(&value);
        view! { <label class="check"><input type="checkbox" name=id.clone() value=value checked=chosen/>{word}</label> }
    });
    view! { <fieldset class="boxes" id=id.clone() aria-describedby=described(name)><legend class="visually-hidden">"Values"</legend>{boxes.collect_view()}</fieldset> }
        .into_any()
}

/// Other ways to say what it is compared with; dates have theirs beside the input.
fn others(name: &str, condition: &Condition, field: &'static Field, about: &str) -> AnyView {
    let one = matches!(condition.op(), Some(op) if !matches!(op, Op::IsNull | Op::NotNull | Op::In | Op::NotIn | Op::Between));
    if !one || field.kind == Kind::Date {
        return ().into_any();
    }
    let now = condition.operands[0].how;
    let item = |how: &How| {
        let word = match how {
            How::Value => "Compare with a value",
            How::Times => "Compare with factor × field",
            How::Field => "Compare with a field",
            _ => "Compare with a parameter",
        };
        Button {
            label: Some(format!("{word}: {about}")),
            ..Button::new(format!("how:{name}:{}", how.as_str()), "", word)
        }
        .view()
    };
    let hows = How::of(field.kind).iter().filter(|how| **how != now);
    view! { <hr/>{hows.map(item).collect_view()} }.into_any()
}
