//! The list of metrics.

use app::metrics::{ListView, MetricLine, PATH};
use axum::extract::{RawQuery, State as Shared};
use axum::response::Response;
use domain::identity::Caller;
use domain::metrics::store::{self, Query};
use domain::metrics::trend::{self, Last};
use domain::metrics::{Definition, Number, State as Standing, spoken, used_by};
use domain::opportunities::address::Address;
use domain::pager::Pager;
use domain::params::Params;

use super::{Asking, READ, Stop, WRITE, answer, words};
use crate::http::State;

pub async fn page(asking: Asking, Shared(state): Shared<State>, RawQuery(search): RawQuery) -> Result<Response, Stop> {
    let caller = asking.to(READ)?;
    let mut address = Address::parse(&search.unwrap_or_default());
    let asked = Query::read(Params::new(address.clone().pairs()));
    let refused = asked.as_ref().err().map(|fault| format!("{}: {}.", fault.field, fault.reason));
    let mut query = asked.or_else(|_| Query::read(Params::new(Vec::new())))?;
    let mut tx = state.services.db.tenant_tx(&caller.actor()).await?;
    let (mut found, total) = store::list(&mut tx, &query).await?;
    let last_page = Pager::last(total, query.limit);
    if query.page > last_page {
        query.page = last_page;
        address = address.without(&["page"]);
        found = store::list(&mut tx, &query).await?.0;
    }
    let codes: Vec<String> = found.iter().map(|definition| definition.code.clone()).collect();
    let mut values = trend::last(&mut tx, &codes).await?;
    let uses = used_by::counts(&mut tx, &codes).await?;
    drop(tx);
    let lines = found.into_iter().map(|definition| {
        let (last, used_by) =
            (values.remove(&definition.code), uses.get(&definition.code).copied().unwrap_or_default());
        line(definition, last, used_by, caller)
    });
    let lines = lines.collect();
    let view = ListView {
        search: query.search.clone().unwrap_or_default(),
        state: query.state.map(Standing::as_str).unwrap_or_default().to_owned(),
        deprecated: query.include_deprecated,
        lines,
        total: if total == 1 { "1 metric".into() } else { format!("{total} metrics") },
        pager: Pager::new(query.page, query.limit, total, &address, PATH),
        any: total > 0 || query.search.is_some() || query.state.is_some() || query.code.is_some(),
        may_write: caller.may(WRITE),
        refused,
    };
    let html = asking.write_live(&state, "Metrics", || app::metrics::list(view)).await?;
    Ok(answer(html, false))
}

fn line(of: Definition, last: Option<Last>, used_by: i64, caller: &Caller) -> MetricLine {
    let currency = &caller.tenant_view.currency;
    let formula = of.read_formula();
    let value = |value: Option<Number>| match &formula {
        Some(formula) => spoken::measured(formula, value, currency),
        None => value.map_or_else(|| spoken::NOTHING.into(), spoken::plain),
    };
    let trend = last.as_ref().and_then(|last| {
        let (before, at) = last.before?;
        let by = last.value?.minus(before)?;
        let sign = if by > Number::ZERO { "+" } else { "" };
        let told = if by == Number::ZERO { "same".to_owned() } else { format!("{sign}{}", value(Some(by))) };
        Some(format!("{told} since {}", words::when(at, caller)))
    });
    MetricLine {
        standing: words::standing(&of),
        version: format!("v{}", of.version),
        changed: format!("{}, {}", words::who(of.created_by.as_ref()), words::when(of.created_at, caller)),
        said: of.sentence.unwrap_or(of.description),
        value: last.map(|last| value(last.value)),
        trend,
        used_by,
        code: of.code,
        name: of.name,
    }
}
