-- Counts of changes, kept while they are written: what the dashboard shows must not cost more with a million of them.

create table app.change_counts (
    tenant_id uuid not null,
    -- Quarter hours: the offset of every zone is a multiple of one, so days of any zone can be added up from them.
    quarter timestamptz not null,
    count bigint not null,
    primary key (tenant_id, quarter)
);
call app.guard('app.change_counts');
grant insert, update on app.change_counts to backline_worker;

create table app.opportunity_activity (
    tenant_id uuid not null,
    opportunity_id bigint not null,
    -- Changes after the one that created it: a first sync writes no row here.
    count bigint not null,
    last_at timestamptz not null,
    primary key (tenant_id, opportunity_id)
);
create index opportunity_activity_top on app.opportunity_activity (tenant_id, count desc, last_at desc);
call app.guard('app.opportunity_activity');
grant insert, update on app.opportunity_activity to backline_worker;

create function app.count_changes() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into app.change_counts as c (tenant_id, quarter, count)
    select n.tenant_id, pg_catalog.date_bin('15 minutes', n.changed_at, 'epoch'), pg_catalog.count(*)
    from new_rows n group by 1, 2 order by 1, 2
    on conflict (tenant_id, quarter) do update set count = c.count + excluded.count;
    insert into app.opportunity_activity as a (tenant_id, opportunity_id, count, last_at)
    select n.tenant_id, n.opportunity_id, pg_catalog.count(*), pg_catalog.max(n.changed_at)
    from new_rows n where n.kind <> 'created' group by 1, 2 order by 1, 2
    on conflict (tenant_id, opportunity_id)
        do update set count = a.count + excluded.count, last_at = greatest(a.last_at, excluded.last_at);
    return null;
end
$$;
create trigger opportunity_changes_count after insert on app.opportunity_changes
    referencing new table as new_rows for each statement execute function app.count_changes();

insert into app.change_counts (tenant_id, quarter, count)
select tenant_id, date_bin('15 minutes', changed_at, 'epoch'), count(*) from app.opportunity_changes group by 1, 2;
insert into app.opportunity_activity (tenant_id, opportunity_id, count, last_at)
select tenant_id, opportunity_id, count(*), max(changed_at) from app.opportunity_changes where kind <> 'created' group by 1, 2;
