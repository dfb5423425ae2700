//! The page, in the tenant's zone.

use chrono::{DateTime, Utc};

use super::store::{page, totals};
use super::{Kind, NotificationError, NotificationView, NotificationsView, SwitchView, settings};
use crate::calendar::{moment, zone_or_utc};
use crate::db::TenantTx;
use crate::identity::{PersonId, Role};
use crate::opportunities::address::Address;
use crate::pager::Pager;
use crate::params::Params;

const LIMIT: i64 = 25;
const PATH: &str = "/notifications";

/// Who looks at it.
pub struct Reader<'a> {
    pub person: PersonId,
    pub role: Role,
    pub timezone: &'a str,
    /// Whether this host sends mail.
    pub mail: bool,
}

/// The page that an address asks for; one behind the last shows the last.
pub async fn build(
    tx: &mut TenantTx,
    reader: &Reader<'_>,
    search: &str,
    now: DateTime<Utc>,
) -> Result<NotificationsView, NotificationError> {
    // The refusal of a form may stand in the address too.
    let asked = Params::parse(search).number("page", 1, 1_000_000_000)?.unwrap_or(1);
    let totals = totals(tx, reader.person).await?;
    let number = asked.min(Pager::last(totals.all, LIMIT));
    let zone = zone_or_utc(reader.timezone);
    let rows = page(tx, reader.person, false, number, LIMIT).await?;
    let settings = settings::read(tx, reader.person).await?;
    // What nobody of the role is told needs no switch.
    let kinds = Kind::ALL.into_iter().filter(|kind| kind.concerns(reader.role));
    let mut switches: Vec<SwitchView> = kinds
        .map(|kind| SwitchView { name: kind.as_str().into(), label: kind.label().into(), on: settings.wants(kind) })
        .collect();
    if !switches.is_empty() {
        switches.push(SwitchView { name: "by_mail".into(), label: "Also by mail".into(), on: settings.by_mail });
    }
    Ok(NotificationsView {
        list: rows
            .into_iter()
            .map(|row| NotificationView {
                id: row.id,
                title: row.title,
                body: row.body,
                href: row.href,
                when: moment(row.changed_at, now, zone),
                unread: row.read_at.is_none(),
            })
            .collect(),
        unread: (totals.unread > 0).then(|| format!("{} unread", crate::money::grouped(totals.unread.unsigned_abs()))),
        pager: Pager::new(number, LIMIT, totals.all, &Address::default(), PATH),
        switches,
        hint: if reader.mail { String::new() } else { "No mail server is set on this host: nothing is mailed.".into() },
    })
}
