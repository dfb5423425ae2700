-- Metrics: what the business means by a word such as "at risk", defined by its own people, in versions that never change.

-- One row a code. It says which version counts; what each version says is in the table below.
create table app.metric_definitions (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    -- Never changes: other things name the metric by it. Byte order, as a list by code is in.
    code text collate "C" not null constraint metric_definitions_code_check check (code ~ '^[a-z0-9_]{1,100}$'),
    state text not null constraint metric_definitions_state_check check (state in ('draft', 'active', 'deprecated')),
    -- The one that every reader uses.
    active_version integer,
    -- The last that was made, whatever became of it: the next one is one more.
    newest_version integer not null constraint metric_definitions_newest_check check (newest_version > 0),
    deprecated_at timestamptz,
    deprecated_by uuid,
    reason text constraint metric_definitions_reason_check check (length(reason) between 1 and 2000),
    -- The code to use instead.
    replaced_by text collate "C",
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    primary key (tenant_id, code),
    constraint metric_definitions_active check ((state = 'active') = (active_version is not null)),
    constraint metric_definitions_deprecated check ((state = 'deprecated') = (deprecated_at is not null)),
    constraint metric_definitions_replaced check (replaced_by is null or (state = 'deprecated' and replaced_by <> code)),
    constraint metric_definitions_replacement foreign key (tenant_id, replaced_by) references app.metric_definitions (tenant_id, code)
);
call app.guard('app.metric_definitions', '{admin,manager}');

-- What a metric says, version by version. Rows are written once.
create table app.metric_versions (
    tenant_id uuid not null,
    code text collate "C" not null,
    version integer not null constraint metric_versions_version_check check (version > 0),
    id uuid not null default gen_random_uuid(),
    name text not null constraint metric_versions_name_check check (length(name) between 1 and 200),
    description text not null constraint metric_versions_description_check check (length(description) between 1 and 2000),
    -- As it was sent: json, which keeps the order of its keys.
    formula json,
    -- Rows of field values with the expected answer.
    tests json not null default '[]' constraint metric_versions_tests_check check (json_typeof(tests) = 'array'),
    note text constraint metric_versions_note_check check (length(note) between 1 and 2000),
    -- From when on it counted; null for one that never did. Set once.
    effective_at timestamptz,
    -- A person or a key; null: Backline itself.
    created_by uuid,
    created_at timestamptz not null default now(),
    primary key (tenant_id, code, version),
    constraint metric_versions_definition foreign key (tenant_id, code)
        references app.metric_definitions (tenant_id, code) on delete cascade
);
call app.guard('app.metric_versions', '{admin,manager}');
alter table app.metric_definitions add constraint metric_definitions_active_version
    foreign key (tenant_id, code, active_version) references app.metric_versions (tenant_id, code, version)
    deferrable initially deferred;

-- Nobody rewrites what a number meant: of a version that waited, only when it began to count is written later. It goes only
-- with its whole tenant.
create function app.keep_metric_versions() returns trigger language plpgsql set search_path = '' as $$
begin
    if tg_op = 'DELETE' then
        if not exists (select from app.tenants t where t.id = old.tenant_id) then
            return old;
        end if;
    elsif old.effective_at is null and new.effective_at is not null and
        (old.tenant_id, old.code, old.version, old.id, old.name, old.description, old.formula::text, old.tests::text, old.note,
            old.created_by, old.created_at) is not distinct from
        (new.tenant_id, new.code, new.version, new.id, new.name, new.description, new.formula::text, new.tests::text, new.note,
            new.created_by, new.created_at) then
        return new;
    end if;
    raise exception 'a version of a metric never changes' using errcode = 'insufficient_privilege';
end
$$;
create trigger metric_versions_immutable before update or delete on app.metric_versions
    for each row execute function app.keep_metric_versions();
revoke all on function app.keep_metric_versions() from public;

-- What each active metric was worth, night by night and whenever somebody asked, with the version that counted then.
create table app.metric_values (
    tenant_id uuid not null,
    code text collate "C" not null,
    computed_at timestamptz not null,
    version integer not null,
    -- Of its measure; null where there is none, such as an average of nothing.
    value numeric(21, 6),
    matched bigint not null,
    base bigint not null,
    primary key (tenant_id, code, computed_at),
    constraint metric_values_version foreign key (tenant_id, code, version)
        references app.metric_versions (tenant_id, code, version) on delete cascade
);
call app.guard('app.metric_values', '{admin,manager}');
grant insert on app.metric_values to backline_worker;

-- Every number that a formula meets: at most 15 digits before the point and 6 behind it, else empty. The host reckons with the same.
create function app.metric_number(numeric) returns numeric language sql immutable parallel safe as $$
    select case when pg_catalog.abs($1) < 1e15 then pg_catalog.round($1, 6) end
$$;
-- A quotient to 6 places, half away from zero, by whole numbers: rounding once. Empty by zero.
create function app.metric_quotient(numeric, numeric) returns numeric language sql immutable parallel safe as $$
    select app.metric_number(case when $2 <> 0 then pg_catalog.sign($1) * pg_catalog.sign($2)
        * pg_catalog.div(2000000 * pg_catalog.abs($1) + pg_catalog.abs($2), 2 * pg_catalog.abs($2)) * 0.000001 end)
$$;
-- Within two bounds; empty stays empty, unlike with greatest and least.
create function app.metric_clamp(numeric, numeric, numeric) returns numeric language sql immutable parallel safe as $$
    select case when $1 < $2 then $2 when $1 > $3 then $3 else $1 end
$$;
revoke all on function app.metric_number(numeric), app.metric_quotient(numeric, numeric), app.metric_clamp(numeric, numeric, numeric)
    from public;
grant execute on function app.metric_number(numeric), app.metric_quotient(numeric, numeric), app.metric_clamp(numeric, numeric, numeric)
    to backline_app, backline_worker, backline_reader;

-- Every tenant begins with these two, and with the nightly snapshot of what is active.
create function app.add_metrics(tenant uuid) returns void language sql set search_path = '' as $$
    insert into app.metric_definitions (tenant_id, code, state, active_version, newest_version) values
        (tenant, 'at_risk_customer', 'active', 1, 1),
        (tenant, 'contacted_recently', 'draft', null, 1)
    on conflict do nothing;
    insert into app.metric_versions (tenant_id, code, version, name, description, formula, effective_at) values
        (tenant, 'at_risk_customer', 1, 'At Risk Customer', 'Customer has not ordered in 30+ days',
            '{"field":"days_since_last_order","operator":">","value":30}', now()),
        (tenant, 'contacted_recently', 1, 'Contacted Recently', 'Customer was contacted within last 7 days', null, null)
    on conflict do nothing;
    insert into app.schedules (tenant_id, name, type, payload, cron) values
        (tenant, 'nightly-metrics', 'metrics', '{}', '20 1 * * *')
    on conflict (tenant_id, name) do nothing
$$;
create function app.add_metrics_of_new() returns trigger language plpgsql set search_path = '' as $$
begin
    perform app.add_metrics(new.id);
    return null;
end
$$;
create trigger tenants_metrics after insert on app.tenants for each row execute function app.add_metrics_of_new();
select app.add_metrics(id) from app.tenants;
revoke all on function app.add_metrics(uuid), app.add_metrics_of_new() from public;
