//! Definitions to begin with (`reference/product.md`, B3 and C4), as far as the catalogue carries them.

use serde_json::{Value as Json, json};

#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    pub code: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub formula: Json,
}

/// In the order of the screen that offers them.
pub fn all() -> Vec<Template> {
    vec![
        Template {
            code: "at_risk_cadence",
            name: "At risk: late",
            description: "Regular customers whose last order is longer ago than their usual gap explains, with nothing booked in the next 90 days.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"all": [
                    {"f": "orders_count_24m", "op": "gte", "v": {"int": 3}},
                    {"f": "days_since_last_order", "op": "gt", "v": {"expr": {"mul": [{"f": "median_order_gap_days"}, {"param": "k"}]}}},
                    nothing_booked(),
                ]},
                "params": {"k": {"type": "decimal", "default": "1.5", "min": "1", "max": "5", "label": "Lateness factor"}},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "revenue_12m", "dir": "desc"}],
                "columns": ["name", "days_since_last_order", "median_order_gap_days", "revenue_12m"],
            }),
        },
        Template {
            code: "at_risk_revenue",
            name: "At risk: spending less",
            description: "Customers whose last 90 days brought at most 70% of the same 90 days a year before.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"all": [
                    {"f": "revenue_90d_year_before", "op": "gte", "v": {"expr": {"param": "floor"}}},
                    {"f": "revenue_90d", "op": "lte", "v": {"expr": {"mul": [{"f": "revenue_90d_year_before"}, {"param": "share"}]}}},
                ]},
                "params": {
                    "floor": {"type": "money", "default": "1000.00", "min": "0.01", "label": "Spent a year before, at least"},
                    "share": {"type": "decimal", "default": "0.7", "min": "0", "max": "1", "label": "Share that is left, at most"},
                },
                "measure": {"kind": "count"},
                "rank_by": [{"f": "revenue_90d_year_before", "dir": "desc"}],
                "columns": ["name", "revenue_90d", "revenue_90d_year_before", "last_order_date"],
            }),
        },
        Template {
            code: "dormant",
            name: "Dormant",
            description: "No order for half a year and three usual gaps, at most two years; a year where too few orders tell a gap.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"all": [
                    {"f": "days_since_last_order", "op": "gte", "v": {"int": 180}},
                    {"any": [
                        {"f": "days_since_last_order", "op": "gte", "v": {"int": 730}},
                        {"f": "days_since_last_order", "op": "gte", "v": {"expr": {"mul": [{"f": "median_order_gap_days"}, {"int": 3}]}}},
                        {"all": [
                            {"f": "median_order_gap_days", "op": "is_null"},
                            {"f": "days_since_last_order", "op": "gte", "v": {"int": 365}},
                        ]},
                    ]},
                    nothing_booked(),
                ]},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "orders_count", "dir": "desc"}],
                "columns": ["name", "last_order_date", "days_since_last_order", "orders_count"],
            }),
        },
        Template {
            code: "due_to_order",
            name: "Due to order",
            description: "Regular customers whose next order is about due by their usual gap, with nothing booked in the next 90 days.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"all": [
                    {"f": "orders_count_24m", "op": "gte", "v": {"int": 3}},
                    {"f": "days_since_last_order", "op": "between", "v": {"list": [
                        {"expr": {"mul": [{"f": "median_order_gap_days"}, {"decimal": "0.8"}]}},
                        {"expr": {"mul": [{"f": "median_order_gap_days"}, {"decimal": "1.2"}]}},
                    ]}},
                    nothing_booked(),
                ]},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "revenue_12m", "dir": "desc"}],
                "columns": ["name", "last_order_date", "days_since_last_order", "median_order_gap_days", "revenue_12m"],
            }),
        },
        Template {
            code: "healthy",
            name: "Healthy",
            description: "Regular customers who are in their rhythm, or have something booked in the next 90 days.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"all": [
                    {"f": "orders_count_24m", "op": "gte", "v": {"int": 3}},
                    {"any": [
                        {"f": "days_since_last_order", "op": "lte", "v": {"expr": {"mul": [{"f": "median_order_gap_days"}, {"decimal": "1.2"}]}}},
                        {"f": "next_booking_date", "op": "lte", "v": {"days_from_now": 90}},
                    ]},
                ]},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "revenue_12m", "dir": "desc"}],
            }),
        },
        Template {
            code: "new_customer",
            name: "New customer",
            description: "Customers whose first order began in the last 90 days.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"f": "days_since_first_order", "op": "lte", "v": {"int": 90}},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "first_order_date", "dir": "desc"}],
                "columns": ["name", "first_order_date", "orders_count", "revenue_12m"],
            }),
        },
        Template {
            code: "win_back",
            name: "Win back",
            description: "Customers with at least three orders, the last one to three years ago, and nothing booked or quoted.",
            formula: json!({
                "schema": 1,
                "entity": "customer",
                "where": {"all": [
                    {"f": "orders_count", "op": "gte", "v": {"int": 3}},
                    {"f": "days_since_last_order", "op": "between", "v": {"list": [{"int": 365}, {"int": 1095}]}},
                    {"f": "next_booking_date", "op": "is_null"},
                    {"f": "open_quotes", "op": "eq", "v": {"int": 0}},
                ]},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "orders_count", "dir": "desc"}],
                "columns": ["name", "last_order_date", "orders_count"],
            }),
        },
        Template {
            code: "quote_stuck",
            name: "Quote stuck",
            description: "Open quotations for events still to come that nobody has touched for two weeks.",
            formula: json!({
                "schema": 1,
                "entity": "opportunity",
                "where": {"all": [
                    {"f": "state", "op": "eq", "v": {"text": "quotation"}},
                    {"f": "status", "op": "in", "v": {"list": [{"text": "open"}, {"text": "provisional"}, {"text": "reserved"}]}},
                    {"f": "days_since_updated", "op": "gt", "v": {"expr": {"param": "days"}}},
                    {"f": "starts_at", "op": "gt", "v": {"days_from_now": 0}},
                ]},
                "params": {"days": {"type": "int", "default": "14", "min": "1", "max": "365", "label": "Days untouched"}},
                "measure": {"kind": "count"},
                "rank_by": [{"f": "starts_at", "dir": "asc"}],
                "columns": ["name", "organisation_name", "starts_at", "days_since_updated", "charge_total"],
            }),
        },
    ]
}

/// Nothing in the next 90 days.
fn nothing_booked() -> Json {
    json!({"any": [
        {"f": "next_booking_date", "op": "is_null"},
        {"f": "next_booking_date", "op": "gt", "v": {"days_from_now": 90}},
    ]})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Formula, warn};

    #[test]
    fn every_template_can_be_saved_as_it_is() {
        for template in all() {
            let formula = Formula::read(&template.formula);
            let formula = formula.unwrap_or_else(|problems| panic!("{}: {problems:?}", template.code));
            assert_eq!(warn::warnings(&formula), [], "{}", template.code);
            assert_eq!(Formula::read(&formula.to_json()).unwrap(), formula, "{}", template.code);
        }
    }
}
