//! Who may do what: every route and every server function beside everybody who can ask.

use std::collections::BTreeSet;

use reqwest::Method;

use super::browser::{Browser, PASSWORD, Seen};
use super::psql::sql;
use super::support::{Env, Host, Tenant};

const ASKERS: [&str; 12] = [
    "nobody",
    "rep",
    "manager",
    "admin",
    "key read",
    "key sync",
    "key jobs",
    "key metrics",
    "key admin",
    "expired key",
    "revoked key",
    "other tenant's admin",
];

/// Statuses in the order of [`ASKERS`]. No account is connected: 409 is how a sync that may be started or cancelled is
/// refused, 404 how a record that may be read is missing.
pub const TABLE: &[(&str, &str)] = &[
    //                            nobody rep mgr adm  read sync jobs metr admi  exp revo other
    ("GET /healthz", "200 200 200 200  200 200 200 200 200  200 200 200"),
    ("GET /readyz", "200 200 200 200  200 200 200 200 200  200 200 200"),
    ("GET /api/health", "200 200 200 200  200 200 200 200 200  401 401 200"),
    ("GET /metrics", "200 200 200 200  200 200 200 200 200  401 401 200"),
    ("GET /api/live", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/openapi.json", "200 200 200 200  200 200 200 200 200  401 401 200"),
    ("GET /api/docs", "200 200 200 200  200 200 200 200 200  401 401 200"),
    ("GET /api/session", "401 200 200 200  200 200 200 200 200  401 401 200"),
    ("POST /api/session", "400 400 400 400  400 400 400 400 400  401 401 400"),
    ("GET /api/dashboard", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/opportunities", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/opportunities/7", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /api/opportunities.csv", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/opportunities/7/augmentation", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("PUT /api/opportunities/7/augmentation", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("GET /api/opportunities/7/workflows", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /api/opportunities/7/workflows", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("POST /api/opportunities/7/workflows/7/advance", "401 403 404 404  403 403 403 403 404  401 401 404"),
    ("POST /api/opportunities/7/workflows/7/fail", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("POST /api/opportunities/7/workflows/7/retry", "401 403 404 404  403 403 403 403 404  401 401 404"),
    ("POST /api/opportunities/7/workflows/7/cancel", "401 403 404 404  403 403 403 403 404  401 401 404"),
    ("GET /api/opportunities/7/integrations", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /api/opportunities/7/integrations", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("PATCH /api/opportunities/7/integrations/7", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("DELETE /api/opportunities/7/integrations/7", "401 403 404 404  403 403 403 403 404  401 401 404"),
    // Without a uid and without a type.
    ("GET /api/integrations", "401 400 400 400  400 403 403 403 403  401 401 400"),
    ("GET /api/reconciliation", "401 400 400 400  400 403 403 403 403  401 401 400"),
    ("POST /api/reconciliation/remedies", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("GET /api/reconciliation.csv", "401 400 400 400  400 403 403 403 403  401 401 400"),
    ("GET /api/workflow-templates", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/workflow-templates", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("PATCH /api/workflow-templates/7", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("DELETE /api/workflow-templates/7", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("GET /api/changes", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/changes.csv", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/sync/status", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/sync/failures", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/sync/failures.csv", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/sync/initial", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("POST /api/sync/incremental", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("POST /api/sync/sweep", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("POST /api/sync/cancel", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("GET /api/audit", "401 403 200 200  403 403 403 403 200  401 401 200"),
    ("GET /api/audit.csv", "401 403 200 200  403 403 403 403 200  401 401 200"),
    ("GET /api/audit/verify", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("GET /api/people", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /api/people", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("PATCH /api/people/7", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /api/people/7/link", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/keys", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /api/keys", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /api/connection/start-over", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("DELETE /api/keys/7", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /api/reconciliation/mirror", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("GET /api/reconciliation/mirror", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/reconciliation/mirror/7", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /api/reconciliation/mirror/7/repair", "401 403 404 404  403 404 403 403 403  401 401 404"),
    ("GET /api/jobs", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/jobs", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/jobs/7", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /api/jobs/7/cancel", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /api/jobs/7/retry", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /api/jobs/retry", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/jobs/process", "401 403 403 200  403 403 200 403 403  401 401 200"),
    ("POST /api/jobs/process", "401 403 403 200  403 403 200 403 403  401 401 200"),
    ("GET /api/notifications", "401 200 200 200  403 403 403 403 403  401 401 200"),
    ("POST /api/notifications/read", "401 400 400 400  403 403 403 403 403  401 401 400"),
    ("GET /api/schedules", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("PATCH /api/schedules/7", "401 403 403 400  403 403 403 403 400  401 401 400"),
    // The seventh is the other tenant's own.
    ("POST /api/schedules/7/run", "401 403 403 404  403 403 403 403 404  401 401 201"),
    ("GET /api/reports", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/reports", "401 400 400 400  403 403 403 403 400  401 401 400"),
    ("GET /api/reports/7/file", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /api/imports", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /api/imports", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/imports/7", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /api/imports/7/check", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /api/imports/7/apply", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("GET /api/imports/7/errors.csv", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("GET /api/events", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/events/7", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /api/events/7/raw", "401 403 404 404  404 403 403 403 403  401 401 404"),
    ("POST /api/replay", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("POST /api/replay/bulk", "401 403 400 400  403 403 403 403 400  401 401 400"),
    // The seventh is the other tenant's own, until it removes it.
    ("GET /api/rules", "401 403 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/rules", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/rules/7", "401 403 404 404  404 403 403 403 403  401 401 200"),
    ("PATCH /api/rules/7", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /api/rules/7/dry-run", "401 403 400 400  400 403 403 403 403  401 401 400"),
    ("GET /api/rules/7/firings", "401 403 404 404  404 403 403 403 403  401 401 200"),
    ("POST /api/rules/7/secret", "401 403 403 404  403 403 403 403 404  401 401 201"),
    ("DELETE /api/rules/7", "401 403 403 404  403 403 403 403 404  401 401 204"),
    // Of metrics: 7 is a code that nobody has.
    ("GET /api/metrics/definitions", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/metrics/definitions", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("POST /api/metrics/definitions/preview", "401 400 400 400  400 403 403 403 403  401 401 400"),
    ("POST /api/metrics/definitions/validate", "401 400 400 400  400 403 403 403 403  401 401 400"),
    ("GET /api/metrics/definitions/7", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("PATCH /api/metrics/definitions/7", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("DELETE /api/metrics/definitions/7", "401 403 404 404  403 403 403 403 404  401 401 404"),
    ("GET /api/metrics/definitions/7/diff", "401 400 400 400  400 403 403 403 403  401 401 400"),
    ("GET /api/metrics/definitions/7/rows", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /api/metrics/definitions/7/values", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /api/metrics/definitions/7/values", "401 403 404 404  403 403 403 403 404  401 401 404"),
    ("GET /api/metrics/fields", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/metrics/templates", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/metrics/export", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /api/metrics/import", "401 403 400 400  403 403 403 403 400  401 401 400"),
    ("GET /api/webhooks", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /api/webhooks", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/webhooks/health", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /api/webhooks/keeping", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("PUT /api/webhooks/keeping", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("GET /api/webhooks/registration", "401 403 403 409  403 403 403 403 409  401 401 409"),
    ("POST /api/webhooks/registration", "401 403 403 409  403 403 403 403 409  401 401 409"),
    ("POST /api/test-webhook", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("DELETE /api/webhooks/7", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /api/webhooks/7/rotate", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /api/webhooks/7/end-older", "401 403 403 404  403 403 403 403 404  401 401 404"),
    // The door asks for its token and for nothing else.
    ("POST /api/webhook", "404 404 404 404  404 404 404 404 404  404 404 404"),
    ("POST /api/webhooks/current-rms/7", "404 404 404 404  404 404 404 404 404  404 404 404"),
    // After thirty wrong ones whoever guesses from this address has to wait.
    ("POST /api/webhooks/current-rms/7/opportunity_update", "404 404 404 404  404 404 429 429 429  429 429 429"),
    ("POST /rpc/dashboard/read", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/identity/whoami", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/sync/state", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/sync/start", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("POST /rpc/sync/cancel", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("POST /rpc/opportunities/list", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/opportunities/changes", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/jobs/list", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/jobs/read", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /rpc/jobs/retry", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/jobs/cancel", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/jobs/retry-all", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/jobs/set-schedule", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/jobs/run-schedule", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/sync/failures", "401 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /rpc/opportunities/read", "401 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /rpc/opportunities/read-again", "401 403 409 409  403 409 403 403 403  401 401 409"),
    ("POST /rpc/opportunities/save-view", "401 400 400 400  403 403 403 403 403  401 401 400"),
    ("POST /rpc/opportunities/remove-view", "401 404 404 404  403 403 403 403 403  401 401 404"),
    ("POST /rpc/settings/told", "401 200 200 200  403 403 403 403 403  401 401 200"),
    ("POST /rpc/settings/account", "401 200 200 200  403 403 403 403 403  401 401 200"),
    ("POST /rpc/settings/set-password", "401 400 400 400  403 403 403 403 403  401 401 400"),
    ("POST /rpc/settings/confirm-password", "401 400 400 400  403 403 403 403 403  401 401 400"),
    ("POST /rpc/settings/end-sessions", "401 404 404 404  403 403 403 403 403  401 401 404"),
    ("POST /rpc/settings/switch-tenant", "401 400 400 400  403 403 403 403 403  401 401 400"),
    ("POST /rpc/settings/people", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /rpc/settings/invite", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/settings/reset-link", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/settings/set-role", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/settings/set-enabled", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/settings/keys", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /rpc/settings/create-key", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/settings/revoke-key", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/settings/connection", "401 403 403 200  403 403 403 403 200  401 401 200"),
    ("POST /rpc/settings/test-connection", "401 403 403 409  403 403 403 403 409  401 401 409"),
    ("POST /rpc/settings/set-connection", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/settings/start-over", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/settings/set-tenant", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/settings/set-webhook", "401 403 403 400  403 403 403 403 400  401 401 400"),
    ("POST /rpc/settings/remove-webhook", "401 403 403 404  403 403 403 403 404  401 401 404"),
    ("POST /rpc/notifications/list", "401 200 200 200  403 403 403 403 403  401 401 200"),
    ("POST /rpc/notifications/mark-read", "401 200 200 200  403 403 403 403 403  401 401 200"),
    ("POST /rpc/notifications/set", "401 200 200 200  403 403 403 403 403  401 401 200"),
    ("GET /api/nowhere", "404 404 404 404  404 404 404 404 404  401 401 404"),
    ("POST /rpc/nowhere", "404 404 404 404  404 404 404 404 404  401 401 404"),
    // Pages are for people: who is not signed in is sent to sign in.
    ("GET /", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /opportunities", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /opportunities/7", "303 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /changes", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /notifications", "303 200 200 200  403 403 403 403 403  401 401 200"),
    // They show what a person's form led to: a key has none.
    ("GET /jobs", "303 200 200 200  403 403 403 403 403  401 401 200"),
    ("GET /jobs/999", "303 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /failures", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /reports", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /reports", "303 400 400 400  403 403 403 403 400  401 401 400"),
    ("GET /imports", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("POST /imports", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("GET /imports/7", "303 403 403 404  403 403 403 403 403  401 401 404"),
    ("POST /imports/7/check", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /imports/7/apply", "303 403 403 404  403 403 403 403 403  401 401 404"),
    ("GET /audit", "303 403 200 200  403 403 403 403 200  401 401 200"),
    ("GET /reconciliation", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("POST /reconciliation/remedies", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /reconciliation/mirror", "303 403 409 409  403 403 403 403 403  401 401 409"),
    ("GET /reconciliation/mirror/7", "303 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /reconciliation/mirror/repair", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("GET /events", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /events/7", "303 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /events/7/replay", "303 403 404 404  403 403 403 403 404  401 401 404"),
    ("POST /events/replay", "303 403 400 400  403 403 403 403 400  401 401 400"),
    ("GET /opportunities/7/more", "303 404 404 404  404 403 403 403 403  401 401 404"),
    ("POST /opportunities/7/more/augmentation", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /opportunities/7/more/workflows", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /opportunities/7/more/workflows/7/advance", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /opportunities/7/more/integrations", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /opportunities/7/more/integrations/7", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /opportunities/7/more/integrations/7/remove", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("GET /settings/workflows", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("POST /settings/workflows", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/workflows/7", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/workflows/7/remove", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("GET /settings/endpoints", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("POST /settings/endpoints", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("GET /settings/endpoints/registration", "303 403 403 409  403 403 403 403 403  401 401 409"),
    ("POST /settings/endpoints/registration", "303 403 403 409  403 403 403 403 403  401 401 409"),
    ("POST /settings/endpoints/keeping", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/endpoints/rotate", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/endpoints/test", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/endpoints/end-older", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/endpoints/revoke", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("GET /settings/rules", "303 403 200 200  403 403 403 403 403  401 401 200"),
    ("GET /settings/rules/new", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("GET /settings/rules/999", "303 403 404 404  403 403 403 403 403  401 401 404"),
    ("POST /settings/rules", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/rules/999", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/rules/set", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/rules/secret", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("POST /settings/rules/remove", "303 403 403 400  403 403 403 403 403  401 401 400"),
    ("GET /metrics/definitions", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /metrics/definitions/at_risk_customer", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /metrics/definitions/at_risk_customer/history", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /metrics/definitions/at_risk_customer/rows.csv", "303 200 200 200  200 403 403 403 403  401 401 200"),
    ("GET /metrics/definitions/nothing", "303 404 404 404  404 403 403 403 403  401 401 404"),
    ("GET /metrics/new", "303 403 200 200  403 403 403 403 403  401 401 200"),
    ("GET /metrics/definitions/at_risk_customer/edit", "303 403 200 200  403 403 403 403 403  401 401 200"),
    ("POST /metrics/new", "303 403 200 200  403 403 403 403 403  401 401 200"),
    ("POST /metrics/definitions/at_risk_customer/edit", "303 403 200 200  403 403 403 403 403  401 401 200"),
    ("POST /metrics/definitions/at_risk_customer/restore", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /metrics/definitions/at_risk_customer/activate", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /metrics/definitions/at_risk_customer/deprecate", "303 403 400 400  403 403 403 403 403  401 401 400"),
    ("POST /metrics/definitions/nothing/values", "303 403 404 404  403 403 403 403 403  401 401 404"),
    ("GET /settings", "303 303 303 303  303 303 303 303 303  401 401 303"),
    ("GET /settings/account", "303 200 200 200  403 403 403 403 403  401 401 200"),
    ("GET /settings/people", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("GET /settings/keys", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("GET /settings/connection", "303 403 403 200  403 403 403 403 403  401 401 200"),
    ("GET /sign-in", "200 303 303 303  303 303 303 303 303  401 401 303"),
    ("GET /nowhere", "404 404 404 404  404 404 404 404 404  401 401 404"),
    ("POST /sign-in", "303 303 303 303  303 303 303 303 303  303 303 303"),
    ("GET /sign-in/link?token=x", "303 303 303 303  303 303 303 303 303  303 303 303"),
    // Last: these end the session of who has one.
    ("DELETE /api/session", "401 204 204 204  401 401 401 401 401  401 401 204"),
    ("POST /sign-out", "303 303 303 303  303 303 303 303 303  303 303 303"),
];

async fn askers(env: &Env, host: &Host) -> Vec<Browser> {
    let (north, south) = (Tenant::create(env, "north").await, Tenant::create(env, "south").await);
    north.new_person("admin@north.example", "admin", PASSWORD).await;
    sql(
        env.url(),
        "insert into people (email, name, password_hash) select e, e, password_hash from people,
             unnest(array['manager@north.example', 'rep@north.example', 'other@south.example']) e;
         insert into memberships (tenant_id, person_id, role)
             select t.id, p.id, case split_part(p.email, '@', 1) when 'other' then 'admin' else split_part(p.email, '@', 1) end
             from people p join tenants t on split_part(p.email, '@', 2) = t.slug || '.example' on conflict do nothing",
    )
    .await;
    let url = &host.url;
    let mut askers = vec![Browser::anonymous(url).with("sec-fetch-site", "same-origin")];
    for email in ["rep@north.example", "manager@north.example", "admin@north.example"] {
        askers.push(Browser::sign_in(url, email).await);
    }
    for scope in ["read", "sync", "jobs:process", "metrics", "admin"] {
        askers.push(Browser::with_key(url, &north.new_key(&[scope]).await));
    }
    let all = ["read", "sync", "jobs:process", "metrics", "admin"];
    for end in ["expires_at = now()", "revoked_at = now()"] {
        let key = north.new_key(&all).await;
        sql(env.url(), &format!("update api_keys set {end} where secret_hash = sha256('{key}')")).await;
        askers.push(Browser::with_key(url, &key));
    }
    askers.push(Browser::sign_in(url, "other@south.example").await);
    drop(south);
    askers
}

/// What a function is called with: complete, so that who may not call it is refused for that; of somebody or something
/// that is not there, so that who may call it changes nothing.
fn form(path: &str) -> &'static str {
    match path {
        "/rpc/sync/start" => "kind=initial_sync",
        "/rpc/opportunities/list"
        | "/rpc/opportunities/changes"
        | "/rpc/sync/failures"
        | "/rpc/notifications/list"
        | "/rpc/jobs/list" => "search=",
        "/rpc/opportunities/read" => "id=7&raw=false",
        "/rpc/jobs/read" | "/rpc/jobs/retry" | "/rpc/jobs/cancel" | "/rpc/jobs/run-schedule" => "id=999",
        "/rpc/jobs/set-schedule" => "id=999&enabled=true",
        "/rpc/jobs/retry-all" => "status=pending",
        "/rpc/opportunities/save-view" => "name=&search=",
        "/rpc/opportunities/remove-view" => "id=00000000-0000-0000-0000-000000000000",
        "/rpc/opportunities/read-again" => "id=7",
        "/rpc/settings/set-password" => "old=&password=short",
        "/rpc/settings/confirm-password" => "password=wrong",
        "/rpc/settings/end-sessions" => "session=00",
        "/rpc/settings/switch-tenant" => "tenant=west",
        "/rpc/settings/invite" => "email=nobody&name=N&role=rep",
        "/rpc/settings/reset-link" => "person=00000000-0000-0000-0000-000000000000",
        "/rpc/settings/set-role" => "person=00000000-0000-0000-0000-000000000000&role=rep",
        "/rpc/settings/set-enabled" => "person=00000000-0000-0000-0000-000000000000&enabled=false",
        "/rpc/settings/create-key" => "name=x&scopes[]=all",
        "/rpc/settings/revoke-key" => "key=00000000-0000-0000-0000-000000000000",
        "/rpc/settings/set-connection" => "base_url=ftp://x&subdomain=x&token=x",
        "/rpc/settings/set-tenant" => "name=x&timezone=Mars&currency=GBP&first_day=monday",
        "/rpc/settings/start-over" => "confirm=x",
        "/rpc/settings/set-webhook" => "url=ftp://x",
        "/rpc/notifications/mark-read" => "id=7",
        "/rpc/notifications/set" => "job_failed=true&by_mail=true",
        _ => "",
    }
}

async fn ask(browser: &Browser, route: &str) -> Seen {
    let (method, path) = route.split_once(' ').unwrap();
    match (method, path) {
        ("POST", path) if path.starts_with("/rpc/") || path == "/sign-in" => browser.call(path, form(path)).await,
        // A stream has no end to be read to.
        (_, "/api/live") => browser.begin(path).await,
        (method, path) => browser.send(method.parse::<Method>().unwrap(), path, |request| request).await,
    }
}

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let env = Env::fresh().await;
    let host = Host::start(&env).await;
    let askers = askers(&env, &host).await;
    let mut wrong = Vec::new();
    for (route, statuses) in TABLE {
        let statuses: Vec<u16> = statuses.split_whitespace().map(|status| status.parse().unwrap()).collect();
        assert_eq!(statuses.len(), ASKERS.len(), "{route}");
        for ((who, browser), status) in ASKERS.iter().zip(&askers).zip(statuses) {
            let seen = ask(browser, route).await;
            if seen.status != status {
                wrong.push(format!(
                    "{route} by {who}: {} instead of {status}: {}",
                    seen.status,
                    &seen.text[..seen.text.len().min(200)]
                ));
            }
            let code = match status {
                401 => "UNAUTHENTICATED",
                403 => "FORBIDDEN",
                _ => continue,
            };
            if route.contains(" /api/") && seen.code() != code {
                wrong.push(format!("{route} by {who}: code {}", seen.code()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_server_function_is_in_the_table() {
    // Names the crate, so that its functions are linked in and registered.
    std::hint::black_box(app::AppError::Forbidden.to_string());
    let known: BTreeSet<String> =
        server_fn::axum::server_fn_paths().map(|(path, method)| format!("{method} {path}")).collect();
    let listed: BTreeSet<String> = TABLE
        .iter()
        .map(|(route, _)| (*route).to_owned())
        .filter(|route| route.contains(" /rpc/") && !route.ends_with("/nowhere"))
        .collect();
    assert_eq!(known, listed);
}

/// The routes as the API describes itself: a new one must enter the table.
#[test]
fn every_rest_route_is_in_the_table() {
    let api: serde_json::Value = serde_json::from_str(super::openapi::REVIEWED).unwrap();
    let paths = api["paths"].as_object().unwrap().iter();
    let known: BTreeSet<String> = paths
        .flat_map(|(path, methods)| {
            let path = path.replace("{id}", "7").replace("{token}", "7").replace("{provider}", "current-rms");
            let path = path.replace("{event}", "opportunity_update").replace("{code}", "7");
            let path = path.replace("{workflow}", "7").replace("{integration}", "7");
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let listed: BTreeSet<String> = TABLE
        .iter()
        .map(|(route, _)| (*route).to_owned())
        .filter(|route| route.contains(" /api/") && !route.ends_with("nowhere"))
        .collect();
    assert_eq!(known, listed);
}

#[tokio::test]
async fn a_key_is_taken_only_from_the_header() {
    let env = Env::fresh().await;
    let host = Host::start(&env).await;
    let north = Tenant::create(&env, "north").await;
    let key = &north.key;
    let nobody = Browser::anonymous(&host.url);
    assert_eq!(Browser::with_key(&host.url, key).get("/api/sync/status").await.status, 200);
    assert_eq!(
        nobody.clone().with("authorization", &format!("bearer  {key} ")).get("/api/sync/status").await.status,
        200
    );
    for query in ["key", "api_key", "token", "access_token"] {
        assert_eq!(nobody.get(&format!("/api/sync/status?{query}={key}")).await.status, 401, "{query}");
    }
    assert_eq!(nobody.clone().with("x-api-key", key).get("/api/sync/status").await.status, 401);
    assert_eq!(nobody.clone().with("cookie", &format!("backline={key}")).get("/api/sync/status").await.status, 401);
    for value in ["", "Bearer", "Bearer ", "Basic dXNlcjpw", key.as_str(), "Bearer bl_x", &format!("Bearer {key}x")] {
        assert_eq!(nobody.clone().with("authorization", value).get("/api/sync/status").await.status, 401, "{value}");
    }
}
