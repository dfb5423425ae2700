//! States and statuses (contract tables), and the path that an opportunity plausibly takes through them.

use crate::dice::Dice;

/// A state with a status that it may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stage {
    pub(crate) state: i64,
    pub(crate) status: i64,
}

pub(crate) const ENQUIRY: Stage = stage(0, 0);
const DRAFT: Stage = stage(1, 0);
const QUOTED: Stage = stage(2, 0);
const PROVISIONAL: Stage = stage(2, 1);
const RESERVED: Stage = stage(2, 5);
const LOST: Stage = stage(2, 60);
const DEAD: Stage = stage(2, 70);
const POSTPONED: Stage = stage(2, 80);
const ACTIVE: Stage = stage(3, 20);
const COMPLETED: Stage = stage(3, 40);
const CANCELLED: Stage = stage(3, 50);

const fn stage(state: i64, status: i64) -> Stage {
    Stage { state, status }
}

/// The statuses that the default scope of the list hides: cancelled, lost, dead.
pub(crate) fn is_hidden(status: Option<i64>) -> bool {
    matches!(status, Some(50 | 60 | 70))
}

pub(crate) fn state_name(state: i64) -> Option<&'static str> {
    Some(match state {
        0 => "Enquiry",
        1 => "Draft",
        2 => "Quotation",
        3 => "Order",
        _ => return None,
    })
}

pub(crate) fn status_name(status: i64) -> Option<&'static str> {
    Some(match status {
        0 => "Open",
        1 => "Provisional",
        5 => "Reserved",
        20 => "Active",
        40 => "Completed",
        50 => "Cancelled",
        60 => "Lost",
        70 => "Dead",
        80 => "Postponed",
        _ => return None,
    })
}

/// Where a job lies in time, seen from the moment the data is laid out around.
#[derive(Clone, Copy)]
pub(crate) enum Timing {
    Over,
    Near,
    Ahead,
    Undated,
}

impl Stage {
    /// A stage that fits the timing.
    pub(crate) fn draw(dice: &mut Dice, timing: Timing) -> Self {
        let table: &[(Self, u32)] = match timing {
            Timing::Over => {
                &[(COMPLETED, 74), (ACTIVE, 8), (CANCELLED, 6), (LOST, 6), (DEAD, 4), (POSTPONED, 1), (QUOTED, 1)]
            }
            Timing::Near => {
                &[(ACTIVE, 72), (RESERVED, 10), (PROVISIONAL, 5), (CANCELLED, 5), (LOST, 4), (DEAD, 2), (QUOTED, 2)]
            }
            Timing::Ahead => &[
                (ACTIVE, 40),
                (RESERVED, 13),
                (PROVISIONAL, 17),
                (QUOTED, 9),
                (DRAFT, 3),
                (ENQUIRY, 4),
                (LOST, 5),
                (DEAD, 4),
                (POSTPONED, 2),
                (CANCELLED, 3),
            ],
            Timing::Undated => &[(ENQUIRY, 62), (DRAFT, 30), (QUOTED, 8)],
        };
        table.get(dice.weighted(table.iter().map(|(_, weight)| *weight))).map_or(ENQUIRY, |(stage, _)| *stage)
    }

    /// The next step, mostly forward; `None` where the story has ended.
    pub(crate) fn next(self, dice: &mut Dice) -> Option<Self> {
        let setback = dice.chance(0.15);
        Some(match self {
            ENQUIRY => DRAFT,
            DRAFT => QUOTED,
            QUOTED | PROVISIONAL if setback => LOST,
            QUOTED => PROVISIONAL,
            PROVISIONAL => RESERVED,
            RESERVED if setback => DEAD,
            POSTPONED if setback => DEAD,
            RESERVED => ACTIVE,
            POSTPONED => PROVISIONAL,
            ACTIVE if setback => CANCELLED,
            ACTIVE => COMPLETED,
            _ => return None,
        })
    }

    pub(crate) fn is_order(self) -> bool {
        self.state == 3
    }

    pub(crate) fn is_quotation(self) -> bool {
        self.state == 2
    }

    /// Enquiries and drafts have no number yet.
    pub(crate) fn is_numbered(self) -> bool {
        self.state >= 2
    }

    pub(crate) fn is_completed(self) -> bool {
        self == COMPLETED
    }

    pub(crate) fn holds_stock(self) -> bool {
        self.is_order() || self == RESERVED
    }
}
