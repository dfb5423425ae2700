//! One opportunity before it is written: who, what, when, how far along, how much.

use chrono::{DateTime, Datelike, Duration, Utc};

use super::lifecycle::{Stage, Timing};
use super::people::{Member, People};
use super::seasons::{Kind, start_between};
use crate::dice::Dice;

/// Where in time an opportunity lies, in days from the moment that the data is laid out around.
#[derive(Clone, Copy)]
pub(crate) enum Span {
    /// Inside a client's usual window: 25 days ago to 360 days ahead, or without dates.
    Inside,
    /// More than 32 days ago, or more than 370 days ahead.
    Outside,
}

/// Everything that the text of an opportunity is made from.
pub(crate) struct Plan<'a> {
    pub(crate) kind: &'static Kind,
    pub(crate) stage: Stage,
    pub(crate) subject: String,
    pub(crate) owner: Option<&'a Member>,
    pub(crate) customer: Option<&'a Member>,
    pub(crate) contact: Option<&'a Member>,
    pub(crate) venue: Option<&'a Member>,
    pub(crate) starts_at: Option<DateTime<Utc>>,
    pub(crate) ends_at: Option<DateTime<Utc>>,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    /// Whether the extended scheduler's dates are filled in.
    pub(crate) scheduled: bool,
    pub(crate) price: Price,
}

/// The parts of the price, in pence, before tax.
#[derive(Clone, Copy, Default)]
pub(crate) struct Price {
    pub(crate) rental: i64,
    pub(crate) sale: i64,
    pub(crate) service: i64,
    pub(crate) surcharge: i64,
    /// The rental before a deal price, when there is a deal.
    pub(crate) rental_before_deal: Option<i64>,
}

impl Price {
    pub(crate) fn total(self) -> i64 {
        self.rental + self.sale + self.service + self.surcharge
    }

    fn draw(dice: &mut Dice, kind: &Kind) -> Self {
        let total = dice.skewed(kind.pounds.0 * 100, kind.pounds.1 * 100) / 5 * 5;
        let service = if dice.chance(0.55) { total * dice.between(8, 34) / 100 / 50 * 50 } else { 0 };
        let sale = if dice.chance(0.18) { total * dice.between(1, 9) / 100 } else { 0 };
        let surcharge = if dice.chance(0.08) { total / 40 } else { 0 };
        let rental = total - service - sale - surcharge;
        let rental_before_deal = dice.chance(0.12).then(|| rental + rental * dice.between(4, 20) / 100);
        Self { rental, sale, service, surcharge, rental_before_deal }
    }
}

impl<'a> Plan<'a> {
    pub(crate) fn draw(dice: &mut Dice, people: &'a People, base: DateTime<Utc>, span: Span) -> Self {
        let starts_at = match span {
            Span::Inside if dice.chance(0.04) => None,
            // A fifth lies behind: the busy present matters more than the far future.
            Span::Inside if dice.chance(0.22) => Some(start_between(dice, base, -24, 21)),
            Span::Inside => Some(start_between(dice, base, 0, 358)),
            Span::Outside if dice.chance(0.6) => Some(start_between(dice, base, -120, -34)),
            Span::Outside => Some(start_between(dice, base, 372, 500)),
        };
        let kind = Kind::at(Kind::draw(dice, starts_at.unwrap_or(base).month()));
        let hours = dice.between(kind.days.0, kind.days.1) * 24 - dice.between(6, 14);
        let ends_at = starts_at.map(|start| start + Duration::hours(hours.max(4)));
        let stage = Stage::draw(dice, timing(base, starts_at, ends_at));

        let at = dice.index(people.customers.len());
        let customer = people.customers.get(at).filter(|_| stage.is_numbered() || !dice.chance(0.08));
        let contact = customer.and_then(|_| people.contacts.get(at)).filter(|_| dice.chance(0.6));
        let venue = people.venues.get(dice.index(people.venues.len())).filter(|_| dice.chance(0.78));
        let owner = people.users.get(dice.index(people.users.len())).filter(|_| !dice.chance(0.01));
        let who = customer.map_or("Private client", |member| &member.name);
        let place = venue.map_or("the client's site", |member| &member.name);
        let subject = kind.subject(dice, who, place, starts_at.unwrap_or(base).year());

        let (created_at, updated_at) = history(dice, base, starts_at);
        let priced = stage.is_numbered() || dice.chance(0.35);
        let price = if priced { Price::draw(dice, kind) } else { Price::default() };
        let scheduled = starts_at.is_some() && stage.holds_stock() && dice.chance(0.4);
        Self {
            kind,
            stage,
            subject,
            owner,
            customer,
            contact,
            venue,
            starts_at,
            ends_at,
            created_at,
            updated_at,
            scheduled,
            price,
        }
    }
}

fn timing(base: DateTime<Utc>, starts_at: Option<DateTime<Utc>>, ends_at: Option<DateTime<Utc>>) -> Timing {
    match (starts_at, ends_at) {
        (_, Some(end)) if end < base - Duration::days(2) => Timing::Over,
        (Some(start), _) if start < base + Duration::days(14) => Timing::Near,
        (Some(_), _) => Timing::Ahead,
        _ => Timing::Undated,
    }
}

/// When it was created and last changed: weeks to months before it starts, the last change mostly in past weeks and
/// never within the last quarter of an hour.
fn history(dice: &mut Dice, base: DateTime<Utc>, starts_at: Option<DateTime<Utc>>) -> (DateTime<Utc>, DateTime<Utc>) {
    let newest = base - Duration::minutes(15);
    let lead = Duration::milliseconds(dice.skewed(3 * DAY, 320 * DAY));
    let created_at = starts_at.unwrap_or(base).min(newest) - lead;
    let age = Duration::milliseconds(dice.skewed(0, 75 * DAY));
    (created_at, (newest - age).max(created_at))
}

const DAY: i64 = 24 * 3_600 * 1_000;
