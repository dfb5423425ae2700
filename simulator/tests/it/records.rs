//! What the records say, and how tests change them.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use simulator::{CurrentRms, Options};

use crate::stand::{Stand, faults, options, patch};

fn texts(account: &CurrentRms) -> Vec<String> {
    account.ids().into_iter().filter_map(|id| account.raw(id)).collect()
}

#[test]
fn the_same_seed_gives_the_same_records() {
    let build = |seed| texts(&CurrentRms::new(Options { seed, faults: faults(&["odd=0.2"]), ..options(80) }));
    assert_eq!(build(7), build(7));
    assert_ne!(build(7), build(8));
}

#[test]
fn so_many_opportunities_lie_inside_a_clients_window_and_a_tenth_more_outside() {
    let account = CurrentRms::new(options(400));
    let inside = texts(&account)
        .iter()
        .map(|text| serde_json::from_str::<Value>(text).unwrap())
        .filter(|record| {
            record["starts_at"]
                .as_str()
                .is_none_or(|at| ("2026-05-16T09:00:00.000Z"..="2027-06-05T09:00:00.000Z").contains(&at))
        })
        .count();
    assert_eq!((inside, account.ids().len()), (400, 440));
}

#[test]
fn a_record_has_the_contracts_keys_in_their_order() {
    let account = CurrentRms::new(options(1));
    let text = account.raw(account.ids()[0]).unwrap();
    let at: Vec<Option<usize>> = KEYS.iter().map(|key| text.find(&format!("\"{key}\":"))).collect();
    assert!(at.iter().all(Option::is_some), "{text}");
    assert!(at.is_sorted());
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap().as_object().unwrap().len(), KEYS.len());
}

#[test]
fn totals_agree_and_money_is_trimmed() {
    let cents = |record: &Value, key: &str| {
        let text = record[key].as_str().unwrap();
        let (pounds, rest) = text.split_once('.').unwrap();
        assert!(rest.len() == 1 || (rest.len() == 2 && !rest.ends_with('0')), "{text}");
        pounds.parse::<i64>().unwrap() * 100 + format!("{rest:0<2}").parse::<i64>().unwrap()
    };
    for text in texts(&CurrentRms::new(options(200))) {
        let record: Value = serde_json::from_str(&text).unwrap();
        let net = cents(&record, "charge_excluding_tax_total");
        let tax = cents(&record, "tax_total");
        assert_eq!(cents(&record, "charge_including_tax_total"), net + tax);
        assert!((tax * 5 - net).abs() <= 5, "a fifth is tax");
        let parts = ["rental_charge_total", "sale_charge_total", "service_charge_total", "surcharge_total"];
        assert_eq!(parts.iter().map(|key| cents(&record, key)).sum::<i64>(), net);
    }
}

#[test]
fn nothing_was_created_after_it_changed_or_changed_in_the_last_ten_minutes() {
    for text in texts(&CurrentRms::new(options(300))) {
        let record: Value = serde_json::from_str(&text).unwrap();
        let (created, updated) = (record["created_at"].as_str().unwrap(), record["updated_at"].as_str().unwrap());
        assert!(created <= updated && updated < "2026-06-10T08:50:00.000Z", "{created} {updated}");
    }
}

#[test]
fn every_state_and_status_of_the_contract_occurs() {
    let records: Vec<Value> =
        texts(&CurrentRms::new(options(900))).iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let occurs =
        |state: i64, status: i64| records.iter().any(|record| record["state"] == state && record["status"] == status);
    for (state, statuses) in [(0, &[0][..]), (1, &[0]), (2, &[0, 1, 5, 60, 70, 80]), (3, &[20, 40, 50])] {
        for status in statuses {
            assert!(occurs(state, *status), "state {state}, status {status}");
        }
    }
}

#[test]
fn odd_records_are_valid_json() {
    let account = CurrentRms::new(Options { faults: faults(&["odd=0.5"]), ..options(100) });
    assert_eq!(account.odd_ids().len(), 55);
    for id in account.ids() {
        let text = account.raw(id).unwrap();
        let raw: Box<RawValue> = serde_json::from_str(&text).unwrap();
        assert_eq!(raw.get(), text);
    }
    let all = texts(&account).concat();
    for oddity in ["\\u0000", "\\ud83d dinner", "0001-01-01", "999999999999.99", "9007199254740993", "colour_of_van"] {
        assert!(all.contains(oddity), "{oddity}");
    }
}

#[tokio::test]
async fn broken_records_still_reach_the_client() {
    let stand = Stand::of(50, &["broken=3"]).await;
    let text = stand.text("opportunities?filtermode=all&per_page=100&q[starts_at_gteq]=2026-05-12").await;
    for fault in ["\"id\":\"OPP-", "\"charge_total\":\"abc\"", "\"starts_at\":\"tomorrow\""] {
        assert_eq!(text.matches(fault).count(), 1, "{fault}");
    }
    assert_eq!(stand.account.broken_ids().len(), 3);
}

#[tokio::test]
async fn a_raw_record_is_sent_verbatim() {
    let stand = Stand::of(5, &[]).await;
    let text = "{ \"id\" : 9000,\"charge_total\":1.50, \"subject\":\"\\ud83d\" ,\"subject\":\"twice\"}";
    stand.account.put_raw(9000, text.to_owned());
    assert_eq!(stand.text("opportunities/9000").await, format!("{{\"opportunity\":{text}}}"));
    let list = stand.text("opportunities?filtermode=all&q[id_in][]=9000").await;
    let meta = r#""meta":{"total_row_count":1,"row_count":1,"page":1,"per_page":20}"#;
    assert_eq!(list, format!("{{\"opportunities\":[{text}],{meta}}}"));
}

#[test]
fn a_change_keeps_the_order_of_keys_and_moves_updated_at() {
    let account = CurrentRms::new(options(5));
    let id = account.ids()[0];
    let before = account.raw(id).unwrap();
    account.change(id, patch(json!({ "subject": "Changed", "status": 60, "charge_total": "120.5" })));
    let after = account.raw(id).unwrap();
    let keys = |text: &str| KEYS.iter().map(|key| text.find(&format!("\"{key}\":"))).is_sorted();
    assert!(keys(&before) && keys(&after));
    let record: Value = serde_json::from_str(&after).unwrap();
    assert_eq!(
        (&record["subject"], &record["status_name"], &record["charge_including_tax_total"]),
        (&json!("Changed"), &json!("Lost"), &json!("144.6"))
    );
    let old: Value = serde_json::from_str(&before).unwrap();
    assert!(record["updated_at"].as_str() > old["updated_at"].as_str());
    assert_eq!(record["created_at"], old["created_at"]);
}

#[test]
fn a_new_record_takes_its_patch_and_the_next_id() {
    let account = CurrentRms::new(options(5));
    let last = *account.ids().last().unwrap();
    let id = account.create(patch(json!({ "state": 3, "status": 20, "member_id": null })));
    let record: Value = serde_json::from_str(&account.raw(id).unwrap()).unwrap();
    assert_eq!(id, last + 1);
    assert_eq!(
        (&record["id"], &record["state_name"], &record["status_name"], &record["member"]),
        (&json!(id), &json!("Order"), &json!("Active"), &Value::Null)
    );
}

const KEYS: &[&str] = &[
    "id",
    "store_id",
    "project_id",
    "member_id",
    "billing_address_id",
    "venue_id",
    "tax_class_id",
    "subject",
    "description",
    "number",
    "starts_at",
    "ends_at",
    "charge_starts_at",
    "charge_ends_at",
    "ordered_at",
    "quote_invalid_at",
    "state",
    "state_name",
    "use_chargeable_days",
    "chargeable_days",
    "open_ended_rental",
    "status",
    "status_name",
    "invoiced",
    "rating",
    "revenue",
    "customer_collecting",
    "customer_returning",
    "reference",
    "external_description",
    "delivery_instructions",
    "collection_instructions",
    "owned_by",
    "prep_starts_at",
    "prep_ends_at",
    "load_starts_at",
    "load_ends_at",
    "deliver_starts_at",
    "deliver_ends_at",
    "setup_starts_at",
    "setup_ends_at",
    "show_starts_at",
    "show_ends_at",
    "takedown_starts_at",
    "takedown_ends_at",
    "collect_starts_at",
    "collect_ends_at",
    "unload_starts_at",
    "unload_ends_at",
    "deprep_starts_at",
    "deprep_ends_at",
    "charge_total",
    "charge_excluding_tax_total",
    "charge_including_tax_total",
    "rental_charge_total",
    "sale_charge_total",
    "surcharge_total",
    "service_charge_total",
    "tax_total",
    "original_rental_charge_total",
    "original_sale_charge_total",
    "original_service_charge_total",
    "original_surcharge_total",
    "original_tax_total",
    "provisional_cost_total",
    "actual_cost_total",
    "predicted_cost_total",
    "replacement_charge_total",
    "weight_total",
    "item_returned",
    "prices_include_tax",
    "pricing_locked",
    "latest_approval_document_status",
    "invoice_charge_total",
    "tag_list",
    "assigned_surcharge_group_ids",
    "has_deal_price",
    "has_opportunity_deal",
    "auto_costing_enabled",
    "source_opportunity_id",
    "created_at",
    "updated_at",
    "custom_fields",
    "owner",
    "member",
    "billing_address",
    "venue",
    "destination",
    "opportunity_surcharges",
    "participants",
];
