//! Formulas over the tenant's rows: what they are worth, and which records they find.

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Executor, Row as _};

use super::catalogue::Field;
use super::compile::{Compiled, Compiler};
use super::error::MetricError;
use super::evaluate::Row;
use super::formula::{Formula, Measure, Piece, Share, Tally};
use super::kind::Kind;
use super::now::Now;
use super::number::Number;
use super::value::Value;
use crate::db::TenantTx;

/// How long a formula may take, in milliseconds.
pub const LONGEST: &str = "2000";

/// What a formula is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// None where there is none, such as the mean of nothing.
    pub value: Option<Number>,
    /// Records that count.
    pub matched: i64,
    /// All of the entity.
    pub base: i64,
}

/// A record that a formula found.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    pub id: i64,
    /// In the order of [`listed`].
    pub values: Vec<Option<Value>>,
}

/// Makes the rest of a transaction read only, each statement at most 2 seconds long.
pub async fn read_only(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!(
        r#"select set_config('transaction_read_only', 'on', true) as "a", set_config('statement_timeout', $1, true) as "b",
                  set_config('jit', 'off', true) as "c""#,
        LONGEST
    )
    .fetch_one(tx.connection())
    .await?;
    Ok(())
}

/// What is told of each record in a list: its name, the columns, what it is ranked by, and the money at stake.
pub fn listed(formula: &Formula) -> Vec<&'static Field> {
    let entity = formula.entity;
    let mut fields: Vec<&'static Field> = entity.field("name").into_iter().collect();
    let ranked = formula.rank_by.iter().map(|rank| rank.field);
    for field in formula.shown().into_iter().chain(ranked).chain(entity.field(entity.money())) {
        if !fields.contains(&field) {
            fields.push(field);
        }
    }
    fields
}

/// The number of a formula.
pub async fn measure(tx: &mut TenantTx, formula: &Formula, now: &Now) -> Result<Measured, MetricError> {
    let compiled = measure_of(formula, now, tx.tenant())?;
    let row = one(tx, compiled).await?;
    Ok(Measured { value: number(&row, 0)?, matched: row.try_get(1)?, base: row.try_get(2)? })
}

fn measure_of(formula: &Formula, now: &Now, tenant: uuid::Uuid) -> Result<Compiled, sqlx::Error> {
    let mut compiler = Compiler::new(formula, now, tenant);
    let filter = compiler.filter(formula);
    let value = value(&mut compiler, formula, &filter);
    let source = compiler.source();
    let sql = format!(
        "select {value} as value, count(*) filter (where {filter}) as matched, count(*) as base from ({source}) r"
    );
    compiler.end(sql)
}

/// The records that a formula finds, in its order; by the money at stake where it has none.
pub async fn rows(
    tx: &mut TenantTx,
    formula: &Formula,
    now: &Now,
    limit: i64,
    offset: i64,
) -> Result<Vec<Record>, MetricError> {
    let compiled = rows_of(formula, now, tx.tenant(), limit, offset)?;
    let fields = listed(formula);
    let found = all(tx, compiled).await?;
    found.iter().map(|row| Ok(Record { id: row.try_get(0)?, values: values(row, 1, &fields)? })).collect()
}

fn rows_of(formula: &Formula, now: &Now, tenant: uuid::Uuid, limit: i64, offset: i64) -> Result<Compiled, sqlx::Error> {
    let mut compiler = Compiler::new(formula, now, tenant);
    let columns = columns(&mut compiler, &listed(formula));
    let filter = compiler.filter(formula);
    let order = order(&mut compiler, formula);
    let (limit, offset) = (compiler.bind(limit), compiler.bind(offset));
    let source = compiler.source();
    let sql =
        format!("select r.id{columns} from ({source}) r where {filter} order by {order} limit {limit} offset {offset}");
    compiler.end(sql)
}

/// What PostgreSQL is asked for the number and the records of a formula: for those who check it.
pub fn statements(formula: &Formula, now: &Now) -> Result<[String; 2], sqlx::Error> {
    let nobody = uuid::Uuid::nil();
    Ok([measure_of(formula, now, nobody)?.sql, rows_of(formula, now, nobody, 1, 0)?.sql])
}

/// Everything that is known of some records, or of all.
pub async fn whole(
    tx: &mut TenantTx,
    formula: &Formula,
    now: &Now,
    id: Option<i64>,
) -> Result<Vec<(i64, Row)>, MetricError> {
    let mut compiler = Compiler::new(formula, now, tx.tenant());
    let fields: Vec<&'static Field> = formula.entity.fields().iter().collect();
    let columns = columns(&mut compiler, &fields);
    let only = match id {
        Some(id) => format!(" where r.id = {}", compiler.bind(id)),
        None => String::new(),
    };
    let source = compiler.source();
    let sql = format!("select r.id{columns} from ({source}) r{only} order by r.id");
    let found = all(tx, compiler.end(sql)?).await?;
    let row = |row: &PgRow| Ok((row.try_get(0)?, Row::new(formula.entity, values(row, 1, &fields)?)));
    found.iter().map(row).collect()
}

/// A member of one of two formulas over the same entity, with the money at stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub id: i64,
    pub money: Option<Number>,
    pub first: bool,
    pub second: bool,
}

/// Who belongs to one or both, at the same moment, by id.
pub(super) async fn members(
    tx: &mut TenantTx,
    first: &Formula,
    second: &Formula,
    now: &Now,
) -> Result<Vec<Member>, MetricError> {
    let mut compiler = Compiler::new(first, now, tx.tenant());
    let money = match first.entity.field(first.entity.money()) {
        Some(field) => compiler.column(field),
        None => "null::numeric".into(),
    };
    let one = compiler.filter(first);
    compiler.with_params_of(second);
    let two = compiler.filter(second);
    let source = compiler.source();
    let sql = format!(
        "select f.id, f.money, f.one, f.two from (select r.id, {money} as money, {one} as one, {two} as two from ({source}) r) f \
         where f.one or f.two order by f.id"
    );
    let found = all(tx, compiler.end(sql)?).await?;
    let member = |row: &PgRow| {
        Ok(Member { id: row.try_get(0)?, money: number(row, 1)?, first: row.try_get(2)?, second: row.try_get(3)? })
    };
    found.iter().map(member).collect()
}

/// The expression of a measure over the whole source.
pub(super) fn value(compiler: &mut Compiler<'_>, formula: &Formula, filter: &str) -> String {
    match &formula.measure {
        Measure::Tally(tally) => self::tally(compiler, *tally, filter),
        Measure::Ratio(num, den) => {
            let (num, den) = (share(compiler, num, filter), share(compiler, den, filter));
            format!("app.metric_quotient({num}, {den})")
        }
        Measure::Score(pieces) => {
            let score = score(compiler, pieces);
            mean(&score, filter)
        }
    }
}

fn share(compiler: &mut Compiler<'_>, share: &Share, filter: &str) -> String {
    let own = share.filter.as_ref().map(|clause| compiler.clause(clause));
    let filter = match (share.base, own) {
        (false, None) => filter.to_owned(),
        (false, Some(own)) => format!("({filter} and {own})"),
        (true, Some(own)) => own,
        (true, None) => "(r.id is not null)".into(),
    };
    tally(compiler, share.tally, &filter)
}

fn tally(compiler: &mut Compiler<'_>, tally: Tally, filter: &str) -> String {
    match tally {
        Tally::Count => format!("(count(*) filter (where {filter}))::numeric"),
        Tally::Sum(field) => {
            let (column, zero) = (compiler.column(field), compiler.number(Number::ZERO));
            format!("app.metric_number(coalesce(sum({column}) filter (where {filter}), {zero}))")
        }
        Tally::Avg(field) => {
            let column = compiler.column(field);
            mean(&column, filter)
        }
    }
}

fn mean(of: &str, filter: &str) -> String {
    format!(
        "app.metric_quotient(app.metric_number(sum({of}) filter (where {filter})), (count({of}) filter (where {filter}))::numeric)"
    )
}

/// The score of one record.
fn score(compiler: &mut Compiler<'_>, pieces: &[Piece]) -> String {
    let (zero, one) = (compiler.number(Number::ZERO), compiler.bind(rust_decimal::Decimal::ONE));
    let hundred = compiler.bind(rust_decimal::Decimal::ONE_HUNDRED);
    let (mut reached, mut weights) = (Vec::new(), Vec::new());
    for piece in pieces {
        let value = compiler.expr(&piece.value);
        let (from, to) = (compiler.number(piece.from), compiler.number(piece.to));
        let weight = compiler.number(piece.weight);
        let part =
            format!("app.metric_quotient(app.metric_number({value} - {from}), app.metric_number({to} - {from}))");
        reached
            .push(format!("coalesce(app.metric_number(app.metric_clamp({part}, {zero}, {one}) * {weight}), {zero})"));
        weights.push(format!("case when {part} is null then {zero} else {weight} end"));
    }
    let (reached, weights) = (reached.join(" + "), weights.join(" + "));
    format!("app.metric_quotient(app.metric_number(({reached}) * {hundred}), {weights})")
}

fn order(compiler: &mut Compiler<'_>, formula: &Formula) -> String {
    let mut ranks: Vec<String> = Vec::new();
    for rank in &formula.rank_by {
        let way = if rank.descending { "desc" } else { "asc" };
        ranks.push(format!("{} {way} nulls last", compiler.column(rank.field)));
    }
    if ranks.is_empty()
        && let Some(field) = formula.entity.field(formula.entity.money())
    {
        ranks.push(format!("{} desc nulls last", compiler.column(field)));
    }
    ranks.push("r.id".into());
    ranks.join(", ")
}

fn columns(compiler: &mut Compiler<'_>, fields: &[&'static Field]) -> String {
    fields.iter().map(|field| format!(", {}", compiler.column(field))).collect()
}

fn values(row: &PgRow, first: usize, fields: &[&'static Field]) -> Result<Vec<Option<Value>>, sqlx::Error> {
    fields.iter().enumerate().map(|(n, field)| cell(row, first + n, field.kind)).collect()
}

fn cell(row: &PgRow, at: usize, kind: Kind) -> Result<Option<Value>, sqlx::Error> {
    Ok(match kind {
        Kind::Text => row.try_get::<Option<String>, _>(at)?.map(Value::Text),
        Kind::Choice => row.try_get::<Option<i32>, _>(at)?.map(Value::Choice),
        Kind::Date => row.try_get::<Option<chrono::NaiveDate>, _>(at)?.map(Value::Date),
        Kind::Bool => row.try_get::<Option<bool>, _>(at)?.map(Value::Bool),
        Kind::Int | Kind::Decimal | Kind::Money => number(row, at)?.map(Value::Number),
    })
}

/// Six places at most, as the database's own function leaves them.
pub(super) fn number(row: &PgRow, at: usize) -> Result<Option<Number>, sqlx::Error> {
    let Some(mut decimal) = row.try_get::<Option<rust_decimal::Decimal>, _>(at)? else { return Ok(None) };
    decimal.rescale(6);
    Ok(Number::from_millionths(decimal.mantissa()))
}

pub(super) async fn one(tx: &mut TenantTx, compiled: Compiled) -> Result<PgRow, MetricError> {
    let query = sqlx::query_with(AssertSqlSafe(compiled.sql), compiled.args).persistent(false);
    Ok(tx.connection().fetch_one(query).await?)
}

async fn all(tx: &mut TenantTx, compiled: Compiled) -> Result<Vec<PgRow>, MetricError> {
    let query = sqlx::query_with(AssertSqlSafe(compiled.sql), compiled.args).persistent(false);
    Ok(tx.connection().fetch_all(query).await?)
}
