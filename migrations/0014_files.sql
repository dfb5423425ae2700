-- Files of the queue: reports that it makes, imports that it takes. Both go after a week, with the clean-up.

create table app.reports (
    tenant_id uuid not null,
    -- The job that makes it: one file each.
    job_id bigint not null,
    list text not null constraint reports_list_check check (length(list) between 1 and 60),
    -- What stands behind the question mark of the list.
    query text not null constraint reports_query_check check (length(query) <= 4000),
    format text not null constraint reports_format_check check (format in ('csv', 'xlsx')),
    -- Who asked for it, as a name.
    asked_by text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null default now() + interval '7 days',
    -- Of the file, once it is there.
    name text,
    rows bigint,
    bytes bigint,
    primary key (tenant_id, job_id),
    constraint reports_file_check check ((name is null) = (rows is null) and (name is null) = (bytes is null))
);
call app.guard('app.reports', '{admin,manager,rep,service}');
grant insert, update, delete on app.reports to backline_worker;

-- A report's file in order, in pieces: a download holds one at a time.
create table app.report_pieces (
    tenant_id uuid not null,
    job_id bigint not null,
    number integer not null,
    bytes bytea not null,
    primary key (tenant_id, job_id, number),
    constraint report_pieces_report foreign key (tenant_id, job_id) references app.reports (tenant_id, job_id) on delete cascade
);
-- A workbook is compressed already.
alter table app.report_pieces alter column bytes set storage external;
call app.guard('app.report_pieces');
grant insert, delete on app.report_pieces to backline_worker;

create table app.imports (
    tenant_id uuid not null,
    id bigint not null generated always as identity,
    target text not null constraint imports_target_check check (target in ('people', 'views')),
    file_name text not null constraint imports_name_check check (length(file_name) between 1 and 200),
    -- As it was sent, in UTF-8.
    file bytea not null,
    -- Names of the columns, and the first rows.
    columns jsonb not null,
    preview jsonb not null,
    rows integer not null,
    -- {"field": "column"}; null until it is said.
    mapping jsonb,
    -- new: its columns are not mapped; good, bad: so are its rows; applied: all of them.
    status text not null default 'new'
        constraint imports_status_check check (status in ('new', 'checking', 'good', 'bad', 'applying', 'applied')),
    bad_rows integer,
    -- The first of what is wrong: [{"row", "field", "reason"}].
    faults jsonb not null default '[]',
    -- All of it: a file to correct and to send again.
    error_file bytea,
    job_id bigint,
    -- Who acts: read by the job, which asks again whether they may.
    actor_kind text not null constraint imports_actor_check check (actor_kind in ('person', 'key')),
    actor_id uuid not null,
    actor_name text not null,
    source text not null constraint imports_source_check check (source in ('screen', 'api')),
    request_id text,
    created_at timestamptz not null default now(),
    applied_at timestamptz,
    expires_at timestamptz not null default now() + interval '7 days',
    primary key (tenant_id, id)
);
call app.guard('app.imports', '{admin}');
-- Names and addresses of people lie here: for those who may see them only.
drop policy read on app.imports;
create policy read on app.imports for select to backline_app using ((select app.persona()) = 'admin');
grant update, delete on app.imports to backline_worker;
