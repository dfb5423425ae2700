//! The day that a tenant's weeks begin with.

use serde::{Deserialize, Serialize};

/// One of the three that the world uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "text", rename_all = "lowercase"))]
pub enum FirstDay {
    /// ISO 8601.
    #[default]
    Monday,
    Sunday,
    Saturday,
}

impl FirstDay {
    pub const ALL: [FirstDay; 3] = [FirstDay::Monday, FirstDay::Sunday, FirstDay::Saturday];

    /// The word in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            FirstDay::Monday => "monday",
            FirstDay::Sunday => "sunday",
            FirstDay::Saturday => "saturday",
        }
    }

    /// For people.
    pub const fn label(self) -> &'static str {
        match self {
            FirstDay::Monday => "Monday",
            FirstDay::Sunday => "Sunday",
            FirstDay::Saturday => "Saturday",
        }
    }

    pub fn parse(text: &str) -> Option<FirstDay> {
        FirstDay::ALL.into_iter().find(|day| day.as_str() == text)
    }
}

#[cfg(feature = "ssr")]
impl From<FirstDay> for chrono::Weekday {
    fn from(day: FirstDay) -> chrono::Weekday {
        match day {
            FirstDay::Monday => chrono::Weekday::Mon,
            FirstDay::Sunday => chrono::Weekday::Sun,
            FirstDay::Saturday => chrono::Weekday::Sat,
        }
    }
}
