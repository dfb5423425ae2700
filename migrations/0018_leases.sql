-- The index of leases said `where status = 'processing'`, and so does every statement that ends a job: with statistics of an
-- empty table the planner took it for those too, and beside an old snapshot each then walked the dead versions of all jobs
-- before it. Said by the lease itself, it serves the rescuer and nobody else; a check holds both to mean the same.
drop index app.jobs_leases;
create index jobs_leases on app.jobs (lease_until) where lease_until is not null;
