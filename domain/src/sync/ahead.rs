//! Asking for pages and reading them: the next one while one is written, and none twice.

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

use super::client::{Answer, Asked, Client};
use super::dialect::Listing;
use super::engine::{Checkpoint, Engine};
use super::error::SourceError;
use super::spool::{Question, Spool};
use super::wire::{Meta, Page};
use crate::opportunities::mirror::Sorted;

/// An answer as it was read.
pub(super) struct Answered {
    /// Or why it is no page of opportunities.
    pub page: Result<(Sorted, Meta), serde_json::Error>,
    /// The source's clock, when it says.
    pub date: Option<DateTime<Utc>>,
    /// Whether it would outlive this host.
    pub kept: bool,
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
            return Ok(Answered::read(&answer, true));
        }
        let Question { dialect, part, per_page, .. } = question;
        let asked = Asked { listing: &self.listing, dialect, part, per_page };
        let answer = self.client.list(&asked, &self.stop).await?;
        let kept = self.spool.keep(question, &answer).await;
        Ok(Answered::read(&answer, kept))
    }
}

impl Answered {
    fn read(answer: &Answer, kept: bool) -> Answered {
        // A byte that is no UTF-8 must not cost the page: it becomes U+FFFD, as in every text of that kind.
        let text = String::from_utf8_lossy(&answer.body);
        let page = serde_json::from_str::<Page<'_>>(&text).map(|page| (Sorted::read(&page.opportunities), page.meta));
        Answered { page, date: answer.date, kept }
    }
}

impl Engine {
    /// Asks for the page at a checkpoint, beside what comes next.
    pub(super) fn ask_ahead(&self, listing: &Listing, at: &Checkpoint, pages: i32) -> Ahead {
        let question = question(at, pages);
        Ahead { question, asking: AbortOnDropHandle::new(tokio::spawn(self.asker(listing).ask(question))) }
    }

    /// The page where the run stands: that which was asked for ahead, or was kept by a host that is gone, or a new answer.
    pub(super) async fn page(&self, listing: &Listing, ahead: Option<Ahead>) -> Result<Answered, SourceError> {
        let question = question(&self.at, self.at.pages);
        if let Some(ahead) = ahead.filter(|ahead| ahead.question == question)
            && let Ok(answered) = ahead.asking.await
        {
            return answered;
        }
        self.asker(listing).ask(question).await
    }

    fn asker(&self, listing: &Listing) -> Asker {
        let (client, spool) = (self.client.clone(), self.spool.clone());
        Asker { client, spool, listing: listing.clone(), stop: self.lease.stop.clone() }
    }
}

fn question(at: &Checkpoint, pages: i32) -> Question {
    let Checkpoint { phase, dialect, per_page, .. } = *at;
    Question { phase, pass: at.place.pass, dialect, part: at.part(), per_page, pages }
}
