//! The host from outside: HTTP, sign-in, isolation of tenants, command line. The real binary, the real Postgres.
#![recursion_limit = "256"]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its stand fails")]

#[path = "../support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the stand is shared with the tests of the synchronisation")]
mod support;

mod account;
mod admin_audit;
mod api_keys;
mod audit;
mod audit_chain;
mod audit_trail;
mod augmentation;
mod browser;
mod business;
mod cancelled;
mod command_line;
mod connection_page;
mod consoles;
mod cross_origin;
mod dates;
mod event_pages;
mod file_pages;
mod headers;
mod house;
mod integrations;
mod isolation;
mod jobs_page;
mod limits;
mod lint;
mod live;
mod metric_bodies;
mod metric_bundle;
mod metric_definitions;
mod metric_pages;
mod metric_values;
mod metrics;
mod migrate;
mod more_page;
mod openapi;
mod own_audit;
mod people;
mod permissions;
mod plain;
mod psql;
mod rebinding;
mod reconciliation;
mod refused_forms;
mod remedies;
mod roles;
mod rows;
mod rule_pages;
mod secrets;
mod sessions;
mod settings;
mod sign_in;
mod sign_in_link;
mod start_over;
mod strangers;
mod throttle;
mod workflows;
mod wrong_input;
