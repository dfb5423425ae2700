//! What one tenant can do to another's rows: nothing, and it cannot tell that they are there. Every table of the
//! catalogue, every persona of the roles that requests and workers run as.
//!
//! Each statement is prepared once and run twelve times on its connection: from the sixth on Postgres may use a plan that
//! it keeps, and a tenant that was folded into such a plan would show.

use super::psql::{Session, psql, quoted, sql};
use super::rows::{Catalogue, Row, Table, insert};
use super::support::Env;

const TIMES: usize = 12;

/// Role and what `app.persona` says.
const APP: [(&str, &str); 6] = [
    ("backline_app", "admin"),
    ("backline_app", "manager"),
    ("backline_app", "rep"),
    ("backline_app", "service"),
    ("backline_app", ""),
    ("backline_app", "director"),
];
const WORKER: (&str, &str) = ("backline_worker", "worker");

/// The queue: a worker claims over tenants. For requests and consoles these are tables like all others.
const CLAIMED_OVER_TENANTS: [&str; 4] = ["job_minutes", "jobs", "notification_events", "schedules"];

/// Of no tenant, and not out of reach: who works, which requests read and workers write.
const OF_ALL: &str = "job_workers";

fn fenced(role: &str, table: &Table) -> bool {
    role != WORKER.0 || !CLAIMED_OVER_TENANTS.contains(&table.name.as_str())
}

/// Names and addresses that others in the tenant do not read either.
const OF_ADMINS: &str = "imports";

/// How one run of a statement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Ran {
    state: String,
    rows: i64,
}

/// One statement, run several times in one session.
struct Asked {
    what: String,
    runs: Vec<Ran>,
}

/// A script of statements whose outcomes are told apart.
struct Script {
    text: String,
    names: Vec<String>,
}

impl Script {
    fn new() -> Script {
        Script { text: "\\set ON_ERROR_STOP off\n".into(), names: Vec::new() }
    }

    fn setting(&mut self, name: &str, value: &str) -> &mut Script {
        self.text.push_str(&format!("\\o /dev/null\nselect set_config('{name}', {}, false);\n\\o\n", quoted(value)));
        self
    }

    /// Prepares once, runs [`TIMES`] times.
    fn ask(&mut self, what: impl Into<String>, statement: &str) -> &mut Script {
        let number = self.names.len();
        self.names.push(what.into());
        self.text
            .push_str(&format!("\\o /dev/null\nprepare s{number} as {statement};\n\\o\n\\echo {number} :SQLSTATE 0\n"));
        for _ in 0..TIMES {
            self.text
                .push_str(&format!("\\o /dev/null\nexecute s{number};\n\\o\n\\echo {number} :SQLSTATE :ROW_COUNT\n"));
        }
        self
    }

    /// Runs a statement that was prepared before once more.
    fn again(&mut self, number: usize, what: impl Into<String>) -> &mut Script {
        let new = self.names.len();
        self.names.push(what.into());
        for _ in 0..TIMES {
            self.text.push_str(&format!("\\o /dev/null\nexecute s{number};\n\\o\n\\echo {new} :SQLSTATE :ROW_COUNT\n"));
        }
        self
    }

    async fn run(&self, env: &Env, role: &str) -> Vec<Asked> {
        let Session { out, err, .. } = psql(env.url(), role, &self.text).await;
        let mut asked: Vec<Asked> =
            self.names.iter().map(|what| Asked { what: what.clone(), runs: Vec::new() }).collect();
        for line in out.lines() {
            let mut words = line.split(' ');
            let (Some(number), Some(state), Some(rows)) = (words.next(), words.next(), words.next()) else {
                panic!("a line that is no outcome: {line:?}\n{err}")
            };
            let rows = if state == "00000" { rows.parse().unwrap() } else { 0 };
            asked[number.parse::<usize>().unwrap()].runs.push(Ran { state: state.to_owned(), rows });
        }
        for one in &mut asked {
            // The outcome of PREPARE itself says only whether the statement could be planned: keep it when it failed.
            if one.runs.len() > TIMES {
                let prepared = one.runs.remove(0);
                if prepared.state != "00000" {
                    one.runs = vec![prepared; TIMES];
                }
            }
            assert_eq!(one.runs.len(), TIMES, "{}: {err}", one.what);
        }
        asked
    }
}

/// `col = value and …` over the primary key.
fn is(row: &Row, table: &Table) -> String {
    table.key.iter().map(|column| format!("{column} = {}", row[column])).collect::<Vec<_>>().join(" and ")
}

/// Whose rows there are in a tenant: some tables show everybody only their own.
fn person(catalogue: &Catalogue, tenant: usize) -> String {
    catalogue.rows["memberships"][tenant]["person_id"].trim_matches('\'').to_owned()
}

/// Each run must have ended in one of these ways.
#[track_caller]
fn all(asked: &Asked, who: &str, fits: impl Fn(&Ran) -> bool) {
    assert!(asked.runs.iter().all(fits), "{who}: {}: {:?}", asked.what, asked.runs);
}

const REFUSED: &str = "42501";

/// Tables whose rows nobody changes, whatever the change would be.
const NEVER_CHANGES: [&str; 1] = ["metric_versions"];

#[tokio::test]
async fn no_persona_reads_changes_or_removes_a_row_of_another_tenant() {
    let env = Env::fresh().await;
    let catalogue = Catalogue::seed(&env).await;
    assert!(catalogue.of_tenants().count() >= 8, "the catalogue has fewer tables than the product");
    for (role, persona) in APP.into_iter().chain([WORKER]) {
        let mut script = Script::new();
        script.setting("app.tenant_id", &catalogue.tenants[0]).setting("app.persona", persona);
        script.setting("app.person_id", &person(&catalogue, 0));
        for (table, tenant) in catalogue.of_tenants().filter(|(table, _)| fenced(role, table)) {
            let [ours, theirs] = &catalogue.rows[&table.name];
            let (name, column) = (&table.name, &table.columns.last().unwrap().name);
            let b = &catalogue.tenants[1];
            script.ask(format!("select own {name}"), &format!("select * from {name} where {}", is(ours, table)));
            script.ask(
                format!("select {name}"),
                &format!("select * from {name} where {tenant} = '{b}' or {}", is(theirs, table)),
            );
            script.ask(
                format!("count {name}"),
                &format!("select * from {name} where {tenant} <> '{}'", catalogue.tenants[0]),
            );
            script.ask(
                format!("update {name}"),
                &format!("update {name} set {column} = {column} where {}", is(theirs, table)),
            );
            script.ask(format!("delete {name}"), &format!("delete from {name} where {}", is(theirs, table)));
            script.ask(format!("lock {name}"), &format!("select 1 from {name} where {} for update", is(theirs, table)));
            script.ask(format!("insert {name}"), &insert(name, &table.insertable(theirs)));
            script
                .ask(format!("move {name}"), &format!("update {name} set {tenant} = '{b}' where {}", is(ours, table)));
        }
        let who = format!("{role} as {persona:?}");
        let known = !matches!(persona, "" | "director");
        for asked in script.run(&env, role).await {
            let (verb, table) = asked.what.split_once(' ').unwrap();
            match verb {
                // A control: the same session does see its own row, if its persona is one.
                "select" if table.starts_with("own ") => {
                    let may = known && (table != format!("own {OF_ADMINS}") || ["admin", "worker"].contains(&persona));
                    let own = i64::from(may || table == "own tenants");
                    all(&asked, &who, |ran| *ran == Ran { state: "00000".into(), rows: own });
                }
                "select" | "count" => all(&asked, &who, |ran| *ran == Ran { state: "00000".into(), rows: 0 }),
                "insert" => all(&asked, &who, |ran| ran.state == REFUSED),
                _ => all(&asked, &who, |ran| ran.state == REFUSED || *ran == Ran { state: "00000".into(), rows: 0 }),
            }
        }
    }
    assert_untouched(&env, &catalogue).await;
}

/// Neither refused nor done by halves: both tenants' rows stand as they were made.
async fn assert_untouched(env: &Env, catalogue: &Catalogue) {
    for (table, tenant) in catalogue.of_tenants() {
        for (row, id) in catalogue.rows[&table.name].iter().zip(&catalogue.tenants) {
            let found = sql(
                env.url(),
                &format!("select count(*) from {} where {} and {tenant} = '{id}'", table.name, is(row, table)),
            );
            assert_eq!(found.await, "1", "{}", table.name);
        }
    }
}

#[tokio::test]
async fn a_row_cannot_point_to_another_tenants_row() {
    let env = Env::fresh().await;
    let catalogue = Catalogue::seed(&env).await;
    let mut tried = 0;
    for (table, tenant) in catalogue.of_tenants() {
        for reference in &table.references {
            // To people and tenants: the first is above tenants, the second is the tenant column itself.
            if !reference.columns.iter().any(|column| column == tenant) || reference.columns.len() < 2 {
                assert!(
                    catalogue.of_tenants().all(|(other, _)| other.name != reference.target || other.name == "tenants"),
                    "{} refers to a tenant's table without its tenant",
                    reference.name
                );
                continue;
            }
            let [ours, theirs] = &catalogue.rows[&table.name];
            // The rows point nowhere by it, as by one to its own table: that the tenant is among its columns must do.
            if reference.columns.iter().any(|column| !theirs.contains_key(column)) {
                continue;
            }
            tried += 1;
            let set: Vec<String> = reference
                .columns
                .iter()
                .filter(|column| *column != tenant)
                .map(|column| format!("{column} = {}", theirs[column]))
                .collect();
            let mut script = Script::new();
            script.ask(
                &reference.name,
                &format!("update {} set {} where {}", table.name, set.join(", "), is(ours, table)),
            );
            // Whoever asks: checks of foreign keys see every row, so the key itself must hold the tenant.
            for role in ["", "backline_owner"] {
                let asked = script.run(&env, role).await;
                let never_changes = NEVER_CHANGES.contains(&table.name.as_str());
                all(&asked[0], role, |ran| ran.state == "23503" || never_changes && ran.state == REFUSED);
            }
        }
    }
    assert!(tried >= 1, "no foreign key between tables of tenants was found");
}

#[tokio::test]
async fn a_taken_key_of_another_tenant_tells_nothing() {
    let env = Env::fresh().await;
    let catalogue = Catalogue::seed(&env).await;
    for (role, persona) in APP.into_iter().chain([WORKER]) {
        let mut script = Script::new();
        script.setting("app.tenant_id", &catalogue.tenants[0]).setting("app.persona", persona);
        script.setting("app.person_id", &person(&catalogue, 0));
        let mut names = Vec::new();
        for (table, tenant) in
            catalogue.of_tenants().filter(|(table, _)| table.name != "tenants" && fenced(role, table))
        {
            let [_, theirs] = &catalogue.rows[&table.name];
            let taken = table.insertable(theirs);
            let free = table.with_free_key(&taken, tenant);
            for (kind, row) in [("taken", &taken), ("free", &free)] {
                for end in ["", " on conflict do nothing"] {
                    names.push(table.name.clone());
                    script.ask(format!("{kind} {}{end}", table.name), &format!("{}{end}", insert(&table.name, row)));
                }
            }
        }
        let asked = script.run(&env, role).await;
        for (four, name) in asked.chunks(4).zip(names.chunks(4)) {
            for one in four {
                all(one, &format!("{role} as {persona:?} {}", name[0]), |ran| ran.state == REFUSED);
            }
        }
    }
    // Nor does a key of one's own collide with the same key of another tenant.
    let [a, b] = &catalogue.tenants;
    let same = format!(
        "insert into opportunities select (jsonb_populate_record(o, '{{\"tenant_id\": \"{a}\"}}')).* from opportunities o where tenant_id = '{b}'"
    );
    sql(env.url(), &same).await;
}

#[tokio::test]
async fn without_a_tenant_there_are_no_rows_and_a_malformed_one_is_an_error() {
    let env = Env::fresh().await;
    let catalogue = Catalogue::seed(&env).await;
    for (role, persona) in [APP[0], WORKER] {
        let mut script = Script::new();
        script.setting("app.persona", persona);
        let tables = catalogue.of_tenants().filter(|(table, _)| fenced(role, table));
        let tables: Vec<&str> = tables.map(|(table, _)| table.name.as_str()).collect();
        for (number, table) in tables.iter().enumerate() {
            script.ask(format!("unset {table}"), &format!("select * from {table}"));
            for (kind, value) in [
                ("first", catalogue.tenants[0].as_str()),
                ("empty", ""),
                ("malformed", "not-a-uuid"),
                ("quote", "' or true --"),
                ("second", catalogue.tenants[1].as_str()),
                ("nobody", "00000000-0000-4000-8000-000000000099"),
            ] {
                script.setting("app.tenant_id", value);
                script.setting("app.person_id", &person(&catalogue, usize::from(kind == "second")));
                // The statement is the one that was prepared and planned under another tenant.
                script.again(number * 7, format!("{kind} {table}"));
            }
            script.setting("app.tenant_id", "");
        }
        for asked in script.run(&env, role).await {
            let (kind, _) = asked.what.split_once(' ').unwrap();
            let (state, rows) = match kind {
                "first" | "second" => ("00000", 1),
                "malformed" | "quote" => ("22P02", 0),
                _ => ("00000", 0),
            };
            all(&asked, role, |ran| *ran == Ran { state: state.into(), rows });
        }
    }
}

#[tokio::test]
async fn a_console_without_a_tenant_gets_an_error_and_never_writes() {
    let env = Env::fresh().await;
    let catalogue = Catalogue::seed(&env).await;
    let mut script = Script::new();
    for (table, _) in catalogue.of_tenants() {
        script.ask(format!("unset {}", table.name), &format!("select * from {}", table.name));
    }
    script.setting("app.tenant_id", "");
    for (table, _) in catalogue.of_tenants() {
        script.ask(format!("empty {}", table.name), &format!("select * from {}", table.name));
    }
    script.setting("app.tenant_id", &catalogue.tenants[0]);
    for (table, tenant) in catalogue.of_tenants() {
        let [ours, theirs] = &catalogue.rows[&table.name];
        let (name, column) = (&table.name, &table.columns.last().unwrap().name);
        script.ask(format!("own {name}"), &format!("select * from {name}"));
        script.ask(
            format!("theirs {name}"),
            &format!("select * from {name} where {tenant} = '{}'", catalogue.tenants[1]),
        );
        script.ask(format!("insert {name}"), &insert(name, &table.insertable(theirs)));
        script
            .ask(format!("update {name}"), &format!("update {name} set {column} = {column} where {}", is(ours, table)));
        script.ask(format!("delete {name}"), &format!("delete from {name} where {}", is(ours, table)));
    }
    for asked in script.run(&env, "backline_reader").await {
        match asked.what.split_once(' ').unwrap().0 {
            "own" => all(&asked, "reader", |ran| *ran == Ran { state: "00000".into(), rows: 1 }),
            "theirs" => all(&asked, "reader", |ran| *ran == Ran { state: "00000".into(), rows: 0 }),
            _ => all(&asked, "reader", |ran| ran.state == REFUSED),
        }
    }
}

#[tokio::test]
async fn what_stands_above_tenants_is_out_of_reach_of_requests_workers_and_consoles() {
    let env = Env::fresh().await;
    let catalogue = Catalogue::seed(&env).await;
    let above = catalogue.tables.iter().filter(|table| table.tenant_column().is_none() && table.name != OF_ALL);
    let above: Vec<&Table> = above.collect();
    assert!(above.len() >= 4, "{above:?}");
    for role in ["backline_app", "backline_worker", "backline_reader"] {
        let mut script = Script::new();
        script.setting("app.tenant_id", &catalogue.tenants[0]).setting("app.persona", "admin");
        for table in &above {
            let row = &catalogue.rows[&table.name][0];
            let (name, column) = (&table.name, &table.columns.last().unwrap().name);
            script.ask(format!("select {name}"), &format!("select * from {name}"));
            script.ask(format!("insert {name}"), &insert(name, row));
            script.ask(format!("update {name}"), &format!("update {name} set {column} = {column}"));
            script.ask(format!("delete {name}"), &format!("delete from {name}"));
        }
        for asked in script.run(&env, role).await {
            all(&asked, role, |ran| ran.state == REFUSED);
        }
    }
}
