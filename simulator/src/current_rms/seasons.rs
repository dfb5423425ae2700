//! The trade's year: what kinds of events there are, when they happen, what they are called and what they cost.

use chrono::{DateTime, Datelike, Duration, Utc};

use crate::dice::Dice;

/// A kind of event.
pub(crate) struct Kind {
    pub(crate) tag: &'static str,
    /// Subjects; `{who}` is the customer, `{where}` the venue, `{year}` the year.
    subjects: &'static [&'static str],
    /// How many happen in each month, January first.
    months: [u32; 12],
    /// The smallest and the largest price, in pounds.
    pub(crate) pounds: (i64, i64),
    /// The shortest and the longest hire, in days.
    pub(crate) days: (i64, i64),
    /// The value of the account's list field `event_type`.
    pub(crate) event_type: i64,
}

pub(crate) const KINDS: &[Kind] = &[
    Kind {
        tag: "festival",
        subjects: &["Summer festival main stage", "{where} festival, second stage", "Folk weekend at {where}"],
        months: [0, 0, 0, 2, 8, 14, 18, 16, 7, 0, 0, 0],
        pounds: (4_000, 85_000),
        days: (3, 9),
        event_type: 1_000_058,
    },
    Kind {
        tag: "wedding",
        subjects: &["Wedding at {where}", "Wedding marquee and lighting, {where}", "Evening reception, {where}"],
        months: [1, 2, 3, 7, 12, 16, 17, 17, 13, 5, 2, 3],
        pounds: (650, 9_500),
        days: (1, 3),
        event_type: 1_000_059,
    },
    Kind {
        tag: "conference",
        subjects: &["{who} annual conference {year}", "Leadership summit, {where}", "Two-day conference AV, {where}"],
        months: [7, 9, 12, 9, 10, 9, 4, 2, 12, 13, 11, 2],
        pounds: (1_800, 38_000),
        days: (1, 4),
        event_type: 1_000_060,
    },
    Kind {
        tag: "gala",
        subjects: &[
            "Christmas gala dinner",
            "Winter ball, {where}",
            "{who} Christmas party",
            "Winter charity dinner, {where}",
        ],
        months: [1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 12, 34],
        pounds: (1_500, 27_000),
        days: (1, 2),
        event_type: 1_000_061,
    },
    Kind {
        tag: "launch",
        subjects: &["Product launch", "{who} product launch", "Press night & launch, {where}"],
        months: [3, 4, 6, 6, 5, 4, 3, 2, 7, 6, 4, 1],
        pounds: (2_200, 46_000),
        days: (1, 3),
        event_type: 1_000_062,
    },
    Kind {
        tag: "theatre",
        subjects: &["Touring production, {where}", "Spring musical, lighting hire", "Pantomime rig, {where}"],
        months: [5, 5, 6, 5, 4, 3, 2, 2, 5, 6, 8, 9],
        pounds: (400, 14_000),
        days: (4, 24),
        event_type: 1_000_063,
    },
    Kind {
        tag: "community",
        subjects: &["Village fair", "Outdoor cinema, {where}", "Parade PA and barriers", "Carnival float generators"],
        months: [0, 0, 1, 3, 8, 10, 12, 11, 6, 2, 3, 3],
        pounds: (120, 3_800),
        days: (1, 3),
        event_type: 1_000_064,
    },
    Kind {
        tag: "awards",
        subjects: &["{who} awards night", "Industry awards {year}, {where}", "Charity auction dinner"],
        months: [3, 5, 7, 5, 6, 5, 3, 1, 6, 9, 9, 3],
        pounds: (2_400, 31_000),
        days: (1, 2),
        event_type: 1_000_065,
    },
    Kind {
        tag: "exhibition",
        subjects: &["Stand lighting, {where}", "{who} at the trade show", "Exhibition hall power & rigging"],
        months: [6, 8, 9, 7, 6, 4, 2, 1, 8, 9, 6, 1],
        pounds: (900, 22_000),
        days: (3, 7),
        event_type: 1_000_066,
    },
    Kind {
        tag: "dry-hire",
        subjects: &["Dry hire: moving heads", "Dry hire: line array", "LED wall 6 x 3 m", "Truss and motors, {who}"],
        months: [5, 5, 6, 7, 9, 11, 12, 11, 8, 6, 6, 8],
        pounds: (90, 5_200),
        days: (1, 10),
        event_type: 1_000_067,
    },
];

impl Kind {
    /// The kind at this place of [`KINDS`], the first when there is none.
    pub(crate) fn at(index: usize) -> &'static Self {
        KINDS.get(index).unwrap_or(&KINDS[0])
    }

    /// A kind that is usual in the month.
    pub(crate) fn draw(dice: &mut Dice, month: u32) -> usize {
        dice.weighted(KINDS.iter().map(|kind| kind.weight(month)))
    }

    fn weight(&self, month: u32) -> u32 {
        self.months.get(month as usize - 1).copied().unwrap_or(0)
    }

    pub(crate) fn subject(&self, dice: &mut Dice, who: &str, venue: &str, year: i32) -> String {
        let template = dice.pick(self.subjects, "Equipment hire");
        template.replace("{who}", who).replace("{where}", venue).replace("{year}", &year.to_string())
    }
}

/// A start between two days relative to `base`, busy months more likely; on a half hour of the working day.
pub(crate) fn start_between(dice: &mut Dice, base: DateTime<Utc>, first_day: i64, last_day: i64) -> DateTime<Utc> {
    let busiest = (1..=12).map(business).max().unwrap_or(1);
    let mut day = base;
    for _ in 0..24 {
        day = base + Duration::days(dice.between(first_day, last_day));
        if dice.between(0, i64::from(busiest)) <= i64::from(business(day.month())) {
            break;
        }
    }
    let midnight = day.date_naive().and_time(chrono::NaiveTime::MIN).and_utc();
    midnight + Duration::minutes(30 * dice.between(12, 34))
}

fn business(month: u32) -> u32 {
    KINDS.iter().map(|kind| kind.weight(month)).sum()
}
