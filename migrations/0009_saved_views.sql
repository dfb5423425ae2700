-- Lists that people keep: a name for an address. A shared one is seen by everybody in the tenant; whose it is decides who changes it.
create table app.saved_views (
    tenant_id uuid not null,
    id uuid not null default gen_random_uuid(),
    person_id uuid not null,
    name text not null constraint saved_views_name_check check (length(name) between 1 and 60),
    -- What stands behind the question mark, without the page.
    query text not null constraint saved_views_query_check check (length(query) <= 4000),
    shared boolean not null default false,
    created_at timestamptz not null default now(),
    primary key (tenant_id, id),
    constraint saved_views_owner foreign key (tenant_id, person_id) references app.memberships (tenant_id, person_id) on delete cascade,
    -- The list of one's own, and one name once.
    constraint saved_views_name_key unique (tenant_id, person_id, name)
);
call app.guard('app.saved_views', '{admin,manager,rep}', '{admin,manager,rep}');
