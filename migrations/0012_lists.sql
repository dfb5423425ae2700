-- Lists of 100,000 records stay quick.

-- Every structured filter, the sum and the newest change first, from the index alone, with deleted records or without them; a row of the
-- table is four times as wide.
-- It takes the place of the one of the newest version, and of that of the status, whose dozen values it reads as fast.
create index opportunities_listed on app.opportunities (tenant_id, updated_at_rms desc nulls last, id)
    include (starts_at, charge_total, state, status, owner_id, organisation_id, deleted_at);
drop index app.opportunities_updated;
drop index app.opportunities_status;

-- The owners in the form, one probe each.
create index opportunities_owner on app.opportunities (tenant_id, owner_id) where deleted_at is null;

-- Inside of the parentheses the persona is compared once a statement; outside of them it was once a row.
alter policy read on app.opportunities
    using ((select app.persona() in ('admin', 'manager', 'rep', 'service')));
alter policy read on app.opportunity_changes
    using ((select app.persona() in ('admin', 'manager', 'rep', 'service')));

-- A first sync fills empty tables; until autovacuum comes by, a minute later, every plan would be made for those. Only their owner may
-- look at them anew.
create function app.analyze_mirror() returns void language plpgsql security definer set search_path = ''
as $$
begin
    analyze app.opportunities, app.opportunity_changes;
end
$$;
revoke all on function app.analyze_mirror() from public;
grant execute on function app.analyze_mirror() to backline_worker;
