//! State and status of an opportunity: two independent integers (Current RMS help, "Opportunity"; contract section 2).
//!
//! Marking an order dead changes only its status. The source's names follow the language of its API user, so integers are
//! what is compared.

use serde::{Deserialize, Serialize};

/// How far an opportunity has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    Enquiry,
    Draft,
    Quotation,
    Order,
}

/// How it stands in that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    Open,
    Provisional,
    Reserved,
    Active,
    Completed,
    Cancelled,
    Lost,
    Dead,
    Postponed,
}

impl State {
    pub const ALL: [State; 4] = [State::Enquiry, State::Draft, State::Quotation, State::Order];

    /// The source's number.
    pub const fn code(self) -> i32 {
        match self {
            State::Enquiry => 0,
            State::Draft => 1,
            State::Quotation => 2,
            State::Order => 3,
        }
    }

    /// What people call it.
    pub const fn word(self) -> &'static str {
        match self {
            State::Enquiry => "Enquiry",
            State::Draft => "Draft",
            State::Quotation => "Quotation",
            State::Order => "Order",
        }
    }

    /// None for a number that the contract does not know.
    pub fn from_code(code: i32) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

impl Status {
    pub const ALL: [Status; 9] = [
        Status::Open,
        Status::Provisional,
        Status::Reserved,
        Status::Active,
        Status::Completed,
        Status::Cancelled,
        Status::Lost,
        Status::Dead,
        Status::Postponed,
    ];

    /// The source's number.
    pub const fn code(self) -> i32 {
        match self {
            Status::Open => 0,
            Status::Provisional => 1,
            Status::Reserved => 5,
            Status::Active => 20,
            Status::Completed => 40,
            Status::Cancelled => 50,
            Status::Lost => 60,
            Status::Dead => 70,
            Status::Postponed => 80,
        }
    }

    /// What people call it.
    pub const fn word(self) -> &'static str {
        match self {
            Status::Open => "Open",
            Status::Provisional => "Provisional",
            Status::Reserved => "Reserved",
            Status::Active => "Active",
            Status::Completed => "Completed",
            Status::Cancelled => "Cancelled",
            Status::Lost => "Lost",
            Status::Dead => "Dead",
            Status::Postponed => "Postponed",
        }
    }

    /// None for a number that the contract does not know.
    pub fn from_code(code: i32) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.code() == code)
    }

    /// Whether nothing more will come of it: completed, cancelled, lost or dead.
    pub const fn is_closed(self) -> bool {
        matches!(self, Status::Completed | Status::Cancelled | Status::Lost | Status::Dead)
    }

    /// Whether it came to nothing: cancelled, lost or dead.
    pub const fn is_off(self) -> bool {
        matches!(self, Status::Cancelled | Status::Lost | Status::Dead)
    }

    /// The numbers of the statuses for which a rule holds, for SQL.
    pub fn codes(rule: impl Fn(Status) -> bool) -> Vec<i32> {
        Status::ALL.into_iter().filter(|status| rule(*status)).map(Status::code).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_contract() {
        assert_eq!(Status::ALL.map(Status::code), [0, 1, 5, 20, 40, 50, 60, 70, 80]);
        assert_eq!(State::ALL.map(State::code), [0, 1, 2, 3]);
        assert_eq!(Status::from_code(2), None);
        assert_eq!(Status::codes(Status::is_off), [50, 60, 70]);
    }
}
