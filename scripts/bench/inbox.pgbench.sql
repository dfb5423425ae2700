-- One delivery as the inbox keeps it (domain/src/inbox/store.rs), for pgbench: the same transaction, alone.
-- TENANT and ENDPOINT are put in by scripts/bench/inbox.sh. pgbench takes a colon before a letter or digit for a variable, hence
-- the spaces and points in the body.
\set n random(1, 1000000000000)
begin;
select set_config('app.tenant_id', 'TENANT', true), set_config('app.person_id', '', true), set_config('app.persona', 'worker', true);
with input as (
    select * from unnest(array[ENDPOINT]::bigint[], array['action:' || :n], array['evt_' || :n || '_1795255200000'], array[now()], array[1],
        array[:n]::bigint[], array['Summer Gala'], array['Acme Events'], array[1]::bigint[], array['Ana'], array['update'], array['received'],
        array[null]::text[], array[convert_to('{"action":{"id":' || :n || ',"subject_id":' || :n || ',"subject_type":"Opportunity","source_id": null,"source_type": null,"member_id": 1,"action_type":"update","name":"Summer Gala","description":"","created_at":"2026-06-07T10.30.00.000Z","updated_at":"2026-06-07T10.30.00.000Z","member":{"id": 1,"name":"Ana","active": true,"email":"ana@example.com"},"subject":{"id": 1,"name":"Summer Gala","organisation_name":"Acme Events"}}}', 'UTF8')],
        array['current-rms'], array[false])
        with ordinality as i (endpoint_id, dedupe_key, event_id, at, times, opportunity_id, opportunity_name,
            customer_name, user_id, user_name, action_type, state, error, raw, provider, is_test, row)
), seen as (
    insert into webhook_seen as s (tenant_id, endpoint_id, dedupe_key, event_id, first_at, last_at, times)
    select 'TENANT', endpoint_id, dedupe_key, event_id, at, at, times from input order by row
    on conflict (tenant_id, endpoint_id, dedupe_key) do update set
        (event_id, first_at, times) = (
            select case when old then excluded.event_id else s.event_id end,
                case when old then excluded.first_at else s.first_at end,
                case when old then excluded.times else s.times + excluded.times end
            from (select s.dedupe_key like 'body:%' and s.first_at < excluded.first_at - interval '24 hours' as old) o),
        last_at = excluded.last_at
    returning endpoint_id, dedupe_key, event_id, times
), met as (
    select i.*, s.event_id as kept_id, s.times = i.times as is_new
    from input i join seen s on s.endpoint_id = i.endpoint_id and s.dedupe_key = i.dedupe_key
), events as (
    insert into webhook_events (tenant_id, id, timestamp, opportunity_id, opportunity_name, customer_name, user_id,
        user_name, action_type, error, raw_payload, endpoint_id, provider, state, is_test)
    select 'TENANT', event_id, at, opportunity_id, opportunity_name, customer_name, user_id, user_name, action_type, error, raw,
        endpoint_id, provider, state, is_test
    from met where is_new order by row
), work as (
    insert into jobs (tenant_id, type, payload, dedupe_key, run_at, max_attempts)
    select distinct on (opportunity_id) 'TENANT'::uuid, 'follow_up', jsonb_build_object('opportunity', opportunity_id),
        'opportunity:' || opportunity_id, now() + make_interval(secs => 0.5), 25
    from met where is_new and state = 'received' order by opportunity_id
    on conflict (tenant_id, type, dedupe_key) where status = 'pending' and attempts = 0 and not dedupe_open
        do update set run_at = jobs.run_at
), log as (
    insert into webhook_delivery_log (tenant_id, event_type, workspace_name, event_id, processing_time_ms, success,
        error_message, endpoint_id, duplicate, is_test)
    select 'TENANT', d.type, d.label, m.kept_id, d.waited_ms + extract(epoch from clock_timestamp() - now()) * 1000,
        m.state <> 'quarantined', case when m.state = 'quarantined' then m.error end, m.endpoint_id,
        d.again or not m.is_new, m.is_test
    from unnest(array[1]::bigint[], array[false], array['opportunity_update'], array['Current RMS'], array[0]) as d (row, again, type, label, waited_ms)
    join met m on m.row = d.row
)
select kept_id, is_new from met order by row;
commit;
