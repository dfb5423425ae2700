//! Opportunities as the mirror holds them, those that are gone from the source left out.

use super::{Field, Kind, Part};

const STATES: &[(&str, i32)] = &[("enquiry", 0), ("draft", 1), ("quotation", 2), ("order", 3)];
const STATUSES: &[(&str, i32)] = &[
    ("open", 0),
    ("provisional", 1),
    ("reserved", 5),
    ("active", 20),
    ("completed", 40),
    ("cancelled", 50),
    ("lost", 60),
    ("dead", 70),
    ("postponed", 80),
];

const fn field(code: &'static str, label: &'static str, kind: Kind, sql: &'static str) -> Field {
    Field {
        code,
        label,
        kind,
        unit: "",
        nullable: true,
        description: "",
        example: "",
        words: &[],
        sql,
        part: Part::Main,
    }
}

macro_rules! day {
    ($column:literal) => {
        concat!(
            "(pg_catalog.timezone({utc}, ",
            $column,
            ") + ({offsets})[pg_catalog.width_bucket(",
            $column,
            ", {bounds})])::date"
        )
    };
}

macro_rules! money {
    ($column:literal) => {
        concat!("app.metric_number(", $column, ")")
    };
}

pub(super) const FIELDS: &[Field] = &[
    Field {
        nullable: false,
        description: "Its subject, else its number.",
        example: "Summer gala",
        ..field("name", "name", Kind::Text, "o.name")
    },
    Field {
        words: STATES,
        description: "How far it has come.",
        example: "order",
        ..field("state", "state", Kind::Choice, "o.state")
    },
    Field {
        words: STATUSES,
        description: "How it stands in its state. Dead, lost and cancelled came to nothing.",
        example: "reserved",
        ..field("status", "status", Kind::Choice, "o.status")
    },
    Field {
        description: "The day on which it begins.",
        example: "2026-06-01",
        ..field("starts_at", "start", Kind::Date, day!("o.starts_at"))
    },
    Field {
        description: "The day on which it ends.",
        example: "2026-06-03",
        ..field("ends_at", "end", Kind::Date, day!("o.ends_at"))
    },
    Field {
        description: "The day on which it was made in the rental system.",
        example: "2026-01-15",
        ..field("created_at", "creation", Kind::Date, day!("o.created_at_rms"))
    },
    Field {
        description: "The day of its last change in the rental system.",
        example: "2026-02-01",
        ..field("updated_at", "last change", Kind::Date, day!("o.updated_at_rms"))
    },
    Field {
        unit: "days",
        description: "From today to its first day; less than 0 once that is past.",
        example: "14",
        ..field(
            "days_until_start",
            "days until start",
            Kind::Int,
            concat!("(", day!("o.starts_at"), " - {today})::numeric"),
        )
    },
    Field {
        unit: "days",
        description: "Since it was made in the rental system.",
        example: "21",
        ..field(
            "days_since_created",
            "days since creation",
            Kind::Int,
            concat!("({today} - ", day!("o.created_at_rms"), ")::numeric"),
        )
    },
    Field {
        unit: "days",
        description: "Since its last change in the rental system.",
        example: "9",
        ..field(
            "days_since_updated",
            "days since last change",
            Kind::Int,
            concat!("({today} - ", day!("o.updated_at_rms"), ")::numeric"),
        )
    },
    Field {
        description: "What is charged for it, without tax.",
        example: "4820.50",
        ..field("charge_total", "charge total", Kind::Money, money!("o.charge_total"))
    },
    Field {
        description: "Its value in the rental system's own words.",
        example: "5000.00",
        ..field("total_value", "total value", Kind::Money, money!("o.total_value"))
    },
    Field {
        description: "What it may cost.",
        example: "1200.00",
        ..field("provisional_cost_total", "provisional cost", Kind::Money, money!("o.provisional_cost_total"))
    },
    Field {
        description: "What it is expected to cost.",
        example: "1150.00",
        ..field("predicted_cost_total", "predicted cost", Kind::Money, money!("o.predicted_cost_total"))
    },
    Field {
        description: "What it has cost.",
        example: "1175.40",
        ..field("actual_cost_total", "actual cost", Kind::Money, money!("o.actual_cost_total"))
    },
    Field {
        description: "Who it is for.",
        example: "Umbra Live",
        ..field("organisation_name", "organisation", Kind::Text, "o.organisation_name")
    },
    Field {
        description: "Who owns it in the rental system.",
        example: "Rowan Hill",
        ..field("owner_name", "owner", Kind::Text, "o.owner_name")
    },
    Field {
        description: "Where it takes place.",
        example: "Pier 9",
        ..field("venue_name", "venue", Kind::Text, "o.venue_name")
    },
    Field {
        description: "Its subject.",
        example: "Summer gala",
        ..field("subject", "subject", Kind::Text, "o.subject")
    },
    Field {
        nullable: false,
        description: "Whether the rental system says who it is for.",
        example: "true",
        ..field("has_organisation", "has an organisation", Kind::Bool, "(o.organisation_id is not null)")
    },
];
