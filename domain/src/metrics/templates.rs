//! Stand-in until it lands.
use serde_json::{Value as Json, json};

pub struct Template {
    pub code: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub formula: Json,
}

pub fn all() -> Vec<Template> {
    let formula = json!({"field": "days_since_last_order", "operator": ">", "value": 30});
    vec![Template { code: "dormant", name: "Dormant", description: "Has not ordered for long", formula }]
}
