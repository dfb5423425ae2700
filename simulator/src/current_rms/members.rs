//! The long form of a member, as `/members` sends it.

use super::people::{Member, Membership, People};
use crate::json_text::{ObjectWriter, quote};

/// One member as `/members` and `/members/{id}` send it.
pub(crate) fn render(member: &Member, people: &People) -> String {
    let mut json = ObjectWriter::new(2_000);
    member.describe(&mut json);
    json.time("created_at", member.created_at)
        .time("updated_at", member.updated_at)
        .raw("identity", "null")
        .raw("icon", "null")
        .raw("membership", &membership(member))
        .raw("primary_address", member.address.as_ref().map_or("null", |address| &address.json))
        .raw("addresses", "[]")
        .raw("emails", &email(member))
        .raw("phones", &phone(member))
        .raw("links", "[]")
        .raw("service_stock_levels", "[]")
        .raw(
            "child_members",
            &relations(people.contacts.iter().filter(|child| child.parent == Some(member.id)), member),
        )
        .raw("parent_members", "[]");
    json.finish()
}

fn membership(member: &Member) -> String {
    let mut json = ObjectWriter::new(300);
    json.int("rating", 0)
        .int("price_category_id", None)
        .int("invoice_term", None)
        .int("discount_category_id", None)
        .int("invoice_term_length", 0)
        .flag("cash", false)
        .int("tax_class_id", 1)
        .text("number", "")
        .flag("on_stop", false)
        .int("owned_by", 1)
        .text("tax_number", "")
        .int("id", member.membership_id());
    json.finish()
}

fn email(member: &Member) -> String {
    let mut json = ObjectWriter::new(120);
    json.text("email_type_name", "Work")
        .text("address", &format!("member{}@example.com", member.id))
        .int("id", 10_000 + member.id)
        .int("type_id", 4_001);
    format!("[{}]", json.finish())
}

fn phone(member: &Member) -> String {
    if member.membership == Membership::Venue {
        return "[]".to_owned();
    }
    format!(
        r#"[{{"number":{},"phone_type_name":"Work","id":{},"type_id":6001}}]"#,
        quote(&format!("020 7946 {:04}", member.id % 10_000)),
        20_000 + member.id
    )
}

fn relations<'a>(children: impl Iterator<Item = &'a Member>, parent: &Member) -> String {
    let rows: Vec<String> = children
        .map(|child| {
            let mut json = ObjectWriter::new(300);
            json.text("related_type", "Member")
                .int("related_id", child.id)
                .text("related_membership_type", child.membership.name())
                .text("relatable_membership_type", parent.membership.name())
                .text("relatable_type", "Member")
                .text("related_name", &child.name)
                .text("relatable_name", &parent.name)
                .int("relatable_id", parent.id)
                .int("id", 30_000 + child.id);
            json.finish()
        })
        .collect();
    format!("[{}]", rows.join(","))
}
