//! Filling an account with opportunities.

use chrono::{DateTime, Duration, Utc};

use super::lifecycle::ENQUIRY;
use super::people::People;
use super::plan::{Plan, Price, Span};
use super::record;
use super::shelf::{Record, Shelf};
use crate::dice::Dice;

/// The first opportunity's id.
pub(crate) const FIRST_ID: i64 = 2_101;

/// So many opportunities inside a client's usual window and a tenth more outside, ids in the order of creation with
/// small gaps where some have been deleted since.
pub(crate) fn opportunities(dice: &mut Dice, people: &People, base: DateTime<Utc>, count: usize) -> Shelf {
    let inside = std::iter::repeat_n(Span::Inside, count);
    let outside = std::iter::repeat_n(Span::Outside, count / 10);
    let mut plans: Vec<Plan<'_>> = inside.chain(outside).map(|span| Plan::draw(dice, people, base, span)).collect();
    plans.sort_by_key(|plan| plan.created_at);

    let mut shelf = Shelf::default();
    let mut id = FIRST_ID;
    for plan in &plans {
        shelf.put(id, Record::new(id, record::render(plan, id)));
        id += if dice.chance(0.06) { dice.between(2, 4) } else { 1 };
    }
    shelf
}

/// The text of an enquiry that has come in just now.
pub(crate) fn enquiry(dice: &mut Dice, people: &People, now: DateTime<Utc>, id: i64) -> String {
    let mut plan = Plan::draw(dice, people, now, Span::Inside);
    let start = now + Duration::days(dice.between(20, 200));
    plan.stage = ENQUIRY;
    plan.starts_at = plan.starts_at.map(|at| if at > now { at } else { start });
    plan.ends_at = plan.starts_at.map(|at| at + Duration::hours(dice.between(6, 60)));
    plan.created_at = now;
    plan.updated_at = now;
    plan.scheduled = false;
    plan.price = Price { rental_before_deal: None, ..plan.price };
    record::render(&plan, id)
}
