-- What was changed can be checked: each row of the audit log carries a code that only a host can make (`domain/src/audit/mac.rs`),
-- and a sealer chains the rows, so that one that is altered, inserted or taken away is found.

alter table app.audit_log
    -- HMAC-SHA256 over the whole row; null in rows from before there was one.
    add column mac bytea constraint audit_log_mac_check check (length(mac) = 32);
-- The code covers the id, so that the host asks for it first.
grant usage on sequence app.audit_log_id_seq to backline_app, backline_worker;
create index audit_log_actor on app.audit_log (tenant_id, actor_id, id desc) where actor_id is not null;

-- The place of each row in its tenant's chain.
create table app.audit_chain (
    tenant_id uuid not null references app.tenants (id),
    -- From 1, without gaps.
    number bigint not null constraint audit_chain_number_check check (number > 0),
    audit_id bigint not null,
    -- Of the hash before, the number and the row.
    hash bytea not null constraint audit_chain_hash_check check (length(hash) = 32),
    sealed_at timestamptz not null default now(),
    primary key (tenant_id, number),
    constraint audit_chain_row unique (tenant_id, audit_id)
);
call app.guard('app.audit_chain');
grant insert on app.audit_chain to backline_worker;
create trigger audit_chain_append_only before update or delete on app.audit_chain
    for each row execute function app.refuse_change();
create trigger audit_chain_no_truncate before truncate on app.audit_chain
    for each statement execute function app.refuse_change();

-- The end of the chain, outside of it, so that a cut tail is found.
create table app.audit_heads (
    tenant_id uuid not null primary key references app.tenants (id),
    number bigint not null,
    hash bytea not null,
    -- Rows up to this id may be without a code: they were there when the chain began.
    legacy_through bigint not null default 0,
    -- Over all of the above.
    mac bytea not null,
    sealed_at timestamptz not null default now()
);
call app.guard('app.audit_heads');
grant insert, update on app.audit_heads to backline_worker;

-- Rows that wait for the sealer. No truth of its own: what is missing here is found by a check of the whole log.
create table app.audit_unsealed (
    tenant_id uuid not null references app.tenants (id),
    audit_id bigint not null,
    primary key (tenant_id, audit_id)
);
call app.guard('app.audit_unsealed');
create policy append on app.audit_unsealed for insert to backline_app
    with check ((select app.persona()) in ('admin', 'manager', 'rep', 'service'));
grant insert on app.audit_unsealed to backline_app, backline_worker;
grant delete on app.audit_unsealed to backline_worker;
insert into app.audit_unsealed (tenant_id, audit_id) select tenant_id, id from app.audit_log;

create function app.await_seal() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into app.audit_unsealed (tenant_id, audit_id) select tenant_id, id from new_rows;
    return null;
end
$$;
create trigger audit_log_await_seal after insert on app.audit_log
    referencing new table as new_rows for each statement execute function app.await_seal();

-- Tenants with rows that wait, and the ends of all chains for the daily log: ids, numbers and hashes only.
grant create on schema app to backline_lookup;
create policy lookup on app.audit_unsealed for select to backline_lookup using (true);
grant select (tenant_id) on app.audit_unsealed to backline_lookup;
create function app.unsealed_tenants() returns table (tenant_id uuid)
    language sql stable security definer set search_path = ''
as $$
    select distinct u.tenant_id from app.audit_unsealed u
$$;
alter function app.unsealed_tenants() owner to backline_lookup;
revoke all on function app.unsealed_tenants() from public;
grant execute on function app.unsealed_tenants() to backline_worker;

create policy lookup on app.audit_heads for select to backline_lookup using (true);
grant select (tenant_id, number, hash) on app.audit_heads to backline_lookup;
create function app.audit_chain_heads() returns table (tenant_id uuid, number bigint, hash bytea)
    language sql stable security definer set search_path = ''
as $$
    select h.tenant_id, h.number, h.hash from app.audit_heads h
$$;
alter function app.audit_chain_heads() owner to backline_lookup;
revoke all on function app.audit_chain_heads() from public;
grant execute on function app.audit_chain_heads() to backline_worker;
revoke create on schema app from backline_lookup;
