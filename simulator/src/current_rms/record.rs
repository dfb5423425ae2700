//! The text of an opportunity, every key in the contract's order.

use chrono::Duration;

use super::lifecycle::{state_name, status_name};
use super::people::Member;
use super::plan::Plan;
use crate::json_text::{ObjectWriter, quote};

/// Share of the net price that is tax, in percent.
pub(crate) const TAX_PERCENT: i64 = 20;

/// The plan as the account sends it under this id.
pub(crate) fn render(plan: &Plan<'_>, id: i64) -> String {
    let mut json = ObjectWriter::new(6_000);
    identity(&mut json, plan, id);
    progress(&mut json, plan, id);
    schedule(&mut json, plan);
    charges(&mut json, plan);
    settings(&mut json, plan);
    people(&mut json, plan, id);
    json.finish()
}

fn identity(json: &mut ObjectWriter, plan: &Plan<'_>, id: i64) {
    let note = match plan.venue {
        Some(venue) if id % 3 == 0 => format!("Access by the loading bay at {}. Ask for the duty manager.", venue.name),
        _ => String::new(),
    };
    json.int("id", id)
        .int("store_id", 1 + i64::from(id % 11 == 0))
        .int("project_id", (id % 17 == 0).then_some(70 + id % 9))
        .int("member_id", plan.customer.map(|member| member.id))
        .int("billing_address_id", plan.customer.and_then(|member| member.address.as_ref()).map(|address| address.id))
        .int("venue_id", plan.venue.map(|member| member.id))
        .int("tax_class_id", 1)
        .text("subject", &plan.subject)
        .text("description", &note);
    match plan.stage.state {
        // The account has no number for an enquiry and an empty one for a draft.
        0 => json.raw("number", "null"),
        1 => json.text("number", ""),
        _ => json.text("number", &format!("{id:08}")),
    };
    json.time("starts_at", plan.starts_at)
        .time("ends_at", plan.ends_at)
        .time("charge_starts_at", plan.starts_at)
        .time("charge_ends_at", plan.ends_at)
        .time("ordered_at", plan.stage.is_numbered().then_some(plan.created_at + Duration::hours(20)))
        .time("quote_invalid_at", plan.stage.is_quotation().then_some(plan.created_at + Duration::days(30)));
}

fn progress(json: &mut ObjectWriter, plan: &Plan<'_>, id: i64) {
    let completed = plan.stage.is_completed();
    json.int("state", plan.stage.state)
        .text("state_name", state_name(plan.stage.state).unwrap_or_default())
        .flag("use_chargeable_days", id % 4 == 0)
        .text("chargeable_days", if id % 4 == 0 { "2.5" } else { "1.0" })
        .flag("open_ended_rental", false)
        .int("status", plan.stage.status)
        .text("status_name", status_name(plan.stage.status).unwrap_or_default())
        .flag("invoiced", completed && id % 5 != 0)
        .int("rating", id % 6)
        .money("revenue", 0)
        .flag("customer_collecting", plan.venue.is_none())
        .flag("customer_returning", plan.venue.is_none())
        .text("reference", &if id % 3 == 1 { format!("PO-{}", 1_000 + id % 8_999) } else { String::new() })
        .text("external_description", "")
        .text("delivery_instructions", if plan.scheduled { "Vehicles up to 7.5 t; deliver before 09:00." } else { "" })
        .text("collection_instructions", "")
        .int("owned_by", plan.owner.map(|member| member.id));
}

/// The extended scheduler: hours from the start (and from the end) of each step.
fn schedule(json: &mut ObjectWriter, plan: &Plan<'_>) {
    let steps: [(&str, bool, i64, i64); 9] = [
        ("prep", false, -46, -22),
        ("load", false, -20, -16),
        ("deliver", false, 0, 3),
        ("setup", false, 3, 8),
        ("show", false, 9, 20),
        ("takedown", true, -8, -4),
        ("collect", true, -3, 0),
        ("unload", true, 2, 4),
        ("deprep", true, 20, 44),
    ];
    for (step, after, from, to) in steps {
        let anchor = if after { plan.ends_at } else { plan.starts_at }.filter(|_| plan.scheduled);
        json.time(&format!("{step}_starts_at"), anchor.map(|at| at + Duration::hours(from)));
        json.time(&format!("{step}_ends_at"), anchor.map(|at| at + Duration::hours(to)));
    }
}

fn charges(json: &mut ObjectWriter, plan: &Plan<'_>) {
    let price = plan.price;
    let net = price.total();
    let tax = tax(net);
    let rental_before = price.rental_before_deal.unwrap_or(price.rental);
    json.money("charge_total", net)
        .money("charge_excluding_tax_total", net)
        .money("charge_including_tax_total", net + tax)
        .money("rental_charge_total", price.rental)
        .money("sale_charge_total", price.sale)
        .money("surcharge_total", price.surcharge)
        .money("service_charge_total", price.service)
        .money("tax_total", tax)
        .money("original_rental_charge_total", rental_before)
        .money("original_sale_charge_total", price.sale)
        .money("original_service_charge_total", price.service)
        .money("original_surcharge_total", price.surcharge)
        .money("original_tax_total", self::tax(net - price.rental + rental_before))
        .money("provisional_cost_total", price.service / 2)
        .money("actual_cost_total", if plan.stage.is_completed() { price.service / 2 } else { 0 })
        .money("predicted_cost_total", price.service / 2)
        .money("replacement_charge_total", price.rental * 4)
        .money("weight_total", price.rental / 9 / 10 * 10);
}

/// The tax on a net amount in pence, rounded half up.
pub(crate) fn tax(net: i64) -> i64 {
    (net * TAX_PERCENT + 50).div_euclid(100)
}

fn settings(json: &mut ObjectWriter, plan: &Plan<'_>) {
    let completed = plan.stage.is_completed();
    let has_deal = plan.price.rental_before_deal.is_some();
    let mut fields = ObjectWriter::new(160);
    fields.text("on-site_contact_phone", if plan.contact.is_some() { "07000 000000" } else { "" });
    fields.text("deposit_received", if plan.stage.is_order() { "Yes" } else { "No" });
    if plan.stage.is_numbered() {
        fields.text("50_confirmation_deposit_received", if plan.stage.is_order() { "Yes" } else { "" });
    }
    fields.int("event_type", plan.kind.event_type);
    json.flag("item_returned", completed)
        .flag("prices_include_tax", false)
        .flag("pricing_locked", completed)
        .int("latest_approval_document_status", plan.stage.is_order().then_some(1))
        .money("invoice_charge_total", completed.then(|| plan.price.total()))
        .raw("tag_list", &format!("[{}]", quote(plan.kind.tag)))
        .raw("assigned_surcharge_group_ids", if plan.price.surcharge > 0 { "[4,7]" } else { "[]" })
        .flag("has_deal_price", has_deal)
        .flag("has_opportunity_deal", has_deal)
        .flag("auto_costing_enabled", false)
        .int("source_opportunity_id", None)
        .time("created_at", plan.created_at)
        .time("updated_at", plan.updated_at)
        .raw("custom_fields", &fields.finish());
}

fn people(json: &mut ObjectWriter, plan: &Plan<'_>, id: i64) {
    let billing = plan.customer.and_then(|member| member.address.as_ref());
    json.raw("owner", nested(plan.owner))
        .raw("member", nested(plan.customer))
        .raw("billing_address", billing.map_or("null", |address| &address.json))
        .raw("venue", nested(plan.venue))
        .raw("destination", &destination(plan, id))
        .raw("opportunity_surcharges", "[]")
        .raw("participants", &participants(plan, id));
}

/// The form of a member inside an opportunity.
pub(crate) fn nested(member: Option<&Member>) -> &str {
    member.map_or("null", |member| &member.nested)
}

fn destination(plan: &Plan<'_>, id: i64) -> String {
    let Some(address) = plan.venue.and_then(|venue| venue.address.as_ref()) else { return "null".to_owned() };
    let mut json = ObjectWriter::new(700);
    json.int("id", 6_900 + id)
        .int("source_id", id)
        .text("source_type", "Opportunity")
        .int("address_id", address.id)
        .raw("address", &address.json);
    json.finish()
}

fn participants(plan: &Plan<'_>, id: i64) -> String {
    let Some(contact) = plan.contact else { return "[]".to_owned() };
    let mut json = ObjectWriter::new(320);
    json.text("uuid", &format!("00000000-0000-4000-9000-{id:012}"))
        .int("assignment_id", id)
        .text("assignment_type", "Opportunity")
        .int("member_id", contact.id)
        .flag("mute", false)
        .int("id", 1_200 + id)
        .text("member_name", &contact.name)
        .time("created_at", plan.created_at)
        .time("updated_at", plan.created_at);
    format!("[{}]", json.finish())
}
