//! Asking for pages and reading them: the next one while one is written, and none twice.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::client::{Answer, Asked, Client};
use super::dialect::Listing;
use super::engine::{Checkpoint, Engine};
use super::error::{SourceError, SyncError};
use super::spool::{Question, Spool};
use super::wire::{Meta, Page};
use crate::opportunities::mirror::Sorted;
use crate::opportunities::record;

/// An answer of the list, which is being read.
pub(super) struct Answered {
    /// The source's clock, when it says.
    pub date: Option<DateTime<Utc>>,
    pub glance: oneshot::Receiver<Glance>,
    /// Its records, or why it is no page of opportunities.
    pub page: AbortOnDropHandle<Result<(Sorted, Meta), serde_json::Error>>,
    /// Whether it would outlive this host.
    pub kept: bool,
}

/// What an answer is at first sight: enough to ask for what follows while the rest is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance {
    pub rows: i64,
    /// None where the last record shows no id.
    pub last: Option<i64>,
    pub meta: Meta,
}

/// A page that is being asked for; dropping it ends the request.
pub(super) struct Ahead {
    question: Question,
    asking: AbortOnDropHandle<Result<Answered, SourceError>>,
}

/// Everything that asking needs.
struct Asker {
    client: Client,
    spool: Spool,
    listing: Listing,
    stop: CancellationToken,
}

impl Asker {
    async fn ask(self, question: Question) -> Result<Answered, SourceError> {
        if let Some(answer) = self.spool.find(question).await {
            return Ok(Answered { kept: true, ..Answered::reading(&answer) });
        }
        let Question { dialect, part, per_page, .. } = question;
        let asked = Asked { listing: &self.listing, dialect, part, per_page };
        let answer = self.client.list(&asked, &self.stop).await?;
        let answered = Answered::reading(&answer);
        Ok(Answered { kept: self.spool.keep(question, &answer).await, ..answered })
    }
}

impl Answered {
    fn reading(answer: &Answer) -> Answered {
        let (tell, glance) = oneshot::channel();
        let body = answer.body.clone();
        let page = AbortOnDropHandle::new(tokio::spawn(async move {
            // A byte that is no UTF-8 must not cost the page: it becomes U+FFFD, as in every text of that kind.
            let text = str::from_utf8(&body).map_or_else(|_| String::from_utf8_lossy(&body), Cow::Borrowed);
            let Page { opportunities, meta } = serde_json::from_str::<Page<'_>>(&text)?;
            let rows = i64::try_from(opportunities.len()).unwrap_or(i64::MAX);
            // Nobody listens any more where the run has ended.
            let _ =
                tell.send(Glance { rows, last: opportunities.last().and_then(|raw| record::id_of(raw.get())), meta });
            Ok((Sorted::read(&opportunities), meta))
        }));
        Answered { date: answer.date, glance, page, kept: false }
    }
}

impl Engine {
    /// Asks for the page behind another, beside what comes next.
    pub(super) fn ask_ahead(&self, listing: &Listing, at: &Checkpoint) -> Ahead {
        let question = question(at);
        Ahead { question, asking: AbortOnDropHandle::new(tokio::spawn(self.asker(listing).ask(question))) }
    }

    /// The page at the run's head: that which was asked for ahead, or was kept by a host that is gone, or a new answer. A page
    /// that was not asked for ahead waits until the one before it is committed.
    pub(super) async fn page(
        &mut self,
        listing: &Listing,
        ahead: Option<Ahead>,
    ) -> Result<Result<Answered, SourceError>, SyncError> {
        let question = question(self.head());
        if let Some(ahead) = ahead.filter(|ahead| ahead.question == question)
            && let Ok(answered) = self.settle_beside(ahead.asking).await?
        {
            return Ok(answered);
        }
        self.settle().await?;
        Ok(self.asker(listing).ask(question).await)
    }

    fn asker(&self, listing: &Listing) -> Asker {
        let (client, spool) = (self.client.clone(), self.spool.clone());
        Asker { client, spool, listing: listing.clone(), stop: self.lease.stop.clone() }
    }
}

fn question(at: &Checkpoint) -> Question {
    let Checkpoint { phase, dialect, per_page, pages, .. } = *at;
    Question { phase, pass: at.place.pass, dialect, part: at.part(), per_page, pages }
}
