//! Postal addresses in the account's form.

use chrono::{DateTime, Utc};

use crate::dice::Dice;
use crate::json_text::ObjectWriter;

/// An address and its rendered form.
pub(crate) struct Address {
    pub(crate) id: i64,
    pub(crate) json: String,
}

const PLACES: &[(&str, &str, &str)] = &[
    ("Bristol", "Bristol", "BS1 4RB"),
    ("Manchester", "Greater Manchester", "M3 4LZ"),
    ("Leeds", "West Yorkshire", "LS10 1JQ"),
    ("London", "Greater London", "SE1 8XX"),
    ("Cardiff", "South Glamorgan", "CF10 5AL"),
    ("Edinburgh", "Midlothian", "EH3 9QG"),
    ("St Ives", "Cornwall", "TR26 1LP"),
    ("King's Lynn", "Norfolk", "PE30 1HX"),
    ("Glasgow", "Lanarkshire", "G3 8YW"),
    ("Ashby-de-la-Zouch", "Leicestershire", "LE65 1AB"),
];

const STREETS: &[&str] = &[
    "Harbour Road",
    "Mill Lane",
    "Station Approach",
    "The Old Brewery, Kiln Street",
    "Unit 7, Foundry Way",
    "Church Row",
];

impl Address {
    pub(crate) fn draw(dice: &mut Dice, member: i64, name: &str, at: DateTime<Utc>) -> Self {
        let id = 200 + member;
        let (city, county, postcode) =
            PLACES.get(dice.index(PLACES.len())).copied().unwrap_or(("London", "Greater London", "SE1 8XX"));
        let street = format!("{} {}", dice.between(1, 180), dice.pick(STREETS, "High Street"));
        let mut json = ObjectWriter::new(600);
        json.int("id", id)
            .text("name", name)
            .text("street", &street)
            .text("postcode", postcode)
            .text("city", city)
            .text("county", county)
            .int("country_id", 1)
            .text("country_name", "United Kingdom")
            .int("type_id", 3_001)
            .text("address_type_name", "Primary")
            .time("created_at", at)
            .time("updated_at", at)
            .raw("country", UNITED_KINGDOM);
        Self { id, json: json.finish() }
    }
}

const UNITED_KINGDOM: &str = r#"{"id":1,"name":"United Kingdom","code":"GB","currency_code":"GBP","eu_member":false,"has_state_tax":false,"created_at":"2014-06-03T08:30:48.778Z","updated_at":"2014-06-03T08:30:48.778Z"}"#;
