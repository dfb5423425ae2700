//! A remedy as it is sent.

use serde::Deserialize;

use super::{MOST, Remedy};
use crate::augmented;
use crate::integrations::{SyncStatus, system_name};
use crate::params::Fault;
use crate::patch::{Said, needed_line};

/// A remedy as it is sent; what another one needs is left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Asked {
    /// `augment`, `start`, `link` or `mark`.
    pub remedy: String,
    pub system: Option<String>,
    pub workflow_status: Said<String>,
    pub risk_level: Said<String>,
    pub workflow_type: Option<String>,
    pub sync_status: Option<String>,
    pub records: Vec<Chosen>,
}

/// A record that is to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Chosen {
    pub opportunity_id: i64,
    /// Its id in the system, to be linked by.
    pub external_id: Option<String>,
}

impl Asked {
    /// The remedy and its records, in the order in which they are locked.
    pub fn read(self) -> Result<(Remedy, Vec<Chosen>), Fault> {
        let remedy = self.remedy()?;
        let mut chosen = self.records;
        if !(1..=MOST).contains(&chosen.len()) {
            return Err(Fault::new("records", format!("expected 1 to {MOST} records")));
        }
        chosen.sort_by_key(|chosen| chosen.opportunity_id);
        if chosen.windows(2).any(|pair| pair[0].opportunity_id == pair[1].opportunity_id) {
            return Err(Fault::new("records", "name a record twice"));
        }
        let links = matches!(remedy, Remedy::Link { .. });
        match chosen.iter().find(|chosen| chosen.external_id.is_some() != links) {
            Some(_) if links => Err(Fault::new("records.externalId", "is missing")),
            Some(_) => Err(Fault::new("records.externalId", "is of the remedy link only")),
            None => Ok((remedy, chosen)),
        }
    }

    fn remedy(&self) -> Result<Remedy, Fault> {
        let foreign = [
            ("system", self.system.is_some(), ["link", "mark"]),
            ("workflowStatus", !self.workflow_status.is_nothing(), ["augment", ""]),
            ("riskLevel", !self.risk_level.is_nothing(), ["augment", ""]),
            ("workflowType", self.workflow_type.is_some(), ["start", ""]),
            ("syncStatus", self.sync_status.is_some(), ["mark", ""]),
        ];
        let remedy = match self.remedy.as_str() {
            "augment" => Remedy::Augment(augmented::Patch {
                workflow_status: self.workflow_status.clone(),
                risk_level: self.risk_level.clone(),
                ..augmented::Patch::default()
            }),
            "start" => Remedy::Start { workflow_type: self.workflow_type.clone().unwrap_or_default() },
            "link" => Remedy::Link { system: self.system()? },
            "mark" => Remedy::Mark {
                system: self.system()?,
                status: match self.sync_status.as_deref().and_then(SyncStatus::parse) {
                    Some(status @ (SyncStatus::Pending | SyncStatus::Synced)) => status,
                    _ => return Err(Fault::new("syncStatus", "expected pending or synced")),
                },
            },
            _ => return Err(Fault::new("remedy", "expected augment, start, link or mark")),
        };
        match foreign.into_iter().find(|(_, said, of)| *said && !of.contains(&self.remedy.as_str())) {
            Some((field, ..)) => Err(Fault::new(field, format!("is not of the remedy {}", self.remedy))),
            None => Ok(remedy),
        }
    }

    fn system(&self) -> Result<String, Fault> {
        Ok(system_name(&needed_line("system", self.system.as_deref().unwrap_or_default(), 60)?))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> Result<(Remedy, Vec<Chosen>), Fault> {
        serde_json::from_value::<Asked>(body).unwrap().read()
    }

    #[test]
    fn what_cannot_be_read_names_its_field() {
        let one = json!([{"opportunityId": 1}]);
        let many = |count: usize| json!((1..=count).map(|id| json!({"opportunityId": id})).collect::<Vec<_>>());
        for (body, field) in [
            (json!({"records": one}), "remedy"),
            (json!({"remedy": "start", "workflowType": "launch"}), "records"),
            (json!({"remedy": "start", "workflowType": "launch", "records": many(MOST + 1)}), "records"),
            (json!({"remedy": "start", "records": [{"opportunityId": 1}, {"opportunityId": 1}]}), "records"),
            (json!({"remedy": "start", "system": "Xero", "records": one}), "system"),
            (json!({"remedy": "augment", "workflowType": "launch", "records": one}), "workflowType"),
            (json!({"remedy": "mark", "records": one}), "system"),
            (json!({"remedy": "mark", "system": "Xero", "syncStatus": "failed", "records": one}), "syncStatus"),
            (json!({"remedy": "link", "system": "Xero", "records": one}), "records.externalId"),
            (json!({"remedy": "start", "records": [{"opportunityId": 1, "externalId": "x"}]}), "records.externalId"),
        ] {
            assert_eq!(read(body.clone()).unwrap_err().field, field, "{body}");
        }
        assert_eq!(read(json!({"remedy": "start", "workflowType": "x", "records": many(MOST)})).unwrap().1.len(), MOST);
    }

    #[test]
    fn records_are_locked_in_the_order_of_their_ids() {
        let body = json!({"remedy": "mark", "system": "xero", "syncStatus": "pending", "records": [{"opportunityId": 9}, {"opportunityId": 2}]});
        let (remedy, chosen) = read(body).unwrap();
        assert_eq!(remedy, Remedy::Mark { system: "Xero".into(), status: SyncStatus::Pending });
        assert_eq!(chosen.iter().map(|chosen| chosen.opportunity_id).collect::<Vec<_>>(), [2, 9]);
    }
}
