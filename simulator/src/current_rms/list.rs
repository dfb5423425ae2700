//! One page of a list, with what moves and vanishes while a client is reading.

use axum::http::StatusCode;
use axum::response::Response;
use chrono::Utc;

use super::account::State;
use super::answers;
use super::embed;
use super::query::ListQuery;
use super::shelf::{Page, Record};
use crate::json_text::{OrderedObject, quote, stamp};

/// `GET /opportunities`.
pub(crate) fn opportunities(state: &mut State, pairs: &[(String, String)]) -> Response {
    let query = ListQuery::read(pairs, state.faults.clamp, state.faults.no_key);
    if state.faults.reject_dates && query.conditions.iter().any(super::ransack::Condition::has_date) {
        return answers::error(StatusCode::UNPROCESSABLE_ENTITY, "q: date filters are not accepted");
    }
    move_some(state);
    let page = state.opportunities.page(&query);
    vanish_some(state, &page, query.per_page);
    answers::json(StatusCode::OK, envelope("opportunities", &page, &query))
}

/// `GET /members`.
pub(crate) fn members(state: &mut State, pairs: &[(String, String)]) -> Response {
    // A member's `name` is kept where an opportunity's `subject` is.
    let by_subject = |text: &String| text.replacen("name", "subject", 1);
    let pairs: Vec<(String, String)> = pairs
        .iter()
        .map(|(key, value)| match key.as_str() {
            "q[s]" | "q[s][]" => (key.clone(), by_subject(value)),
            _ => (by_subject(key), value.clone()),
        })
        .collect();
    let query = ListQuery::read(&pairs, state.faults.clamp, state.faults.no_key);
    let page = state.members.page(&query);
    answers::json(StatusCode::OK, envelope("members", &page, &query))
}

fn envelope(key: &str, page: &Page, query: &ListQuery) -> String {
    let mut body = String::with_capacity(200 + page.rows.iter().map(|row| row.text.len() + 1).sum::<usize>());
    body.push_str(&format!("{{\"{key}\":["));
    for (at, row) in page.rows.iter().enumerate() {
        if at > 0 {
            body.push(',');
        }
        match &query.include {
            None => body.push_str(&row.text),
            Some(names) => body.push_str(&embed::only(&row.text, names)),
        }
    }
    body.push_str(&format!(
        r#"],"meta":{{"total_row_count":{},"row_count":{},"page":{},"per_page":{}}}}}"#,
        page.total,
        page.rows.len(),
        query.page,
        query.per_page
    ));
    body
}

/// The fault `moving`: some records are changed by somebody just before the page is read.
fn move_some(state: &mut State) {
    let share = state.faults.moving;
    if share <= 0.0 {
        return;
    }
    let now = Utc::now();
    for id in state.opportunities.ids() {
        if state.dice.chance(share) {
            touch(state, id, now);
        }
    }
}

fn touch(state: &mut State, id: i64, now: chrono::DateTime<Utc>) {
    let Some(record) = state.opportunities.get(id) else { return };
    let Some(mut object) = OrderedObject::parse(&record.text) else { return };
    object.set("updated_at", quote(&stamp(now)));
    let mut facets = record.facets.clone();
    facets.touch(now);
    state.opportunities.put(id, Record { text: object.render().into_boxed_str(), facets });
}

/// The fault `deletions`: a few records vanish after each page, so that all have by the end of the first scan.
fn vanish_some(state: &mut State, page: &Page, per_page: usize) {
    if state.deletions_left == 0 || page.rows.is_empty() {
        return;
    }
    let pages_left = page.total.div_ceil(per_page).saturating_sub(1).max(1);
    for _ in 0..state.deletions_left.div_ceil(pages_left) {
        let ids = state.opportunities.ids();
        let Some(id) = ids.get(state.dice.index(ids.len())) else { return };
        state.opportunities.delete(*id);
        state.deletions_left -= 1;
    }
}
