-- What the business adds to an opportunity: how far its own work is, how risky it is, which workflows run on it, and what it is
-- called in other systems. Nothing here refers to the mirror by foreign key: it is people's work and outlives a mirror that is
-- begun anew, in which the same ids come back.

-- One row an opportunity, written when somebody adds something for the first time.
create table app.augmented_opportunities (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    opportunity_id bigint not null,
    workflow_status text constraint augmented_opportunities_workflow_check check (length(workflow_status) between 1 and 100),
    risk_level text constraint augmented_opportunities_risk_check check (risk_level in ('LOW', 'MEDIUM', 'HIGH', 'CRITICAL')),
    risk_notes text constraint augmented_opportunities_notes_check check (length(risk_notes) between 1 and 4000),
    financial_health_score integer constraint augmented_opportunities_score_check check (financial_health_score between 0 and 100),
    -- The tenant's own figures, an object. Ours, not a source's record: keys may be put in order.
    custom_calculations jsonb not null default '{}'
        constraint augmented_opportunities_custom_check check (jsonb_typeof(custom_calculations) = 'object'),
    last_updated timestamptz not null default now(),
    -- 1, 2, 3 …: who writes says which one they read.
    version bigint not null default 1,
    primary key (tenant_id, opportunity_id)
);
call app.guard('app.augmented_opportunities', '{admin,manager}');
grant insert, update on app.augmented_opportunities to backline_worker;

-- Workflows that admins define: a code, a name, steps in their order.
create table app.workflow_templates (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    -- The workflow_type of what is started from it.
    code text not null constraint workflow_templates_code_check check (code ~ '^[a-z][a-z0-9_-]{0,59}$'),
    name text not null constraint workflow_templates_name_check check (length(name) between 1 and 100),
    -- Each name once: where a workflow stands is said by the step's name.
    steps text[] not null constraint workflow_templates_steps_check check (cardinality(steps) between 1 and 50),
    created_at timestamptz not null default now(),
    last_updated timestamptz not null default now(),
    version bigint not null default 1,
    primary key (tenant_id, id),
    constraint workflow_templates_code_key unique (tenant_id, code)
);
call app.guard('app.workflow_templates', '{admin}', '{admin}');

-- A workflow under way on an opportunity. It keeps the steps that it began with, whatever becomes of its template.
create table app.workflow_instances (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    opportunity_id bigint not null,
    workflow_type text not null,
    status text not null
        constraint workflow_instances_status_check check (status in ('running', 'completed', 'failed', 'cancelled')),
    started_at timestamptz not null default now(),
    -- When it was completed or cancelled.
    completed_at timestamptz,
    -- Where it stands; null once every step is done.
    current_step text,
    data jsonb not null default '{}' constraint workflow_instances_data_check check (jsonb_typeof(data) = 'object'),
    error text,
    created_at timestamptz not null default now(),
    steps text[] not null,
    version bigint not null default 1,
    primary key (tenant_id, id)
);
create index workflow_instances_opportunity on app.workflow_instances (tenant_id, opportunity_id, id desc);
-- One of a type that is not over for an opportunity: a rule that fires twice starts one.
create unique index workflow_instances_open on app.workflow_instances (tenant_id, opportunity_id, workflow_type)
    where status in ('running', 'failed');
call app.guard('app.workflow_instances', '{admin,manager}');
grant insert, update on app.workflow_instances to backline_worker;

-- What an opportunity is called in another system.
create table app.external_integrations (
    tenant_id uuid not null references app.tenants (id) on delete cascade,
    id bigint not null generated always as identity,
    opportunity_id bigint not null,
    -- Xero, Monday, TeamTrack, or any other.
    system_name text not null constraint external_integrations_name_check check (length(system_name) between 1 and 60),
    external_id text not null constraint external_integrations_external_check check (length(external_id) between 1 and 200),
    -- An id that several systems share.
    uid text constraint external_integrations_uid_check check (length(uid) between 1 and 200),
    sync_status text not null default 'pending'
        constraint external_integrations_status_check check (sync_status in ('pending', 'synced', 'failed')),
    last_synced timestamptz,
    metadata jsonb not null default '{}'
        constraint external_integrations_metadata_check check (jsonb_typeof(metadata) = 'object'),
    created_at timestamptz not null default now(),
    version bigint not null default 1,
    primary key (tenant_id, id),
    constraint external_integrations_system_key unique (tenant_id, opportunity_id, system_name)
);
create index external_integrations_uid on app.external_integrations (tenant_id, uid) where uid is not null;
-- Which opportunities a system knows, and which of them it has not synced of late, from the index alone.
create index external_integrations_state on app.external_integrations (tenant_id, system_name, opportunity_id)
    include (sync_status, last_synced);
call app.guard('app.external_integrations', '{admin,manager}', '{admin,manager}');
grant insert, update on app.external_integrations to backline_worker;

-- As for the mirror: inside of the parentheses the persona is compared once a statement, and the planner knows how many rows pass.
alter policy read on app.augmented_opportunities
    using ((select app.persona() in ('admin', 'manager', 'rep', 'service')));
alter policy read on app.external_integrations
    using ((select app.persona() in ('admin', 'manager', 'rep', 'service')));
