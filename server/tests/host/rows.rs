//! Rows made from the catalogue: for each table of schema `app` one row a tenant, parents before children, with values
//! that its column types and CHECK constraints ask for. A table that comes later is covered without a line here.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::psql::{quoted, sql};
use super::support::Env;

#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    /// Definitions of CHECK constraints.
    checks: Vec<String>,
    /// Columns of the primary key.
    pub key: Vec<String>,
    pub references: Vec<Reference>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    pub name: String,
    kind: String,
    required: bool,
    /// A default, an identity or a generated value.
    filled: bool,
    /// Postgres numbers it by itself and takes no value.
    numbered: bool,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Reference {
    pub name: String,
    pub columns: Vec<String>,
    pub target: String,
    pub target_columns: Vec<String>,
}

/// Column and literal.
pub type Row = BTreeMap<String, String>;

/// Everything that the catalogue tells, and a row of each table for tenants 1 and 2.
pub struct Catalogue {
    pub tables: Vec<Table>,
    /// By table: the rows of both tenants (or, of tables above tenants, one for each).
    pub rows: BTreeMap<String, [Row; 2]>,
    pub tenants: [String; 2],
}

const TABLES: &str = "
select coalesce(json_agg(json_build_object(
    'name', c.relname,
    'columns', (select json_agg(json_build_object('name', a.attname, 'kind', format_type(a.atttypid, null),
            'required', a.attnotnull, 'filled', a.atthasdef or a.attidentity <> '' or a.attgenerated <> '', 'numbered', a.attidentity = 'a' or a.attgenerated <> '') order by a.attnum)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
    'checks', (select coalesce(json_agg(pg_get_constraintdef(k.oid)), '[]') from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'),
    'key', (select coalesce(json_agg(a.attname order by array_position(k.conkey, a.attnum)), '[]')
        from pg_constraint k join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
        where k.conrelid = c.oid and k.contype = 'p'),
    'references', (select coalesce(json_agg(json_build_object('name', k.conname, 'target', k.confrelid::regclass::text,
            'columns', (select json_agg(a.attname order by array_position(k.conkey, a.attnum))
                from pg_attribute a where a.attrelid = k.conrelid and a.attnum = any (k.conkey)),
            'target_columns', (select json_agg(a.attname order by array_position(k.confkey, a.attnum))
                from pg_attribute a where a.attrelid = k.confrelid and a.attnum = any (k.confkey)))), '[]')
        from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'))
    order by c.relname), '[]')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'app' and c.relkind in ('r', 'p') and not c.relispartition";

impl Table {
    /// The column that names the tenant, if the table belongs to one.
    pub fn tenant_column(&self) -> Option<&'static str> {
        match self.name.as_str() {
            "tenants" => Some("id"),
            // Sign-in comes before a tenant: these name one, but only look-up functions read them.
            "sessions" | "sign_in_links" => None,
            _ => self.columns.iter().any(|column| column.name == "tenant_id").then_some("tenant_id"),
        }
    }

    /// The words that a CHECK allows for a column, as `col = ANY (ARRAY['a'::text, …])`, `col = 'a'` or `col <@ ARRAY[…]`.
    fn allowed(&self, column: &str) -> Option<String> {
        self.checks.iter().find_map(|check| {
            let ours = [format!("({column} = ANY (ARRAY["), format!("({column} <@ ARRAY["), format!("({column} = '")];
            let at = ours.iter().find_map(|start| check.find(start))?;
            check[at..].split('\'').nth(1).map(str::to_owned)
        })
    }

    fn length(&self, column: &str) -> Option<usize> {
        self.checks.iter().find_map(|check| {
            let (_, rest) = check.split_once(&format!("(length({column}) = "))?;
            rest.split(')').next()?.parse().ok()
        })
    }

    /// What an INSERT of this row names.
    pub fn insertable(&self, row: &Row) -> Row {
        let numbered = |name: &String| self.columns.iter().any(|column| column.numbered && column.name == *name);
        row.iter().filter(|(name, _)| !numbered(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    /// The same row with a key that nobody has.
    pub fn with_free_key(&self, row: &Row, tenant: &str) -> Row {
        let of_key = self.columns.iter().filter(|column| self.key.contains(&column.name) && column.name != tenant);
        let numbers: Vec<&str> = of_key
            .filter(|column| ["uuid", "bigint", "text"].contains(&column.kind.as_str()))
            .map(|column| column.name.as_str())
            .collect();
        let mut free = row.clone();
        for (name, value) in &mut free {
            if numbers.contains(&name.as_str()) {
                *value = value.replace('2', "7");
            }
        }
        free
    }

    /// A literal of the column's type, another one for each tenant.
    fn value(&self, column: &Column, tenant: usize) -> String {
        let digit = tenant + 1;
        let word = self.allowed(&column.name);
        match column.kind.as_str() {
            "uuid" => format!("'00000000-0000-4000-8000-00000000000{digit}'"),
            "text" => quoted(&word.unwrap_or_else(|| format!("row{digit}"))),
            "text[]" => format!("array[{}]", quoted(&word.unwrap_or_else(|| format!("row{digit}")))),
            "bytea" => format!("decode(repeat('0{digit}', {}), 'hex')", self.length(&column.name).unwrap_or(8)),
            "bigint" | "integer" | "smallint" | "numeric" => (9_000_000 + digit).to_string(),
            "boolean" => "false".into(),
            "json" | "jsonb" => "'{}'".into(),
            "interval" => "'1 hour'".into(),
            "date" => format!("current_date + {digit}"),
            "timestamp with time zone" => "now()".into(),
            other => panic!("{}.{}: no value of type {other} yet: add one here", self.name, column.name),
        }
    }

    /// Whether a row must point there.
    fn needs(&self, to: &Reference) -> bool {
        let required = |name: &String| self.columns.iter().any(|column| column.required && column.name == *name);
        to.columns.iter().all(required)
    }

    /// What an INSERT must name: columns without a default, keys and references.
    fn row(&self, tenant: usize, tenant_id: &str, parents: &BTreeMap<String, [Row; 2]>) -> Row {
        let mut row = Row::new();
        for column in &self.columns {
            if column.required && !column.filled {
                row.insert(column.name.clone(), self.value(column, tenant));
            }
        }
        if let Some(column) = self.columns.iter().find(|column| column.name == "tenant_id") {
            row.insert(column.name.clone(), quoted(tenant_id));
        }
        for reference in &self.references {
            let Some(parent) = parents.get(&reference.target) else { continue };
            for (ours, theirs) in reference.columns.iter().zip(&reference.target_columns) {
                row.insert(ours.clone(), parent[tenant][theirs].clone());
            }
        }
        row
    }
}

/// `insert into t (…) values (…)`.
pub fn insert(table: &str, row: &Row) -> String {
    let names: Vec<&str> = row.keys().map(String::as_str).collect();
    let values: Vec<&str> = row.values().map(String::as_str).collect();
    format!("insert into {table} ({}) values ({})", names.join(", "), values.join(", "))
}

impl Catalogue {
    /// Reads the catalogue and fills every table as the superuser.
    pub async fn seed(env: &Env) -> Catalogue {
        let text = sql(env.url(), TABLES).await;
        let mut waiting: Vec<Table> = serde_json::from_str(&text).unwrap();
        let mut made = Catalogue { tables: Vec::new(), rows: BTreeMap::new(), tenants: Default::default() };
        while !waiting.is_empty() {
            let ready = |all: bool| {
                waiting.iter().position(|table| {
                    let named = table.references.iter().filter(|to| all || table.needs(to));
                    let mut parents: Vec<&str> = named.map(|to| to.target.as_str()).collect();
                    parents.extend(table.columns.iter().filter(|column| column.name == "tenant_id").map(|_| "tenants"));
                    parents.into_iter().all(|parent| parent == table.name || made.rows.contains_key(parent))
                })
            };
            // A ring of references has one that may stay empty.
            let ready = ready(true).or_else(|| ready(false));
            let table = waiting.remove(ready.unwrap_or_else(|| panic!("references in a ring: {waiting:?}")));
            let mut rows = Vec::new();
            for tenant in [0, 1] {
                let row = table.row(tenant, &made.tenants[tenant], &made.rows);
                // What the table filled in by itself belongs to its key as well.
                // Without triggers: those that count would write rows of their own.
                let made_row = format!("{} returning row_to_json({})", insert(&table.name, &row), table.name);
                let whole = sql(env.url(), &format!("set session_replication_role = replica; {made_row}")).await;
                let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
                let key = table.columns.iter().filter(|column| table.key.contains(&column.name)).map(|column| {
                    let text =
                        whole[&column.name].as_str().map_or_else(|| whole[&column.name].to_string(), str::to_owned);
                    (column.name.clone(), quoted(&text))
                });
                let row: Row = row.into_iter().chain(key).collect();
                if table.name == "tenants" {
                    made.tenants[tenant] = row["id"].trim_matches('\'').to_owned();
                }
                rows.push(row);
            }
            made.rows.insert(table.name.clone(), rows.try_into().unwrap());
            made.tables.push(table);
        }
        made
    }

    /// Tables whose rows belong to a tenant.
    pub fn of_tenants(&self) -> impl Iterator<Item = (&Table, &'static str)> {
        self.tables.iter().filter_map(|table| Some((table, table.tenant_column()?)))
    }
}
