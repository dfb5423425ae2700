//! The company's people and places: users, customers with a contact each, venues.

use chrono::{DateTime, Duration, Utc};

use super::addresses::Address;
use super::names;
use crate::dice::Dice;
use crate::json_text::ObjectWriter;

/// What a member is in Current RMS.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Membership {
    User,
    Organisation,
    Contact,
    Venue,
}

impl Membership {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organisation => "Organisation",
            Self::Contact => "Contact",
            Self::Venue => "Venue",
        }
    }
}

/// A user, customer, contact or venue.
pub(crate) struct Member {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) membership: Membership,
    pub(crate) address: Option<Address>,
    /// The organisation of a contact.
    pub(crate) parent: Option<i64>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    /// The form that is nested in an opportunity, rendered once.
    pub(crate) nested: String,
}

/// Everyone that an account's opportunities refer to.
pub(crate) struct People {
    pub(crate) users: Vec<Member>,
    pub(crate) customers: Vec<Member>,
    pub(crate) contacts: Vec<Member>,
    pub(crate) venues: Vec<Member>,
}

const FIRST_CUSTOMER: i64 = 410;
const FIRST_VENUE: i64 = 5_201;

impl People {
    /// As many as a company with so many opportunities would know.
    pub(crate) fn for_company(dice: &mut Dice, base: DateTime<Utc>, opportunities: usize) -> Self {
        let customers = names::customers(dice, (opportunities / 20).clamp(40, 900));
        let venues = names::venues(dice, (opportunities / 60).clamp(24, 300));
        let mut people = Self { users: Vec::new(), customers: Vec::new(), contacts: Vec::new(), venues: Vec::new() };
        for (id, name) in (1..).zip(names::USERS) {
            people.users.push(Member::new(dice, base, id, (*name).to_owned(), Membership::User, None));
        }
        for (at, name) in (0..).zip(customers) {
            let id = FIRST_CUSTOMER + 3 * at;
            people.customers.push(Member::new(dice, base, id, name, Membership::Organisation, None));
            let contact = names::person(dice);
            people.contacts.push(Member::new(dice, base, id + 1, contact, Membership::Contact, Some(id)));
        }
        for (id, name) in (FIRST_VENUE..).zip(venues) {
            people.venues.push(Member::new(dice, base, id, name, Membership::Venue, None));
        }
        people
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Member> {
        self.users.iter().chain(&self.customers).chain(&self.contacts).chain(&self.venues)
    }

    pub(crate) fn find(&self, id: i64) -> Option<&Member> {
        self.iter().find(|member| member.id == id)
    }
}

impl Member {
    fn new(
        dice: &mut Dice,
        base: DateTime<Utc>,
        id: i64,
        name: String,
        membership: Membership,
        parent: Option<i64>,
    ) -> Self {
        let created_at = base - Duration::minutes(dice.between(500 * 1440, 1400 * 1440));
        let updated_at = created_at + Duration::minutes(dice.between(0, 480 * 1440));
        let address = match membership {
            Membership::Organisation | Membership::Venue => Some(Address::draw(dice, id, &name, created_at)),
            Membership::User | Membership::Contact => None,
        };
        let mut member = Self { id, name, membership, address, parent, created_at, updated_at, nested: String::new() };
        let mut json = ObjectWriter::new(900);
        member.describe(&mut json);
        json.int("mapping_id", None).time("created_at", created_at).time("updated_at", updated_at);
        member.nested = json.finish();
        member
    }

    pub(crate) fn uuid(&self) -> String {
        format!("00000000-0000-4000-8000-{:012}", self.id)
    }

    pub(crate) fn membership_id(&self) -> i64 {
        5_000 + self.id
    }

    /// The keys that the nested form and the form of `/members` have in common.
    pub(crate) fn describe(&self, json: &mut ObjectWriter) {
        let is_user = self.membership == Membership::User;
        json.int("id", self.id)
            .text("uuid", &self.uuid())
            .text("name", &self.name)
            .text("description", "")
            .flag("active", true)
            .flag("bookable", is_user)
            .int("location_type", i64::from(!is_user))
            .text("locale", "en-GB");
        for cost in ["day_cost", "hour_cost", "distance_cost", "flat_rate_cost"] {
            json.money(cost, 0);
        }
        json.int("membership_id", self.membership_id())
            .text("membership_type", self.membership.name())
            .int("lawful_basis_type_id", 11_006)
            .text("lawful_basis_type_name", "Unknown")
            .int("sale_tax_class_id", 1)
            .text("sale_tax_class_name", "Default")
            .int("purchase_tax_class_id", 1)
            .text("purchase_tax_class_name", "Default")
            .raw("tag_list", "[]")
            .raw("custom_fields", "{}")
            .flag("icon_exists?", false);
    }
}
