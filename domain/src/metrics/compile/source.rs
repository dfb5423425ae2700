//! Where the records of an entity come from: the inside of a `from ( … ) r`, with the fields that were asked for.

use sqlx::postgres::types::PgInterval;

use super::Compiler;
use crate::metrics::catalogue::{Entity, Field, Part};
use crate::metrics::now::offsets;
use crate::opportunities::{State, Status};

impl Compiler<'_> {
    /// The records of the tenant, none that is gone from the source. Ask last: it has the fields that the rest has named.
    pub fn source(&mut self) -> String {
        let fields: Vec<&'static Field> =
            self.entity.fields().iter().filter(|field| self.fields.contains(field.code)).collect();
        let tenant = self.named("tenant", self.tenant);
        match self.entity {
            Entity::Opportunity => {
                let columns: String =
                    fields.iter().map(|field| format!(", {} as {}", self.filled(field.sql), field.code)).collect();
                format!(
                    "select o.id{columns} from app.opportunities o where o.tenant_id = {tenant} and o.deleted_at is null"
                )
            }
            Entity::Customer => self.customers(&fields, &tenant),
        }
    }

    fn customers(&mut self, fields: &[&'static Field], tenant: &str) -> String {
        let mut outer = String::new();
        let mut inner = String::new();
        for field in fields {
            let expression = self.filled(field.sql);
            match field.part {
                Part::Main => {
                    outer.push_str(&format!(", c.{}", field.code));
                    inner.push_str(&format!(", {expression} as {}", field.code));
                }
                Part::Gaps => outer.push_str(&format!(", {expression} as {}", field.code)),
            }
        }
        let orders = self.filled(
            "select o.organisation_id, o.organisation_name, o.updated_at_rms, o.id, o.charge_total, \
             (pg_catalog.timezone({utc}, o.starts_at) + ({offsets})[pg_catalog.width_bucket(o.starts_at, {bounds})])::date as day, \
             ((o.state = {order}) is true and (o.status = any({off})) is not true) as ordered, \
             ((o.state = {quotation}) is true and (o.status = any({closed})) is not true) as quoted \
             from app.opportunities o where o.organisation_id is not null and o.deleted_at is null",
        );
        let orders = format!("{orders} and o.tenant_id = {tenant}");
        let mut sql = format!(
            "select c.id{outer} from (select o.organisation_id as id{inner} from ({orders}) o group by o.organisation_id) c"
        );
        if fields.iter().any(|field| field.part == Part::Gaps) {
            let gaps = self.filled("where v.gap > {visit_days} group by v.id having count(*) >= {two}");
            let span = self.filled("where o.ordered and o.day > {months_24} and o.day <= {today}");
            let half = self.named("half", 0.5_f64);
            sql.push_str(&format!(
                " left join (select v.id, app.metric_number((pg_catalog.percentile_cont({half}) within group (order by v.gap::float8))::numeric) as median \
                 from (select o.organisation_id as id, o.day - pg_catalog.lag(o.day) over (partition by o.organisation_id order by o.day) as gap \
                 from ({orders}) o {span}) v {gaps}) g on g.id = c.id"
            ));
        }
        sql
    }

    /// SQL of the catalogue, with what its names in braces stand for bound.
    fn filled(&mut self, sql: &str) -> String {
        let mut filled = String::with_capacity(sql.len());
        let mut rest = sql;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            filled.push_str(before);
            filled.push_str(&self.constant(name));
            rest = behind;
        }
        filled.push_str(rest);
        filled
    }

    fn constant(&mut self, name: &str) -> String {
        let now = self.now;
        match name {
            "today" => self.named("today", now.today),
            "months_12" => self.named("months_12", now.months_ago(12)),
            "months_24" => self.named("months_24", now.months_ago(24)),
            "days_90" => self.named("days_90", now.days_ago(90)),
            "year_ago" => self.named("year_ago", now.days_ago(365)),
            "days_90_before" => self.named("days_90_before", now.days_ago(455)),
            "utc" => self.named("utc", "UTC"),
            "bounds" => self.named("bounds", offsets(now.zone).from.clone()),
            "offsets" => {
                let interval =
                    |seconds: &i32| PgInterval { months: 0, days: 0, microseconds: i64::from(*seconds) * 1_000_000 };
                self.named("offsets", offsets(now.zone).seconds.iter().map(interval).collect::<Vec<_>>())
            }
            "order" => self.named("order", State::Order.code()),
            "quotation" => self.named("quotation", State::Quotation.code()),
            "off" => self.named("off", Status::codes(Status::is_off)),
            "closed" => self.named("closed", Status::codes(Status::is_closed)),
            "visit_days" => self.named("visit_days", 3_i32),
            "one" => self.named("one", 1_i32),
            "two" => self.named("two", 2_i64),
            "zero" => self.named("zero", rust_decimal::Decimal::ZERO),
            _ => {
                self.failed
                    .get_or_insert_with(|| format!("the catalogue names {name}, which nothing stands for").into());
                String::new()
            }
        }
    }
}
