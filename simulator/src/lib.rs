//! Stand-in accounts in the documented wire format, for the demo, the tests and the benchmarks.
//!
//! [`CurrentRms`] speaks the Current RMS API v1 over real HTTP: `GET /api/v1/opportunities` (paging, `filtermode`,
//! Ransack filters and sorts, `include[]`), `GET /api/v1/opportunities/{id}`, and the same for `members`. The headers
//! `X-SUBDOMAIN` and `X-AUTH-TOKEN` are checked. Its records are laid out by a seed around a moment: the same
//! [`Options`] with the same `base_time` give the same records, byte for byte. Filters without a zone are read as UTC.
//!
//! # Faults
//! Set at the start, by [`CurrentRms::set_faults`] or by `POST /control/faults`; written `NAME=VALUE`:
//!
//! | name | value | what happens |
//! | --- | --- | --- |
//! | `rate-limit` | share | that share of answers is 429, without `Retry-After` |
//! | `retry-after` | seconds | 429 answers carry it |
//! | `retry-after-date` | 1 | it is written as an HTTP date |
//! | `budget` | requests | answered in any minute, 429 above |
//! | `server-error` | share | 502 with an HTML body |
//! | `html` | share | 200 with an HTML body |
//! | `cut` | share | the connection is cut in the middle of the body, under a true `Content-Length` |
//! | `slow` | milliseconds | before each answer |
//! | `clamp` | rows | the largest `per_page`; `meta.per_page` says so |
//! | `no-key` | 1 | ranges on the id and all sorts are ignored; the order is `updated_at desc` |
//! | `reject-dates` | 1 | 422 on a filter over a date |
//! | `moving` | share | of the records get `updated_at` = now before each list answer |
//! | `deletions` | records | vanish at random during the first list scan |
//! | `odd` | share | of the records are odd: `\u0000`, null names, numbers for money, year 1, 12 digits, lone surrogates, unknown keys, numbers beyond 2^53, no number, missing nested objects |
//! | `broken` | records | that no client can map: id as text, `charge_total` "abc", `starts_at` "tomorrow" |
//! | `disabled` | 1 | 403 "API not enabled" |
//! | `auth` | 1 | always 401 |
//! | `webhook-duplicate` | share | of the webhook deliveries are sent twice |
//! | `webhook-loss` | share | of them are never sent |
//! | `webhook-late` | milliseconds | that one may be late, so that later ones overtake it |
//! | `webhook-retry` | milliseconds | before the second of six tries (130 s without it); each further wait is four times as long |
//! | `webhook-capital` | 1 | bodies write `Action_type` |
//!
//! # Control
//! Loopback callers may `GET /control/ids`, `POST /control/create` (the patch), `/control/change` (`{id, patch}`),
//! `/control/raw` (`{id, text}`), `/control/delete` (`{id}`), `/control/faults` (`["NAME=VALUE"]`), and `GET` or
//! `DELETE /control/requests`, `GET /control/deliveries` (tries of webhook deliveries).

mod current_rms;
mod dice;
mod json_text;

pub use current_rms::{
    CurrentRms, DeliveryRecord, FaultError, Faults, Options, RequestRecord, Webhook, run_current_rms,
};
