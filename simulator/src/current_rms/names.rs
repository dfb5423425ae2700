//! Invented names: customers in several scripts, venues, the people behind them.

use crate::dice::Dice;

/// The company's own people, who own opportunities.
pub(crate) const USERS: &[&str] = &[
    "Alex Owner",
    "Priya Raman",
    "Tomás Ó Briain",
    "Mei-Ling Zhao",
    "Freya Lindqvist",
    "Daniel Okafor",
    "Sofía Núñez",
];

const CUSTOMERS: &[&str] = &[
    "Example Events Ltd",
    "O'Hara & Sons Marquees",
    "Northlight Productions",
    "Saltmarsh Festival CIC",
    "Théâtre de l'Étoile",
    "Café Müller Veranstaltungen GmbH",
    "Łódź Jazz Festiwal Sp. z o.o.",
    "Øresund Lyd ApS",
    "Ζωγράφος Εκδηλώσεις Α.Ε.",
    "Київська Філармонія",
    "株式会社ひかりイベント",
    "北京星光会展有限公司",
    "서울 페스티벌 그룹",
    "شركة الأفق للفعاليات",
    "גלים הפקות בע״מ",
    "देव इवेंट्स प्राइवेट लिमिटेड",
    "บริษัท สยามไลฟ์ จำกัด",
    "Þórsmörk Viðburðir ehf.",
    "D'Angelo's \"Big Night\" Catering",
    "The Worshipful Company of Lanternmakers, Candle Dippers and Allied Illuminating Trades, Benevolent and Social Committee for the Western Counties",
    "St. Brannock's College Students' Union",
    "R&D Theatre Lab <workshop>",
    "Peñón Audiovisuales S.L.",
    "Zürcher Lichtwerk AG",
    "Mäkinen & Kumpp. Oy",
    "🎪 Circus Calamari",
    "A",
];

const FRONT: &[&str] = &[
    "Harrow",
    "Beacon",
    "Redfern",
    "Larkspur",
    "Quayside",
    "Thistle",
    "Foxglove",
    "Meridian",
    "Copperfield",
    "Ember",
    "Highmoor",
    "Silverdale",
    "Wren",
    "Ashgrove",
    "Linden",
    "Pemberton",
    "Saffron",
    "Kestrel",
    "Orchard",
    "Granary",
    "Tidewater",
    "Juniper",
    "Blackthorn",
    "Marlow",
    "Halcyon",
    "Winterbourne",
    "Cobalt",
    "Rookery",
    "Sandpiper",
    "Vale",
];

const MIDDLE: &[&str] =
    &["", "& Pike", "& Daughters", "House", "Park", "& Finch", "Green", "Lane", "& Moss", "Bridge", "Hill", "& Stone"];

const BACK: &[&str] = &[
    "Events",
    "Productions Ltd",
    "Catering",
    "Weddings",
    "Festival",
    "Theatre Company",
    "Agency",
    "Live",
    "Trust",
    "plc",
];

const VENUES: &[&str] = &[
    "Example Hall",
    "The Old Corn Exchange",
    "Harbourside Arena",
    "Château de l'Orangerie",
    "St Mary's Guildhall",
    "Queen's Park Bandstand",
    "Große Freiheit Saal",
    "Riverside Studios",
    "The Glasshouse, Kew Road",
    "Ashdown Manor",
    "Grand Pier Pavilion",
    "Ōkawa Garden",
];

const PLACE: &[&str] =
    &["Hall", "Barn", "Arena", "Gardens", "Town Hall", "Priory", "Racecourse", "Museum", "Pavilion", "Estate"];

const GIVEN: &[&str] =
    &["Sam", "Amélie", "Jürgen", "Nkechi", "Yūki", "Ольга", "Ravi", "Siobhán", "Chloe", "Mateus", "Ana", "Bo"];

const FAMILY: &[&str] =
    &["Contact", "D'Arcy", "Smith-Jones", "Nguyễn", "O'Neill", "Kovács", "Åberg", "Patel", "van der Berg", "李"];

/// So many customers' names, all different.
pub(crate) fn customers(dice: &mut Dice, count: usize) -> Vec<String> {
    distinct(CUSTOMERS, count, || {
        let (front, middle, back) = (dice.pick(FRONT, "Harrow"), dice.pick(MIDDLE, ""), dice.pick(BACK, "Events"));
        if middle.is_empty() { format!("{front} {back}") } else { format!("{front} {middle} {back}") }
    })
}

/// So many venues' names, all different.
pub(crate) fn venues(dice: &mut Dice, count: usize) -> Vec<String> {
    distinct(VENUES, count, || format!("{} {}", dice.pick(FRONT, "Linden"), dice.pick(PLACE, "Hall")))
}

/// A person's name.
pub(crate) fn person(dice: &mut Dice) -> String {
    format!("{} {}", dice.pick(GIVEN, "Sam"), dice.pick(FAMILY, "Contact"))
}

/// The fixed names, then invented ones; a name that came before gets a number.
fn distinct(fixed: &[&str], count: usize, mut invent: impl FnMut() -> String) -> Vec<String> {
    let mut seen = std::collections::HashMap::<String, usize>::new();
    let mut names = Vec::with_capacity(count);
    for at in 0..count {
        let name = fixed.get(at).map_or_else(&mut invent, |name| (*name).to_owned());
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        names.push(if *times == 1 { name } else { format!("{name} ({times})") });
    }
    names
}
