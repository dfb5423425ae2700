//! Customers: every organisation that an opportunity of the mirror is for.
//!
//! An order is an opportunity in state Order that is neither cancelled, lost nor dead; its day is its first, its value the charge
//! total (`reference/product.md`, C4). "Last" and "ago" count orders that began by today, "next" those that begin later.

use super::{Field, Kind, Part};

const fn field(code: &'static str, label: &'static str, kind: Kind, sql: &'static str) -> Field {
    Field {
        code,
        label,
        kind,
        unit: "",
        nullable: false,
        description: "",
        example: "",
        words: &[],
        sql,
        part: Part::Main,
    }
}

macro_rules! orders_since {
    ($what:literal, $since:literal) => {
        concat!($what, " filter (where o.ordered and o.day > ", $since, " and o.day <= {today})")
    };
}

/// The last day with an order, up to today.
macro_rules! last {
    () => {
        "max(o.day) filter (where o.ordered and o.day <= {today})"
    };
}

macro_rules! first {
    () => {
        "min(o.day) filter (where o.ordered and o.day <= {today})"
    };
}

pub(super) const FIELDS: &[Field] = &[
    Field {
        nullable: true,
        description: "As the opportunity that changed last names it.",
        example: "Umbra Live",
        ..field(
            "name",
            "name",
            Kind::Text,
            "(pg_catalog.array_agg(o.organisation_name order by o.updated_at_rms desc nulls last, o.id desc))[{one}]",
        )
    },
    Field {
        nullable: true,
        description: "The day of the first order.",
        example: "2024-03-01",
        ..field("first_order_date", "first order", Kind::Date, first!())
    },
    Field {
        nullable: true,
        description: "The day of the last order that has begun.",
        example: "2026-10-02",
        ..field("last_order_date", "last order", Kind::Date, last!())
    },
    Field {
        unit: "orders",
        description: "Orders that began in the last 12 months.",
        example: "5",
        ..field(
            "orders_count_12m",
            "orders in 12 months",
            Kind::Int,
            concat!(orders_since!("count(*)", "{months_12}"), "::numeric"),
        )
    },
    Field {
        unit: "orders",
        description: "Orders that began in the last 24 months.",
        example: "9",
        ..field(
            "orders_count_24m",
            "orders in 24 months",
            Kind::Int,
            concat!(orders_since!("count(*)", "{months_24}"), "::numeric"),
        )
    },
    Field {
        unit: "orders",
        description: "All orders that have begun.",
        example: "14",
        ..field(
            "orders_count",
            "orders ever",
            Kind::Int,
            "(count(*) filter (where o.ordered and o.day <= {today}))::numeric",
        )
    },
    Field {
        unit: "days",
        nullable: true,
        description: "Since the day of the last order that has begun.",
        example: "47",
        ..field(
            "days_since_last_order",
            "days since last order",
            Kind::Int,
            concat!("({today} - ", last!(), ")::numeric"),
        )
    },
    Field {
        unit: "days",
        nullable: true,
        description: "Since the day of the first order.",
        example: "820",
        ..field(
            "days_since_first_order",
            "days since first order",
            Kind::Int,
            concat!("({today} - ", first!(), ")::numeric"),
        )
    },
    Field {
        unit: "days",
        nullable: true,
        description: "The usual gap between orders: the median of the last 24 months. Orders that begin within 3 days of the one before \
                      belong to one visit. Empty with fewer than 3 visits.",
        example: "30.5",
        part: Part::Gaps,
        ..field("median_order_gap_days", "usual gap between orders", Kind::Decimal, "g.median")
    },
    Field {
        nullable: true,
        description: "The day of the next order, after today.",
        example: "2026-12-24",
        ..field(
            "next_booking_date",
            "next booking",
            Kind::Date,
            "min(o.day) filter (where o.ordered and o.day > {today})",
        )
    },
    Field {
        description: "Charged for orders that began in the last 12 months, without tax.",
        example: "38120.00",
        ..field(
            "revenue_12m",
            "revenue in 12 months",
            Kind::Money,
            concat!("coalesce(app.metric_number(", orders_since!("sum(o.charge_total)", "{months_12}"), "), {zero})"),
        )
    },
    Field {
        description: "Charged for orders that began in the last 90 days, without tax.",
        example: "9100.00",
        ..field(
            "revenue_90d",
            "revenue in 90 days",
            Kind::Money,
            concat!("coalesce(app.metric_number(", orders_since!("sum(o.charge_total)", "{days_90}"), "), {zero})"),
        )
    },
    Field {
        description: "Charged for orders that began in the same 90 days a year before, without tax.",
        example: "12400.00",
        ..field(
            "revenue_90d_year_before",
            "revenue in the same 90 days a year before",
            Kind::Money,
            "coalesce(app.metric_number(sum(o.charge_total) filter (where o.ordered and o.day > {days_90_before} and o.day <= {year_ago})), {zero})",
        )
    },
    Field {
        unit: "quotes",
        description: "Quotations that are still open: not completed, cancelled, lost or dead.",
        example: "2",
        ..field("open_quotes", "open quotes", Kind::Int, "(count(*) filter (where o.quoted))::numeric")
    },
];
