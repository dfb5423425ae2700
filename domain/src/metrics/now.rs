//! Stand-in until it lands.
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::problem::Problem;
use crate::calendar;

#[derive(Debug, Clone, Copy)]
pub struct Now {
    pub at: DateTime<Utc>,
    pub today: NaiveDate,
}

impl Now {
    pub fn of(at: DateTime<Utc>, zone: Tz) -> Now {
        Now { at, today: calendar::date(at, zone) }
    }

    pub fn read(text: &str, zone: Tz) -> Result<Now, Problem> {
        crate::params::instant("now", text, calendar::day_start, zone)
            .map(|at| Now::of(at, zone))
            .map_err(|fault| Problem::new("/now", "E_TYPE", fault.reason, ""))
    }
}
