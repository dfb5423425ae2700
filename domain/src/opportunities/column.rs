//! The columns of a list: what each is called, sorted by, and shows.

use chrono_tz::Tz;

use super::OpportunityRow;
use super::words::{money, span, stamp, status_words};

/// A column that a person can choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    Id,
    Subject,
    Customer,
    Dates,
    Status,
    Value,
    Owner,
    Venue,
    Total,
    Created,
    Changed,
    Seen,
    Webhook,
}

impl Column {
    pub const ALL: [Column; 13] = [
        Column::Id,
        Column::Subject,
        Column::Customer,
        Column::Dates,
        Column::Status,
        Column::Value,
        Column::Owner,
        Column::Venue,
        Column::Total,
        Column::Created,
        Column::Changed,
        Column::Seen,
        Column::Webhook,
    ];

    /// Those that are shown when nobody has chosen.
    pub const USUAL: [Column; 7] =
        [Column::Id, Column::Subject, Column::Customer, Column::Dates, Column::Status, Column::Value, Column::Owner];

    /// The word in an address.
    pub const fn key(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Subject => "subject",
            Column::Customer => "customer",
            Column::Dates => "dates",
            Column::Status => "status",
            Column::Value => "value",
            Column::Owner => "owner",
            Column::Venue => "venue",
            Column::Total => "total",
            Column::Created => "created",
            Column::Changed => "changed",
            Column::Seen => "seen",
            Column::Webhook => "webhook",
        }
    }

    pub fn parse(key: &str) -> Option<Column> {
        Column::ALL.into_iter().find(|column| column.key() == key)
    }

    /// What stands above it.
    pub fn label(self, currency: &str) -> String {
        match self {
            Column::Id => "Id".into(),
            Column::Subject => "Subject".into(),
            Column::Customer => "Customer".into(),
            Column::Dates => "Dates".into(),
            Column::Status => "Status".into(),
            Column::Value => format!("Value {currency}"),
            Column::Owner => "Owner".into(),
            Column::Venue => "Venue".into(),
            Column::Total => format!("With tax {currency}"),
            Column::Created => "Created".into(),
            Column::Changed => "Changed".into(),
            Column::Seen => "Last seen".into(),
            Column::Webhook => "Last webhook".into(),
        }
    }

    /// The column of the table that it is sorted by.
    pub const fn sorted_by(self) -> &'static str {
        match self {
            Column::Id => "id",
            Column::Subject => "name",
            Column::Customer => "organisation_name",
            Column::Dates => "starts_at",
            Column::Status => "status",
            Column::Value => "charge_total",
            Column::Owner => "owner_name",
            Column::Venue => "venue_name",
            Column::Total => "total_value",
            Column::Created => "created_at_rms",
            Column::Changed => "updated_at_rms",
            Column::Seen => "synced_at",
            Column::Webhook => "last_webhook_at",
        }
    }

    pub const fn is_number(self) -> bool {
        matches!(self, Column::Value | Column::Total)
    }

    /// What it shows of a row, in the tenant's zone; a dash stands for nothing.
    pub fn text(self, row: &OpportunityRow, zone: Tz) -> String {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "—".into());
        match self {
            Column::Id => row.id.to_string(),
            Column::Subject => row.name.clone(),
            Column::Customer => or_dash(&row.organisation_name),
            Column::Dates => span(row.starts_at, row.ends_at, zone),
            Column::Status => status_words(row),
            Column::Value => money(row.charge_total),
            Column::Owner => or_dash(&row.owner_name),
            Column::Venue => or_dash(&row.venue_name),
            Column::Total => money(row.total_value),
            Column::Created => stamp(row.created_at_rms, zone),
            Column::Changed => stamp(row.updated_at_rms, zone),
            Column::Seen => stamp(Some(row.synced_at), zone),
            Column::Webhook => stamp(row.last_webhook_at, zone),
        }
    }
}
