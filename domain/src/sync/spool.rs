//! Answers of the source on disk until what they hold is committed: while pages are written the next one is asked for, and a
//! host that was killed meanwhile need not ask for them again.
//!
//! A run has a few files, written over again and again: to make and to remove one for each page costs more than to write it. A
//! file is read by the run that made it, in the place that it was asked for and since the machine's last start; whatever is
//! torn, old or of another place is as if it were not there. Nothing is flushed: after a power cut a page is asked for again.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::client::Answer;
use super::dialect::{Dialect, Part};
use crate::identity::TenantId;

/// What the source said longer ago is asked for again.
const OLDEST: Duration = Duration::from_secs(3600);

/// Files of a run: more than pages that are not yet durably committed, being written and asked for.
const SLOTS: i32 = 16;
/// Where the body begins.
const HEAD: usize = 1024;

/// Which page was asked for, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Question {
    pub phase: usize,
    pub pass: i32,
    pub dialect: Dialect,
    pub part: Part,
    pub per_page: i64,
    /// Pages that the run has committed by then.
    pub pages: i32,
}

/// How a file begins, up to a line feed.
#[derive(Serialize, Deserialize)]
struct Head {
    question: Question,
    date: Option<DateTime<Utc>>,
    /// Of the body.
    length: usize,
    /// Since which start of the machine.
    boot: String,
}

/// The files of one run. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Spool {
    folder: Arc<Path>,
    /// How the names of the run's files begin.
    run: Arc<str>,
    /// One file is written at a time: who gave up on a page may still write when the next one begins.
    pen: Arc<Mutex<()>>,
}

impl Spool {
    /// Removes what earlier runs of the tenant left.
    pub fn open(folder: &Path, tenant: TenantId, run: i64) -> Spool {
        let spool = Spool { folder: folder.into(), run: format!("{}-{run}-", tenant.0).into(), pen: Arc::default() };
        let of_tenant = format!("{}-", tenant.0);
        spool.remove(|name| name.starts_with(&of_tenant) && !name.starts_with(&*spool.run));
        spool
    }

    /// Whether the answer is on disk now. Where it cannot be, nothing is asked for ahead.
    pub async fn keep(&self, question: Question, answer: &Answer) -> bool {
        let (path, body, pen) = (self.path(question.pages), answer.body.clone(), self.pen.clone());
        let head = Head { question, date: answer.date, length: body.len(), boot: boot() };
        let kept = tokio::task::spawn_blocking(move || {
            let _pen = pen.lock().unwrap_or_else(PoisonError::into_inner);
            write(&path, &head, &body)
        });
        let kept = kept.await;
        match kept {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::debug!(%error, folder = %self.folder.display(), "answers are not kept: each page waits for the one before");
                false
            }
            Err(_) => false,
        }
    }

    /// The answer to this question, if it was kept.
    pub async fn find(&self, question: Question) -> Option<Answer> {
        let path = self.path(question.pages);
        tokio::task::spawn_blocking(move || read(&path, question)).await.ok()?
    }

    /// Of a page that cannot be read.
    pub fn forget(&self, pages: i32) {
        // What stays is removed with the run.
        let _ = fs::remove_file(self.path(pages));
    }

    /// The run has ended.
    pub fn clear(&self) {
        self.remove(|name| name.starts_with(&*self.run));
    }

    fn path(&self, pages: i32) -> PathBuf {
        self.folder.join(format!("{}{}", self.run, pages % SLOTS))
    }

    fn remove(&self, which: impl Fn(&str) -> bool) {
        let Ok(files) = fs::read_dir(&self.folder) else { return };
        for file in files.flatten().filter(|file| file.file_name().to_str().is_some_and(&which)) {
            let _ = fs::remove_file(file.path());
        }
    }
}

/// Whole or not at all, since the head comes last; for the owner's eyes only.
fn write(path: &Path, head: &Head, body: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut line = serde_json::to_vec(head)?;
    line.push(b'\n');
    if line.len() > HEAD {
        return Err(io::Error::other("the head of an answer does not fit"));
    }
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    file.write_all_at(b"\n", 0)?;
    file.write_all_at(body, HEAD as u64)?;
    file.write_all_at(&line, 0)
}

fn read(path: &Path, question: Question) -> Option<Answer> {
    let age = fs::metadata(path).ok()?.modified().ok()?.elapsed().unwrap_or_default();
    if age > OLDEST {
        return None;
    }
    let text = Bytes::from(fs::read(path).ok()?);
    let end = text.iter().take(HEAD).position(|byte| *byte == b'\n')?;
    let head: Head = serde_json::from_slice(&text[..end]).ok()?;
    let whole = head.question == question && head.boot == boot() && text.len() >= HEAD + head.length;
    whole.then(|| Answer { body: text.slice(HEAD..HEAD + head.length), date: head.date })
}

/// Differs after each start of the machine, where it says so.
fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ASKED: Question = Question {
        phase: 0,
        pass: 0,
        dialect: Dialect { keyed: true, dates: true },
        part: Part::After(Some(7)),
        per_page: 100,
        pages: 3,
    };

    fn answer() -> Answer {
        Answer { body: Bytes::from_static(b"{\"a\":\n1}"), date: "2026-11-21T10:00:00Z".parse().ok() }
    }

    #[tokio::test]
    async fn an_answer_is_found_by_its_own_question_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(&folder.path().join("new"), TenantId(Uuid::nil()), 5);
        assert!(spool.keep(ASKED, &answer()).await);
        let found = spool.find(ASKED).await.unwrap();
        assert_eq!((found.body, found.date), (answer().body, answer().date));
        for other in [
            Question { part: Part::After(Some(8)), ..ASKED },
            Question { part: Part::Page(7), ..ASKED },
            Question { phase: 1, ..ASKED },
            Question { pass: 1, ..ASKED },
            Question { per_page: 25, ..ASKED },
            Question { dialect: Dialect { keyed: true, dates: false }, ..ASKED },
            Question { pages: 4, ..ASKED },
        ] {
            assert!(spool.find(other).await.is_none(), "{other:?}");
        }
        spool.forget(ASKED.pages);
        assert!(spool.find(ASKED).await.is_none());
    }

    #[tokio::test]
    async fn a_torn_or_old_file_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), TenantId(Uuid::nil()), 5);
        for text in ["", "{", "{\"question\":1}\n{}", "no line"] {
            fs::write(spool.path(ASKED.pages), text).unwrap();
            assert!(spool.find(ASKED).await.is_none(), "{text}");
        }
        assert!(spool.keep(ASKED, &answer()).await);
        let whole = fs::read_to_string(spool.path(ASKED.pages)).unwrap();
        let began = format!("\n{}", &whole[1..]);
        for torn in [began.as_str(), &whole[..whole.len() - 1], &whole.replace(&boot(), "another")] {
            fs::write(spool.path(ASKED.pages), torn).unwrap();
            assert!(spool.find(ASKED).await.is_none());
        }
        assert!(spool.keep(ASKED, &answer()).await);
        let file = fs::File::open(spool.path(ASKED.pages)).unwrap();
        file.set_modified(std::time::SystemTime::now() - OLDEST - Duration::from_secs(1)).unwrap();
        assert!(spool.find(ASKED).await.is_none());
    }

    #[tokio::test]
    async fn a_file_is_written_over_by_a_later_page_and_a_shorter_one() {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::open(folder.path(), TenantId(Uuid::nil()), 5);
        let later = Question { pages: ASKED.pages + SLOTS, ..ASKED };
        let short = Answer { body: Bytes::from_static(b"{}"), date: None };
        assert!(spool.keep(ASKED, &answer()).await && spool.keep(later, &short).await);
        assert!(spool.find(ASKED).await.is_none());
        assert_eq!(spool.find(later).await.unwrap().body, short.body);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_new_run_removes_what_the_tenants_last_one_left_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (TenantId(Uuid::nil()), TenantId(Uuid::max()));
        let (left, others) = (Spool::open(folder.path(), one, 5), Spool::open(folder.path(), two, 5));
        assert!(left.keep(ASKED, &answer()).await && others.keep(ASKED, &answer()).await);
        let next = Spool::open(folder.path(), one, 6);
        assert!(left.find(ASKED).await.is_none() && others.find(ASKED).await.is_some());
        assert!(next.keep(ASKED, &answer()).await);
        next.clear();
        assert!(next.find(ASKED).await.is_none() && others.find(ASKED).await.is_some());
    }

    #[tokio::test]
    async fn where_nothing_can_be_written_nothing_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(!Spool::open(&file, TenantId(Uuid::nil()), 5).keep(ASKED, &answer()).await);
    }
}
