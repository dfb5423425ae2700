//! The form above a list: the lines are chosen by fields of their own, or all that it shows by one.

use std::collections::BTreeMap;

use super::{Asked, Chosen};
use crate::patch::Said;
use crate::reconciliation::query::Wanted;

/// The box of a form that chooses all that it shows.
pub const ALL: &str = "all";

/// The field of a form that chooses a record.
pub fn record_field(opportunity: i64) -> String {
    format!("record-{opportunity}")
}

/// The field of a form with a record's id in the system.
pub fn external_field(opportunity: i64) -> String {
    format!("external-{opportunity}")
}

/// What a form asks for of the list whose address it was sent with. Whether it can be done, [`Asked::read`] says.
pub fn read(fields: &BTreeMap<String, String>, wanted: &Wanted) -> Asked {
    let text = |name: &str| fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
    let remedy = text("remedy").unwrap_or_default();
    let of = |remedies: &[&str], value: Option<String>| value.filter(|_| remedies.contains(&remedy.as_str()));
    let said = |value: Option<String>| value.map_or(Said::Nothing, Said::To);
    let system = match wanted {
        Wanted::One { system, .. } => system.clone(),
        Wanted::All | Wanted::Mirror => None,
    };
    Asked {
        system: of(&["link", "mark"], system),
        workflow_status: said(of(&["augment"], text("workflowStatus"))),
        risk_level: said(of(&["augment"], text("riskLevel"))),
        workflow_type: of(&["start"], text("workflowType")),
        sync_status: of(&["mark"], text("syncStatus")),
        records: if remedy == "link" { linked(fields) } else { ticked(fields) },
        remedy,
    }
}

fn ticked(fields: &BTreeMap<String, String>) -> Vec<Chosen> {
    let one = |id: &str| Some(Chosen { opportunity_id: id.parse().ok()?, external_id: None });
    match fields.get("shown").filter(|_| fields.contains_key(ALL)) {
        Some(shown) => shown.split_whitespace().filter_map(one).collect(),
        None => fields.keys().filter_map(|name| one(name.strip_prefix("record-")?)).collect(),
    }
}

fn linked(fields: &BTreeMap<String, String>) -> Vec<Chosen> {
    let one = |(name, typed): (&String, &String)| {
        let opportunity_id = name.strip_prefix("external-")?.parse().ok()?;
        (!typed.trim().is_empty()).then(|| Chosen { opportunity_id, external_id: Some(typed.clone()) })
    };
    fields.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::integrations::SyncStatus;
    use crate::reconciliation::Kind;
    use crate::reconciliation::remedy::Remedy;

    fn sent(kind: Kind, system: Option<&str>, fields: &[(&str, &str)]) -> (Remedy, Vec<i64>) {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let wanted = Wanted::One { kind, system: system.map(str::to_owned) };
        let (remedy, chosen) = read(&fields, &wanted).read().unwrap();
        (remedy, chosen.iter().map(|chosen| chosen.opportunity_id).collect())
    }

    #[test]
    fn lines_are_chosen_one_by_one_or_all_that_are_shown() {
        let kind = Kind::StaleIntegrations;
        let some =
            [("remedy", "mark"), ("syncStatus", "pending"), ("shown", "1 2 3"), ("record-3", "on"), ("record-1", "on")];
        let pending = Remedy::Mark { system: "Xero".into(), status: SyncStatus::Pending };
        assert_eq!(sent(kind, Some("Xero"), &some), (pending.clone(), vec![1, 3]));
        let all = [some.as_slice(), &[("all", "on")]].concat();
        assert_eq!(sent(kind, Some("Xero"), &all), (pending, vec![1, 2, 3]));
    }

    #[test]
    fn a_field_of_another_remedy_is_left_alone_and_a_line_without_an_id_too() {
        let fields = [("remedy", "start"), ("workflowType", "launch"), ("workflowStatus", "x"), ("record-7", "on")];
        let start = Remedy::Start { workflow_type: "launch".into() };
        assert_eq!(sent(Kind::Unaugmented, None, &fields), (start, vec![7]));
        let fields = [("remedy", "link"), ("external-7", " "), ("external-8", "INV-8")];
        let link = Remedy::Link { system: "Xero".into() };
        assert_eq!(sent(Kind::MissingIntegration, Some("Xero"), &fields), (link, vec![8]));
    }
}
