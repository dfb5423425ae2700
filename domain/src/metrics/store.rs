//! Reading definitions. What they say is changed in `change`.

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sqlx::Error;
use uuid::Uuid;

use super::code::MetricCode;
use super::definition::{self, Author, Definition, State};
use crate::db::TenantTx;
use crate::params::{Fault, Params};

/// Which definitions a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// From 1.
    pub page: i64,
    pub limit: i64,
    pub include_deprecated: bool,
    /// Only this one.
    pub code: Option<String>,
    /// Found in name, description or code, whatever its case.
    pub search: Option<String>,
    pub state: Option<State>,
}

impl Query {
    /// Reads `page`, `limit`, `includeDeprecated`, `code`, `search`, `state`, and refuses what else there is.
    pub fn read(mut params: Params) -> Result<Query, Fault> {
        let (page, limit) = params.page()?;
        let include_deprecated = params.value("includeDeprecated", "true or false")?.unwrap_or(false);
        let state = params.text("state")?.map(|text| State::parse(&text).ok_or(())).transpose();
        let state = state.map_err(|()| Fault::new("state", "expected draft, active or deprecated"))?;
        let query = Query {
            page,
            limit,
            include_deprecated: include_deprecated || state == Some(State::Deprecated),
            code: params.text("code")?,
            search: params.text("search")?.map(|text| text.trim().to_owned()),
            state,
        };
        params.end()?;
        Ok(query)
    }

    fn pattern(&self) -> Option<String> {
        self.search.as_ref().map(|text| format!("%{}%", escaped(text)))
    }
}

/// A text in which LIKE finds no wildcard of its own.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// A page of definitions by code, each by its active version, the newest where none is active; and how many there are.
pub async fn list(tx: &mut TenantTx, query: &Query) -> Result<(Vec<Definition>, i64), Error> {
    let (tenant, pattern) = (tx.tenant(), query.pattern());
    let state = query.state.map(State::as_str);
    // The shown versions first, by themselves: under row-level security only a plain column finds its version by the index.
    // A code is in byte order, in which only ASCII letters have a case.
    let found = sqlx::query!(
        r#"with shown as materialized (
             select code, coalesce(active_version, newest_version) as version from metric_definitions
             where tenant_id = $1 and ($2 or state <> 'deprecated') and ($3::text is null or code = $3)
               and ($4::text is null or state = $4)),
           found as materialized (
             select code, version from shown where $5::text is null
             union all
             select s.code, s.version from shown s
             join metric_versions v on v.tenant_id = $1 and v.code = s.code and v.version = s.version
             where $5::text is not null
               and lower(v.name || chr(10) || v.description || chr(10) || v.code collate "default") like lower($5)),
           page as (select code, version from found order by code limit $6 offset $7)
           select t.total as "total!", p.code as "code?", p.version as "version?"
           from (select count(*) as total from found) t left join page p on true order by p.code"#,
        tenant,
        query.include_deprecated,
        query.code,
        state,
        pattern,
        query.limit,
        (query.page - 1) * query.limit
    )
    .fetch_all(tx.connection())
    .await?;
    let total = found.first().map_or(0, |row| row.total);
    let keys: Vec<(String, i32)> = found.into_iter().filter_map(|row| Some((row.code?, row.version?))).collect();
    Ok((load(tx, &keys).await?, total))
}

/// A code's active version, the newest where none is active; none for a code that this tenant does not have. A deprecated
/// one is found too: who hides it looks at its state.
pub async fn find(tx: &mut TenantTx, code: &MetricCode) -> Result<Option<Definition>, Error> {
    let tenant = tx.tenant();
    let shown = sqlx::query_scalar!(
        r#"select coalesce(active_version, newest_version) as "version!" from metric_definitions where tenant_id = $1 and code = $2"#,
        tenant,
        code.as_str()
    )
    .fetch_optional(tx.connection())
    .await?;
    match shown {
        Some(version) => self::version(tx, code, version).await,
        None => Ok(None),
    }
}

/// One version of a code.
pub async fn version(tx: &mut TenantTx, code: &MetricCode, version: i32) -> Result<Option<Definition>, Error> {
    Ok(load(tx, &[(code.as_str().to_owned(), version)]).await?.pop())
}

/// Every version of a code, newest first.
pub async fn history(tx: &mut TenantTx, code: &MetricCode) -> Result<Vec<Definition>, Error> {
    let tenant = tx.tenant();
    let versions = sqlx::query_scalar!(
        "select version from metric_versions where tenant_id = $1 and code = $2 order by version desc",
        tenant,
        code.as_str()
    )
    .fetch_all(tx.connection())
    .await?;
    let keys: Vec<(String, i32)> = versions.into_iter().map(|version| (code.as_str().to_owned(), version)).collect();
    load(tx, &keys).await
}

/// As it is stored.
struct Row {
    id: Uuid,
    tenant_id: Uuid,
    code: String,
    version: i32,
    name: String,
    description: String,
    formula: Option<String>,
    tests: String,
    note: Option<String>,
    effective_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    created_by: Option<Uuid>,
    creator: Option<String>,
    creator_email: Option<String>,
    state: State,
    active_version: Option<i32>,
    newest_version: i32,
    deprecated_at: Option<DateTime<Utc>>,
    deprecated_by: Option<Uuid>,
    retirer: Option<String>,
    retirer_email: Option<String>,
    reason: Option<String>,
    replaced_by: Option<String>,
}

/// These versions, in this order.
pub(super) async fn load(tx: &mut TenantTx, keys: &[(String, i32)]) -> Result<Vec<Definition>, Error> {
    let tenant = tx.tenant();
    let (codes, versions): (Vec<String>, Vec<i32>) = keys.iter().cloned().unzip();
    let rows = sqlx::query_as!(
        Row,
        r#"with people as materialized (select person_id as id, name, email from tenant_people()),
             asked as (select * from unnest($2::text[], $3::int[]) with ordinality k (code, version, place))
           select v.id, v.tenant_id, v.code, v.version, v.name, v.description, v.formula::text as formula, v.tests::text as "tests!",
             v.note, v.effective_at, v.created_at, v.created_by,
             coalesce(p.name, k.name) as creator, p.email as "creator_email?", d.state as "state: State", d.active_version,
             d.newest_version, d.deprecated_at, d.deprecated_by, coalesce(q.name, l.name) as retirer,
             q.email as "retirer_email?", d.reason, d.replaced_by
           from asked a
           join metric_versions v on v.tenant_id = $1 and v.code = a.code and v.version = a.version
           join metric_definitions d on d.tenant_id = $1 and d.code = v.code
           left join people p on p.id = v.created_by
           left join api_keys k on k.tenant_id = $1 and k.id = v.created_by
           left join people q on q.id = d.deprecated_by
           left join api_keys l on l.tenant_id = $1 and l.id = d.deprecated_by
           order by a.place"#,
        tenant,
        &codes,
        &versions
    )
    .fetch_all(tx.connection())
    .await?;
    rows.into_iter().map(Definition::try_from).collect()
}

impl TryFrom<Row> for Definition {
    type Error = Error;

    fn try_from(row: Row) -> Result<Definition, Error> {
        let formula = row.formula.map(raw).transpose()?;
        let read = formula.as_deref().and_then(definition::read);
        let author = |id: Option<Uuid>, name: Option<String>, email| {
            Some(Author { id: id?, full_name: name.unwrap_or_else(|| "somebody who left".into()), email })
        };
        Ok(Definition {
            id: row.id,
            tenant_id: row.tenant_id,
            code: row.code,
            name: row.name,
            description: row.description,
            compiled: read.as_ref().map(super::formula::Formula::to_json),
            sentence: read.as_ref().map(super::formula::Formula::sentence),
            formula,
            tests: raw(row.tests)?,
            note: row.note,
            version: row.version,
            effective_at: row.effective_at,
            created_by_id: row.created_by,
            created_by: author(row.created_by, row.creator, row.creator_email),
            created_at: row.created_at,
            state: row.state,
            active_version: row.active_version,
            draft_version: row.active_version.filter(|active| *active < row.newest_version).map(|_| row.newest_version),
            deprecated_at: row.deprecated_at,
            deprecated_by: author(row.deprecated_by, row.retirer, row.retirer_email),
            reason: row.reason,
            replaced_by: row.replaced_by,
            newest_version: row.newest_version,
        })
    }
}

/// JSON of the store, as it was sent.
pub(super) fn raw(text: String) -> Result<Box<RawValue>, Error> {
    RawValue::from_string(text).map_err(|error| Error::Decode(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Query, Fault> {
        Query::read(Params::parse(query))
    }

    #[test]
    fn no_query_is_the_first_fifty_without_deprecated_ones() {
        let query = read("").unwrap();
        assert_eq!((query.page, query.limit, query.include_deprecated), (1, 50, false));
        assert_eq!((query.code, query.search, query.state), (None, None, None));
        assert!(!read("includeDeprecated=false").unwrap().include_deprecated);
        assert!(read("includeDeprecated=true").unwrap().include_deprecated);
        assert!(read("state=deprecated").unwrap().include_deprecated);
    }

    #[test]
    fn what_is_no_value_of_a_parameter_is_named() {
        for (query, field) in [
            ("includeDeprecated=yes", "includeDeprecated"),
            ("includeDeprecated=TRUE", "includeDeprecated"),
            ("page=0", "page"),
            ("limit=101", "limit"),
            ("state=x", "state"),
            ("colour=red", "colour"),
        ] {
            assert_eq!(read(query).unwrap_err().field, field, "{query}");
        }
    }

    #[test]
    fn wildcards_of_a_search_are_letters() {
        assert_eq!(escaped(r"50%_\"), r"50\%\_\\");
    }
}
