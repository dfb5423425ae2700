//! What the address of a list asks for. The screen, the REST route and the export read it with the same rules.

use chrono::{DateTime, Datelike, Utc};

use super::column::Column;
use super::filter::{COLUMNS, Deleted, Filter, Kind, Sort};
use crate::money::Money;
use crate::params::{Fault, Params};

/// A filter, an order, a page, and the columns to show.
#[derive(Debug, Clone)]
pub struct Query {
    pub filter: Filter,
    pub sort: Sort,
    /// 1 and up.
    pub page: i64,
    /// 1 to 100.
    pub limit: i64,
    pub columns: Vec<Column>,
}

impl Query {
    /// Reads an address; every parameter must be known. `sort` holds where the address names none.
    pub fn read(mut params: Params, sort: Sort) -> Result<Query, Fault> {
        let (page, limit) = params.page()?;
        let query = Query {
            sort: read_sort(&mut params)?.unwrap_or(sort),
            filter: read_filter(&mut params)?,
            columns: read_columns(&mut params)?,
            page,
            limit,
        };
        params.end()?;
        Ok(query)
    }
}

fn read_sort(params: &mut Params) -> Result<Option<Sort>, Fault> {
    let Some(text) = params.text("sort")? else { return Ok(None) };
    let expected = || format!("expected a column, perhaps with - before it: {}", COLUMNS.join(", "));
    Sort::parse(text.trim()).map(Some).ok_or_else(|| Fault::new("sort", expected()))
}

fn read_columns(params: &mut Params) -> Result<Vec<Column>, Fault> {
    let Some(words) = params.words("columns")? else { return Ok(Column::USUAL.to_vec()) };
    let known = Column::ALL.map(Column::key).join(", ");
    let read = |word: &str| {
        Column::parse(word.trim()).ok_or_else(|| Fault::new("columns", format!("expected some of: {known}")))
    };
    let mut columns = Vec::new();
    for word in words.split(',') {
        let column = read(word)?;
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    Ok(columns)
}

fn read_filter(params: &mut Params) -> Result<Filter, Fault> {
    let (from, to) = params.dates("from", "to")?;
    let (min_value, max_value) = (money(params, "minValue")?, money(params, "maxValue")?);
    if min_value.zip(max_value).is_some_and(|(least, most)| least > most) {
        return Err(Fault::new("maxValue", "must not be less than minValue"));
    }
    let (status, no_status) = statuses(params)?;
    Ok(Filter {
        status,
        no_status,
        kind: kind(params)?,
        state: params.list("state")?,
        owner: params.list("owner")?,
        organisation: params.list("organisation")?,
        q: params.text("q")?,
        from,
        to,
        min_value,
        max_value,
        stale_hours: params.number("staleHours", 0, 1_000_000)?.and_then(|hours| i32::try_from(hours).ok()),
        webhook_since: since(params)?,
        deleted: match params.text("deleted")?.as_deref() {
            None | Some("exclude") => Deleted::Exclude,
            Some("only") => Deleted::Only,
            Some("include") => Deleted::Include,
            Some(_) => return Err(Fault::new("deleted", "expected exclude, only or include")),
        },
    })
}

/// Numbers, and `none` for records without one.
fn statuses(params: &mut Params) -> Result<(Vec<i32>, bool), Fault> {
    let words = params.words("status")?.unwrap_or_default();
    let mut numbers = Vec::new();
    let mut none = false;
    for word in words.split(',').map(str::trim).filter(|_| !words.is_empty()) {
        match word {
            "none" => none = true,
            number => numbers.push(
                number
                    .parse()
                    .map_err(|_| Fault::new("status", "expected integers, several separated by commas, or none"))?,
            ),
        }
    }
    if numbers.len() > 200 {
        return Err(Fault::new("status", "expected at most 200 numbers"));
    }
    Ok((numbers, none))
}

fn kind(params: &mut Params) -> Result<Option<Kind>, Fault> {
    let Some(text) = params.text("kind")? else { return Ok(None) };
    let found = Kind::ALL.into_iter().find(|kind| kind.key() == text);
    found.map(Some).ok_or_else(|| Fault::new("kind", "expected open, booked or quoted"))
}

/// A time of the years that a calendar knows: the database's own type ends in 4713 BC.
fn since(params: &mut Params) -> Result<Option<DateTime<Utc>>, Fault> {
    let expected = "a time such as 2026-11-21T10:00:00Z";
    match params.value::<DateTime<Utc>>("webhookSince", expected)? {
        Some(at) if !(1..=9999).contains(&at.year()) => Err(Fault::new("webhookSince", format!("expected {expected}"))),
        at => Ok(at),
    }
}

fn money(params: &mut Params, field: &str) -> Result<Option<Money>, Fault> {
    let refuse = |_| Fault::new(field, "expected an amount such as 1200.50");
    params.text(field)?.map(|text| Money::parse(&text).map_err(refuse)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Query, Fault> {
        Query::read(Params::parse(query), Sort::default())
    }

    #[test]
    fn boxes_and_commas_mean_the_same() {
        assert_eq!(read("status=1&status=5&status=none").unwrap().filter.status, [1, 5]);
        let query = read("status=1,5,none").unwrap();
        assert_eq!((query.filter.status, query.filter.no_status), (vec![1, 5], true));
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let fields = [
            "status=x",
            "kind=all",
            "columns=id,nothing",
            "sort=data",
            "minValue=1e3",
            "from=2026-2-1",
            "colour=red",
            "page=0",
        ];
        for query in fields {
            let fault = read(query).unwrap_err();
            assert!(query.starts_with(&fault.field), "{query}: {fault}");
        }
        assert_eq!(read("minValue=2&maxValue=1").unwrap_err().field, "maxValue");
    }

    #[test]
    fn a_form_sent_empty_asks_for_everything() {
        let query = read("?q=&from=&to=&minValue=&owner=&status=").unwrap();
        assert!(query.filter.q.is_none() && query.filter.status.is_empty() && !query.filter.no_status);
        assert_eq!((query.page, query.limit, query.columns.len()), (1, 50, Column::USUAL.len()));
    }
}
