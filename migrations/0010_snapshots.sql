-- What the dashboard showed at the end of each day, and the dates that each person looks at.

-- One row a night, written just past midnight of the tenant's zone by whichever host comes first; the key lets the others
-- in vain. A night without a host has no row, and none is made up for it later: what the mirror held then is not known.
create table app.dashboard_snapshots (
    tenant_id uuid not null,
    -- The civil day whose end it is.
    day date not null,
    taken_at timestamptz not null default now(),
    total_opportunities bigint not null,
    -- Sums of numeric(14,2) need more places.
    open_value numeric(20,2) not null,
    -- Of the month that the day lies in.
    orders_this_month bigint not null,
    failed_records bigint not null,
    primary key (tenant_id, day)
);
call app.guard('app.dashboard_snapshots');
grant insert on app.dashboard_snapshots to backline_worker;

create table app.status_snapshots (
    tenant_id uuid not null,
    day date not null,
    -- The source's number; -1: records without one.
    status int not null,
    -- What the source called it that day.
    name text not null,
    count bigint not null,
    value numeric(20,2) not null,
    primary key (tenant_id, day, status),
    foreign key (tenant_id, day) references app.dashboard_snapshots (tenant_id, day) on delete cascade
);
call app.guard('app.status_snapshots');
grant insert on app.status_snapshots to backline_worker;

-- Dates that narrow a person's dashboard until they choose others.
create table app.dashboard_dates (
    tenant_id uuid not null,
    person_id uuid not null,
    from_day date,
    to_day date,
    primary key (tenant_id, person_id),
    constraint dashboard_dates_order check (from_day <= to_day),
    constraint dashboard_dates_owner foreign key (tenant_id, person_id) references app.memberships (tenant_id, person_id) on delete cascade
);
call app.guard('app.dashboard_dates', '{admin,manager,rep}', '{admin,manager,rep}');

-- The newest snapshot of each tenant with a mirror, for the timer that takes them. It tells days, nothing of the mirror.
grant create on schema app to backline_lookup;

create policy lookup on app.dashboard_snapshots for select to backline_lookup using (true);
grant select (tenant_id, day) on app.dashboard_snapshots to backline_lookup;

create function app.snapshot_days() returns table (tenant_id uuid, timezone text, last_day date)
    language sql stable security definer set search_path = ''
as $$
    select t.id, t.timezone, (select pg_catalog.max(d.day) from app.dashboard_snapshots d where d.tenant_id = t.id)
    from app.tenants t
    join app.connections c on c.tenant_id = t.id
    join app.sync_cursors s on s.tenant_id = t.id and s.provider = c.provider
    where s.initial_completed_at is not null
$$;
alter function app.snapshot_days() owner to backline_lookup;
revoke all on function app.snapshot_days() from public;
grant execute on function app.snapshot_days() to backline_worker;

revoke create on schema app from backline_lookup;
